/** A record is lent to who takes it in: what is kept of it must stay as it was when the next record lies in the same octets. */
import { expect, test } from "vitest";
import { CallServerMember } from "../../../firmware/backplane/call-server-member.ts";
import { type Commit, encodeCommit } from "../../../firmware/backplane/commit.ts";
import { type RecordClass, recordClass } from "../../../firmware/backplane/frame-identifier.ts";
import { GroupRoster } from "../../../firmware/backplane/group-roster.ts";
import { blankBeat, type Role, role } from "../../../firmware/backplane/heartbeat.ts";
import { inputRecord } from "../../../firmware/backplane/input-record.ts";
import { repairRecord } from "../../../firmware/backplane/repair-records.ts";
import { Roster } from "../../../firmware/backplane/roster.ts";
import { takeoverRecord } from "../../../firmware/backplane/takeover-records.ts";
import type { ApplicationEvent } from "../../../firmware/card/application.ts";
import { decode, encode } from "../../../firmware/layout/layout.ts";
import { plan, quietMember, timing } from "./quiet-member.ts";

const group = 1;
const incarnation = 7;

/** The call server in slot 3, alone with its witnesses, as primary of the first term. */
function primary() {
  const cards = new Roster(timing, true);
  const roster = new GroupRoster(cards, plan);
  const said: { readonly kind: RecordClass; readonly record: Uint8Array }[] = [];
  const told: ApplicationEvent[] = [];
  const member = new CallServerMember(
    quietMember({
      roster,
      send: (kind, record) => said.push({ kind, record: record.slice() }),
      toApplication: (event) => told.push(event),
    }),
  );
  const beat = (slot: number, as: Role, term: number, now: number) => {
    const beat = { ...blankBeat(), group, role: as, term, incarnation, value: incarnation * 256 };
    cards.beat(slot, beat, now);
    roster.take(slot, beat);
  };
  for (const slot of plan.witnesses) beat(slot, role.newcomer, 0, 0);
  /** Lends a record. */
  const hear = (kind: RecordClass, slot: number, record: Uint8Array, now: number) => {
    member.record(kind, slot, record, now);
    record.fill(0xff);
  };
  for (const now of [0, 700_000]) member.tick(now);
  const [claim] = said.splice(0).flatMap(({ kind, record }) => {
    const decoded = kind === recordClass.takeover ? decode(takeoverRecord, record) : undefined;
    return decoded?.ok && decoded.value.kind === "claim" ? [decoded.value] : [];
  });
  for (const slot of plan.witnesses) {
    const grant = { kind: "grant", group, term: claim.term, claimant: 3, after: 0, salvaged: 0 } as const;
    hear(recordClass.takeover, slot, encode(takeoverRecord, grant), 700_000);
  }
  expect(member.role()).toBe(role.primary);
  return { member, hear, beat, said, told, term: claim.term };
}

test("a commit that comes while the card makes way, and one that waits for another, are given on as they were", () => {
  const { member, hear, beat, said, term } = primary();
  const base = { group, term: term + 10, refersToInput: false, timeMillis: 5, body: Uint8Array.of(1, 2, 3) };
  const internal = { kind: "internal" } as const;
  const commits: Commit[] = [
    { ...base, sequence: 2, consumed: { kind: "begin", cold: false, afterTerm: term } },
    { ...base, sequence: 4, consumed: internal, body: Uint8Array.of(4, 4, 4) },
    { ...base, sequence: 3, consumed: internal, body: Uint8Array.of(3, 3, 3) },
  ];
  const octets = commits.map(encodeCommit);
  for (const record of octets) hear(recordClass.commit, 2, record.slice(), 710_000);
  expect(member.role()).toBe(role.resigned);
  beat(2, role.primary, term + 10, 711_000);
  member.drained(711_000);
  hear(recordClass.commit, 2, encodeCommit({ ...base, sequence: 6, consumed: internal }), 712_000);
  hear(recordClass.commit, 2, encodeCommit({ ...base, sequence: 5, consumed: internal }), 712_000);
  expect([member.role(), member.lastCommit()]).toEqual([role.backup, 6]);
  said.length = 0;
  const claim = {
    kind: "claim" as const,
    group,
    term: term + 20,
    lastTerm: term,
    lastSequence: 1,
    cold: 0,
    settled: [],
  };
  hear(recordClass.takeover, 2, encode(takeoverRecord, claim), 713_000);
  const given = said.flatMap(({ kind, record }) => {
    const decoded = kind === recordClass.repair ? decode(repairRecord, record) : undefined;
    return decoded?.ok && decoded.value.kind === "salvage" ? [decoded.value.commit] : [];
  });
  const later = [5, 6].map((sequence) => encodeCommit({ ...base, sequence, consumed: internal }));
  expect(given).toEqual([octets[0], octets[2], octets[1], ...later]);
});

test("an input is handed to the application as it was", () => {
  const { member, hear, told } = primary();
  const admit = { kind: "admit", slot: 1, incarnation } as const;
  const action = { kind: "commit", sequence: 2, consumed: admit, refersToInput: false, timeMillis: 5 } as const;
  member.application({ ...action, body: new Uint8Array(0) }, 701_000);
  const input = (number: number) => encode(inputRecord, { group, number, payload: Uint8Array.of(number, 9, 9) });
  hear(recordClass.input, 1, input(2), 702_000);
  hear(recordClass.input, 1, input(1), 702_000);
  const payloads = told.flatMap((event) => (event.kind === "input" ? [event.payload] : []));
  expect(payloads).toEqual([Uint8Array.of(1, 9, 9), Uint8Array.of(2, 9, 9)]);
});
