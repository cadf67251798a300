/** The life of a circuit at the test exchange: one row a line, read across. */
import type { Micros } from "../../firmware/time.ts";

export type CircuitState =
  | "idle"
  // calls of our own
  | "wait-acm"
  | "wait-anm"
  | "conversing"
  // calls from the node
  | "ringing"
  | "answered"
  // after our REL, after our RSC
  | "wait-rlc"
  | "wait-reset";

export type CircuitEvent =
  | "seize"
  | "IAM"
  /** An IAM that crossed our own: we control the circuit, or the node does (Q.764 2.9.1.4). */
  | "glare-won"
  | "glare-lost"
  /** The IAM that began the incoming call, again. */
  | "IAM-again"
  | "ACM"
  | "CPG"
  | "CON"
  | "ANM"
  | "SUS"
  | "RES"
  | "REL"
  | "RLC"
  | "RSC"
  /** A group reset or a hardware blocking that includes the circuit: as RSC, but answered for the group. */
  | "group-reset"
  | "UCIC"
  /** Our own group reset (GRS) includes the circuit; GRA is taken as RLC for each. */
  | "reset"
  // what the plan says next, and what it allows
  | "ring-over"
  | "hang-up"
  | "overdue"
  // timers of Q.764 annex A
  | "T1"
  | "T5"
  | "T16";

export type CircuitAction =
  | "send-iam"
  | "alert"
  | "answer"
  | "accept"
  | "send-anm"
  | "yield"
  | "count-glare"
  | "count-repeated"
  | "count-overdue"
  | "not-answered"
  | "release"
  | "repeat-release"
  | "send-rsc"
  | "released"
  | "taken-down"
  | "no-circuit"
  | "freed"
  | "send-rlc";

type Row = readonly [CircuitState, CircuitEvent, CircuitState, readonly CircuitAction[]];

