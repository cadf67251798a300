/** `npm run chaos`: a rack of processes under random faults. */
import { Command, InvalidArgumentError } from "commander";
import { UserError } from "../configuration/read-configuration.ts";
import { type ChaosOptions, runChaos } from "./chaos-program.ts";

const command = new Command("chaos")
  .description(
    "A rack of processes carries calls while its cards are pulled, frozen and put back and its planes cut, at random, one " +
      "fault at a time with recovery between. Says whether anything was lost.",
  )
  .option("--config <file>", "rack.yaml", "boards/simulated/redundant.yaml")
  .option("--minutes <number>", "how long", positive, 3)
  .option("--rate <number>", "calls a second, of all exchanges together", positive, 50)
  .option("--seed <number>", "which faults; another one each time when left out", whole, Date.now() % 100_000)
  .option("--report <file>", "write the report, as JSON")
  .option("--json", "print the report as JSON", false)
  .addHelpText("after", "\nExit code: 0 nothing was lost, 1 something was, 2 wrong usage, 3 this machine was too slow.")
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2))
  .parse();

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => process.exit(130));
try {
  process.exit(await runChaos(command.opts<ChaosOptions>()));
} catch (error) {
  if (!(error instanceof UserError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exit(2);
}

function positive(text: string): number {
  const value = Number(text);
  if (!Number.isFinite(value) || value <= 0) throw new InvalidArgumentError("a number above 0");
  return value;
}

function whole(text: string): number {
  const value = Number(text);
  if (text === "" || !Number.isInteger(value) || value < 0) throw new InvalidArgumentError("a whole number");
  return value;
}
