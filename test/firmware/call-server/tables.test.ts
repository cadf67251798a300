import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BitReader, BitWriter } from "../../../firmware/call-server/tables/bit-string.ts";
import { decodeChanges, encodeChanges } from "../../../firmware/call-server/tables/change-codec.ts";
import { NodeTables } from "../../../firmware/call-server/tables/node-tables.ts";
import { apply, Transaction } from "../../../firmware/call-server/tables/transaction.ts";
import { utcTime } from "../../../firmware/call-server/utc-time.ts";
import type { Input } from "../../../firmware/interchange/input.ts";

const setting = (sequence: number, input?: Input) => ({
  sequence,
  timeMillis: 1_700_000_000_000,
  input,
  gatewayOf: () => 3,
});

describe("bit strings", () => {
  it("numbers of any width come back, in the bits that their widths say", () => {
    const field = fc.integer({ min: 1, max: 48 }).chain((width) =>
      fc.tuple(
        fc.constant(width),
        fc.maxSafeNat().map((n) => n % 2 ** width),
      ),
    );
    fc.assert(
      fc.property(fc.array(field, { maxLength: 60 }), (fields) => {
        const writer = new BitWriter(1);
        for (const [width, value] of fields) writer.unsigned(value, width);
        const octets = writer.finish();
        expect(octets.length).toBe(Math.ceil(fields.reduce((sum, [width]) => sum + width, 0) / 8));
        const reader = new BitReader(octets);
        for (const [width, value] of fields) expect(reader.unsigned(width)).toBe(value);
        expect(reader.exhausted).toBe(false);
        reader.unsigned(8);
        expect(reader.exhausted).toBe(true);
      }),
    );
  });

  it("once a read went past the end nothing is left, whatever is asked for", () => {
    const asked: readonly ((reader: BitReader) => unknown)[] = [
      (reader) => reader.unsigned(9),
      (reader) => reader.unsigned(30),
      (reader) => reader.octets(3),
    ];
    for (const read of asked) {
      const reader = new BitReader(Uint8Array.of(0xff, 0xff, 0xff));
      expect([reader.unsigned(16), reader.remaining, reader.exhausted]).toEqual([0xffff, 8, false]);
      read(reader);
      expect([reader.exhausted, reader.remaining]).toEqual([true, 0]);
      expect([reader.unsigned(1), reader.unsigned(30), reader.variable(), reader.octets(1).length]).toEqual([
        0, 0, 0, 0,
      ]);
      expect([reader.exhausted, reader.remaining]).toEqual([true, 0]);
    }
    const endless = new BitReader(new Uint8Array(8).fill(0xff));
    expect([endless.variable(), endless.exhausted, endless.remaining]).toEqual([0, true, 0]);
  });

  it("stand after the octets of a head, of which no more than its length counts", () => {
    const writer = new BitWriter(1);
    writer.unsigned(5, 3);
    expect(writer.finish({ octets: Uint8Array.of(1, 2, 3), length: 2 })).toEqual(Uint8Array.of(1, 2, 0b1010_0000));
    expect(writer.finish({ octets: Uint8Array.of(1, 2, 3), length: 1 })).toEqual(Uint8Array.of(1));
  });

  it("the first bit is the most significant one", () => {
    const writer = new BitWriter();
    writer.unsigned(1, 1);
    writer.unsigned(2, 3);
    writer.variable(300);
    expect(writer.finish()).toEqual(Uint8Array.of(0b1010_1010, 0b1100_0000, 0b0010_0000));
    expect(writer.finish()).toEqual(new Uint8Array(0));
  });
});

