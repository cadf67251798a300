import { describe, expect, test } from "vitest";
import { Circuits } from "../../../firmware/configuration/circuits.ts";
import { rackSchema } from "../../../firmware/configuration/rack-schema.ts";
import { exampleRack } from "./example-rack.ts";

const circuits = new Circuits(rackSchema.parse(exampleRack()));

describe("circuits are numbered through", () => {
  test("from 0, trunk group by trunk group, CIC by CIC", () => {
    expect(circuits.count).toBe(31 + 10 + 1);
    expect([0, 30, 31, 40, 41].map((circuit) => circuits.nameOf(circuit))).toEqual([
      "west/1",
      "west/31",
      "east/1",
      "east/10",
      "east-more/100",
    ]);
    expect([0, 1, 2].map((group) => circuits.rangeOf(group))).toEqual([
      { first: 0, count: 31 },
      { first: 31, count: 10 },
      { first: 41, count: 1 },
    ]);
  });

  test("every circuit is found again by its exchange and CIC", () => {
    for (let circuit = 0; circuit < circuits.count; circuit++) {
      expect(circuits.find(circuits.exchangeOf(circuit), circuits.cicOf(circuit))).toBe(circuit);
      const { first, count } = circuits.rangeOf(circuits.trunkGroupOf(circuit));
      expect(circuit).toBeGreaterThanOrEqual(first);
      expect(circuit).toBeLessThan(first + count);
      expect(circuits.group(circuit)).toBe(circuits.configuration.trunkGroups[circuits.trunkGroupOf(circuit)]);
    }
  });

  test("the same CIC towards two exchanges is two circuits", () => {
    expect([circuits.find(0, 5), circuits.find(1, 5)]).toEqual([4, 35]);
  });

  test("what no trunk group has is not found", () => {
    const places = [
      [0, 0],
      [0, 32],
      [1, 11],
      [1, 99],
      [2, 1],
      [0, 4096 + 1],
      [-1, 1],
    ];
    for (const [exchange, cic] of places) expect(circuits.find(exchange, cic)).toBeUndefined();
  });

  test("the whole range of CICs, up to 4095, keeps clear of the next exchange's", () => {
    const rack = exampleRack();
    rack.trunkGroups[0].firstCic = 0;
    rack.trunkGroups[0].lastCic = 4095;
    const wide = new Circuits(rackSchema.parse(rack));
    expect([wide.find(0, 0), wide.find(0, 4095), wide.find(1, 1)]).toEqual([0, 4095, 4096]);
    expect(wide.find(1, 0)).toBeUndefined();
  });

  test("a circuit that is not there is a mistake of ours", () => {
    expect(() => circuits.trunkGroupOf(42)).toThrow("circuit 42 of 42");
    expect(() => circuits.nameOf(-1)).toThrow("circuit -1 of 42");
  });
});
