import { describe, expect, test } from "vitest";
import { encodeCommit } from "../../../firmware/backplane/commit.ts";
import { enquiryRecord } from "../../../firmware/backplane/enquiry-records.ts";
import { type RecordClass, recordClass } from "../../../firmware/backplane/frame-identifier.ts";
import { beatKind, heartbeat, role } from "../../../firmware/backplane/heartbeat.ts";
import { inputRecord } from "../../../firmware/backplane/input-record.ts";
import { repairRecord } from "../../../firmware/backplane/repair-records.ts";
import { resynchronisationRecord } from "../../../firmware/backplane/resynchronisation-records.ts";
import type { FrameOctets } from "../../../firmware/backplane/segmentation.ts";
import { takeoverRecord } from "../../../firmware/backplane/takeover-records.ts";
import { input } from "../../../firmware/interchange/input.ts";
import { type Instruction, instruction, type Output, outputs } from "../../../firmware/interchange/output.ts";
import { toHex } from "../../../firmware/isup/format-codec.ts";
import { encode } from "../../../firmware/layout/layout.ts";
import { verbNames } from "../../../tools/decode/interchange-tree.ts";
import { errorSentence, linesOf, run } from "./run.ts";
import { segmented } from "../../firmware/backplane/segmented.ts";

const release = Uint8Array.of(0x0c, 2, 0, 2, 0x84, 0x91);
const heardInput = encode(input, { kind: "isup", circuit: 300, message: release });
const performed: Output[] = [
  { kind: "copy", slot: 4, circuit: 301 },
  { kind: "message", slot: 4, circuit: 302, message: Uint8Array.of(0x10, 0) },
  {
    kind: "instruct",
    slot: 6,
    instruction: {
      ...{ kind: "modify", call: 9, circuit: 1, otherCircuit: 2, mode: 2 },
      ...{ identifier: 0xbeef, secondIdentifier: 0 },
    },
  },
];
const changes = Uint8Array.of(0xca, 0xfe);
const commit = encodeCommit({
  ...{ group: 1, term: 5, sequence: 65_536 + 513, refersToInput: true, timeMillis: 0 },
  consumed: { kind: "input", slot: 4, number: 17 },
  body: Uint8Array.of(...encode(outputs, performed), ...changes),
});
const begin = encodeCommit({
  ...{ group: 1, term: 6, sequence: 70_000, refersToInput: false, timeMillis: 1_700_000_000_000 },
  ...{ consumed: { kind: "begin", cold: true, afterTerm: 0 }, body: new Uint8Array(0) },
});

const records: Readonly<Record<string, readonly [octets: Uint8Array, tree: unknown]>> = {
  heartbeat: [
    encode(heartbeat, {
      ...{ role: role.primary, leaving: 0, realTime: 1, hung: 0, deaf: 2, term: 5, incarnation: 0xab, group: 1 },
      ...{ kind: beatKind.identity, value: (0x12ab << 8) | (1 << 4) | 3 },
    }),
    {
      ...{ role: "5 (primary)", term: 5, leaving: false, realTime: true, hung: false, deaf: 2, group: 1 },
      ...{ incarnationLow8: 0xab, identity: { incarnation: 0x12ab, card: "1 (call-server)", progress: 3 } },
    },
  ],
  takeover: [
    encode(takeoverRecord, {
      ...{ kind: "claim", group: 1, term: 7, lastTerm: 5, lastSequence: 513, cold: 0, settled: [4, 6] },
    }),
    { kind: "claim", group: 1, term: 7, lastTerm: 5, lastSequence: 513, settled: [4, 6] },
  ],
  commit: [
    commit,
    {
      ...{ group: 1, term: 5, sequenceLow16: 513, refersToInput: true },
      consumed: { kind: "input", slot: 4, numberLow16: 17 },
      outputs: [
        { kind: "copy", slot: 4, circuit: 301 },
        { kind: "message", slot: 4, circuit: 302, message: { type: "RLC", parameters: {} } },
        { kind: "instruct", slot: 6, instruction: { kind: "modify", mode: "2 (both ways)", identifier: "0000beef" } },
      ],
      changes: "cafe",
    },
  ],
  input: [
    encode(inputRecord, { group: 1, number: 17, payload: heardInput }),
    { group: 1, numberLow12: 17, input: { kind: "isup", circuit: 300, message: { type: "REL" } } },
  ],
  repair: [
    encode(repairRecord, { kind: "commit", group: 1, term: 5, sequence: 66_049, commit, input: heardInput }),
    { kind: "commit", commit: { sequence: 66_049 }, input: { kind: "isup" } },
  ],
  resynchronisation: [
    encode(resynchronisationRecord, {
      ...{
        kind: "head",
        group: 1,
        slot: 2,
        attempt: 1,
        term: 5,
        sequence: 9,
        lastTerm: 5,
        timeMillis: 7,
        timeUpper: 0,
      },
      marks: [{ slot: 4, incarnation: 9, number: 17 }],
    }),
    { kind: "head", marks: [{ slot: 4, incarnation: 9, number: 17 }], time: "7 (1970-01-01T00:00:00.007Z)" },
  ],
  bulk: [
    encode(enquiryRecord, {
      ...{ kind: "piece", slot: 3, incarnation: 0x1234, number: 200, life: 0xabcd, index: 7, last: true },
      octets: Uint8Array.of(0xca, 0xfe),
    }),
    { kind: "piece", slot: 3, incarnation: 0x1234, number: 200, life: 0xabcd, index: 7, last: true, octets: "cafe" },
  ],
};

