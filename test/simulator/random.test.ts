import { expect, test } from "vitest";
import { readConfiguration } from "../../tools/configuration/read-configuration.ts";
import { type FaultName, faultNames } from "../../tools/simulator/random-faults.ts";
import { randomScenario } from "../../tools/simulator/random-scenario.ts";

const { configuration } = readConfiguration("boards/simulated/rack.yaml");

/** Each fault by itself, and all together. More seeds are for whoever hunts. */
const rounds: readonly (readonly [string, readonly FaultName[], number])[] = [
  ...faultNames.map((name) => [name, [name], 5] as const),
  ["everything", faultNames, 25],
];

test.each(rounds)("calls and %s, drawn from seeds", { timeout: 300_000 }, (name, faults, seeds) => {
  const started = performance.now();
  const failures: string[] = [];
  let calls = 0;
  for (let seed = 1; seed <= seeds; seed++) {
    const outcome = randomScenario(configuration, seed, { faults });
    calls += outcome.calls;
    if (outcome.failures.length > 0) {
      failures.push(`seed ${seed}: ${outcome.failures[0]}\n${[...outcome.story, ...outcome.rack.log].join("\n")}`);
    }
  }
  const seconds = (performance.now() - started) / 1000;
  console.log(`${name}: ${seeds} seeds, ${calls} calls, ${(seeds / seconds).toFixed(1)} seeds/s`);
  expect(failures).toEqual([]);
});

test("a seed plays the same again", () => {
  const story = () => randomScenario(configuration, 7).story;
  expect(story()).toEqual(story());
});

test.each(["salvage", "pending-inputs", "begin", "repair"] as const)(
  "negative control: without %s some seed fails",
  (rule) => {
    const faults: readonly FaultName[] = rule === "repair" ? ["omissions"] : ["last two bits", "pull primary"];
    const fails = (seed: number) =>
      randomScenario(configuration, seed, { faults, withoutRules: [rule] }).failures.length > 0;
    expect(Array.from({ length: 40 }, (_, index) => index + 1).some(fails)).toBe(true);
  },
);
