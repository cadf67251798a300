/** The catalogue by hand: all of it, one scenario of it, or one run with its story. */
import { Command, InvalidArgumentError } from "commander";
import { catalogue } from "./catalogue.ts";
import { deviationsOf, differenceOf } from "./comparison.ts";
import { disturbances } from "./disturbances.ts";
import { runScenario } from "./scenario-run.ts";
import { named, reportText, sweepCatalogue } from "./sweep.ts";

function wholeNumber(text: string): number {
  if (/^\d{1,6}$/.test(text)) return Number(text);
  throw new InvalidArgumentError("a whole number is wanted.");
}

const program = new Command("catalogue")
  .description("every call scenario, with every disturbance at every frame on plane A")
  .option("--every <n>", "only every nth frame", wholeNumber, 1)
  .option("--scenario <name>", "only this one")
  .option("--disturbance <name>", "with --frame: a single run, told in full")
  .option("--frame <n>", "the frame on plane A at which it strikes", wholeNumber)
  .parse();
const { every, scenario, disturbance, frame } = program.opts<{
  every: number;
  scenario?: string;
  disturbance?: string;
  frame?: number;
}>();

if (scenario !== undefined && disturbance !== undefined && frame !== undefined) {
  const row = named(catalogue, scenario);
  const strike = { disturbance: named(disturbances, disturbance), transmission: frame };
  const { configuration } = strike.disturbance;
  const run = runScenario(row, configuration, strike);
  const undisturbed = runScenario(row, configuration);
  const what = run.failures[0] ?? differenceOf(undisturbed, run);
  console.log(
    [
      ...run.story,
      ...deviationsOf(run).map((name) => `may be otherwise: ${name}`),
      what ?? "the same outcome as undisturbed",
    ].join("\n"),
  );
  if (what !== undefined) process.exitCode = 1;
} else {
  const rows = scenario === undefined ? catalogue : [named(catalogue, scenario)];
  const thinning = { every: Math.max(every, 1) };
  const report = await sweepCatalogue(thinning, rows);
  console.log([...report.failures, reportText(report, thinning)].join("\n"));
  if (report.failures.length > 0) process.exitCode = 1;
}
