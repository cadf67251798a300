import { expect, test } from "vitest";
import { parseSeedRange, seedsOf } from "../../../tools/hunt/seed-range.ts";

test.each([
  ["4711", { first: 4711, last: 4711 }],
  ["4711..4711", { first: 4711, last: 4711 }],
  ["1..5000", { first: 1, last: 5000 }],
])("%s", (text, range) => {
  expect(parseSeedRange(text)).toEqual(range);
});

test.each(["", "1..", "..5", "5..1", "-1", "1.5", "1...5", "4294967296"])("%s is no range", (text) => {
  expect(parseSeedRange(text)).toBeUndefined();
});

test("all seeds of a range, in order", () => {
  expect([...seedsOf({ first: 3, last: 6 })]).toEqual([3, 4, 5, 6]);
});
