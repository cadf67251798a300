import { expect, test } from "vitest";
import { seededEntropy } from "../../../hal/simulated/entropy.ts";
import { entropyContract } from "../../contract/entropy.ts";

entropyContract("seeded", () => seededEntropy(1));

test("the same seed and stream repeat", () => {
  const draws = () => {
    const entropy = seededEntropy(2 ** 40 + 7, "exchange");
    return [entropy.integer(1000), entropy.octets(4), entropy.integer(2 ** 32)];
  };
  expect(draws()).toEqual(draws());
});

test("neighbouring seeds and streams share nothing", () => {
  const all = [
    seededEntropy(1),
    seededEntropy(2),
    seededEntropy(2 ** 32 + 1),
    seededEntropy(1, "card 1"),
    seededEntropy(1, "card 2"),
  ];
  expect(new Set(all.map((entropy) => entropy.integer(2 ** 32))).size).toBe(all.length);
});
