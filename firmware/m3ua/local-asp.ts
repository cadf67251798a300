/**
 * The side of an association that brings itself up: what an ASP (or an IPSP that begins) makes of its own state at the peer
 * (RFC 4666 4.3.1, 4.3.4).
 *
 * The RFC's three states are split by what is being waited for; `aspState` gives the RFC's. A pair without a row is a message
 * that is not expected (ERR "Unexpected Message"), or means nothing when it is no message.
 */
import type { AspState } from "./asp-state.ts";
import type { ProcedureRow } from "./procedure-table.ts";

export type LocalAspState =
  | "closed"
  | "down"
  | "up-sent"
  | "inactive"
  | "active-sent"
  | "active"
  /** Another ASP has taken over the traffic; this one waits to be needed. */
  | "standby"
  | "inactive-sent"
  | "down-sent";

export type LocalAspEvent =
  | "connected"
  | "disconnected"
  /** The state wanted is above, or below, the one that is reached or asked for. */
  | "raise"
  | "lower"
  | "up-ack"
  | "active-ack"
  | "inactive-ack"
  | "down-ack"
  /** NTFY: another ASP is active in override mode. */
  | "alternate-active"
  /** NTFY: no ASP of the AS is active any more. */
  | "as-pending"
  | "Tack";

export type LocalAspAction =
  | "send-up"
  | "send-active"
  | "send-inactive"
  | "send-down"
  /** ERR "Unexpected Message". */
  | "send-unexpected";

/** Per state: the RFC's ASP state, the state that is being asked for, and whether T(ack) runs. */
export const localAspStates: {
  readonly [S in LocalAspState]: { readonly aspState: AspState; readonly goal: AspState; readonly awaitsAck: boolean };
} = {
  closed: { aspState: "down", goal: "down", awaitsAck: false },
  down: { aspState: "down", goal: "down", awaitsAck: false },
  "up-sent": { aspState: "down", goal: "inactive", awaitsAck: true },
  inactive: { aspState: "inactive", goal: "inactive", awaitsAck: false },
  "active-sent": { aspState: "inactive", goal: "active", awaitsAck: true },
  active: { aspState: "active", goal: "active", awaitsAck: false },
  standby: { aspState: "inactive", goal: "inactive", awaitsAck: false },
  "inactive-sent": { aspState: "inactive", goal: "inactive", awaitsAck: true },
  "down-sent": { aspState: "down", goal: "down", awaitsAck: true },
};

// biome-ignore format: one row of the RFC a line
export const localAspRows: readonly ProcedureRow<LocalAspState, LocalAspEvent, LocalAspAction>[] = [
  // state          event               next             actions
  ["closed",        "connected",        "down",          []],

  ["down",          "raise",            "up-sent",       ["send-up"]],         // 4.3.4.1
  ["down",          "up-ack",           "inactive",      ["send-unexpected"]], // 4.3.4.1, not asked for: the peer thinks us up
  ["down",          "down-ack",         "down",          []],                  // 4.3.4.2, the second one
  ["down",          "disconnected",     "closed",        []],

  ["up-sent",       "up-ack",           "inactive",      []],                  // 4.3.4.1
  ["up-sent",       "down-ack",         "up-sent",       []],                  // late, for what was sent before
  ["up-sent",       "Tack",             "up-sent",       ["send-up"]],         // 4.3.4.1
  ["up-sent",       "lower",            "down-sent",     ["send-down"]],
  ["up-sent",       "disconnected",     "closed",        []],

  ["inactive",      "raise",            "active-sent",   ["send-active"]],     // 4.3.4.3
  ["inactive",      "lower",            "down-sent",     ["send-down"]],       // 4.3.4.2
  ["inactive",      "up-ack",           "inactive",      []],                  // 4.3.4.1, the second one
  ["inactive",      "inactive-ack",     "inactive",      []],                  // 4.3.4.4, the second one
  ["inactive",      "down-ack",         "down",          []],                  // 4.3.4.2, the peer took us down
  ["inactive",      "disconnected",     "closed",        []],

  ["active-sent",   "active-ack",       "active",        []],                  // 4.3.4.3
  ["active-sent",   "up-ack",           "active-sent",   []],                  // late
  ["active-sent",   "inactive-ack",     "active-sent",   []],                  // late
  ["active-sent",   "down-ack",         "down",          []],                  // 4.3.4.2
  ["active-sent",   "Tack",             "active-sent",   ["send-active"]],     // 4.3.4.3
  ["active-sent",   "lower",            "inactive-sent", ["send-inactive"]],
  ["active-sent",   "disconnected",     "closed",        []],

  ["active",        "active-ack",       "active",        []],                  // 4.3.4.3, the second one
  ["active",        "up-ack",           "inactive",      ["send-unexpected"]], // 4.3.4.1
  ["active",        "inactive-ack",     "inactive",      []],                  // 4.3.4.4, the peer took us out of traffic
  ["active",        "down-ack",         "down",          []],                  // 4.3.4.2
  ["active",        "alternate-active", "standby",       []],                  // 4.3.4.3, override
  ["active",        "lower",            "inactive-sent", ["send-inactive"]],   // 4.3.4.4
  ["active",        "disconnected",     "closed",        []],

  ["standby",       "raise",            "active-sent",   ["send-active"]],
  ["standby",       "as-pending",       "active-sent",   ["send-active"]],     // 5.2
  ["standby",       "lower",            "down-sent",     ["send-down"]],
  ["standby",       "up-ack",           "standby",       []],
  ["standby",       "inactive-ack",     "standby",       []],
  ["standby",       "down-ack",         "down",          []],
  ["standby",       "disconnected",     "closed",        []],

  ["inactive-sent", "inactive-ack",     "inactive",      []],                  // 4.3.4.4
  ["inactive-sent", "active-ack",       "inactive-sent", []],                  // late
  ["inactive-sent", "up-ack",           "inactive-sent", []],                  // late
  ["inactive-sent", "down-ack",         "down",          []],
  ["inactive-sent", "Tack",             "inactive-sent", ["send-inactive"]],   // 4.3.4.4
  ["inactive-sent", "disconnected",     "closed",        []],

  ["down-sent",     "down-ack",         "down",          []],                  // 4.3.4.2
  ["down-sent",     "up-ack",           "down-sent",     []],                  // late
  ["down-sent",     "active-ack",       "down-sent",     []],                  // late
  ["down-sent",     "inactive-ack",     "down-sent",     []],                  // late
  ["down-sent",     "Tack",             "down-sent",     ["send-down"]],       // 4.3.4.2
  ["down-sent",     "disconnected",     "closed",        []],
];