function frames(octets: Uint8Array, recordClassNumber: RecordClass, frameOctets: FrameOctets = 8): string[] {
  return segmented(octets, recordClassNumber, 41, 7, frameOctets).map(
    ({ id, fd, data }) => `${id.toString(16).padStart(3, "0")}#${fd ? "#1" : ""}${toHex(data)}`,
  );
}

describe("each class", () => {
  test.each(Object.entries(records))("%s", async (name, [octets, tree]) => {
    const result = await run(["record", "--class", name, "--json", toHex(octets)]);
    expect(result).toMatchObject({ exitCode: 0, errors: "" });
    expect(linesOf(result)).toMatchObject([{ record: name, ...(tree as object) }]);
  });

  test.each(Object.entries(records))("%s, truncated anywhere", async (name, [octets]) => {
    for (let length = 0; length < octets.length; length++) {
      const { exitCode, errors } = await run(["record", "--class", name, toHex(octets.subarray(0, length))]);
      expect([0, 1], `${length}`).toContain(exitCode);
      if (length === 0) expect(exitCode).toBe(1);
      for (const line of errors.match(/[^\n]*\n/g) ?? []) expect(line).toMatch(errorSentence);
    }
  });

  test.each(Object.entries(records))("%s, any octet corrupted", async (name, [octets]) => {
    for (let at = 0; at < octets.length; at++) {
      for (const value of [0, 0x7f, 0x80, 0xff]) {
        const corrupt = octets.with(at, value);
        const { exitCode } = await run(["record", "--class", name, toHex(corrupt)]);
        expect([0, 1]).toContain(exitCode);
      }
    }
  });

  test("a refusal of an enquiry says why", async () => {
    const refused = { kind: "refused", slot: 3, incarnation: 1, number: 9, life: 2, reason: 1 } as const;
    const { output } = await run(["record", "--class", "bulk", "--json", toHex(encode(enquiryRecord, refused))]);
    expect(JSON.parse(output)).toEqual({ record: "bulk", ...refused, reason: "1 (busy)" });
  });

  test("BEGIN says sequence and time whole", async () => {
    const { output } = await run(["record", "--class", "commit", "--json", toHex(begin)]);
    expect(JSON.parse(output)).toEqual({
      ...{
        record: "commit",
        group: 1,
        term: 6,
        sequence: 70_000,
        consumed: { kind: "begin", cold: true, afterTerm: 0 },
      },
      time: "1700000000000 (2023-11-14T22:13:20.000Z)",
    });
  });

  test("DISMISS is read as such, and not as the admission of a card", async () => {
    const dismiss = encodeCommit({
      ...{ group: 1, term: 6, sequence: 70_001, refersToInput: false, timeMillis: 1_700_000_000_000 },
      ...{ consumed: { kind: "dismiss", slot: 1 }, body: new Uint8Array(0) },
    });
    const { output } = await run(["record", "--class", "commit", "--json", toHex(dismiss)]);
    expect(JSON.parse(output)).toMatchObject({ sequence: 70_001, consumed: { kind: "dismiss", slot: 1 } });
  });

  test("gateway inputs by name", async () => {
    const payload = encode(input, {
      ...{ kind: "created", call: 9, identifier: 0xbeef, secondIdentifier: 1, address: 0xc0000201, port: 5000 },
      payloadType: 8,
    });
    const silent = encode(input, { kind: "created", call: 9, identifier: 0xbeef, secondIdentifier: 1, port: 0 });
    const refused = encode(input, { kind: "refused", call: 9, verb: 1, cause: 34, code: 403 });
    const gateway = encode(input, { kind: "gateway", gateway: 0, event: 1 });
    const show = async (octets: Uint8Array) => {
      const record = encode(inputRecord, { group: 1, number: 1, payload: octets });
      return linesOf(await run(["record", "--class", "input", "--json", toHex(record)]));
    };
    expect(await show(payload)).toMatchObject([
      { input: { identifier: "0000beef", address: "192.0.2.1", port: 5000 } },
    ]);
    expect(await show(silent)).toEqual([
      expect.objectContaining({
        input: { kind: "created", call: 9, identifier: "0000beef", secondIdentifier: "00000001", port: 0 },
      }),
    ]);
    expect(await show(refused)).toMatchObject([{ input: { verb: "1 (create)", cause: "34 (no circuit available)" } }]);
    expect(await show(gateway)).toMatchObject([{ input: { event: "1 (unreachable)" } }]);
  });

  test("the names of verbs are those of the instructions", () => {
    const sample = {
      ...{ call: 1, circuit: 1, otherCircuit: 1, mode: 1, identifier: 1, secondIdentifier: 1, count: 1 },
      ...{ exchange: 1, cic: 1, message: release },
    };
    for (const [tag, kind] of Object.entries(verbNames)) {
      expect(encode(instruction, { kind, ...sample } as Instruction)[0]).toBe(Number(tag));
    }
  });
});

