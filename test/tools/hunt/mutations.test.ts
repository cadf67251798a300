import { describe, expect, test } from "vitest";
import { readConfiguration } from "../../../tools/configuration/read-configuration.ts";
import { huntMutation, mutationsText } from "../../../tools/hunt/mutation-hunt.ts";
import { mutations } from "../../../tools/hunt/mutations.ts";
import { playSeed } from "../../../tools/hunt/seed-play.ts";
import { invariants } from "../../../tools/simulator/invariants.ts";

const config = "boards/simulated/rack.yaml";

/** Three times as many as any of them needs today, but for the rare ones. */
const seedsMax = 40;
const seedsMaxOfRare = 210;

describe("a mechanism that is broken on purpose is found by some seed, and the same seed finds nothing when it is whole", () => {
  test.each(mutations)("$name", ({ faults, withoutRules, rare, config: own }) => {
    const most = rare ? seedsMaxOfRare : seedsMax;
    const { configuration } = readConfiguration(own ?? config);
    for (let seed = 1; seed <= most; seed++) {
      const { breaches } = playSeed(configuration, { seed, faults, withoutRules });
      if (breaches.length === 0) continue;
      expect(Object.keys(invariants)).toContain(breaches[0].invariant);
      expect(breaches[0].invariant).not.toBe("assertions");
      expect(playSeed(configuration, { seed, faults, withoutRules: [] }).breaches).toEqual([]);
      return;
    }
    expect.fail(`not caught by ${most} seeds`);
  });
});

test("on threads: caught by the lowest seed that catches it, or said not to be caught", async () => {
  const range = { first: 1, last: 2 };
  const mutation = { name: "nothing", withoutRules: [], faults: ["pull primary"] } as const;
  const figures = [
    await huntMutation({ ...mutation, name: "twice", withoutRules: ["perform-once"] }, range, { config, threads: 2 }),
    await huntMutation(mutation, range, { config, threads: 1 }),
  ];
  expect(figures).toMatchObject([
    { name: "twice", seeds: 1, caught: { seed: 1, invariant: "performed once" } },
    { name: "nothing", seeds: 2, caught: undefined },
  ]);
  expect(mutationsText(figures)).toMatch(/nothing +2 +NOT CAUGHT/);
});
