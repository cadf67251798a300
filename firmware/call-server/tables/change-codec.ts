/**
 * Changes of the tables as the tail of a commit's body, bit by bit:
 *
 *     call (2 bits: none, made by this commit, the consumed input's, said in full), whether a digest follows, then rows:
 *     table (3, or 6), key (one that was foretold, or in full), 1 = first column alone | 01 = columns by bitmap | 00 = row removed,
 *     then the values: one bit where a foretold value is right, else in full.
 */
import type { Input } from "../../interchange/input.ts";
import type { OctetsInPlace } from "../../layout/octet-writer.ts";
import { type DecodeError, fail, ok, type Result } from "../../result.ts";
import { BitReader, BitWriter } from "./bit-string.ts";
import type { ChangeContext } from "./change-context.ts";
import type { NodeTables, StateRow } from "./node-tables.ts";
import { type AnyRow, type AnyTable, differences } from "./table.ts";
import type { Change } from "./transaction.ts";

/** What the commit itself says. */
export type CommitSetting = Pick<ChangeContext, "sequence" | "timeMillis" | "input" | "gatewayOf">;

interface CodingContext extends ChangeContext {
  call: number;
  state: Readonly<StateRow> | undefined;
}

const callSaid = { none: 0, made: 1, consumed: 2, explicit: 3 } as const;
const tagBits = 3;
/** Tables with this tag and above change seldom: this one says that three bits follow that tell which. */
const seldom = 7;
const digestBits = 32;
const writer = new BitWriter(1024);

/**
 * The octets of `head`, and those of `changes` after them, none for none. `tables` do not hold the changes yet. `digest` is that of the
 * tables before them.
 */
export function encodeChanges(
  tables: NodeTables,
  changes: readonly Change[],
  setting: CommitSetting,
  digest?: number,
  head?: OctetsInPlace,
): Uint8Array {
  if (changes.length === 0 && digest === undefined) return writer.finish(head);
  const made = tables.freeReference(setting.sequence);
  const consumed = callOf(tables, setting.input);
  const call = changesCall(tables, changes, made) ? made : consumed !== 0 ? consumed : owner(tables, changes);
  const context = contextFor(tables, setting, call);
  const said = call === 0 ? "none" : call === made ? "made" : call === consumed ? "consumed" : "explicit";
  writer.unsigned(callSaid[said], 2);
  if (said === "explicit") writer.unsigned(call, 24);
  writer.unsigned(digest === undefined ? 0 : 1, 1);
  if (digest !== undefined) writer.unsigned(digest, digestBits);
  for (const change of changes) {
    writeTag(change.table.tag);
    writeKey(context, change);
    writeRow(context, change);
    follow(tables, context, change);
  }
  return writer.finish(head);
}

export interface DecodedChanges {
  readonly changes: readonly Change[];
  readonly digest: number | undefined;
}

/** The counterpart, from octet `offset` on: the tables stay as they are until `apply`. */
export function decodeChanges(
  tables: NodeTables,
  octets: Uint8Array,
  setting: CommitSetting,
  offset = 0,
): Result<DecodedChanges, DecodeError> {
  if (octets.length === offset) return ok({ changes: [], digest: undefined });
  const reader = new BitReader(octets, offset);
  const said = reader.unsigned(2);
  let call = said === callSaid.explicit ? reader.unsigned(24) : 0;
  if (said === callSaid.made) call = tables.freeReference(setting.sequence);
  if (said === callSaid.consumed) call = callOf(tables, setting.input);
  const digest = reader.unsigned(1) === 1 ? reader.unsigned(digestBits) : undefined;
  const context = contextFor(tables, setting, call);
  const changes: Change[] = [];
  while (reader.remaining >= tagBits) {
    const table = tables.byTag(readTag(reader));
    if (table === undefined) break;
    const key = readKey(reader, table, context);
    const change = readChange(reader, table, key, context);
    if (reader.exhausted) return fail({ kind: "truncated", offset: octets.length, parameter: table.name });
    changes.push(change);
    follow(tables, context, change);
  }
  return reader.exhausted ? fail({ kind: "truncated", offset: octets.length }) : ok({ changes, digest });
}

function writeTag(tag: number): void {
  writer.unsigned(Math.min(tag, seldom), tagBits);
  if (tag >= seldom) writer.unsigned(tag - seldom, tagBits);
}

function readTag(reader: BitReader): number {
  const tag = reader.unsigned(tagBits);
  return tag < seldom ? tag : seldom + reader.unsigned(tagBits);
}

/** A row on its own, nothing foretold: for snapshots. */
export function writeWholeRow(writer: BitWriter, table: AnyTable, key: number, row: Readonly<AnyRow>): void {
  writer.variable(key);
  const said = differences(table, table.initial, row);
  writer.unsigned(said, table.columns.length);
  for (const { name, column } of columnsIn(table, said)) column.write(writer, row[name]);
}

