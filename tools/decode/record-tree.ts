/** The records of the backplane by class (firmware/backplane), with what they carry inside (firmware/interchange). */
import { type Commit, type CommitContext, decodeCommit, isAnchor } from "../../firmware/backplane/commit.ts";
import type { recordClassNames } from "../../firmware/backplane/frame-identifier.ts";
import { receivedBits } from "../../firmware/backplane/deafness.ts";
import { enquiryRecord, refusals } from "../../firmware/backplane/enquiry-records.ts";
import {
  beatKind,
  cardKinds,
  type Heartbeat,
  heartbeat,
  roleNames,
  witnessesABeat,
} from "../../firmware/backplane/heartbeat.ts";
import { inputRecord } from "../../firmware/backplane/input-record.ts";
import { repairRecord } from "../../firmware/backplane/repair-records.ts";
import { resynchronisationRecord } from "../../firmware/backplane/resynchronisation-records.ts";
import { takeoverRecord } from "../../firmware/backplane/takeover-records.ts";
import { outputs } from "../../firmware/interchange/output.ts";
import type { Tree } from "../../firmware/isup/message-tree.ts";
import { decode, type Field } from "../../firmware/layout/layout.ts";
import { OctetReader } from "../../firmware/layout/octet-reader.ts";
import { inputTree, outputTree } from "./interchange-tree.ts";
import { type Branch, branch, named, plainTree } from "./plain-tree.ts";
import type { Report } from "./report.ts";

export type RecordClassName = (typeof recordClassNames)[number];

type RecordTree = (octets: Uint8Array, report: Report) => Branch | undefined;

const recordTrees: Readonly<Record<RecordClassName, RecordTree>> = {
  heartbeat: read("heartbeat", heartbeat, heartbeatTree),
  takeover: read("takeover", takeoverRecord, branch),
  commit: (octets, report) => commitTree(octets, report),
  input: read("input", inputRecord, ({ group, number, payload }, report) => ({
    group,
    numberLow12: number,
    ...wrapped("input", inputTree(payload, report)),
  })),
  repair: read("repair", repairRecord, repairTree),
  resynchronisation: read("resynchronisation", resynchronisationRecord, resynchronisationTree),
  management: read("management", resynchronisationRecord, resynchronisationTree),
  bulk: read("enquiry", enquiryRecord, enquiryTree),
};

/**
 * A record of this class; undefined when nothing of it can be read. A number that the bus carries shortened keeps its name
 * with the bits that are there: `sequenceLow16`.
 */
export function recordTree(name: RecordClassName, octets: Uint8Array, report: Report): Branch | undefined {
  const tree = recordTrees[name](octets, report);
  return tree && { record: name, ...tree };
}

/** Reads a layout and shows its value. */
function read<T>(subject: string, field: Field<T>, treeOf: (value: T, report: Report) => Branch): RecordTree {
  return (octets, report) => {
    const decoded = decode(field, octets);
    if (decoded.ok) return treeOf(decoded.value, report);
    report(subject, decoded.error, octets);
    return undefined;
  };
}

/** What could be read of an inner layer; nothing where nothing could. */
function wrapped(name: string, tree: Tree | undefined): Branch {
  return tree === undefined ? {} : { [name]: tree };
}

// ------------------------------------------------------------------------------------------------------------ heartbeats

function heartbeatTree(beat: Heartbeat): Branch {
  return {
    role: named(beat.role, roleNames[beat.role]),
    term: beat.term,
    leaving: beat.leaving === 1,
    realTime: beat.realTime === 1,
    hung: beat.hung === 1,
    deaf: beat.deaf,
    group: beat.group,
    incarnationLow8: beat.incarnation,
    ...beatValueTree(beat),
  };
}

