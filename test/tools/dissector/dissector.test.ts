/** The dissector's tables are those of the records, and Wireshark reads with it what the project's own decoder reads. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { anchor, beginning, commitRecord, encodeCommit } from "../../../firmware/backplane/commit.ts";
import { enquiryRecord } from "../../../firmware/backplane/enquiry-records.ts";
import { recordClass } from "../../../firmware/backplane/frame-identifier.ts";
import { beatKind, heartbeat } from "../../../firmware/backplane/heartbeat.ts";
import { inputRecord } from "../../../firmware/backplane/input-record.ts";
import { repairRecord } from "../../../firmware/backplane/repair-records.ts";
import { resynchronisationRecord } from "../../../firmware/backplane/resynchronisation-records.ts";
import { takeoverRecord } from "../../../firmware/backplane/takeover-records.ts";
import { type Input, input } from "../../../firmware/interchange/input.ts";
import { type Instruction, type Output, outputs } from "../../../firmware/interchange/output.ts";
import { encodeMessage } from "../../../firmware/isup/codec.ts";
import { toHex } from "../../../firmware/isup/format-codec.ts";
import type { Tree } from "../../../firmware/isup/message-tree.ts";
import { decode, encode, type Field, layout, rest, type Shape } from "../../../firmware/layout/layout.ts";
import { withTables } from "../../../tools/dissector/lua-tables.ts";
import { bodies, inner, type Root, roots, rootsOfClasses } from "../../../tools/dissector/record-shapes.ts";
import { recordsFrom } from "../../../tools/decode/candump.ts";
import { type RecordClassName, recordTree } from "../../../tools/decode/record-tree.ts";
import { SimulatedRack } from "../../../tools/simulator/simulated-rack.ts";
import { frameInLine, lineOfFrame } from "../../../tools/trace/candump-line.ts";
import { segmented } from "../../firmware/backplane/segmented.ts";
import { sampleMessages } from "../../firmware/isup/sample-messages.ts";
import { peerTest } from "../../interop/peer.ts";
import { primarySlot, smallRack } from "../../simulator/one-call.ts";

const dissector = fileURLToPath(new URL("../../../tools/dissector/tandem.lua", import.meta.url));

test("the tables of the dissector are those of the records (npm run dissector writes them)", () => {
  const text = readFileSync(dissector, "utf8");
  expect(text).toBe(withTables(text));
});

// ------------------------------------------------------------------------------------------------- a record of every kind

interface Spoken {
  readonly name: RecordClassName;
  readonly record: Uint8Array;
}

const message = encodeMessage(sampleMessages[0]);
const octets = Uint8Array.of(0, 127, 128, 255);
const told: readonly Input[] = [
  { kind: "isup", circuit: 300, message },
  { kind: "isup", identifier: 0xbeef, circuit: 1, message },
  { kind: "unequipped", exchange: 2, cic: 4000, message },
  { kind: "unequipped", identifier: 1, exchange: 255, cic: 31, message },
  { kind: "destination", exchange: 1, available: 1 },
  { kind: "created", call: 70_000, identifier: 0xfeed_beef, secondIdentifier: 1, port: 0 },
  { kind: "created", call: 1, identifier: 2, secondIdentifier: 3, port: 5004, address: 0xc000_0201, payloadType: 8 },
  { kind: "done", call: 9, verb: 3 },
  { kind: "refused", call: 9, verb: 1, cause: 34, code: 403 },
  { kind: "gateway", gateway: 1, event: 1 },
  { kind: "endpoint", circuit: 17_000, event: 0 },
];
const call = { call: 9, circuit: 1, otherCircuit: 300 };
const connection = { identifier: 0xfeed_beef, secondIdentifier: 7 };
const instructions: readonly Instruction[] = [
  { kind: "create", ...call, mode: 1 },
  { kind: "modify", ...call, mode: 2, ...connection },
  { kind: "delete", ...call, ...connection },
  { kind: "clear", circuit: 5, count: 200 },
  { kind: "unequipped", exchange: 1, cic: 77, message },
  { kind: "auditDestination", exchange: 3 },
  ...[
    { kind: "create", ...call, mode: 2 } as const,
    { kind: "modify", ...call, mode: 1, ...connection } as const,
    { kind: "delete", ...call, ...connection } as const,
  ].map((instruction) => ({ kind: "again" as const, term: 4, sequence: 2 ** 40, index: 1, instruction })),
  { kind: "control", gateway: 2 },
];
const performed: readonly Output[] = [
  { kind: "copy", slot: 1, circuit: 301 },
  { kind: "splice", slot: 63, circuit: 302, head: 3, tail: 0, middle: octets },
  { kind: "message", slot: 2, circuit: 4, message },
  ...instructions.map((instruction): Output => ({ kind: "instruct", slot: 5, instruction })),
];
const place = { group: 1, term: 5, sequence: 66_049, refersToInput: true, timeMillis: 0 };
const commitWith = (all: readonly Output[]) => Uint8Array.of(...encode(outputs, [...all]), ...octets);
const commit = encodeCommit({
  ...place,
  consumed: { kind: "input", slot: 4, number: 70_017 },
  body: commitWith(performed),
});
const payload = encode(input, told[0]);
const none = new Uint8Array(0);
const timeMillis = 1_795_881_356_867;
const commits = [
  commit,
  encodeCommit({ ...place, consumed: { kind: "internal" }, timeMillis, body: commitWith([performed[0]]) }),
  encodeCommit({ ...place, consumed: { kind: "begin", cold: true, afterTerm: 200 }, timeMillis, body: none }),
  encodeCommit({ ...place, consumed: { kind: "admit", slot: 3, incarnation: 0xabcd }, timeMillis, body: none }),
  encodeCommit({ ...place, consumed: { kind: "dismiss", slot: 3 }, timeMillis, body: none }),
];
const beat = {
  role: 5,
  leaving: 1,
  realTime: 1,
  hung: 0,
  deaf: 2,
  term: 65_535,
  incarnation: 0xab,
  group: 15,
} as const;
const enquiry = { slot: 3, incarnation: 0x1234, number: 200 } as const;
const kinds = [...Object.values(beatKind), 9];

const spoken: readonly Spoken[] = [
  ...kinds.map((kind) => ({
    name: "heartbeat" as const,
    record: encode(heartbeat, { ...beat, kind, value: 0xabcdef }),
  })),
  ...told.map((each, number) => ({
    name: "input" as const,
    record: encode(inputRecord, { group: 1, number: number * 300, payload: encode(input, each) }),
  })),
  ...commits.map((record) => ({ name: "commit" as const, record })),
  ...[
    {
      kind: "claim" as const,
      group: 1,
      term: 300,
      lastTerm: 5,
      lastSequence: 2 ** 33,
      cold: 1,
      settled: [4, 6] as number[],
    },
    { kind: "claim" as const, group: 1, term: 7, lastTerm: 5, lastSequence: 513, cold: 0, settled: [] as number[] },
    { kind: "grant", group: 2, term: 7, claimant: 3, after: 513, salvaged: 400 } as const,
    { kind: "resign", group: 3, term: 7, claimant: 3, after: 513, salvaged: 0 } as const,
    { kind: "death note", group: 4, slot: 2, incarnation: 0xabcd, number: 70_000 } as const,
  ].map((each) => ({ name: "takeover" as const, record: encode(takeoverRecord, each) })),
  ...[
    { kind: "ask commits", group: 1, from: 513, count: 20 } as const,
    { kind: "ask inputs", group: 1, slot: 4, incarnation: 0xabcd, from: 70_000, count: 3 } as const,
    { kind: "commit", group: 1, term: 5, sequence: 66_049, commit, input: payload } as const,
    { kind: "commit", group: 1, term: 5, sequence: 9, commit: commits[2], input: none } as const,
    { kind: "input", group: 1, slot: 4, incarnation: 1, number: 70_000, payload } as const,
    {
      ...({ kind: "salvage", group: 1, term: 7, claimant: 3, after: 513, index: 2 } as const),
      ...{ sequence: 514, commit, input: payload },
    },
    { kind: "too old", group: 1, slot: 3, from: 100 } as const,
  ].map((each) => ({ name: "repair" as const, record: encode(repairRecord, each) })),
  ...[
    { kind: "want", group: 1, attempt: 513, request: octets } as const,
    {
      ...({ kind: "head", group: 1, slot: 3, attempt: 1, term: 5, sequence: 2 ** 34, lastTerm: 4 } as const),
      ...{
        timeMillis: 0xffff_fffe,
        timeUpper: 418,
        marks: [1, 4].map((slot) => ({ slot, incarnation: 9, number: 1700 })),
      },
    },
    {
      kind: "piece",
      group: 1,
      slot: 3,
      attempt: 1,
      number: 2,
      sequence: 600,
      last: 1,
      piece: new Uint8Array(300).fill(7),
    } as const,
    { kind: "ask", group: 1, attempt: 1, from: 7 } as const,
    { kind: "gone", group: 1, slot: 3, attempt: 1 } as const,
    { kind: "digest", group: 1, term: 5, sequence: 1024, digest: 0xdead_beef } as const,
  ].flatMap((each) => {
    const record = encode(resynchronisationRecord, each);
    return [
      { name: "resynchronisation" as const, record },
      { name: "management" as const, record },
    ];
  }),
  ...[
    { kind: "enquiry", ...enquiry, octets } as const,
    { kind: "ask", ...enquiry, from: 300, held: 5, again: true } as const,
    { kind: "piece", ...enquiry, life: 2, index: 7, last: false, octets: new Uint8Array(100).fill(9) } as const,
    { kind: "pending", ...enquiry, life: 2 } as const,
    { kind: "refused", ...enquiry, life: 2, reason: 1 } as const,
    { kind: "over", ...enquiry } as const,
  ].map((each) => ({ name: "bulk" as const, record: encode(enquiryRecord, each) })),
];

// ------------------------------------------------------------------------------------------------- what fields should say

const readers: Readonly<Record<Root, Field<unknown>>> = {
  ...{ heartbeat, takeover: takeoverRecord, commit: commitRecord, beginning, anchor },
  body: layout("body", { outputs, changes: rest }),
  ...{ enquiry: enquiryRecord, input: inputRecord, repair: repairRecord, resynchronisation: resynchronisationRecord },
  // As they are on the bus: the two cases with an identifier have kinds of their own.
  told: { ...input, read: (reader, parameter) => toldAsItIs(input.read(reader, parameter)) },
};

function toldAsItIs(value: Input): unknown {
  if (!("identifier" in value) || (value.kind !== "isup" && value.kind !== "unequipped")) return value;
  return { ...value, kind: value.kind === "isup" ? "broadcast" : "broadcastUnequipped" };
}

type Found = Map<string, string[]>;

/** All fields of a record with their values in order, as the layouts say. */
function fieldsOf(root: Root, record: Uint8Array, found: Found = new Map()): Found {
  const decoded = decode(readers[root], record);
  if (!decoded.ok) throw new Error(`${root}: ${JSON.stringify(decoded.error)}`);
  collect(roots[root], root, decoded.value, {}, found);
  return found;
}

