import type { BusFrame } from "../decode/candump.ts";

export interface TimedFrame extends BusFrame {
  /** When it was on the bus: since the epoch, or since anything; undefined where nobody says. */
  readonly micros: number | undefined;
}
