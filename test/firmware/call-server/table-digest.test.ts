import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BitReader, BitWriter } from "../../../firmware/call-server/tables/bit-string.ts";
import { NodeTables } from "../../../firmware/call-server/tables/node-tables.ts";
import type { AnyRow, AnyTable } from "../../../firmware/call-server/tables/table.ts";
import { apply, Transaction } from "../../../firmware/call-server/tables/transaction.ts";

type AnyColumn = AnyTable["columns"][number]["column"];

const octets = (...values: number[]) => Uint8Array.from(values);
/** Lengths, zeros, places: octet strings that a careless hash takes for each other. */
const octetStrings = [octets(), octets(0), octets(0, 0), octets(1), octets(0, 1), octets(1, 0), octets(1, 1, 0)];
const numbers = [
  0,
  1,
  2,
  3,
  4,
  0x7f,
  0x80,
  0xffff,
  2 ** 24 - 1,
  2 ** 31,
  2 ** 32 - 1,
  2 ** 32,
  2 ** 32 + 1,
  2 ** 48 - 1,
];

/** Values that a column can have, each once. Of words and flags these are all. */
function valuesOf(column: AnyColumn): readonly unknown[] {
  const { initial, read } = column;
  if (initial instanceof Uint8Array) return octetStrings;
  if (typeof initial === "number")
    return [...new Set([initial, ...numbers])].filter((value) => comesBack(column, value));
  return [...new Set(Array.from({ length: 256 }, (_, octet) => read(new BitReader(octets(octet)))))];
}

/** Whether a number is not too large for its column. */
function comesBack({ write, read }: AnyColumn, value: number): boolean {
  const writer = new BitWriter();
  write(writer, value);
  return read(new BitReader(writer.finish())) === value;
}

const names = new NodeTables().all.map(({ name }) => name);

function tableOf(tables: NodeTables, name: string): AnyTable {
  const found = tables.all.find((table) => table.name === name);
  if (found === undefined) throw new Error(`no table ${name}`);
  return found;
}

/** Of tables in which there is but this row. */
function digestOf(name: string, key: number, values: AnyRow): number {
  const tables = new NodeTables();
  const table = tableOf(tables, name);
  table.put(key, { ...table.initial, ...values });
  return tables.digest();
}

interface Edit {
  readonly name: string;
  readonly key: number;
  /** Undefined takes the row away. */
  readonly values: AnyRow | undefined;
}

const edits: fc.Arbitrary<readonly Edit[]> = fc.array(
  fc.constantFrom(...names).chain((name) => {
    const columns = tableOf(new NodeTables(), name).columns.map((each) => [each.name, valuesOf(each.column)] as const);
    const values = fc.record(Object.fromEntries(columns.map(([column, all]) => [column, fc.constantFrom(...all)])), {
      requiredKeys: [],
    });
    return fc.record({ name: fc.constant(name), key: fc.nat(5), values: fc.option(values, { nil: undefined }) });
  }),
  { maxLength: 12 },
);

function changesOf(tables: NodeTables, made: readonly Edit[]) {
  const transaction = new Transaction(tables, 1);
  for (const { name, key, values } of made) {
    const table = tableOf(tables, name);
    if (values === undefined) transaction.remove(table, key);
    else Object.assign(transaction.edit(table, key), values);
  }
  return transaction.changes();
}

describe("the digest of the tables", () => {
  it.each(names)("tells apart all that one column of a row can say: %s", (name) => {
    for (const { name: column, column: kind } of tableOf(new NodeTables(), name).columns) {
      const values = valuesOf(kind);
      expect(values.length).toBeGreaterThan(1);
      const digests = values.map((value) => digestOf(name, 0, { [column]: value }));
      expect([column, new Set(digests).size]).toEqual([column, values.length]);
      expect(values.map((value) => digestOf(name, 0, { [column]: value }))).toEqual(digests);
    }
  });

  it("tells apart in which column of which table, and under which key, a value stands", () => {
    const digests = [new NodeTables().digest()];
    for (const name of names) {
      for (const key of [0, 1, 2 ** 24, 2 ** 32]) {
        digests.push(digestOf(name, key, {}));
        for (const { name: column, column: kind } of tableOf(new NodeTables(), name).columns) {
          const others = valuesOf(kind).filter(
            (value) => value !== kind.initial && kind.equal?.(value, kind.initial) !== true,
          );
          for (const value of others) digests.push(digestOf(name, key, { [column]: value }));
        }
      }
    }
    expect(new Set(digests).size).toBe(digests.length);
  });

  it("tells apart two rows that have changed places", () => {
    const [one, other] = [new NodeTables(), new NodeTables()];
    for (const [tables, keys] of [
      [one, [1, 2]],
      [other, [2, 1]],
    ] as const) {
      keys.forEach((key, place) => {
        tables.endpoint.put(key, { ...tables.endpoint.initial, call: 7 + place });
      });
    }
    expect(one.digest()).not.toBe(other.digest());
  });

  it("is what it was once a change is taken back, and that of equal rows wherever they come from", () => {
    fc.assert(
      fc.property(edits, edits, (first, second) => {
        const tables = new NodeTables();
        apply(changesOf(tables, first));
        const before = tables.digest();
        const changes = changesOf(tables, second);
        apply(changes);
        const fresh = new NodeTables();
        for (const table of tables.all) {
          for (const [key, row] of table.rows()) tableOf(fresh, table.name).put(key, table.copy(row));
        }
        expect(tables.digest()).toBe(fresh.digest());
        if (changes.length > 0) expect(tables.digest()).not.toBe(before);
        for (const { table, key, before: row } of changes) table.put(key, row);
        expect(tables.digest()).toBe(before);
      }),
      { numRuns: 300 },
    );
  });
});
