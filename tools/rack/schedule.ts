/** What is to happen to a running rack, and when: `primary@10s`, `A@20s`, `@15s`, `primary@commit:3`, `west/5-8@10s`. */
import { commandText, type OperatorCommand } from "../../firmware/card/operator-command.ts";
import { type Micros, microsPerMilli } from "../../firmware/time.ts";
import { parseDuration } from "../exchange/duration.ts";

/** Cards by what they are at the moment, by where they are, or the last one that was pulled or frozen. */
export type Target = "primary" | "backup" | OfGroup | "lim" | "transporter" | "last" | number;
/** `primary` and `backup` are those of the first group; this is any. */
export interface OfGroup {
  readonly role: "primary" | "backup";
  readonly group: number;
}
export type PlaneName = "A" | "B";

export const cardActions = ["pull", "freeze", "insert", "thaw"] as const;
export type CardAction = (typeof cardActions)[number];
export const planeActions = ["cut", "mend"] as const;
export type PlaneAction = (typeof planeActions)[number];

export const circuitActions = ["block", "unblock"] as const;
export type CircuitAction = (typeof circuitActions)[number];

export type RackAction =
  | { readonly action: CardAction; readonly target: Target }
  /** The card is pulled right after so many frames of commits that it sends. */
  | { readonly action: "pull-at-commit"; readonly target: Target; readonly frames: number }
  | { readonly action: PlaneAction; readonly plane: PlaneName }
  | { readonly action: CircuitAction; readonly command: OperatorCommand };

/** An action, and how long after the calls have begun it is due. */
export type PlannedAction = RackAction & { readonly at: Micros };

export type Parsed<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly reason: string };

const roles = ["primary", "backup", "lim", "transporter"] as const;
const slotMax = 63;

/** Reads what follows `--pull`, `--freeze`, `--insert` or `--thaw`. */
export function parseCardAction(action: CardAction, text: string): Parsed<PlannedAction> {
  const parts = /^([^@]*)@(.+)$/.exec(text);
  if (parts === null) return wrong("a time is missing: such as primary@10s");
  const target = parseTarget(parts[1], action);
  if (target === undefined) {
    return wrong(`${parts[1]} is no card: ${roles.join(", ")}, primary-2 (of group 2) or the number of a slot`);
  }
  const atCommit = /^(?:(.+):)?commit:(\d{1,6})$/.exec(parts[2]);
  const time = atCommit === null ? parts[2] : (atCommit[1] ?? "0s");
  const at = parseDuration(time);
  if (at === undefined) return wrong(`${time} is no time: such as 500ms, 10s or 2m`);
  if (atCommit === null) return { ok: true, value: { action, target, at } };
  const frames = Number(atCommit[2]);
  if (action !== "pull") return wrong("only a pull can wait for a commit");
  if (frames === 0) return wrong("frames of commits are counted from 1");
  return { ok: true, value: { action: "pull-at-commit", target, frames, at } };
}

/** Reads what follows `--cut` or `--mend`. */
export function parsePlaneAction(action: PlaneAction, text: string): Parsed<PlannedAction> {
  const parts = /^([^@]*)@(.+)$/.exec(text);
  if (parts === null) return wrong("a time is missing: such as A@10s");
  const plane = parts[1].toUpperCase();
  if (plane !== "A" && plane !== "B") return wrong(`${parts[1] || "nothing"} is no plane: A or B`);
  const at = parseDuration(parts[2]);
  if (at === undefined) return wrong(`${parts[2]} is no time: such as 500ms, 10s or 2m`);
  return { ok: true, value: { action, plane, at } };
}

/** Reads what follows `--block` or `--unblock`. */
export function parseCircuitAction(action: CircuitAction, text: string): Parsed<PlannedAction> {
  const parts = /^([^@]*)@(.+)$/.exec(text);
  if (parts === null) return wrong("a time is missing: such as west/5@10s");
  const circuits = /^(.+)\/(\d{1,4})(?:-(\d{1,4}))?$/.exec(parts[1]);
  if (circuits === null) return wrong(`${parts[1] || "nothing"} are no circuits: such as west/5 or west/5-8`);
  const at = parseDuration(parts[2]);
  if (at === undefined) return wrong(`${parts[2]} is no time: such as 500ms, 10s or 2m`);
  const [, exchange, first, last = first] = circuits;
  const command = { verb: action, exchange, firstCic: Number(first), lastCic: Number(last) };
  return { ok: true, value: { action, command, at } };
}

/** In the order in which they are due; what is due at the same time stays in the order given. */
export function sortSchedule(actions: readonly PlannedAction[]): readonly PlannedAction[] {
  return [...actions].sort((one, other) => one.at - other.at);
}

/** As in `pull primary`, `insert`, `cut plane A` or `block west/5`. */
export function actionText(action: RackAction): string {
  if ("command" in action) return commandText(action.command);
  if ("plane" in action) return `${action.action} plane ${action.plane}`;
  const target = targetText(action.target);
  if (action.action !== "pull-at-commit") return `${action.action} ${target}`;
  return `pull ${target} after its ${action.frames}. frame of commits`;
}

function targetText(target: Target): string {
  if (typeof target === "number") return `slot ${target}`;
  if (typeof target === "object") return `${target.role} of group ${target.group}`;
  return target === "last" ? "the last one" : target;
}

export function timeText(at: Micros): string {
  return `${at / (1000 * microsPerMilli)} s`;
}

/** Nothing stands for the last card to those who put back, for the primary to those who take away. */
function parseTarget(text: string, action: CardAction): Target | undefined {
  if (text === "") return action === "insert" || action === "thaw" ? "last" : "primary";
  if (/^\d{1,2}$/.test(text)) return Number(text) <= slotMax ? Number(text) : undefined;
  const ofGroup = /^(primary|backup)-(\d{1,2})$/.exec(text);
  if (ofGroup !== null) return { role: ofGroup[1] as OfGroup["role"], group: Number(ofGroup[2]) };
  return roles.find((role) => role === text);
}

function wrong(reason: string): { readonly ok: false; readonly reason: string } {
  return { ok: false, reason };
}