describe("tables", () => {
  it("the digest is that of the rows there are, whenever it was asked for before", () => {
    const step = fc.tuple(fc.nat(9), fc.option(fc.nat(0xffffff)), fc.boolean());
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const followed = new NodeTables();
        const calls = new Map<number, number>();
        for (const [key, call, asked] of steps) {
          followed.endpoint.put(key, call === null ? undefined : { ...followed.endpoint.initial, call });
          if (call === null) calls.delete(key);
          else calls.set(key, call);
          if (asked) followed.digest();
        }
        const fresh = new NodeTables();
        for (const [key, call] of calls) fresh.endpoint.put(key, { ...fresh.endpoint.initial, call });
        expect(followed.digest()).toBe(fresh.digest());
        followed.clear();
        expect(followed.digest()).toBe(new NodeTables().digest());
      }),
    );
  });

  it("the digest does not depend on the order in which rows came", () => {
    const rows = fc.uniqueArray(fc.tuple(fc.nat(1000), fc.nat(0xffffff)), { selector: ([key]) => key, maxLength: 30 });
    fc.assert(
      fc.property(rows, (entries) => {
        const [a, b] = [new NodeTables(), new NodeTables()];
        for (const [key, call] of entries) a.endpoint.put(key, { ...a.endpoint.initial, call });
        for (const [key, call] of entries.toReversed()) b.endpoint.put(key, { ...b.endpoint.initial, call });
        expect(b.digest()).toBe(a.digest());
        const [first] = entries;
        if (first === undefined) return;
        b.endpoint.put(first[0], { ...b.endpoint.get(first[0]), repeats: 1 });
        expect(b.digest()).not.toBe(a.digest());
      }),
    );
  });

  it("changes of any rows come back from their octets", () => {
    const edit = fc.record({
      table: fc.constantFrom("state", "connection", "endpoint", "gateway", "exchange"),
      key: fc.nat(20),
      removed: fc.boolean(),
      numbers: fc.array(fc.nat(255), { minLength: 12, maxLength: 12 }),
      octets: fc.uint8Array({ maxLength: 40 }),
    });
    fc.assert(
      fc.property(fc.array(fc.array(edit, { maxLength: 6 }), { maxLength: 8 }), (commits) => {
        const [a, b] = [new NodeTables(), new NodeTables()];
        commits.forEach((edits, index) => {
          const message = Uint8Array.of(1, 2, 3, index);
          const context = setting(index + 1, { kind: "isup", circuit: index, message });
          const transaction = new Transaction(a, index + 1);
          for (const { table, key, removed, numbers, octets } of edits) {
            const found = a.all.find(({ name }) => name === table);
            if (found === undefined) continue;
            if (removed) transaction.remove(found, key);
            else {
              const row = transaction.edit(found, key);
              found.columns.forEach(({ name }, column) => {
                if (numbers[column] % 3 === 0) return;
                if (typeof row[name] === "number") row[name] = numbers[column] % 4;
                if (typeof row[name] === "boolean") row[name] = numbers[column] % 2 === 0;
                if (row[name] instanceof Uint8Array) row[name] = numbers[column] % 2 === 0 ? message : octets;
              });
            }
          }
          const changes = transaction.changes();
          const coded = encodeChanges(a, changes, context, index % 2 === 0 ? a.digest() : undefined);
          const decoded = decodeChanges(b, coded, context);
          apply(changes);
          if (!decoded.ok) throw new Error(decoded.error.kind);
          expect(decoded.value.digest).toBe(index % 2 === 0 ? b.digest() : undefined);
          apply(decoded.value.changes);
          for (const table of a.all) expect(new Map(b.byTag(table.tag)?.rows())).toEqual(new Map(table.rows()));
          expect(b.digest()).toBe(a.digest());
        });
      }),
      { numRuns: 300 },
    );
  });

  it("octets that are no changes are refused or make rows, and leave the tables alone", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (octets) => {
        const tables = new NodeTables();
        decodeChanges(tables, octets, setting(5));
        expect(tables.digest()).toBe(0);
      }),
      { numRuns: 500 },
    );
  });

  it("a reference is the commit sequence modulo 2^24, never 0, never one in use", () => {
    const tables = new NodeTables();
    expect(tables.freeReference(2 ** 24 + 5)).toBe(5);
    expect(tables.freeReference(2 ** 24)).toBe(1);
    tables.state.put(5, tables.state.initial);
    tables.connection.put(6, tables.connection.initial);
    expect(tables.freeReference(5)).toBe(7);
  });
});

describe("times for people", () => {
  it("whatever day was said before", () => {
    const [one, other] = ["2024-02-29T23:59:59.999Z", "2024-03-01T00:00:00.000Z"];
    for (const each of [one, other, one, one, other]) expect(utcTime(Date.parse(each))).toBe(each);
  });

  it("as the calendar says", () => {
    const millis = fc.integer({ min: 0, max: 4_102_444_800_000 });
    fc.assert(
      fc.property(millis, (time) => utcTime(time) === new Date(time).toISOString()),
      { numRuns: 2000 },
    );
    for (const day of ["2000-02-29", "2024-02-29", "2024-12-31", "2100-03-01", "1970-01-01"]) {
      expect(utcTime(Date.parse(day))).toBe(`${day}T00:00:00.000Z`);
    }
  });
});
