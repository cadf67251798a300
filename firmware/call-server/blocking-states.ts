/** How circuits are blocked (Q.764 2.8.2): by whom, and how far this node has got with saying so. */
import type { TimerName } from "../isup/timers.ts";
import type { StateTimer } from "./circuit-states.ts";

/** Blocking for maintenance by this node. */
export const localBlockingStates = [
  "unblocked",
  /** BLO, or CGB, sent; `-unanswered`: for so long that maintenance was alerted. */
  "blocking",
  "blocking-unanswered",
  "blocked",
  /** UBL, or CGU, sent. */
  "unblocking",
  "unblocking-unanswered",
] as const;

export type LocalBlockingState = (typeof localBlockingStates)[number];

/**
 * Q.764 table A.1. What a CGB or CGU asked for and was not granted is asked for again circuit by circuit: so the timers of BLO and
 * UBL do for both (T18 to T21 have the same values).
 */
export const blockingTimers: Readonly<Partial<Record<LocalBlockingState, readonly StateTimer<TimerName>[]>>> = {
  blocking: [
    { timer: "T12", restarted: true },
    { timer: "T13", restarted: false },
  ],
  "blocking-unanswered": [{ timer: "T13", restarted: true }],
  unblocking: [
    { timer: "T14", restarted: true },
    { timer: "T15", restarted: false },
  ],
  "unblocking-unanswered": [{ timer: "T15", restarted: true }],
};

/** A row of the blocking table, as far as it says who blocks the circuit. */
export interface Blocking {
  readonly local: LocalBlockingState;
  readonly remoteMaintenance: boolean;
  readonly remoteHardware: boolean;
}

/** Whether this node wants the circuit out of service: the other end may not know it yet. */
export function isLocallyBlocked({ local }: Blocking): boolean {
  return local === "blocking" || local === "blocking-unanswered" || local === "blocked";
}

export function isRemotelyBlocked({ remoteMaintenance, remoteHardware }: Blocking): boolean {
  return remoteMaintenance || remoteHardware;
}

/** Whether no call may leave on the circuit. One that is being unblocked may be used when the other end has agreed. */
export function isBlocked(blocking: Blocking): boolean {
  return blocking.local !== "unblocked" || isRemotelyBlocked(blocking);
}
