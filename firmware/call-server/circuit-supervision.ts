/** What concerns a circuit whether or not a call is on it: reset, blocking, the end of a release. Rows name clauses of Q.764. */
import type { CircuitRow } from "./circuit-machine.ts";
import { type CircuitState, callStates, circuitStates, incomingStates } from "./circuit-states.ts";
import { releaseCause } from "./release-causes.ts";

const awaitingReset = ["reset-wait-rlc", "reset-unanswered"] as const;
const awaitingGroupReset = ["group-reset-wait-gra", "group-reset-unanswered"] as const;
/** The circuit carries nothing and may not be used before a reset of ours is through. */
const outOfService = ["unreset", ...awaitingReset, ...awaitingGroupReset, "group-reset-member"] as const;
const afterFirstBackward = [...incomingStates, "outgoing-wait-anm", "outgoing-answered"] as const;
const except = (...states: readonly CircuitState[]) => circuitStates.filter((state) => !states.includes(state));

const { normalUnspecified, protocolError } = releaseCause;

export const supervisionRows: readonly CircuitRow[] = [
  // REL and RLC
  ["wait-rlc", "RLC", "idle", []], // 2.2, 2.3
  ["wait-rlc", "REL", "=", ["send-rlc"]], // 2.3.1 e, both ends release at the same time
  ["wait-rlc", "T1", "=", ["count-repetition", "send-rel"]], // 2.9.6
  ["wait-rlc", "T5", "reset-unanswered", ["send-rsc", "alert-maintenance"]], // 2.9.6
  ["idle", "REL", "=", ["send-rlc"]], // 2.9.5.1 a
  ["idle", "RLC", "=", []], // 2.9.5.1 b
  [callStates, "RLC", "wait-rlc", ["release-call", "send-rel"], protocolError], // 2.9.5.1 c
  [outOfService, "REL", "=", ["send-rlc"]], // 2.9.5.1 a
  ["unequipped", "REL", "idle", ["send-rlc"]], // 2.12: it is equipped after all
  ["idle", "unreasonable", "reset-wait-rlc", ["send-rsc"]], // 2.9.5.1 d

  // Reset of a circuit by the other end
  [
    afterFirstBackward,
    "RSC",
    "idle",
    ["forget-blocking", "say-blocking-again", "send-rlc", "release-call"],
    normalUnspecified,
  ], // 2.9.3.1 a, g
  ["idle", "RSC", "=", ["forget-blocking", "say-blocking-again", "send-rlc"]], // 2.9.3.1 b, d
  ["wait-rlc", "RSC", "idle", ["forget-blocking", "say-blocking-again", "send-rlc"]], // 2.9.3.1 a
  ["unequipped", "RSC", "idle", ["forget-blocking", "say-blocking-again", "send-rlc"]], // 2.9.3.1 b
  [outOfService, "RSC", "=", ["forget-blocking", "say-blocking-again", "send-rlc"]], // 2.9.3.1 f

  // Group reset by the other end
  [circuitStates, "GRS", "=", ["reset-group"]], // 2.9.3.2
  [afterFirstBackward, "reset", "idle", ["forget-blocking", "release-call"], normalUnspecified], // 2.9.3.2
  [["idle", ...outOfService], "reset", "=", ["forget-blocking"]], // 2.9.3.2
  [["wait-rlc", "unequipped"], "reset", "idle", ["forget-blocking"]], // 2.9.3.2

  // Reset by this node
  ["unreset", "reset-alone", "reset-wait-rlc", ["send-rsc"]], // 2.9.3.1
  ["unreset", "reset-leading", "group-reset-wait-gra", []], // 2.9.3.2
  ["unreset", "reset-following", "group-reset-member", []], // 2.9.3.2
  [["idle", "wait-rlc", "unequipped"], "reset-wanted", "reset-wait-rlc", ["send-rsc"]], // 2.9.3.1
  [awaitingReset, "RLC", "idle", ["say-blocking-again"]], // 2.9.3.1
  ["reset-wait-rlc", "T16", "=", ["count-repetition", "send-rsc"]], // table A.1
  ["reset-wait-rlc", "T17", "reset-unanswered", ["send-rsc", "alert-maintenance"]], // table A.1
  ["reset-unanswered", "T17", "=", ["count-repetition", "send-rsc", "alert-maintenance"]], // table A.1
  [awaitingReset, "UCIC", "unequipped", ["alert-maintenance"]], // 2.12
  [awaitingGroupReset, "GRA", "=", ["acknowledge-group"]], // 2.9.3.2
  [[...awaitingGroupReset, "group-reset-member"], "reset-acknowledged", "idle", []], // 2.9.3.2
  ["group-reset-wait-gra", "T22", "=", ["count-repetition", "send-grs"]], // table A.1
  ["group-reset-wait-gra", "T23", "group-reset-unanswered", ["send-grs", "alert-maintenance"]], // table A.1
  ["group-reset-unanswered", "T23", "=", ["count-repetition", "send-grs", "alert-maintenance"]], // table A.1

  // Blocking by the other end
  [except("outgoing-wait-acm"), "BLO", "=", ["block", "send-bla"]], // 2.8.2.1
  [circuitStates, "UBL", "=", ["unblock", "send-uba"]], // 2.8.2.1
  [circuitStates, "CGB", "=", ["block-group"]], // 2.8.2.2
  [circuitStates, "CGU", "=", ["unblock-group"]], // 2.8.2.2
  [afterFirstBackward, "hardware-failed", "idle", ["release-call"], normalUnspecified], // 2.8.2.2
  ["wait-rlc", "hardware-failed", "idle", []], // 2.8.2.2

  // Answers to blocking by this node: local-blocking.ts
  [circuitStates, "BLA", "=", ["blocking-acknowledged"]], // 2.8.2.1
  [circuitStates, "UBA", "=", ["unblocking-acknowledged"]], // 2.8.2.1
  [circuitStates, "CGBA", "=", ["group-blocking-acknowledged"]], // 2.8.2.2
  [circuitStates, "CGUA", "=", ["group-unblocking-acknowledged"]], // 2.8.2.2
];
