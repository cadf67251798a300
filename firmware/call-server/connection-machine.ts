/** The state machine of a connection in a media gateway. */
import type { ConnectionState, ConnectionTimer } from "./connection-states.ts";
import { releaseCause } from "./release-causes.ts";
import { StateMachine } from "./state-machine.ts";

export type ConnectionEvent =
  | "created"
  | "create-refused"
  | "modified"
  | "modify-refused"
  | "deleted"
  | "delete-refused"
  | ConnectionTimer
  /** The called party has answered. */
  | "answer"
  /** The call needs it no longer. */
  | "release"
  /** One of its endpoints failed. */
  | "endpoint-failed"
  /** The gateway restarted: it has no connections. */
  | "gateway-restarted"
  /** The gateway was told often enough to remove it. */
  | "given-up";

export type ConnectionAction =
  | "note-created"
  | "go-through-if-answered"
  | "send-modify"
  | "send-delete"
  | "send-delete-again"
  | "release-call"
  | "alert-maintenance";

const wanted = ["creating", "backward", "modifying", "through"] as const;
const failure = releaseCause.temporaryFailure;

export const connectionMachine = new StateMachine<ConnectionState, ConnectionEvent, ConnectionAction>([
  ["creating", "created", "backward", ["note-created", "go-through-if-answered"]],
  ["creating", "create-refused", "gone", ["release-call"], failure],
  ["creating", "guard", "deleting", ["send-delete", "release-call"], failure],
  ["creating", "answer", "=", []],
  ["backward", "answer", "modifying", ["send-modify"]],
  ["modifying", "modified", "through", []],
  ["modifying", "modify-refused", "deleting", ["send-delete", "release-call"], failure],
  ["modifying", "guard", "deleting", ["send-delete", "release-call"], failure],
  // Before the gateway has replied, too: the transporter keeps the order, and the gateway removes what is of the call (RFC 3435 2.3.9).
  [wanted, "release", "deleting", ["send-delete"]],
  [wanted, "endpoint-failed", "deleting", ["send-delete", "release-call"], failure],
  // The reply to a create that the call did not wait for: the delete comes after it.
  ["deleting", "created", "=", ["note-created"]],
  ["deleting", "create-refused", "=", []],
  ["deleting", "deleted", "gone", []],
  ["deleting", "delete-refused", "gone", []],
  ["deleting", "guard", "=", ["send-delete-again"]],
  ["deleting", "given-up", "gone", ["alert-maintenance"]],
  [wanted, "gateway-restarted", "gone", ["release-call"], failure],
  ["deleting", "gateway-restarted", "gone", []],
]);
