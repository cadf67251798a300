import { expect, test } from "vitest";
import { encodeCommit } from "../../../firmware/backplane/commit.ts";
import { type RecordClass, recordClass } from "../../../firmware/backplane/frame-identifier.ts";
import { inputRecord } from "../../../firmware/backplane/input-record.ts";
import { groupOf } from "../../../firmware/backplane/record-group.ts";
import { repairRecord } from "../../../firmware/backplane/repair-records.ts";
import { resynchronisationRecord } from "../../../firmware/backplane/resynchronisation-records.ts";
import { takeoverRecord } from "../../../firmware/backplane/takeover-records.ts";
import { encode } from "../../../firmware/layout/layout.ts";

const payload = Uint8Array.of(0xff);
const commit = { term: 5, sequence: 9, refersToInput: false, timeMillis: 0, body: payload };

const records: readonly (readonly [name: string, kind: RecordClass, record: (group: number) => Uint8Array])[] = [
  [
    "a takeover",
    recordClass.takeover,
    (group) => encode(takeoverRecord, { kind: "grant", group, term: 5, claimant: 2, after: 7, salvaged: 0 }),
  ],
  ["a commit", recordClass.commit, (group) => encodeCommit({ ...commit, group, consumed: { kind: "internal" } })],
  ["an input", recordClass.input, (group) => encode(inputRecord, { group, number: 4095, payload })],
  ["a repair", recordClass.repair, (group) => encode(repairRecord, { kind: "too old", group, slot: 9, from: 1 })],
  [
    "what manages a resynchronisation",
    recordClass.management,
    (group) => encode(resynchronisationRecord, { kind: "ask", group, attempt: 3, from: 1 }),
  ],
  [
    "a resynchronisation",
    recordClass.resynchronisation,
    (group) => encode(resynchronisationRecord, { kind: "gone", group, slot: 3, attempt: 3 }),
  ],
];

test.each(records)("the group of %s is told by its first octet", (_name, kind, record) => {
  for (let group = 1; group <= 15; group++) expect(groupOf(kind, record(group).subarray(0, 1))).toBe(group);
});

test("a record without octets is of no group", () => {
  expect(groupOf(recordClass.commit, new Uint8Array(0))).toBeUndefined();
});
