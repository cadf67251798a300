import type { Micros } from "../../firmware/time.ts";

/** The machine's monotonic clock, in microseconds: the same for every process of the machine. */
export function monotonicMicros(): Micros {
  return Number(process.hrtime.bigint() / 1000n);
}
