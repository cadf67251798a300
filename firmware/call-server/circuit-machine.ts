/** The state machine of a circuit, put together from the procedures' own tables. */
import type { MessageType } from "../isup/dialect.ts";
import type { TimerName } from "../isup/timers.ts";
import { supervisionRows } from "./circuit-supervision.ts";
import type { CircuitState } from "./circuit-states.ts";
import { incomingRows } from "./incoming-circuit.ts";
import { outgoingRows } from "./outgoing-circuit.ts";
import { type Row, StateMachine } from "./state-machine.ts";

export type CircuitEvent =
  | MessageType
  | TimerName
  /** A call takes the circuit as its outgoing one. */
  | "seize"
  /** The call's other circuit: ACM, or ANM (CON), was received there. */
  | "alerting"
  | "answered"
  /** The call ends for a reason that lies elsewhere. */
  | "release"
  /** The other end, having the right of way, has seized the circuit too. */
  | "seizure-lost"
  /** A group reset of the other end covers the circuit; or our own was acknowledged. */
  | "reset"
  | "reset-acknowledged"
  /** The other end has lost it by a hardware failure (CGB). */
  | "hardware-failed"
  /** This node resets the circuit, alone, as the first of a group, or as one of its others. */
  | "reset-alone"
  | "reset-leading"
  | "reset-following"
  /** An operator wants it reset. */
  | "reset-wanted"
  /** A message that makes no sense in the state (Q.764 2.9.5.1). */
  | "unreasonable";

export type CircuitAction =
  | "set-up"
  | "note-address-complete"
  | "note-answer"
  | "pass-on"
  | "tell-alerting"
  | "tell-answered"
  | "release-call"
  | "try-again"
  | "settle-dual-seizure"
  | "send-rel"
  | "send-rlc"
  | "send-rsc"
  | "send-grs"
  | "send-bla"
  | "send-uba"
  | "block"
  | "unblock"
  | "forget-blocking"
  | "block-group"
  | "unblock-group"
  | "blocking-acknowledged"
  | "unblocking-acknowledged"
  | "group-blocking-acknowledged"
  | "group-unblocking-acknowledged"
  | "say-blocking-again"
  | "reset-group"
  | "acknowledge-group"
  | "count-repetition"
  | "alert-maintenance";

export type CircuitRow = Row<CircuitState, CircuitEvent, CircuitAction>;

export const circuitMachine = new StateMachine<CircuitState, CircuitEvent, CircuitAction>([
  ...incomingRows,
  ...outgoingRows,
  ...supervisionRows,
]);
