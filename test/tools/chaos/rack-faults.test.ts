import { expect, it } from "vitest";
import { seededChance } from "../../../tools/exchange/seeded-chance.ts";
import { drawFault, rackFaults } from "../../../tools/chaos/rack-faults.ts";

it("every fault is drawn, as often as its weight says, and the same ones for the same seed", () => {
  const drawn = (seed: number) => {
    const random = seededChance(seed);
    return Array.from({ length: 4000 }, () => drawFault((below) => Math.floor(random() * below)).name);
  };
  const names = drawn(7);
  expect(drawn(7)).toEqual(names);
  expect(drawn(8)).not.toEqual(names);
  const weights = rackFaults.reduce((sum, { weight }) => sum + weight, 0);
  for (const { name, weight } of rackFaults) {
    const share = names.filter((each) => each === name).length / names.length;
    expect(Math.abs(share - weight / weights), name).toBeLessThan(0.03);
  }
});
