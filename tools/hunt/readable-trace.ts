/** A seed that went wrong, for people: its story, and between it what the cards logged around the moment. */
import type { ScenarioOutcome } from "../simulator/random-scenario.ts";

/** Log lines so long before the first thing wrong are shown, and after it. */
const beforeMillis = 300;
const afterMillis = 100;
/** Of the log, the last lines before the moment. */
const logLinesMax = 120;

const timeOf = (line: string) => Number.parseFloat(line);

export function readableTrace({ story, rack }: Pick<ScenarioOutcome, "story" | "rack">): string[] {
  const [wrong] = story.filter((line) => line.includes(" WRONG: "));
  const lastFault = story.filter((line) => !line.includes(" WRONG: ")).at(-1) ?? "0";
  const moment = timeOf(wrong ?? lastFault);
  // What is found only in the end has happened earlier: then the whole log is of interest, as far as there is room.
  const from = moment - timeOf(lastFault) > beforeMillis ? 0 : moment - beforeMillis;
  const log = rack.log
    .filter((line) => timeOf(line) >= from && timeOf(line) <= moment + afterMillis)
    .slice(-logLinesMax)
    .map((line) => ({ at: timeOf(line), text: `    ${line}` }));
  const told = story.map((line) => ({ at: timeOf(line), text: line }));
  return [...told, ...log].sort((one, other) => one.at - other.at).map(({ text }) => text);
}