const rows: readonly Row[] = [
  // outgoing calls
  ["idle", "seize", "wait-acm", ["send-iam"]],
  ["wait-acm", "ACM", "wait-anm", ["alert"]],
  ["wait-acm", "CON", "conversing", ["alert", "answer"]],
  ["wait-acm", "glare-won", "wait-acm", ["count-glare"]],
  ["wait-acm", "glare-lost", "ringing", ["count-glare", "yield", "accept"]],
  ["wait-acm", "REL", "idle", ["send-rlc", "released", "freed"]],
  ["wait-acm", "RLC", "wait-rlc", ["taken-down", "release"]],
  ["wait-acm", "UCIC", "idle", ["no-circuit", "taken-down", "freed"]],
  ["wait-acm", "hang-up", "wait-rlc", ["release"]],
  ["wait-acm", "overdue", "wait-rlc", ["not-answered", "release"]],
  ["wait-anm", "ACM", "wait-anm", ["count-repeated"]],
  ["wait-anm", "CPG", "wait-anm", []],
  ["wait-anm", "ANM", "conversing", ["answer"]],
  ["wait-anm", "REL", "idle", ["send-rlc", "released", "freed"]],
  ["wait-anm", "RLC", "wait-rlc", ["taken-down", "release"]],
  ["wait-anm", "hang-up", "wait-rlc", ["release"]],
  ["wait-anm", "overdue", "wait-rlc", ["not-answered", "release"]],
  ["conversing", "ANM", "conversing", ["count-repeated"]],
  ["conversing", "CON", "conversing", ["count-repeated"]],
  ["conversing", "CPG", "conversing", []],
  ["conversing", "SUS", "conversing", []],
  ["conversing", "RES", "conversing", []],
  ["conversing", "REL", "idle", ["send-rlc", "released", "freed"]],
  ["conversing", "RLC", "wait-rlc", ["taken-down", "release"]],
  ["conversing", "hang-up", "wait-rlc", ["release"]],
  ["conversing", "overdue", "wait-rlc", ["count-overdue", "release"]],
  // incoming calls
  ["idle", "IAM", "ringing", ["accept"]],
  ["ringing", "IAM-again", "ringing", ["count-repeated"]],
  ["ringing", "ring-over", "answered", ["send-anm"]],
  ["ringing", "hang-up", "wait-rlc", ["release"]],
  ["ringing", "overdue", "ringing", ["count-overdue"]],
  ["ringing", "REL", "idle", ["send-rlc", "released", "freed"]],
  ["ringing", "RLC", "wait-rlc", ["taken-down", "release"]],
  ["answered", "IAM-again", "answered", ["count-repeated"]],
  ["answered", "CPG", "answered", []],
  ["answered", "SUS", "answered", []],
  ["answered", "RES", "answered", []],
  ["answered", "REL", "idle", ["send-rlc", "released", "freed"]],
  ["answered", "RLC", "wait-rlc", ["taken-down", "release"]],
  ["answered", "hang-up", "wait-rlc", ["release"]],
  ["answered", "overdue", "answered", ["count-overdue"]],
  // release: Q.764 2.3; what crossed our REL is harmless
  ["wait-rlc", "RLC", "idle", ["freed"]],
  ["wait-rlc", "REL", "wait-rlc", ["send-rlc"]],
  ["wait-rlc", "ACM", "wait-rlc", []],
  ["wait-rlc", "CPG", "wait-rlc", []],
  ["wait-rlc", "CON", "wait-rlc", []],
  ["wait-rlc", "ANM", "wait-rlc", []],
  ["wait-rlc", "SUS", "wait-rlc", []],
  ["wait-rlc", "RES", "wait-rlc", []],
  ["wait-rlc", "T1", "wait-rlc", ["repeat-release"]],
  ["wait-rlc", "T5", "wait-reset", ["send-rsc"]],
  ["wait-reset", "RLC", "idle", ["freed"]],
  ["wait-reset", "REL", "wait-reset", ["send-rlc"]],
  ["wait-reset", "T16", "wait-reset", ["send-rsc"]],
  // nothing there: Q.764 2.9.5.1
  ["idle", "REL", "idle", ["count-repeated", "send-rlc"]],
  ["idle", "RLC", "idle", ["count-repeated"]],
  // reset by the node: Q.764 2.9.3
  ["idle", "RSC", "idle", ["send-rlc"]],
  ["idle", "group-reset", "idle", []],
  ...(["wait-acm", "wait-anm", "conversing", "ringing", "answered", "wait-rlc", "wait-reset"] as const).flatMap(
    (state): Row[] => [
      [state, "RSC", "idle", ["taken-down", "send-rlc", "freed"]],
      [state, "group-reset", "idle", ["taken-down", "freed"]],
      [state, "reset", "wait-reset", ["taken-down"]],
    ],
  ),
  ["idle", "reset", "wait-reset", []],
];

export interface Transition {
  readonly next: CircuitState;
  readonly actions: readonly CircuitAction[];
}

const transitions: ReadonlyMap<string, Transition> = new Map(
  rows.map(([state, event, next, actions]) => [`${state} ${event}`, { next, actions }]),
);

/** What an event does in a state; undefined is the unexpected message of Q.764 2.9.5: discarded and counted. */
export function transition(state: CircuitState, event: CircuitEvent): Transition | undefined {
  return transitions.get(`${state} ${event}`);
}

/** Timers that a circuit's release needs (Q.764 table A.1). */
export interface ReleaseTimers {
  /** REL is repeated. The standard allows 15 to 60 s. */
  readonly T1: Micros;
  /** No RLC for so long: the circuit is reset. 5 to 15 min. */
  readonly T5: Micros;
  /** RSC is repeated. 15 to 60 s. */
  readonly T16: Micros;
}

export const releaseTimers: ReleaseTimers = { T1: 15_000_000, T5: 300_000_000, T16: 15_000_000 };