type Values = Readonly<Record<string, unknown>>;

function collect(shape: Shape, path: string, value: unknown, siblings: Values, found: Found): void {
  const values = value as Values;
  switch (shape.form) {
    case "list":
      for (const item of value as readonly unknown[]) collect(shape.item, path, item, siblings, found);
      return;
    case "layout":
      collectParts(shape, path, values, found);
      return;
    case "variants": {
      add(found, under(path, "kind"), String(values.kind));
      for (const name of Object.keys(shape.shared)) add(found, under(path, name), String(values[name]));
      const parts = shape.cases.find(({ kind }) => kind === values.kind)?.parts ?? [];
      collectParts({ parts }, under(path, String(values.kind)), values, found);
      return;
    }
    case "octets":
    case "rest":
      collectOctets(path, value as Uint8Array, siblings, found);
      return;
    default:
      add(found, path, String(Number(value)));
  }
}

function collectParts(
  { parts }: Pick<Extract<Shape, { form: "layout" }>, "parts">,
  path: string,
  values: Values,
  found: Found,
) {
  for (const part of parts) {
    if ("bits" in part) for (const name of Object.keys(part.bits)) add(found, under(path, name), String(values[name]));
    else if (part.when === undefined || values[part.when]) {
      for (const [name, shape] of Object.entries(part.fields)) {
        collect(shape, under(path, name), values[name], values, found);
      }
    }
  }
}