export function readWholeRow(reader: BitReader, table: AnyTable): { readonly key: number; readonly row: AnyRow } {
  const key = reader.variable();
  const row = table.copy(table.initial);
  const said = reader.unsigned(table.columns.length);
  for (const { name, column } of columnsIn(table, said)) row[name] = column.read(reader);
  return { key, row };
}

/** The call that an input is about, 0 for none. */
export function callOf(tables: NodeTables, input: Input | undefined): number {
  if (input === undefined) return 0;
  if ("call" in input) return tables.connection.get(input.call).call;
  return "circuit" in input ? tables.endpoint.get(input.circuit).call : 0;
}

function changesCall(tables: NodeTables, changes: readonly Change[], call: number): boolean {
  for (const { table, key } of changes) if (key === call && table.tag === tables.state.tag) return true;
  return false;
}

/** The first call that changes; else that of the first endpoint or connection that changes and has one. */
function owner(tables: NodeTables, changes: readonly Change[]): number {
  for (const { table, key } of changes) if (table.tag === tables.state.tag) return key;
  for (const { before, after } of changes) {
    if (isCall(tables, before?.call)) return before?.call as number;
    if (isCall(tables, after?.call)) return after?.call as number;
  }
  return 0;
}

function isCall(tables: NodeTables, value: unknown): boolean {
  return typeof value === "number" && tables.state.has(value);
}

function contextFor(tables: NodeTables, setting: CommitSetting, call: number): CodingContext {
  const { sequence, timeMillis, input, gatewayOf } = setting;
  return { sequence, timeMillis, input, gatewayOf, call, state: tables.state.find(call) };
}

function follow(tables: NodeTables, context: CodingContext, { table, key, after }: Change): void {
  if (table.tag === tables.state.tag && key === context.call && after) context.state = after as unknown as StateRow;
}

function writeKey(context: CodingContext, { table, key }: Change): void {
  const { keys, keyBits } = table;
  let place = 0;
  while (place < keys.length && keys[place](context) !== key) place++;
  if (keyBits > 0) writer.unsigned(place, keyBits);
  if (place === keys.length) writer.variable(key);
}

function readKey(reader: BitReader, table: AnyTable, context: CodingContext): number {
  const foretold = table.keys.length > 0 ? reader.unsigned(table.keyBits) : 0;
  return table.keys[foretold]?.(context) ?? reader.variable();
}

/** The columns that are said are a bitmap, the first column in its most significant bit; this is that column alone. */
function firstColumn({ columns }: AnyTable): number {
  return 1 << (columns.length - 1);
}

/** The place of the first column in a bitmap that is not empty. */
function nextColumn(columns: number, bitmap: number): number {
  return Math.clz32(bitmap) - (32 - columns);
}

function columnsIn({ columns }: AnyTable, bitmap: number): AnyTable["columns"] {
  return columns.filter((_, place) => (bitmap & (1 << (columns.length - 1 - place))) !== 0);
}

function writeRow(context: CodingContext, { table, before = table.initial, after, differs }: Change): void {
  if (after === undefined) {
    writer.unsigned(0, 2);
    return;
  }
  const { columns } = table;
  const alone = differs === firstColumn(table);
  writer.unsigned(1, alone ? 1 : 2);
  if (!alone) writer.unsigned(differs, columns.length);
  for (let left = differs; left !== 0; ) {
    const place = nextColumn(columns.length, left);
    left ^= 1 << (columns.length - 1 - place);
    const { name, column, prediction } = columns[place];
    const value = after[name];
    if (!writeForetold(prediction?.(context, before), column, value)) column.write(writer, value);
  }
}

/** One bit where something is foretold: whether it is right. Then there is no more to say. */
function writeForetold(foretold: unknown, column: AnyTable["columns"][number]["column"], value: unknown): boolean {
  if (foretold === undefined) return false;
  const right = foretold === value || column.equal?.(foretold, value) === true;
  writer.unsigned(right ? 1 : 0, 1);
  return right;
}

function readChange(reader: BitReader, table: AnyTable, key: number, context: CodingContext): Change {
  const { columns } = table;
  const before = table.find(key);
  const alone = reader.unsigned(1) === 1;
  if (!alone && reader.unsigned(1) === 0) return { table, key, before, after: undefined, differs: 0 };
  const differs = alone ? firstColumn(table) : reader.unsigned(columns.length);
  const known = before ?? table.initial;
  const after = table.copy(known);
  for (let left = differs; left !== 0; ) {
    const place = nextColumn(columns.length, left);
    left ^= 1 << (columns.length - 1 - place);
    const { name, column, prediction } = columns[place];
    const foretold = prediction?.(context, known);
    const right = foretold !== undefined && reader.unsigned(1) === 1;
    after[name] = right ? foretold : column.read(reader);
  }
  return { table, key, before, after, differs };
}
