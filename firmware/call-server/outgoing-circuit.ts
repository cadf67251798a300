/** The outgoing circuit of a call. Each row names its clause of Q.764. */
import type { CircuitRow } from "./circuit-machine.ts";
import { outgoingStates } from "./circuit-states.ts";
import { releaseCause } from "./release-causes.ts";

export const outgoingRows: readonly CircuitRow[] = [
  ["idle", "seize", "outgoing-wait-acm", []], // 2.1.1.1
  ["outgoing-wait-acm", "ACM", "outgoing-wait-anm", ["note-address-complete", "pass-on", "tell-alerting"]], // 2.1.4
  ["outgoing-wait-acm", "CON", "outgoing-answered", ["pass-on", "tell-answered", "note-answer"]], // 2.1.4, 2.1.7
  ["outgoing-wait-anm", "CPG", "=", ["pass-on"]], // 2.1.5
  ["outgoing-answered", "CPG", "=", ["pass-on"]], // 2.1.5
  ["outgoing-wait-anm", "ANM", "outgoing-answered", ["pass-on", "tell-answered", "note-answer"]], // 2.1.7
  ["outgoing-wait-acm", "T7", "wait-rlc", ["release-call", "send-rel"], releaseCause.recoveryOnTimerExpiry], // 2.1.1, table A.1
  ["outgoing-wait-anm", "T9", "wait-rlc", ["release-call", "send-rel"], releaseCause.noAnswerFromUser], // 2.1.4, table A.1
  [outgoingStates, "REL", "idle", ["send-rlc", "release-call"]], // 2.2.2, 2.3.2
  [outgoingStates, "release", "wait-rlc", ["send-rel"]], // 2.2.1, 2.3.1
  // Before the first backward message the call can still go another way (2.8.1). The circuit that it leaves is given up first: the
  // called party would be found busy with the attempt before.
  ["outgoing-wait-acm", "IAM", "=", ["settle-dual-seizure"]], // 2.9.1.4
  ["outgoing-wait-acm", "seizure-lost", "incoming-wait-acm", ["try-again", "set-up"]], // 2.9.1.4 b
  ["outgoing-wait-acm", "BLO", "wait-rlc", ["block", "send-bla", "send-rel", "try-again"]], // 2.8.2.1
  ["outgoing-wait-acm", "RSC", "idle", ["forget-blocking", "say-blocking-again", "send-rlc", "try-again"]], // 2.9.3.1 c, e
  ["outgoing-wait-acm", "reset", "idle", ["forget-blocking", "try-again"]], // 2.9.3.2
  ["outgoing-wait-acm", "hardware-failed", "idle", ["try-again"]], // 2.8.2.2
  ["outgoing-wait-acm", "UCIC", "unequipped", ["try-again", "alert-maintenance"]], // 2.12
  ["outgoing-wait-acm", "unreasonable", "reset-wait-rlc", ["send-rsc", "try-again"]], // 2.9.5.1
  ["outgoing-wait-anm", "unreasonable", "=", []], // 2.9.5.1
  ["outgoing-answered", "unreasonable", "=", []], // 2.9.5.1
];