function collectOctets(path: string, value: Uint8Array, siblings: Values, found: Found): void {
  if (value.length === 0) return;
  add(found, path, toHex(value));
  const root = inner[path];
  if (root === undefined || root === "isup") return;
  const instead = root === "body" ? bodies[Number(siblings.consumed)] : undefined;
  fieldsOf(instead ?? root, value, found);
}

function add(found: Found, path: string, value: string): void {
  found.set(path, [...(found.get(path) ?? []), value]);
}

function under(path: string, name: string): string {
  return `${path}.${name.replaceAll(" ", "_")}`;
}

/** Every field that there can be. */
function pathsOf(shape: Shape, path: string): readonly string[] {
  switch (shape.form) {
    case "list":
      return pathsOf(shape.item, path);
    case "layout":
      return pathsOfParts(shape.parts, path);
    case "variants":
      return [
        ...["kind", ...Object.keys(shape.shared)].map((name) => under(path, name)),
        ...shape.cases.flatMap(({ kind, parts }) => pathsOfParts(parts, under(path, kind))),
      ];
    default:
      return [path];
  }
}

function pathsOfParts(parts: Extract<Shape, { form: "layout" }>["parts"], path: string): readonly string[] {
  return parts.flatMap((part) =>
    "bits" in part
      ? Object.keys(part.bits).map((name) => under(path, name))
      : Object.entries(part.fields).flatMap(([name, shape]) => pathsOf(shape, under(path, name))),
  );
}

