import { describe, expect, it } from "vitest";
import { encodeChanges } from "../../../firmware/call-server/tables/change-codec.ts";
import { NodeTables } from "../../../firmware/call-server/tables/node-tables.ts";
import { outputs } from "../../../firmware/interchange/output.ts";
import { encode } from "../../../firmware/layout/layout.ts";
import { line, rel, rlc, CallServerPair, grs } from "./call-server-pair.ts";
import { gatewayReply, newCall, run, setUp, steps } from "./call-script.ts";
import { east, west } from "./example-rack.ts";

const points = steps.map((_, index) => [index, index === 0 ? "the IAM" : `after ${steps[index - 1][0]}`] as const);

describe("takeover (duties 22c, 24)", () => {
  it.each(points)("at point %i of a call, before %s: the call is finished and its record is there once", (point) => {
    const pair = CallServerPair.inService();
    const call = newCall(west);
    run(pair, call, 0, point);
    const old = pair.primary;
    pair.takeOver();
    run(pair, call, point);
    pair.expectIdle();
    const lines = pair.primary.file;
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0])).toMatchObject({ answered: true, cause: 16, releasedBy: "calling", called: "4711" });
    expect(lines.slice(0, old.file.length)).toEqual(old.file);
  });

  it("resets no circuit and says nothing of itself", () => {
    const pair = CallServerPair.inService();
    run(pair, newCall(west), 0, 6);
    pair.takeOver();
    expect(line(pair.pass(10_000_000))).toBe("");
  });

  it("before the first commit of a cold start: the new primary starts cold", () => {
    const pair = new CallServerPair();
    pair.takeOver();
    expect(line(pair.pass(0))).toMatch(/^auditDestination/);
    expect(line(pair.pass(2_000_000))).toMatch(/^GRS/);
  });

  it("by a card that had not got all of the tables: it starts cold", () => {
    const pair = CallServerPair.inService();
    run(pair, newCall(west), 0, 6);
    pair.takeOver();
    const card = pair.pulled;
    if (card === undefined) throw new Error("no card");
    card.restart();
    pair.tell(card, { kind: "resynchronise" });
    const [row] = pair.primary.server.rows("endpoint");
    expect(row).toMatchObject({ state: "incoming-answered" });
    pair.tell(card, { kind: "snapshot", piece: Uint8Array.of(20, 0, 4, 1, 2, 3, 4), sequence: 99, last: false });
    const actions = pair.tell(card, {
      kind: "primary",
      term: 9,
      sequence: 100,
      coldStart: false,
      timeMillis: pair.groupMillis,
    });
    expect(actions).toEqual([]);
    expect(card.server.nextDeadline()).toBe(pair.now);
    expect(pair.tell(card, { kind: "deadline" })).toMatchObject([{ kind: "commit", sequence: 101 }]);
    expect(card.server.status()).toMatchObject({ circuitsInReset: 19, callRows: 0 });
  });

  it("goes on with a group reset that the old primary had not finished", () => {
    const pair = new CallServerPair();
    pair.pass(1000);
    pair.give({ kind: "destination", exchange: 0, available: 1 });
    expect(line(pair.pass(1000))).toBe(`GRS ${west}`);
    pair.takeOver();
    pair.give({ kind: "destination", exchange: 1, available: 1 });
    expect(line(pair.pass(1000))).toBe(`GRS ${east}`);
    // The time that T22 has run is not lost.
    expect(line(pair.pass(14_999_500))).toBe(`GRS 16, RSC 18, GRS ${west}, GRS ${east}`);
  });

  it("timers run on with their remaining time: T7 that began at the old primary expires at the new one", () => {
    const pair = CallServerPair.inService();
    const call = setUp(pair, west);
    pair.give({ kind: "created", call: call.reference, ...gatewayReply });
    pair.pass(15_000_000);
    pair.takeOver();
    expect(line(pair.pass(4_999_999))).toBe("");
    expect(line(pair.pass(1))).toBe(`REL ${west}, delete, REL ${call.outgoing}`);
  });

  it("both cards choose the same circuits", () => {
    const pair = CallServerPair.inService();
    for (const circuit of [west, west + 1, west + 2]) run(pair, newCall(circuit));
    const next = pair.primary.server.candidates(1);
    pair.takeOver();
    expect(pair.primary.server.candidates(1)).toEqual(next);
  });
});

