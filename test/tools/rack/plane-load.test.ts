import { expect, it } from "vitest";
import type { PlaneReading } from "../../../tools/rack/plane.ts";
import { planeLoad } from "../../../tools/rack/plane-load.ts";

const before: PlaneReading = {
  plane: "A",
  atMicros: 1_000_000,
  bitRate: 1_000_000,
  dataBitRate: 5_000_000,
  cut: false,
  frames: [10, 0, 5, 0, 0, 0, 0, 0],
  nominalBits: [1000, 0, 500, 0, 0, 0, 0, 0],
  dataBits: [0, 0, 2500, 0, 0, 0, 0, 0],
  errors: 1,
  slots: [],
};

it("load is time on the wire; bits of heartbeats, resynchronisation and enquiries are kept apart from those of calls", () => {
  const after: PlaneReading = {
    ...before,
    atMicros: 3_000_000,
    frames: [20, 1, 6, 1, 0, 0, 2, 3],
    nominalBits: [41_000, 100, 100_400, 0, 0, 0, 7000, 1000],
    dataBits: [0, 0, 252_500, 0, 0, 0, 0, 0],
    errors: 3,
  };
  expect(planeLoad(before, after)).toEqual({
    plane: "A",
    seconds: 2,
    // 40 000 + 100 + 99 900 + 7000 + 1000 at 1 Mbit/s and 250 000 at 5 Mbit/s are 198 ms of 2 s.
    loadPercent: expect.closeTo(9.9, 6),
    heartbeatPercent: expect.closeTo(2, 6),
    bits: { heartbeats: 40_000, resynchronisation: 7000, enquiries: 1000, calls: 100 + 99_900 + 250_000 },
    frames: 18,
    errors: 2,
  });
});

it("two readings of the same moment have no load", () => {
  expect(planeLoad(before, before).loadPercent).toBe(0);
});
