/** Every figure of the project: `npm run bench`. */
import { Command, InvalidArgumentError } from "commander";
import { UserError } from "../configuration/read-configuration.ts";
import { type Bench, type BenchResult, tableText } from "./bench.ts";
import { busBench } from "./bus-bench.ts";
import { callBench } from "./call-bench.ts";
import { rackBench } from "./rack-bench.ts";
import { switchoverBench } from "./switchover-bench.ts";

const benches: readonly Bench[] = [busBench, callBench, rackBench, switchoverBench];

interface Options {
  readonly only?: string;
  readonly config: string;
  readonly pulls: number;
  readonly json: boolean;
}

function countOf(text: string): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1) throw new InvalidArgumentError("It is a whole number above 0.");
  return count;
}

const list = benches.map(({ name, about }) => `  ${name.padEnd(12)}${about}`).join("\n");
const command = new Command("bench")
  .description("Measures what the project promises, on this machine, and says whether it reaches the floor.")
  .option("--only <name>", "this bench alone")
  .option("--config <file>", "rack.yaml", "boards/simulated/rack.yaml")
  .option("--pulls <n>", "how often the switchover bench pulls the primary", countOf, 100)
  .option("--json", "print the figures as JSON", false)
  .addHelpText("after", `\nBenches:\n${list}\n\nExit code: 0 every floor is reached, 1 one is not, 2 wrong usage.`)
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2))
  .parse();
const { only, config, pulls, json } = command.opts<Options>();
const chosen = benches.filter(({ name }) => only === undefined || name === only);
if (chosen.length === 0)
  command.error(`error: there is no bench ${only}: ${benches.map(({ name }) => name).join(", ")}`);

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => process.exit(130));
const results: Record<string, BenchResult> = {};
for (const bench of chosen) {
  try {
    results[bench.name] = await bench.run({ config, pulls }, (text) =>
      process.stderr.write(`${bench.name}: ${text}\n`),
    );
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(2);
  }
}
if (json) {
  const figures = Object.fromEntries(Object.entries(results).map(([name, result]) => [name, result.figures]));
  process.stdout.write(`${JSON.stringify(figures, undefined, 2)}\n`);
} else {
  for (const [name, { table, remarks }] of Object.entries(results)) {
    process.stdout.write(`\n${name}\n\n${tableText(table)}\n${remarks.map((remark) => `${remark}\n`).join("")}`);
  }
}
process.exit(Object.values(results).every(({ reachesFloor }) => reachesFloor) ? 0 : 1);
