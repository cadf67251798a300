import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { lowBits, nearest } from "../../../firmware/backplane/sequence-number.ts";

describe.each([8, 12, 16, 24])("numbers shortened to %i bits", (bits) => {
  const half = 2 ** (bits - 1);

  test("become whole again as long as they are nearer than half the span", () => {
    fc.assert(
      fc.property(fc.nat(2 ** 40), fc.integer({ min: 1 - half, max: half - 1 }), (expected, distance) => {
        fc.pre(expected + distance >= 0);
        expect(nearest(expected, lowBits(expected + distance, bits), bits)).toBe(expected + distance);
      }),
      { numRuns: 500 },
    );
  });

  test("wrap around in both directions", () => {
    const span = 2 ** bits;
    for (const wrap of [span, 2 * span, 1000 * span]) {
      expect(nearest(wrap - 1, 0, bits)).toBe(wrap);
      expect(nearest(wrap, span - 1, bits)).toBe(wrap - 1);
      expect(nearest(wrap - 3, 2, bits)).toBe(wrap + 2);
    }
  });

  test("are never below zero", () => {
    expect(nearest(0, 2 ** bits - 1, bits)).toBe(2 ** bits - 1);
    fc.assert(
      fc.property(fc.nat(2 ** bits), fc.nat(2 ** bits - 1), (expected, low) => {
        const whole = nearest(expected, low, bits);
        expect(whole).toBeGreaterThanOrEqual(0);
        expect(lowBits(whole, bits)).toBe(low);
      }),
    );
  });
});

test("numbers of more than 32 bits keep their low bits", () => {
  expect(lowBits(2 ** 40 + 5, 24)).toBe(5);
  expect(lowBits(2 ** 32 - 1, 16)).toBe(0xffff);
});
