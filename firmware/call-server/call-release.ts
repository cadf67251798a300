/** The end of a call (Q.764 2.2, 2.3): both circuits and the connection are released, whoever began. */
import { inCall } from "./circuit-states.ts";
import { release } from "./own-messages.ts";
import type { StateRow } from "./tables/node-tables.ts";
import type { Turn } from "./turn.ts";

export interface ReleaseReason {
  readonly by: Exclude<StateRow["releasedBy"], "nobody">;
  readonly cause: number;
  /** The REL as received, to be passed on, or one that says more than the cause. */
  readonly message?: Uint8Array;
}

/** Does nothing for a call that is released already. The first reason is the call's. */
export function releaseCall(turn: Turn, call: number, reason: ReleaseReason): void {
  if (!turn.hasState(call) || turn.state(call).releasedBy !== "nobody") return;
  const state = turn.editState(call);
  state.release = reason.message ?? release(reason.cause);
  state.releasedBy = reason.by;
  state.releasedAt = turn.time();
  const { incoming, outgoing, connection } = state;
  for (const circuit of [incoming, outgoing]) {
    const row = turn.endpoint(circuit);
    if (row.call === call && inCall(row.state)) turn.fireCircuit(circuit, "release");
  }
  turn.fireConnection(connection, "release");
}
