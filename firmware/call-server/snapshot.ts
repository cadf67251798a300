/**
 * The tables for a card that was inserted, piece by piece.
 *
 * Rows are values, so the snapshot is the tables as they stood at one commit: every row is a copy taken at that sequence, and
 * the inserted card applies all later commits over it, deletions included. A piece is a run of items: kind (1), length (2),
 * contents. Kinds below 16 are rows of the table with that tag.
 */
import { snapshotPieceOctetsMax } from "../card/application.ts";
import { OctetReader } from "../layout/octet-reader.ts";
import { OctetWriter } from "../layout/octet-writer.ts";
import type { Micros } from "../time.ts";
import type { CallDetailCatchUp } from "./call-detail-log.ts";
import { type NodeTimers, timerNames } from "./node-timers.ts";
import { BitReader, BitWriter } from "./tables/bit-string.ts";
import { readWholeRow, writeWholeRow } from "./tables/change-codec.ts";
import type { NodeTables } from "./tables/node-tables.ts";
import { differences } from "./tables/table.ts";
import type { Change } from "./tables/transaction.ts";

const itemKind = { circuitTimer: 16, connectionTimer: 17, dropRecords: 18, record: 19, digest: 20 } as const;
const itemHeadOctets = 3;

interface Item {
  readonly kind: number;
  contents(now: Micros): Uint8Array;
}

export class SnapshotSender {
  readonly slot: number;
  /** The commit at which the rows were taken. */
  readonly sequence: number;
  readonly #items: Iterator<Item>;
  #next: Item | undefined;

  constructor(slot: number, sequence: number, tables: NodeTables, timers: NodeTimers, records: CallDetailCatchUp) {
    this.slot = slot;
    this.sequence = sequence;
    this.#items = itemsOf(tables, timers, records).values();
    this.#next = this.#items.next().value;
  }

  /** The next piece; remaining times are as of `now`. */
  piece(now: Micros): { readonly piece: Uint8Array; readonly last: boolean } {
    const writer = new OctetWriter(snapshotPieceOctetsMax);
    while (this.#next !== undefined) {
      const contents = this.#next.contents(now);
      if (writer.length > 0 && writer.length + itemHeadOctets + contents.length > snapshotPieceOctetsMax) break;
      writer.u8(this.#next.kind);
      writer.unsigned(contents.length, 2);
      writer.octets(contents);
      this.#next = this.#items.next().value;
    }
    return { piece: writer.finish(), last: this.#next === undefined };
  }
}

function itemsOf(tables: NodeTables, timers: NodeTimers, records: CallDetailCatchUp): Item[] {
  const items: Item[] = [];
  const bits = new BitWriter(1024);
  for (const table of tables.all) {
    for (const [key, row] of table.rows()) {
      items.push({
        kind: table.tag,
        contents: () => {
          writeWholeRow(bits, table, key, row);
          return bits.finish();
        },
      });
    }
  }
  for (const [kind, running] of [
    [itemKind.circuitTimer, timers.circuits],
    [itemKind.connectionTimer, timers.connections],
  ] as const) {
    for (const { key, timer, deadline } of running.all()) {
      items.push({ kind, contents: (now) => timerItem(key, timer, Math.max(0, deadline - now)) });
    }
  }
  items.push({ kind: itemKind.dropRecords, contents: () => number32(records.drop) });
  for (const line of records.lines) items.push({ kind: itemKind.record, contents: () => ascii(line) });
  const digest = tables.digest();
  items.push({ kind: itemKind.digest, contents: () => number32(digest) });
  return items;
}

/** Takes the pieces at the inserted card, whose tables are empty at first. */
export class SnapshotReceiver {
  readonly rows: Change[] = [];
  readonly lines: string[] = [];
  drop = 0;
  digest: number | undefined;
  readonly #tables: NodeTables;
  readonly #timers: NodeTimers;

  constructor(tables: NodeTables, timers: NodeTimers) {
    this.#tables = tables;
    this.#timers = timers;
  }

  /** False: the piece cannot be read. */
  take(piece: Uint8Array, now: Micros): boolean {
    const reader = new OctetReader(piece);
    while (reader.remaining > 0) {
      const kind = reader.u8("kind");
      const contents = reader.octets(reader.unsigned(2, "length"), "contents");
      if (reader.error || !this.#takeItem(kind, contents, now)) return false;
    }
    return true;
  }

  #takeItem(kind: number, contents: Uint8Array, now: Micros): boolean {
    const table = this.#tables.byTag(kind);
    if (table !== undefined) {
      const bits = new BitReader(contents);
      const { key, row } = readWholeRow(bits, table);
      if (bits.exhausted) return false;
      table.put(key, row);
      this.rows.push({ table, key, before: undefined, after: row, differs: differences(table, table.initial, row) });
      return true;
    }
    const reader = new OctetReader(contents);
    if (kind === itemKind.circuitTimer || kind === itemKind.connectionTimer) {
      const timer = timerNames[reader.u8("timer")];
      const remaining = reader.unsigned(6, "remaining");
      const key = reader.varint("key");
      if (reader.error || timer === undefined) return false;
      const running = kind === itemKind.circuitTimer ? this.#timers.circuits : this.#timers.connections;
      running.start(key, timer, now + remaining);
    } else if (kind === itemKind.dropRecords) this.drop = reader.unsigned(4, "drop");
    else if (kind === itemKind.record) this.lines.push(String.fromCharCode(...contents));
    else if (kind === itemKind.digest) this.digest = reader.unsigned(4, "digest");
    else return false;
    return !reader.error;
  }
}

function timerItem(key: number, timer: string, remaining: Micros): Uint8Array {
  const writer = new OctetWriter(16);
  writer.u8(timerNames.indexOf(timer));
  writer.unsigned(remaining, 6);
  writer.varint(key);
  return writer.finish();
}

function number32(value: number): Uint8Array {
  const writer = new OctetWriter(4);
  writer.unsigned(value, 4);
  return writer.finish();
}

/** Records hold digits and configured names only. */
function ascii(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}
