/**
 * The side of an association that is asked: what an SGP (or an IPSP that waits) makes of the state of the ASP at the other end
 * (RFC 4666 4.3.1, 4.3.4). A pair without a row is a message that is not expected (ERR "Unexpected Message").
 */
import type { AspState } from "./asp-state.ts";
import type { ProcedureRow } from "./procedure-table.ts";

export type PeerAspState = "closed" | AspState;

export type PeerAspEvent =
  | "connected"
  | "disconnected"
  | "up"
  | "active"
  | "inactive"
  | "down"
  /** Another ASP became active in override mode. */
  | "overridden"
  /** Our management takes the peer out of traffic, or down. */
  | "bar-active"
  | "bar-up";

export type PeerAspAction =
  | "send-up-ack"
  | "send-active-ack"
  | "send-inactive-ack"
  | "send-down-ack"
  /** ERR "Unexpected Message". */
  | "send-unexpected"
  /** NTFY "Alternate ASP Active". */
  | "notify-alternate";

// biome-ignore format: one row of the RFC a line
export const peerAspRows: readonly ProcedureRow<PeerAspState, PeerAspEvent, PeerAspAction>[] = [
  // state      event           next        actions
  ["closed",    "connected",    "down",     []],

  ["down",      "up",           "inactive", ["send-up-ack"]],                    // 4.3.4.1
  ["down",      "down",         "down",     ["send-down-ack"]],                  // 4.3.4.2
  ["down",      "disconnected", "closed",   []],

  ["inactive",  "up",           "inactive", ["send-up-ack"]],                    // 4.3.4.1
  ["inactive",  "active",       "active",   ["send-active-ack"]],                // 4.3.4.3
  ["inactive",  "inactive",     "inactive", ["send-inactive-ack"]],              // 4.3.4.4
  ["inactive",  "down",         "down",     ["send-down-ack"]],                  // 4.3.4.2
  ["inactive",  "bar-up",       "down",     ["send-down-ack"]],                  // 4.3.4.2
  ["inactive",  "disconnected", "closed",   []],

  ["active",    "up",           "inactive", ["send-up-ack", "send-unexpected"]], // 4.3.4.1
  ["active",    "active",       "active",   ["send-active-ack"]],                // 4.3.4.3
  ["active",    "inactive",     "inactive", ["send-inactive-ack"]],              // 4.3.4.4
  ["active",    "down",         "down",     ["send-down-ack"]],                  // 4.3.4.2
  ["active",    "overridden",   "inactive", ["notify-alternate"]],               // 4.3.4.3
  ["active",    "bar-active",   "inactive", ["send-inactive-ack"]],              // 4.3.4.4
  ["active",    "bar-up",       "down",     ["send-down-ack"]],                  // 4.3.4.2
  ["active",    "disconnected", "closed",   []],
];
