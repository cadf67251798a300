/** The state machine of a card that is given another firmware: fetch, verify, activate, keep or roll back. */
import { StateMachine } from "../call-server/state-machine.ts";
import type { UpgradeState } from "./upgrade-states.ts";

export type UpgradeEvent =
  | "offer"
  /** The same bundle once more, maybe by another card. */
  | "offer-again"
  /** Room has been made, or has been there; what was fetched is written. */
  | "written"
  /** And with it the bundle is whole. */
  | "written-whole"
  /** The memory refuses. */
  | "refused"
  /** The source gives nothing more. */
  | "lost"
  /** It has not for too long. */
  | "given-up"
  | "genuine"
  | "spoiled"
  | "activate"
  | "left"
  /** What is held is no firmware for this card. */
  | "unfit"
  /** Firmware is to come over a line of this card. */
  | "receive"
  /** The card is in service. */
  | "served"
  /** The time of the state is over. */
  | "retry"
  | "late";

export type UpgradeAction =
  | "open"
  | "fetch"
  | "verify"
  | "discard"
  | "arm"
  | "leave"
  | "restart"
  | "keep"
  | "note-source"
  | "forget"
  | "fail-no-room"
  | "fail-digest"
  | "fail-unfit"
  | "fail-source"
  | "fail-trial";

const underWay = ["opening", "fetching", "interrupted", "verifying", "staged"] as const;

export const upgradeMachine = new StateMachine<UpgradeState, UpgradeEvent, UpgradeAction>([
  ["settled", "offer", "opening", ["note-source", "open"]],
  ["opening", "written", "fetching", ["fetch"]],
  [["opening", "fetching"], "written-whole", "verifying", ["verify"]],
  ["fetching", "written", "=", ["fetch"]],
  ["fetching", "lost", "interrupted", []],
  ["interrupted", "retry", "fetching", ["fetch"]],
  ["interrupted", "given-up", "settled", ["fail-source"]],
  [["opening", "fetching", "arming"], "refused", "settled", ["fail-no-room"]],
  ["verifying", "genuine", "staged", []],
  ["verifying", "spoiled", "settled", ["discard", "fail-digest"]],
  // Another one may offer the same; another bundle begins anew.
  [underWay, "offer", "opening", ["note-source", "open"]],
  [["opening", "fetching", "verifying", "staged"], "offer-again", "=", ["note-source"]],
  ["interrupted", "offer-again", "fetching", ["note-source", "fetch"]],
  ["staged", "activate", "arming", ["arm"]],
  ["arming", "written", "leaving", ["leave"]],
  ["arming", "unfit", "settled", ["discard", "fail-unfit"]],
  [["settled", "interrupted", "staged"], "receive", "settled", ["forget"]],
  ["leaving", "left", "restarting", ["restart"]],
  // Restarted without having been kept, the card boots what it ran before.
  ["trial", "served", "keeping", ["keep"]],
  ["trial", "late", "restarting", ["fail-trial", "restart"]],
  ["keeping", "written", "settled", []],
  ["keeping", "refused", "restarting", ["fail-trial", "restart"]],
]);
