/** What the rows of the connection's state machine do. */
import { releaseCall } from "./call-release.ts";
import { releaseCause } from "./release-causes.ts";
import type { Actions, Turn } from "./turn.ts";

const connectionMode = { bothWays: 2 } as const;
/** How often a gateway is told once more to remove a connection. */
const deleteRepeatsMax = 3;

export const connectionActions: Actions["connection"] = {
  "note-created": (turn, reference) => {
    if (turn.input?.kind !== "created") return;
    const { identifier, secondIdentifier, port, address = 0, payloadType = 0 } = turn.input;
    Object.assign(turn.editConnection(reference), { identifier, secondIdentifier, address, port, payloadType });
  },
  "go-through-if-answered": (turn, reference) => {
    const { call } = turn.connection(reference);
    if (turn.hasState(call) && turn.state(call).answeredAt > 0) turn.fireConnection(reference, "answer");
  },
  "send-modify": (turn, reference) => {
    const { circuit, otherCircuit, identifier, secondIdentifier } = turn.connection(reference);
    turn.instructGateway(circuit, {
      kind: "modify",
      call: reference,
      circuit,
      otherCircuit,
      mode: connectionMode.bothWays,
      identifier,
      secondIdentifier,
    });
  },
  "send-delete": sendDelete,
  "send-delete-again": (turn, reference) => {
    const row = turn.editConnection(reference);
    if (row.repeats === deleteRepeatsMax) {
      turn.fireConnection(reference, "given-up");
      return;
    }
    row.repeats++;
    sendDelete(turn, reference);
  },
  "release-call": (turn, reference, cause) => {
    releaseCall(turn, turn.connection(reference).call, {
      by: "exchange",
      cause: cause ?? releaseCause.temporaryFailure,
    });
  },
  "alert-maintenance": (turn, reference) => {
    const { circuit, otherCircuit } = turn.connection(reference);
    const names = [circuit, otherCircuit].map((each) => turn.node.plan.nameOf(each)).join(" - ");
    turn.alarm(`gateway does not remove the connection ${names}`);
  },
};

function sendDelete(turn: Turn, reference: number): void {
  const { circuit, otherCircuit, identifier, secondIdentifier } = turn.connection(reference);
  turn.instructGateway(circuit, {
    kind: "delete",
    call: reference,
    circuit,
    otherCircuit,
    identifier,
    secondIdentifier,
  });
}