const allPaths = [...new Set(Object.entries(roots).flatMap(([root, shape]) => pathsOf(shape, root)))];
/** Of a frame. */
const framePaths = ["class", "slot", "part", "sequence", "length", "check", "counter", "whole_in"] as const;

// ---------------------------------------------------------------------------------------------------------------- tshark

interface Dissected {
  readonly found: Found;
  readonly isup: readonly string[];
  readonly complaints: readonly string[];
}

const otherFields = ["isup.message_type", "_ws.expert.message", "_ws.expert.severity"] as const;
/** PI_WARN of Wireshark's expert information; below it are remarks. */
const warningSeverity = 0x60_0000;
const separator = "\t";
const aggregator = "|";

/** What tshark makes of each frame of a log. */
function dissect(program: string, log: string): readonly Dissected[] {
  const folder = mkdtempSync(join(tmpdir(), "dissector-"));
  try {
    const file = join(folder, "bus.log");
    writeFileSync(file, log);
    const paths = [...framePaths, ...allPaths];
    const wanted = [...paths.map((path) => `tandem.${path}`), ...otherFields].flatMap((field) => ["-e", field]);
    const format = ["-T", "fields", "-E", "separator=/t", "-E", "occurrence=a", "-E", `aggregator=${aggregator}`];
    const output = execFileSync(program, ["-X", `lua_script:${dissector}`, "-r", file, ...format, ...wanted], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
      maxBuffer: 1 << 28,
    });
    return output
      .split("\n")
      .slice(0, -1)
      .map((line) => {
        const values = line.split(separator).map((text) => (text === "" ? [] : text.split(aggregator)));
        const found = paths.map((path, at) => [path, values[at].map(numberText)] as const);
        const [isup = [], remarks = [], severities = []] = values.slice(paths.length);
        const complaints = remarks.filter((_, at) => Number(severities[at]) >= warningSeverity);
        return {
          found: new Map(found.filter(([, all]) => all.length > 0)),
          isup,
          complaints,
        };
      });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Numbers are shown in decimal; octets without colons. */
function numberText(text: string): string {
  if (text === "True" || text === "False") return text === "True" ? "1" : "0";
  return text.replaceAll(":", "");
}

interface Written {
  readonly log: string;
  /** By record, the places of its frames in the log. */
  readonly frames: readonly (readonly number[])[];
}

/** Each record on plane A, a few frames later on plane B. */
function logOf(all: readonly Spoken[], frameOctets: 8 | 64, planes: readonly string[] = ["can0"]): Written {
  const lines: string[] = [];
  const frames = all.map(({ name, record }, number) => {
    const slot = 40 + (number % 8);
    const parts =
      name === "heartbeat"
        ? [{ id: slot << 2, fd: frameOctets === 64, data: record }]
        : segmented(record, recordClass[name], slot, number, frameOctets);
    const first = lines.length;
    const written = planes.map((plane) =>
      parts.map(({ id, fd, data }, part) =>
        lineOfFrame({ micros: number * 1000 + part, plane, identifier: id, fd, octets: data }),
      ),
    );
    lines.push(...interleaved(written));
    return Array.from({ length: lines.length - first }, (_, at) => first + at);
  });
  return { log: `${lines.join("\n")}\n`, frames };
}

/** The second plane two frames behind the first. */
function interleaved([first, second = []]: readonly (readonly string[])[]): readonly string[] {
  const lines: string[] = [];
  for (let at = 0; at < first.length + 2; at++) {
    if (at < first.length) lines.push(first[at]);
    if (at >= 2 && at - 2 < second.length) lines.push(second[at - 2]);
  }
  return lines;
}

/** What goes over both planes of a small rack while a call is made and its primary is pulled, as candump writes it. */
function simulatedBus(): readonly string[] {
  const rack = new SimulatedRack(smallRack, { mix: { ringMicros: 20_000, holdMicros: 20_000 } });
  const lines: string[] = [];
  const nothing = () => {};
  rack.buses.forEach((bus, plane) => {
    bus.attach("monitor").listen({
      frames: (batch) => {
        for (const { id, fd, data } of batch) {
          const micros = rack.clock.nowMicros();
          lines.push(lineOfFrame({ micros, plane: `can${plane}`, identifier: id, fd, octets: data }));
        }
      },
      ...{ transmitted: nothing, writable: nothing, state: nothing },
    });
  });
  rack.run(200);
  rack.exchange("west").step({ kind: "call" });
  rack.run(30);
  rack.pull(primarySlot);
  rack.run(200);
  return lines;
}

function withoutFrame(found: Found): Found {
  return new Map([...found].filter(([path]) => !(framePaths as readonly string[]).includes(path)));
}

function messagesIn(record: Found): number {
  return [...record].reduce((sum, [path, values]) => sum + (inner[path] === "isup" ? values.length : 0), 0);
}

describe("Wireshark", () => {
  peerTest("knows all the fields that there are, and no others", "tshark", (program) => {
    const output = execFileSync(program, ["-G", "fields", "-X", `lua_script:${dissector}`], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
      maxBuffer: 1 << 28,
    });
    const known = [...output.matchAll(/^F\t[^\t]*\ttandem\.([^\t]+)\t/gm)].map(([, path]) => path);
    const experts = ["unreadable", "missing"];
    expect(known.sort()).toEqual([...allPaths, ...framePaths, ...experts].sort());
  });

  for (const frameOctets of [8, 64] as const) {
    peerTest(`reads a record of every kind as the layouts do, frames of ${frameOctets} octets`, "tshark", (program) => {
      const { log, frames } = logOf(spoken, frameOctets);
      const dissected = dissect(program, log);
      spoken.forEach(({ name, record }, number) => {
        const root = rootsOfClasses[name];
        const expected = fieldsOf(root, record);
        const { found, isup, complaints } = dissected[frames[number].at(-1) ?? 0];
        expect(Object.fromEntries(withoutFrame(found)), `${name}, record ${number}`).toEqual(
          Object.fromEntries(expected),
        );
        expect(isup.length).toBe(messagesIn(expected));
        expect(complaints).toEqual([]);
        const slot = String(40 + (number % 8));
        expect(found.get("slot")).toEqual([slot]);
        expect(found.get("class")).toEqual([String(recordClass[name])]);
      });
      // Every field has been there once.
      const seen = new Set(dissected.flatMap(({ found }) => [...found.keys()]));
      expect(allPaths.filter((path) => !seen.has(path))).toEqual([]);
    });
  }

  peerTest("reads what npm run decode reads", "tshark", (program) => {
    const { log, frames } = logOf(spoken, 8);
    const dissected = dissect(program, log);
    spoken.forEach(({ name, record }, number) => {
      const { found } = dissected[frames[number].at(-1) ?? 0];
      const shown = leavesOf(recordTree(name, record, () => expect.unreachable()) ?? {});
      const said = [...found].flatMap(([path, values]) =>
        values.map((value) => [lastOf(path), shortened[value] ?? value]),
      );
      for (const [leaf, value] of shown) {
        if (derived.has(leaf)) continue;
        expect(said, `${name}, record ${number}`).toContainEqual([leaf, value]);
      }
    });
  });

  peerTest("puts the records of both planes together, and says what is a copy", "tshark", (program) => {
    const long = spoken.filter(({ name }) => name !== "heartbeat");
    const { log, frames } = logOf(long, 8, ["can0", "can1"]);
    const dissected = dissect(program, log);
    long.forEach(({ name, record }, number) => {
      const own = frames[number].map((place) => dissected[place]);
      expect(own.flatMap(({ complaints }) => complaints)).toEqual([]);
      const root = rootsOfClasses[name];
      if (own.length === 2) return;
      const whole = own.filter(({ found }) => withoutFrame(found).size > 0);
      expect(whole.map(({ found }) => Object.fromEntries(withoutFrame(found)))).toEqual([
        Object.fromEntries(fieldsOf(root, record)),
      ]);
      const wholeAt = own.findIndex(({ found }) => withoutFrame(found).size > 0);
      expect(own.at(-1)?.found.get("whole_in")).toEqual([String(frames[number][wholeAt] + 1)]);
    });
  });

  peerTest("reads the bus of a rack in which a call is made and the primary is pulled, whole", "tshark", (program) => {
    const lines = simulatedBus();
    const frames = lines.map((line, at) => {
      const found = frameInLine(line);
      if (!found.ok || typeof found.value === "string") throw new Error(line);
      return { ...found.value, at };
    });
    const [dissected, both] = [["can0"], ["can0", "can1"]].map((planes) => {
      const log = lines.filter((_, at) => planes.includes(frames[at].plane));
      return dissect(program, `${log.join("\n")}\n`);
    });
    const onA = frames.filter(({ plane }) => plane === "can0").map((frame, at) => ({ ...frame, at }));
    const records = recordsFrom(onA);
    for (const { name, whole, frame } of records) {
      const root = rootsOfClasses[name];
      if (whole === undefined) throw new Error(`${name} in line ${frame.at}`);
      const { found } = dissected[frame.at];
      expect(Object.fromEntries(withoutFrame(found)), name).toEqual(Object.fromEntries(fieldsOf(root, whole.record)));
    }
    const classes = new Set(records.map(({ name }) => name));
    expect([...classes].sort()).toEqual([
      "commit",
      "heartbeat",
      "input",
      "management",
      "resynchronisation",
      "takeover",
    ]);
    const messages = dissected.flatMap(({ isup }) => isup);
    // IAM, ACM, ANM, REL and RLC are among them.
    expect(messages).toEqual(expect.arrayContaining(["1", "6", "9", "12", "16"]));
    expect(dissected.flatMap(({ complaints }) => complaints)).toEqual([]);
    expect(both.flatMap(({ complaints }) => complaints)).toEqual([]);
  });

  peerTest("says which records lack a frame or cannot be read, whatever is corrupt", "tshark", (program) => {
    const { log, frames } = logOf([{ name: "commit", record: commit }, ...spoken.slice(0, 3)], 8);
    const lines = log.trimEnd().split("\n");
    const dissected = dissect(program, `${lines.filter((_, at) => at !== frames[0][2]).join("\n")}\n`);
    expect(dissected.flatMap(({ complaints }) => complaints)).toContain("frames of the record are missing");
    const truncated = spoken.flatMap(({ name, record }) => [
      { name, record: record.subarray(0, record.length - 1) },
      { name, record: record.subarray(0, 2) },
      { name, record: record.map((octet, at) => (at % 3 === 1 ? octet ^ 0xff : octet)) },
    ]);
    const complaints = dissect(program, logOf(truncated, 8).log).flatMap((each) => each.complaints);
    expect(
      complaints.filter((text) => /truncated, in|octets left over|no such kind/.test(text)).length,
    ).toBeGreaterThan(20);
    expect(complaints.filter((text) => text.includes("Lua"))).toEqual([]);
    expect(complaints).toContain("malformed ISUP message");
  });
});

