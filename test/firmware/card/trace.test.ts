import { expect, it } from "vitest";
import { Trace } from "../../../firmware/card/trace.ts";

it("the newest entries are kept, the oldest of them first", () => {
  const trace = new Trace<number>(3);
  expect(trace.entries()).toEqual([]);
  for (const [added, kept] of [
    [1, [1]],
    [2, [1, 2]],
    [3, [1, 2, 3]],
    [4, [2, 3, 4]],
    [5, [3, 4, 5]],
  ] as const) {
    trace.add(added);
    expect(trace.entries()).toEqual(kept);
  }
});

it("is gone on with from a place: what came since, as far as it is kept, and how many are not", () => {
  const trace = new Trace<number>(3);
  for (const entry of [1, 2]) trace.add(entry);
  const begin = trace.since(undefined, 10);
  expect(begin).toEqual({ entries: [], next: 2, lost: 0 });
  for (const entry of [3, 4]) trace.add(entry);
  expect(trace.since(begin.next, 1)).toEqual({ entries: [3], next: 3, lost: 0 });
  expect(trace.since(3, 10)).toEqual({ entries: [4], next: 4, lost: 0 });
  for (const entry of [5, 6, 7, 8]) trace.add(entry);
  expect(trace.since(4, 10)).toEqual({ entries: [6, 7, 8], next: 8, lost: 1 });
  expect(trace.since(8, 10)).toEqual({ entries: [], next: 8, lost: 0 });
});
