/** Where a circuit stands in the procedures of Q.764, and which timers run there. */
import type { TimerName } from "../isup/timers.ts";

export const circuitStates = [
  /** Not reset since the cold start: what the other end thinks of it is not known. */
  "unreset",
  "idle",
  /** The incoming circuit of a call, by what has been sent backward on it. */
  "incoming-wait-acm",
  "incoming-wait-anm",
  "incoming-answered",
  /** The outgoing circuit of a call, by what has been received on it. */
  "outgoing-wait-acm",
  "outgoing-wait-anm",
  "outgoing-answered",
  /** REL sent. */
  "wait-rlc",
  /** RSC sent; `reset-unanswered`: for so long that maintenance was alerted. */
  "reset-wait-rlc",
  "reset-unanswered",
  /** GRS sent, the circuit being the first of the group; its fellows are `group-reset-member`. */
  "group-reset-wait-gra",
  "group-reset-unanswered",
  "group-reset-member",
  /** The other end has no such circuit (UCIC). */
  "unequipped",
] as const;

export type CircuitState = (typeof circuitStates)[number];

export const incomingStates = ["incoming-wait-acm", "incoming-wait-anm", "incoming-answered"] as const;
export const outgoingStates = ["outgoing-wait-acm", "outgoing-wait-anm", "outgoing-answered"] as const;
export const callStates = [...incomingStates, ...outgoingStates] as const;

/** A timer that runs in a state from its entry on; `restarted` also anew each time the state repeats its message. */
export interface StateTimer<T> {
  readonly timer: T;
  readonly restarted: boolean;
}

const once = (timer: TimerName): StateTimer<TimerName> => ({ timer, restarted: false });
const repeated = (timer: TimerName): StateTimer<TimerName> => ({ timer, restarted: true });

/** Q.764 table A.1. */
export const circuitTimers: Readonly<Partial<Record<CircuitState, readonly StateTimer<TimerName>[]>>> = {
  "outgoing-wait-acm": [once("T7")],
  "outgoing-wait-anm": [once("T9")],
  "wait-rlc": [repeated("T1"), once("T5")],
  "reset-wait-rlc": [repeated("T16"), once("T17")],
  "reset-unanswered": [repeated("T17")],
  "group-reset-wait-gra": [repeated("T22"), once("T23")],
  "group-reset-unanswered": [repeated("T23")],
};

/** Whether the circuit is part of a call there. */
export function inCall(state: CircuitState): boolean {
  return (callStates as readonly CircuitState[]).includes(state);
}

/** Whether the circuit keeps its call's row alive there: REL may have to be repeated. */
export function belongsToCall(state: CircuitState): boolean {
  return inCall(state) || state === "wait-rlc";
}