/** The part of a beat that takes turns. */
function beatValueTree({ kind, value }: Heartbeat): Branch {
  switch (kind) {
    case beatKind.identity: {
      const card = (value >> 4) & 15;
      return { identity: { incarnation: value >> 8, card: named(card, cardKinds[card]), progress: value & 15 } };
    }
    case beatKind.commit:
      return { commitLow24: value };
    case beatKind.input:
      return { inputLow24: value };
    case beatKind.configuration:
      return { configurationDigest: value.toString(16).padStart(6, "0") };
    default: {
      if (kind < beatKind.received) return { kind, value };
      const firstWitness = (kind - beatKind.received) * witnessesABeat;
      return { received: { firstWitness, first: value >> receivedBits, second: value % 2 ** receivedBits } };
    }
  }
}

// --------------------------------------------------------------------------------------------------------------- commits

/** `sequence` is the whole number, where something else than the record says it. */
function commitTree(octets: Uint8Array, report: Report, sequence?: number): Branch | undefined {
  const context: CommitContext = { sequence: sequence ?? 0, timeMillis: 0, inputNumber: () => 0 };
  const decoded = decodeCommit(octets, context);
  if (!decoded.ok) {
    report("commit", decoded.error, octets);
    return undefined;
  }
  const commit = decoded.value;
  const anchors = isAnchor(commit.consumed.kind);
  return {
    group: commit.group,
    term: commit.term,
    [anchors || sequence !== undefined ? "sequence" : "sequenceLow16"]: commit.sequence,
    consumed: consumedTree(commit),
    ...(anchors && { time: utcText(commit.timeMillis) }),
    ...(!anchors && commit.timeMillis > 0 && { timeMillisLow24: commit.timeMillis }),
    ...(!anchors && { refersToInput: commit.refersToInput, ...bodyTree(commit.body, report) }),
  };
}

function consumedTree({ consumed }: Commit): Branch {
  if (consumed.kind !== "input") return branch(consumed);
  return { kind: "input", slot: consumed.slot, numberLow16: consumed.number };
}

/** Outputs, and then the changes of the tables: bits that only a card which holds the tables can read. */
function bodyTree(body: Uint8Array, report: Report): Branch {
  if (body.length === 0) return {};
  const reader = new OctetReader(body);
  const all = outputs.read(reader, "outputs");
  if (reader.error) {
    report("outputs", reader.error, body);
    return branch({ body });
  }
  const changes = body.subarray(reader.offset);
  return {
    outputs: all.map((output) => outputTree(output, report)),
    ...(changes.length > 0 && { changes: plainTree(changes) }),
  };
}

/** `1700000000000 (2023-11-14T22:13:20.000Z)`. */
function utcText(millis: number): Tree {
  return named(millis, new Date(millis).toISOString());
}

// ----------------------------------------------------------------------------------------------- repair, resynchronisation

type ValueIn<F> = F extends Field<infer T> ? T : never;

function repairTree(record: ValueIn<typeof repairRecord>, report: Report): Branch {
  if (record.kind === "input") {
    const { payload, ...rest } = record;
    return { ...branch(rest), ...wrapped("input", inputTree(payload, report)) };
  }
  if (record.kind !== "commit" && record.kind !== "salvage") return branch(record);
  const { commit, input, ...rest } = record;
  return {
    ...branch(rest),
    ...wrapped("commit", commitTree(commit, report, record.sequence)),
    ...(input.length > 0 && wrapped("input", inputTree(input, report))),
  };
}

function resynchronisationTree(record: ValueIn<typeof resynchronisationRecord>): Branch {
  if (record.kind === "piece") return { ...branch(record), last: record.last === 1 };
  if (record.kind !== "head") return branch(record);
  const { timeMillis, timeUpper, ...rest } = record;
  return { ...branch(rest), time: utcText(timeUpper * 2 ** 32 + timeMillis) };
}

// ------------------------------------------------------------------------------------------------------------- enquiries

function enquiryTree(record: ValueIn<typeof enquiryRecord>): Branch {
  return record.kind === "refused"
    ? { ...branch(record), reason: named(record.reason, refusals[record.reason]) }
    : branch(record);
}