describe("insertion: back to two cards", () => {
  it.each(points)("at point %i of a call, before %s, with the call going on meanwhile", (point) => {
    const pair = CallServerPair.inService();
    const others = [west + 1, west + 2, west + 3].map((incoming) => newCall(incoming));
    for (const [index, other] of others.entries()) run(pair, other, 0, 2 + index);
    const call = newCall(west);
    run(pair, call, 0, point);
    pair.takeOver();
    let next = point;
    pair.insert(() => {
      if (next < steps.length) run(pair, call, next, ++next);
    });
    run(pair, call, next);
    for (const [index, other] of others.entries()) run(pair, other, 2 + index);
    pair.expectIdle();
    expect(pair.backup?.file).toEqual(pair.primary.file);
    expect(pair.primary.file).toHaveLength(4);
  });

  it("timers come with the snapshot and run on after a second takeover", () => {
    const pair = CallServerPair.inService();
    const call = setUp(pair, west);
    pair.give({ kind: "created", call: call.reference, ...gatewayReply });
    pair.pass(5_000_000);
    pair.takeOver();
    pair.pass(4_000_000);
    pair.insert();
    const running = pair.primary.server.runningTimers();
    expect(pair.backup?.server.runningTimers()).toEqual(running);
    pair.takeOver();
    const [t7] = pair.primary.server.runningTimers().filter(({ timer }) => timer === "T7");
    expect(t7.deadline - pair.now).toBe(11_000_000);
    expect(line(pair.pass(10_999_999))).toBe("");
    expect(line(pair.pass(1))).toBe(`REL ${west}, delete, REL ${call.outgoing}`);
  });

  it("a snapshot that was changed on the way is not taken, nor anything after it: the card asks anew", () => {
    const pair = CallServerPair.inService();
    run(pair, newCall(west), 0, 3);
    pair.takeOver();
    const card = pair.pulled;
    if (card === undefined) throw new Error("no card");
    card.restart();
    pair.tell(card, { kind: "resynchronise" });
    pair.tell(pair.primary, { kind: "snapshot-wanted", slot: card.slot, request: new Uint8Array(0) });
    pair.pass(10_000);
    expect(pair.snapshots.length).toBeGreaterThan(0);
    const actions = pair.snapshots.flatMap((piece) => {
      const octets = piece.piece.slice();
      octets[20] ^= 0x01;
      return pair.tell(card, { ...piece, piece: octets });
    });
    expect(actions).toEqual([{ kind: "astray", reason: "the snapshot of the primary's tables is not whole" }]);
    expect(card.server.status()).toMatchObject({ role: "astray", callRows: 0 });
    pair.backup = card;
    run(pair, newCall(west + 1), 0, 3);
    expect(card.server.status()).toMatchObject({ role: "astray", callRows: 0 });
    pair.insert();
    expect(card.server.status()).toMatchObject({ role: "backup", callRows: 2 });
  });

  it.each([
    ["another digest", (digest: number) => digest ^ 1, "tables differ from the primary's before commit"],
    ["the same digest", (digest: number) => digest, undefined],
  ])("a commit with %s than the backup's tables have", (_, digestOf, reason) => {
    const pair = CallServerPair.inService();
    const { backup } = pair;
    if (backup === undefined) throw new Error("no backup");
    run(pair, newCall(west), 0, 3);
    const sequence = pair.sequence + 1;
    const setting = { sequence, timeMillis: 0, input: undefined, gatewayOf: () => 0 };
    const digest = digestOf(backup.server.digest());
    const body = Uint8Array.of(...encode(outputs, []), ...encodeChanges(new NodeTables(), [], setting, digest));
    const actions = pair.tell(backup, {
      kind: "commit",
      commit: {
        ...{ group: 1, term: 1, sequence, consumed: { kind: "internal" }, refersToInput: false, timeMillis: 0 },
        ...{ body, input: new Uint8Array(0) },
      },
    });
    expect(actions).toEqual(reason === undefined ? [] : [{ kind: "astray", reason: `${reason} ${sequence}` }]);
    expect(backup.server.status()).toMatchObject({ callRows: reason === undefined ? 1 : 0 });
  });
});

