import { expect, test } from "vitest";
import { PerformedMark } from "../../../firmware/backplane/performed-mark.ts";

test("a commit handed over counts when the application has performed it; one that needs nobody, at once", () => {
  const mark = new PerformedMark();
  expect(mark.at(0, 7)).toBe(7);
  mark.handedOver(8);
  mark.handedOver(10);
  expect(mark.at(0, 10)).toBe(7);
  expect(mark.at(1, 10)).toBe(9);
  expect(mark.at(2, 12)).toBe(12);
});

test("after a cold start the group counts anew: never beyond what the card follows", () => {
  const mark = new PerformedMark();
  mark.handedOver(5000);
  expect(mark.at(0, 1)).toBe(1);
});

test("the count begins again at 0 beyond 2^31 - 1", () => {
  const mark = new PerformedMark();
  expect(mark.at(2 ** 31 - 1, 3)).toBe(3);
  mark.handedOver(4);
  mark.handedOver(5);
  expect(mark.at(0, 5)).toBe(4);
  expect(mark.at(1, 5)).toBe(5);
});
