import { expect, test } from "vitest";
import { readConfiguration } from "../../../tools/configuration/read-configuration.ts";
import { failureText, figuresText, HuntTally } from "../../../tools/hunt/hunt-tally.ts";
import { playSeed } from "../../../tools/hunt/seed-play.ts";

const { configuration } = readConfiguration("boards/simulated/rack.yaml");

test("a failure says the seed, what was wrong, the one command that repeats it, and what happened around the moment", () => {
  const tally = new HuntTally((seed) => `npm run hunt -- --seed ${seed}`);
  const report = playSeed(configuration, { seed: 1, faults: ["pull primary"], withoutRules: ["perform-once"] });
  const failure = tally.add(report);
  const text = failure ? failureText(failure) : "";
  expect(text).toMatch(
    /^\nseed 1: performed once: slot \d performs commit \d+ after \d+\nagain: npm run hunt -- --seed 1\n/,
  );
  expect(text).toMatch(/ WRONG: performed once: /);
  expect(text).toMatch(/\d slot \d (info|warning): /);
  expect(figuresText(tally.figures(2))).toMatch(/seeds a second +0\.5\n/);
});

test("seeds, calls and faults add up", () => {
  const tally = new HuntTally((seed) => `${seed}`);
  const good = { breaches: [], trace: [] };
  tally.add({ ...good, seed: 1, calls: 10, struck: { freeze: 2 } });
  tally.add({ ...good, seed: 2, calls: 5, struck: { freeze: 1, cut: 1 } });
  expect(tally.figures(4)).toEqual({
    seeds: 2,
    seconds: 4,
    seedsPerSecond: 0.5,
    calls: 15,
    faults: { freeze: 3, cut: 1 },
    failures: [],
  });
});