describe("frames", () => {
  test.each([8, 64] as const)("of %i octets are put together, classes interleaved", async (frameOctets) => {
    const parts = frames(commit, recordClass.commit, frameOctets);
    const beat = `0a4#${toHex(records.heartbeat[0])}`;
    const words = [parts[0], beat, ...parts.slice(1)];
    const result = await run(["record", "--json", ...words]);
    expect(result).toMatchObject({ exitCode: 0, errors: "" });
    const expected = ["heartbeat", "commit"].map(
      (name) => expect.objectContaining({ record: name, slot: 41 }) as unknown,
    );
    expect(linesOf(result)).toEqual(frameOctets === 8 ? expected : expect.arrayContaining(expected));
  });

  test("lines of candump from the standard input, a plane each by itself", async () => {
    const lines = frames(commit, recordClass.commit).flatMap((frame) =>
      ["can0", "can1"].map((plane) => `(1700000000.000001) ${plane} ${frame}`),
    );
    const result = await run(["record", "--json", "-"], { input: lines.join("\n") });
    expect(result.exitCode).toBe(0);
    expect(linesOf(result)).toHaveLength(2);
  });

  test("a lost frame: one sentence, and the next record is whole again", async () => {
    const whole = frames(commit, recordClass.commit);
    const words = [...whole.filter((_, at) => at !== 2), ...whole];
    const result = await run(["record", "--json", ...words]);
    const offset = whole.slice(0, 2).join(" ").length + 1;
    expect(result).toMatchObject({
      exitCode: 1,
      errors: `commit of slot 41: missing at offset ${offset}, in frames.\n`,
    });
    expect(linesOf(result)).toHaveLength(1);
  });

  test("an unfinished record before the next one: one sentence, and the next is read", async () => {
    const whole = frames(commit, recordClass.commit);
    const result = await run(["record", "--json", ...whole.slice(0, -1), ...whole]);
    expect(result.exitCode).toBe(1);
    expect(result.errors).toMatch(errorSentence);
    expect(linesOf(result)).toHaveLength(1);
  });

  test("an unfinished record at the end: one sentence", async () => {
    const { exitCode, output, errors } = await run(["record", ...frames(commit, recordClass.commit).slice(0, -1)]);
    expect({ exitCode, output }).toEqual({ exitCode: 1, output: "" });
    expect(errors).toMatch(errorSentence);
  });
});
