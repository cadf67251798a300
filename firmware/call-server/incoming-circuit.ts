/** The incoming circuit of a call. Each row names its clause of Q.764. */
import type { CircuitRow } from "./circuit-machine.ts";
import { incomingStates } from "./circuit-states.ts";
import { releaseCause } from "./release-causes.ts";

export const incomingRows: readonly CircuitRow[] = [
  ["idle", "IAM", "incoming-wait-acm", ["set-up"]], // 2.1.1.2, 2.1.1.3
  ["unequipped", "IAM", "incoming-wait-acm", ["set-up"]], // 2.12: it is equipped after all
  ["incoming-wait-acm", "alerting", "incoming-wait-anm", []], // 2.1.4
  ["incoming-wait-acm", "answered", "incoming-answered", []], // 2.1.7, CON
  ["incoming-wait-anm", "answered", "incoming-answered", []], // 2.1.7
  [incomingStates, "REL", "idle", ["send-rlc", "release-call"]], // 2.2.2
  [incomingStates, "release", "wait-rlc", ["send-rel"]], // 2.2.1, 2.3.1
  ["incoming-wait-acm", "unreasonable", "reset-wait-rlc", ["release-call", "send-rsc"], releaseCause.protocolError], // 2.9.5.1
  ["incoming-wait-anm", "unreasonable", "=", []], // 2.9.5.1
  ["incoming-answered", "unreasonable", "=", []], // 2.9.5.1
];
