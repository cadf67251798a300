/** What the dissector knows of the records: where each begins, what lies in which field, and what numbers are called. */
import { anchor, beginning, commitRecord, consumedKinds } from "../../firmware/backplane/commit.ts";
import { enquiryRecord, refusals } from "../../firmware/backplane/enquiry-records.ts";
import { recordClass, type recordClassNames } from "../../firmware/backplane/frame-identifier.ts";
import { beatKind, heartbeat, roleNames } from "../../firmware/backplane/heartbeat.ts";
import { inputRecord } from "../../firmware/backplane/input-record.ts";
import { repairRecord } from "../../firmware/backplane/repair-records.ts";
import { resynchronisationRecord } from "../../firmware/backplane/resynchronisation-records.ts";
import { takeoverRecord } from "../../firmware/backplane/takeover-records.ts";
import { gatewayEvent, input } from "../../firmware/interchange/input.ts";
import { outputs } from "../../firmware/interchange/output.ts";
import { causeNames } from "../../firmware/isup/causes.ts";
import { layout, rest, type Shape } from "../../firmware/layout/layout.ts";
import { verbNames } from "../decode/interchange-tree.ts";

/** What is dissected on its own; its name begins the names of its fields. */
export const roots = {
  heartbeat: heartbeat.shape,
  takeover: takeoverRecord.shape,
  commit: commitRecord.shape,
  beginning: beginning.shape,
  anchor: anchor.shape,
  /** Of a commit that is no anchor: outputs, and changes that only those can read who hold the tables. */
  body: layout("body", { outputs, changes: rest }).shape,
  input: inputRecord.shape,
  told: input.shape,
  repair: repairRecord.shape,
  resynchronisation: resynchronisationRecord.shape,
  enquiry: enquiryRecord.shape,
} as const satisfies Readonly<Record<string, Shape>>;

export type Root = keyof typeof roots;

/** By class, as tools/decode/record-tree.ts has them. */
export const rootsOfClasses: Readonly<Record<(typeof recordClassNames)[number], Root>> = {
  heartbeat: "heartbeat",
  takeover: "takeover",
  commit: "commit",
  input: "input",
  repair: "repair",
  management: "resynchronisation",
  resynchronisation: "resynchronisation",
  bulk: "enquiry",
};

/** What lies in the octets of a field. `isup`: an ISUP message from its type on. `body`: what `consumed` says. */
export const inner: Readonly<Record<string, Root | "isup">> = {
  "input.payload": "told",
  "commit.body": "body",
  "repair.commit.commit": "commit",
  "repair.commit.input": "told",
  "repair.input.payload": "told",
  "repair.salvage.commit": "commit",
  "repair.salvage.input": "told",
  "told.isup.message": "isup",
  "told.unequipped.message": "isup",
  "told.broadcast.message": "isup",
  "told.broadcastUnequipped.message": "isup",
  "body.outputs.message.message": "isup",
  "body.outputs.instruct.instruction.unequipped.message": "isup",
};

/** What the body of a commit is instead, by what it consumed. */
export const bodies: Readonly<Record<number, Root>> = {
  [consumedKinds.indexOf("begin")]: "beginning",
  [consumedKinds.indexOf("card")]: "anchor",
};

type Names = Readonly<Record<number, string>>;

function byNumber(numbers: Readonly<Record<string, number>>): Names {
  return Object.fromEntries(Object.entries(numbers).map(([name, number]) => [number, name]));
}

const modes: Names = { 1: "receive only", 2: "both ways" };

/** What the numbers of a field are called. */
export const names: Readonly<Record<string, Names>> = {
  "heartbeat.role": { ...roleNames },
  "heartbeat.kind": byNumber(beatKind),
  "commit.consumed": { ...consumedKinds },
  "told.gateway.event": byNumber(gatewayEvent),
  "told.done.verb": verbNames,
  "told.refused.verb": verbNames,
  "told.refused.cause": causeNames,
  "enquiry.refused.reason": { ...refusals },
  "body.outputs.instruct.instruction.create.mode": modes,
  "body.outputs.instruct.instruction.modify.mode": modes,
};

export const classNames: Names = byNumber(recordClass);
