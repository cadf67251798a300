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
