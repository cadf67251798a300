/**
 * Explores the takeover protocol further than the tests do, or without a rule:
 *
 *   npm run -s explore -- --scenario "any card is deaf" --inputs 3 --omissions 1
 *   npm run -s explore -- --without salvage
 *
 * Exit code: 0 it holds, 1 it does not, 2 wrong usage, 3 there are more states than were asked for.
 */
import { Command, InvalidArgumentError } from "commander";
import { ablations } from "./ablations.ts";
import { protocolRules, type Rule } from "./protocol-rules.ts";
import { type ScenarioName, scenarios } from "./scenarios.ts";
import type { Bounds, Setting } from "./setting.ts";
import { exploreTakeover } from "./takeover-model.ts";

const overridden = ["inputs", "omissions", "falseSuspicions", "faults", "laterFaults", "leaves"] as const;

interface Options extends Partial<Record<(typeof overridden)[number], number>> {
  readonly scenario?: ScenarioName;
  readonly without?: Rule;
  readonly statesMax: number;
}

function count(text: string): number {
  if (!/^\d{1,8}$/.test(text)) throw new InvalidArgumentError("a number is wanted");
  return Number(text);
}

function oneOf(table: object): (text: string) => string {
  return (text) => {
    if (Object.hasOwn(table, text)) return text;
    throw new InvalidArgumentError(`one of these is wanted:\n  ${Object.keys(table).join("\n  ")}`);
  };
}

const { scenario, without, statesMax, ...bounds } = new Command("explore")
  .description("Walks all states of the takeover protocol that a scenario can lead to.")
  .option(
    "--scenario <name>",
    "one scenario; without it, all, or the one that shows what the rule is for",
    oneOf(scenarios),
  )
  .option("--without <rule>", "leave a rule out", oneOf(protocolRules))
  .option("--states-max <count>", "give up after so many states", count, 3_000_000)
  .option("--inputs <count>", "inputs that L1 sends, up to 4", count)
  .option("--omissions <count>", "receivers that may miss a record", count)
  .option("--false-suspicions <count>", "times that a living card is taken for dead", count)
  .option("--faults <count>", "cards that fail at any time", count)
  .option("--later-faults <count>", "cards that fail when the rack has recovered", count)
  .option("--leaves <count>", "planned switchovers", count)
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2))
  .parse()
  .opts<Options>();

const all = Object.keys(scenarios) as ScenarioName[];
const names = scenario ? [scenario] : without ? [ablations[without].scenario] : all;
let exitCode = 0;
for (const name of names) {
  const scenarioBounds: Bounds = scenarios[name];
  const setting: Setting = { ...scenarioBounds, ...bounds, without };
  const { states, whole, counterexamples } = exploreTakeover(setting, statesMax);
  const holds = counterexamples.length === 0;
  if (!holds) exitCode = 1;
  else if (!whole && exitCode === 0) exitCode = 3;
  const verdict = holds ? (whole ? "holds" : "holds as far as it was explored") : "does not hold";
  process.stdout.write(`${name}: ${states} states, ${verdict}\n`);
  for (const { broken, how, story } of counterexamples) {
    process.stdout.write(`  ${broken}: ${how}\n`);
    for (const [place, text] of story.entries())
      process.stdout.write(`    ${String(place + 1).padStart(2)}. ${text}\n`);
  }
}
process.exitCode = exitCode;
