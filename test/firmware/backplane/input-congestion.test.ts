import { expect, test } from "vitest";
import { InputCongestion, inputCongestionThresholds } from "../../../firmware/backplane/input-congestion.ts";

const [first, second] = inputCongestionThresholds;

test("sets in at each onset, and abates well below it", () => {
  const congestion = new InputCongestion();
  const levels: (readonly [number, number])[] = [];
  const counts = [...Array(second.onset + 10).keys()];
  for (const waiting of [...counts, ...counts.toReversed()]) {
    if (congestion.note(waiting)) levels.push([waiting, congestion.level]);
  }
  expect(levels).toEqual([
    [first.onset, 1],
    [second.onset, 2],
    [second.abatement - 1, 1],
    [first.abatement - 1, 0],
  ]);
});

test("a jump sets in at once and abates at once", () => {
  const congestion = new InputCongestion();
  expect([congestion.note(5000), congestion.level]).toEqual([true, 2]);
  expect([congestion.note(5000), congestion.level]).toEqual([false, 2]);
  expect([congestion.note(0), congestion.level]).toEqual([true, 0]);
});
