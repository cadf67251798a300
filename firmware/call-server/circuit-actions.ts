/** What the rows of the circuit's state machine do. */
import { blockGroup, groupAcknowledged, unblockGroup } from "./group-blocking.ts";
import { fireBlocking } from "./local-blocking.ts";
import type { CircuitEvent } from "./circuit-machine.ts";
import { inCall } from "./circuit-states.ts";
import { releaseCall } from "./call-release.ts";
import { setUpCall, tryAgain } from "./call-set-up.ts";
import { acknowledgeGroup, resetGroup } from "./group-reset.ts";
import { noCircuit } from "./tables/column.ts";
import {
  blockingAcknowledgement,
  causeOf,
  groupReset,
  release,
  releaseComplete,
  resetCircuit,
  unblockingAcknowledgement,
} from "./own-messages.ts";
import { releaseCause } from "./release-causes.ts";
import type { Actions, Turn } from "./turn.ts";

const { normalUnspecified } = releaseCause;

export const circuitActions: Actions["circuit"] = {
  "set-up": setUpCall,
  "try-again": tryAgain,

  "note-address-complete": (turn, circuit) => {
    if (turn.consumed) turn.editState(turn.endpoint(circuit).call).addressComplete = turn.consumed;
  },
  "note-answer": (turn, circuit) => {
    const { call } = turn.endpoint(circuit);
    turn.editState(call).answeredAt = turn.time();
    turn.fireConnection(turn.state(call).connection, "answer");
  },

  "pass-on": (turn, circuit) => {
    const other = otherCircuit(turn, circuit);
    if (turn.consumed && inCall(turn.endpoint(other).state)) turn.send(other, turn.consumed);
  },
  "tell-alerting": (turn, circuit) => tell(turn, circuit, "alerting"),
  "tell-answered": (turn, circuit) => tell(turn, circuit, "answered"),

  "release-call": (turn, circuit, cause) => {
    const { call } = turn.endpoint(circuit);
    const received = turn.message?.type === "REL" ? turn.consumed : undefined;
    if (received === undefined) {
      releaseCall(turn, call, { by: "exchange", cause: cause ?? normalUnspecified });
      return;
    }
    const by = turn.state(call).incoming === circuit ? "calling" : "called";
    releaseCall(turn, call, { by, cause: causeOf(received) ?? normalUnspecified, message: received });
  },

  "settle-dual-seizure": (turn, circuit) => {
    turn.node.counters.count("dualSeizures");
    if (!turn.node.plan.controls(circuit)) turn.fireCircuit(circuit, "seizure-lost");
  },

  "send-rel": (turn, circuit) => {
    const { call } = turn.endpoint(circuit);
    const given = turn.hasState(call) ? turn.state(call).release : undefined;
    // A circuit that its call left for another one is released for no reason of the call's.
    turn.send(circuit, given !== undefined && given.length > 0 ? given : release(normalUnspecified));
  },
  "send-rlc": (turn, circuit) => turn.send(circuit, releaseComplete),
  "send-rsc": (turn, circuit) => {
    turn.setBlocking(circuit, { remoteMaintenance: false, remoteHardware: false });
    turn.send(circuit, resetCircuit);
  },
  "send-grs": (turn, circuit) => turn.send(circuit, groupReset(turn.endpoint(circuit).range)),
  "send-bla": (turn, circuit) => turn.send(circuit, blockingAcknowledgement),
  "send-uba": (turn, circuit) => turn.send(circuit, unblockingAcknowledgement),

  block: (turn, circuit) => turn.setBlocking(circuit, { remoteMaintenance: true }),
  unblock: (turn, circuit) => turn.setBlocking(circuit, { remoteMaintenance: false }),
  "forget-blocking": (turn, circuit) => turn.setBlocking(circuit, { remoteMaintenance: false, remoteHardware: false }),
  "block-group": blockGroup,
  "unblock-group": unblockGroup,
  "blocking-acknowledged": (turn, circuit) => acknowledged(turn, circuit, "BLA"),
  "unblocking-acknowledged": (turn, circuit) => acknowledged(turn, circuit, "UBA"),
  "group-blocking-acknowledged": (turn, circuit) => groupAcknowledged(turn, circuit, "BLA"),
  "group-unblocking-acknowledged": (turn, circuit) => groupAcknowledged(turn, circuit, "UBA"),
  "say-blocking-again": (turn, circuit) => void fireBlocking(turn, [circuit], "reset"),

  "reset-group": resetGroup,
  "acknowledge-group": acknowledgeGroup,

  "count-repetition": (turn, circuit) => {
    const row = turn.editEndpoint(circuit);
    row.repeats = (row.repeats + 1) % 16;
  },
  "alert-maintenance": (turn, circuit) => {
    turn.node.counters.count("circuitAlarms");
    turn.alarm(`circuit ${turn.node.plan.nameOf(circuit)}: ${turn.endpoint(circuit).state}`);
  },
};

/** The other circuit of a circuit's call; `noCircuit` when there is none (any more). */
export function otherCircuit(turn: Turn, circuit: number): number {
  const { call } = turn.endpoint(circuit);
  if (!turn.hasState(call)) return noCircuit;
  const { incoming, outgoing } = turn.state(call);
  const other = incoming === circuit ? outgoing : incoming;
  return turn.endpoint(other).call === call ? other : noCircuit;
}

function acknowledged(turn: Turn, circuit: number, event: "BLA" | "UBA"): void {
  if (!fireBlocking(turn, [circuit], event)) turn.node.counters.count("messagesUnexpected");
}

function tell(turn: Turn, circuit: number, event: CircuitEvent): void {
  const other = otherCircuit(turn, circuit);
  if (other !== noCircuit) turn.fireCircuit(other, event);
}
