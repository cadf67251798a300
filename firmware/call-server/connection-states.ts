/** Where a connection in a media gateway stands. */
import type { StateTimer } from "./circuit-states.ts";

export const connectionStates = [
  /** The instruction is out, the gateway has not replied. */
  "creating",
  /** Made, receive only: the caller hears tones and announcements. */
  "backward",
  /** To be made both ways: the called party has answered. */
  "modifying",
  "through",
  /** To be removed; the gateway may not have replied yet to the instruction to make it. */
  "deleting",
  /** No state of a row: the row goes away. */
  "gone",
] as const;

export type ConnectionState = (typeof connectionStates)[number];

/** Ours, not the standard's: a gateway that does not reply for so long will not. */
export type ConnectionTimer = "guard";
export const guardMillis = 10_000;

const guard: readonly StateTimer<ConnectionTimer>[] = [{ timer: "guard", restarted: true }];

export const connectionTimers: Readonly<Partial<Record<ConnectionState, readonly StateTimer<ConnectionTimer>[]>>> = {
  creating: guard,
  modifying: guard,
  deleting: guard,
};