describe("call detail records: each once on each card", () => {
  it("the primary writes when the commit is transmitted, not before", () => {
    const pair = CallServerPair.inService();
    pair.transmits = false;
    run(pair, newCall(west));
    expect(pair.primary.file).toEqual([]);
    expect(pair.backup?.file).toHaveLength(1);
    pair.tell(pair.primary, { kind: "transmitted", sequence: pair.sequence });
    expect(pair.primary.file).toEqual(pair.backup?.file);
    pair.tell(pair.primary, { kind: "transmitted", sequence: pair.sequence });
    expect(pair.primary.file).toHaveLength(1);
  });

  it("a primary that makes way before it knows writes when the group goes on from its commit", () => {
    const pair = CallServerPair.inService();
    pair.transmits = false;
    run(pair, newCall(west));
    const former = pair.primary;
    pair.tell(former, { kind: "backup", term: pair.term });
    pair.takeOver();
    pair.transmits = true;
    pair.backup = pair.pulled;
    expect(former.file).toEqual([]);
    run(pair, newCall(west + 1));
    expect(former.file).toHaveLength(2);
    expect(former.file).toEqual(pair.primary.file);
  });

  it("or when it is primary again itself", () => {
    const pair = CallServerPair.inService();
    pair.transmits = false;
    run(pair, newCall(west));
    const { primary, backup, sequence } = pair;
    pair.tell(primary, { kind: "backup", term: 1 });
    pair.tell(primary, {
      kind: "primary",
      term: 2,
      sequence: sequence + 1,
      coldStart: false,
      timeMillis: pair.groupMillis,
    });
    expect(primary.file).toHaveLength(1);
    expect(primary.file).toEqual(backup?.file);
  });

  it("a card that was away gets what it lacks and drops what never was the group's", () => {
    const pair = CallServerPair.inService();
    run(pair, newCall(west));
    // A record of a commit that nobody else ever heard of.
    const [genuine] = pair.primary.file;
    const { key, ...rest } = JSON.parse(genuine) as { key: { sequence: number } };
    pair.primary.file.push(JSON.stringify({ key: { ...key, sequence: key.sequence + 5 }, ...rest }));
    pair.takeOver();
    for (const circuit of [west, west + 1, west + 2]) run(pair, newCall(circuit));
    pair.insert();
    expect(pair.backup?.file).toEqual(pair.primary.file);
    expect(pair.primary.file).toHaveLength(4);
    // Again, with nothing missing.
    pair.takeOver();
    pair.insert();
    expect(pair.backup?.file).toEqual(pair.primary.file);
    expect(pair.primary.file).toHaveLength(4);
  });

  it("a record of another life of the group stays", () => {
    const pair = CallServerPair.inService();
    if (pair.backup === undefined) throw new Error("no backup");
    const old = '{"key":{"group":1,"sequence":7,"index":0},"since":"2020-01-01T00:00:00.000Z"}';
    pair.backup.file = [old, "not a record"];
    run(pair, newCall(west));
    pair.primary.file = [old, ...pair.primary.file];
    pair.insert();
    expect(pair.backup.file).toHaveLength(3);
    expect(pair.backup.file.slice(0, 2)).toEqual([old, "not a record"]);
  });

  it("says who called whom, when, on which circuits and why it ended", () => {
    const pair = CallServerPair.inService();
    const call = newCall(west);
    run(pair, call, 0, 4);
    pair.pass(3_000_000);
    run(pair, call, 4, 6);
    pair.pass(60_000_000);
    pair.isup(call.outgoing, rel(16));
    pair.isup(call.incoming, rlc);
    const [record] = pair.records();
    expect(record).toMatchObject({
      key: { group: 1, index: 0 },
      calling: "5550001",
      called: "4711",
      incomingCircuit: "west/1",
      outgoingCircuit: "east/1",
      answered: true,
      cause: 16,
      releasedBy: "called",
    });
    const between = (a: unknown, b: unknown) => Date.parse(String(b)) - Date.parse(String(a));
    expect(between(record.seizure, record.answer)).toBe(3000);
    expect(between(record.answer, record.release)).toBe(60_000);
    expect(Date.parse(String(record.release))).toBe(pair.wallMillis);
  });

  it("several calls released by one commit have a record each", () => {
    const pair = CallServerPair.inService();
    for (const circuit of [west, west + 1, west + 2]) run(pair, newCall(circuit), 0, 6);
    pair.isup(west, grs(7));
    const keys = pair.records().map(({ key }) => key as { sequence: number; index: number });
    expect(keys.map(({ index }) => index)).toEqual([0, 1, 2]);
    expect(new Set(keys.map(({ sequence }) => sequence)).size).toBe(1);
    expect(pair.backup?.file).toEqual(pair.primary.file);
  });
});