// ----------------------------------------------------------------------------------------------------- what decode shows

/** Leaves of the tree that say something in another way than the fields do: parts of a number, times of two parts, messages. */
const derived: ReadonlySet<string> = new Set([
  ...[
    "record",
    "identity.incarnation",
    "identity.card",
    "identity.progress",
    "received.firstWitness",
    "received.first",
  ],
  ...["received.second", "configurationDigest", "time", "consumed.kind", "consumed.cold", "consumed.afterTerm"],
]);

/** Kinds that are two on the bus and one for people. */
const shortened: Readonly<Record<string, string>> = { broadcast: "isup", broadcastUnequipped: "unequipped" };

/** Names of the tree for those of the fields. */
const renamed: Readonly<Record<string, string>> = {
  ...{ incarnationLow8: "incarnation", commitLow24: "value", inputLow24: "value", numberLow12: "number" },
  ...{ sequenceLow16: "sequence", timeMillisLow24: "time", refersToInput: "refers" },
  ...{
    "consumed.slot": "consumedSlot",
    "consumed.numberLow16": "consumedNumber",
    "consumed.incarnation": "consumedNumber",
  },
};

function leavesOf(tree: Tree, name = "", above = ""): readonly (readonly [name: string, value: string])[] {
  if (typeof tree !== "object") return [[name, leafText(name, tree)]];
  if (Array.isArray(tree)) return tree.flatMap((each: Tree) => leavesOf(each, name, above));
  return Object.entries(tree).flatMap(([key, value]: readonly [string, Tree]) => {
    // ISUP is compared by Wireshark's own dissector (test/firmware/isup/wireshark.test.ts).
    if (key === "message") return [];
    const full = ["identity", "received", "consumed"].includes(name) ? `${name}.${key}` : key;
    return leavesOf(value, renamed[full] ?? full, name);
  });
}

/** `5 (primary)` is 5; what a gateway calls its own is hexadecimal; an address has dots. */
function leafText(name: string, leaf: string | number | boolean): string {
  if (typeof leaf === "boolean") return leaf ? "1" : "0";
  const text = String(leaf);
  if (/^identifier$|^secondIdentifier$/.test(name) && /^[0-9a-f]{8}$/.test(text))
    return String(Number.parseInt(text, 16));
  if (name === "address") return String(text.split(".").reduce((sum, part) => sum * 256 + Number(part), 0));
  return /^(\d+) \(/.exec(text)?.[1] ?? text;
}

function lastOf(path: string): string {
  return path.slice(path.lastIndexOf(".") + 1);
}
