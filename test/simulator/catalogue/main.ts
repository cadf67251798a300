/** The catalogue by hand: all of it, one scenario of it, or one run with its story. */
import { Command } from "commander";
import { catalogue } from "./catalogue.ts";
import { difference, runScenario } from "./scenario-run.ts";
import { disturbances, named, reportText, sweepCatalogue } from "./sweep.ts";

const program = new Command("catalogue")
  .description("every call scenario, with every disturbance at every frame on plane A")
  .option("--every <n>", "only every nth frame", "1")
  .option("--scenario <name>", "only this one")
  .option("--disturbance <name>", "with --frame: a single run, told in full")
  .option("--frame <n>", "the frame on plane A at which it strikes")
  .parse();
const { every, scenario, disturbance, frame } = program.opts<{
  every: string;
  scenario?: string;
  disturbance?: string;
  frame?: string;
}>();

if (scenario !== undefined && disturbance !== undefined && frame !== undefined) {
  const row = named(catalogue, scenario);
  const strike = { disturbance: named(disturbances, disturbance), transmission: Number(frame) };
  const { outcome, story } = runScenario(row, strike);
  const what = difference(runScenario(row).outcome, outcome);
  console.log([...story, what ?? "the same outcome as undisturbed"].join("\n"));
  if (what !== undefined) process.exitCode = 1;
} else {
  const rows = scenario === undefined ? catalogue : [named(catalogue, scenario)];
  const report = await sweepCatalogue(Number(every), rows);
  console.log([...report.failures, reportText(report, Number(every))].join("\n"));
  if (report.failures.length > 0) process.exitCode = 1;
}
