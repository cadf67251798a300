/**
 * The file of call detail records: every record once on each card.
 *
 * A backup writes a record when it applies the commit, a primary when the commit is on the bus for good. A card that was
 * away may hold records of commits that never became the group's; it is told which of its newest ones to drop, and gets the
 * ones it lacks, as far back as the primary remembers (`rememberedMax`).
 */
import { layout, list, u32, varint, type ValueOf, decode, encode } from "../layout/layout.ts";
import type { ApplicationAction } from "../card/application.ts";
import type { CallDetailKey, CallDetailRecord } from "./call-detail-record.ts";

export const callDetailFile = "cdr.jsonl";
/** Records that a card keeps in memory for a mate that comes back. */
const rememberedMax = 4096;
/**
 * Which of its records a card names when it comes back, counted from the newest: the newest ones all, older ones ever more
 * sparsely. However many records of a term of its own have come to nothing, one that it has in common with the group is not far.
 */
const namedInFull = 100;
const namedPerSpacing = 10;

const nothing: readonly ApplicationAction[] = [];

/**
 * Stands before the first record since a cold start, at every card that has forgotten none: so that two histories that begin with
 * different records, or one with more than the other, have only this in common.
 */
const beforeTheFirst = { sequence: 0, hash: 0 };

/** A record, and what tells it apart from another of the same commit: computed when somebody asks. */
class Remembered {
  readonly sequence: number;
  readonly since: string;
  readonly line: string;
  /** How many lines are before it in the file; of one that is not written yet, none. */
  place = 0;
  #hash: number | undefined;

  constructor({ sequence, since, line }: CallDetailRecord) {
    this.sequence = sequence;
    this.since = since;
    this.line = line;
  }

  get hash(): number {
    this.#hash ??= hashOf(this.line);
    return this.#hash;
  }
}

const holding = layout("call detail records held", {
  /** Newest first; `newer`: how many records this card holds that are newer than this one. */
  held: list(layout("held", { sequence: varint, hash: u32, newer: varint })),
  total: varint,
  since: list(varint),
});
type Holding = ValueOf<typeof holding>;

/** What a card that comes back has to do. */
export interface CallDetailCatchUp {
  /** How many of its newest records to drop. */
  readonly drop: number;
  readonly lines: readonly string[];
}

export class CallDetailLog {
  /** Newest last. */
  #written: Remembered[] = [];
  /** Of own commits that are not on the bus yet. */
  #pending: Remembered[] = [];
  #fileLines: number;

  constructor(stored: readonly string[]) {
    this.#fileLines = stored.length;
    const first = Math.max(0, stored.length - rememberedMax);
    for (let place = first; place < stored.length; place++) {
      const record = recordIn(stored[place]);
      if (record !== undefined) this.#written.push(Object.assign(new Remembered(record), { place }));
    }
  }

  get fileLines(): number {
    return this.#fileLines;
  }

  /** At the backup. */
  write(records: readonly CallDetailRecord[]): readonly ApplicationAction[] {
    return records.length === 0 ? nothing : records.map((record) => this.#append(new Remembered(record)));
  }

  /** At the primary: written when `transmitted` reaches the commit. */
  keep(records: readonly CallDetailRecord[]): void {
    for (const record of records) this.#pending.push(new Remembered(record));
  }

  transmitted(sequence: number): readonly ApplicationAction[] {
    if (this.#pending.length === 0) return nothing;
    let due = 0;
    while (due < this.#pending.length && this.#pending[due].sequence <= sequence) due++;
    return this.#pending.splice(0, due).map((record) => this.#append(record));
  }

  /** Commits not on the bus are not the group's. */
  dropPending(): void {
    this.#pending = [];
  }

  /** What this card holds of the time since the cold start that it knows last. */
  holding(): Uint8Array {
    const since = this.#written[this.#written.length - 1]?.since ?? "";
    const mine = this.#written.filter((each) => each.since === since);
    const held: Holding["held"] = [];
    let spacing = 1;
    for (let newer = 0; newer < mine.length; newer += spacing) {
      const { sequence, hash } = mine[mine.length - 1 - newer];
      held.push({ sequence, hash, newer });
      if (held.length >= namedInFull && held.length % namedPerSpacing === 0) spacing *= 2;
    }
    if (!this.#forgotten(since)) held.push({ ...beforeTheFirst, newer: mine.length });
    const text = [...since].map((character) => character.charCodeAt(0));
    return encode(holding, { held, total: mine.length, since: text });
  }

  /** For a card that holds what `request` says; `since` is the group's cold start. */
  catchUp(request: Uint8Array, since: string): CallDetailCatchUp {
    const mine = [...this.#written, ...this.#pending].filter((each) => each.since === since);
    const decoded = decode(holding, request);
    const known = decoded.ok && String.fromCharCode(...decoded.value.since) === since;
    const theirs: Holding["held"] = known ? decoded.value.held : [];
    const forgotten = this.#forgotten(since);
    const common = lastInCommon(theirs, forgotten ? mine : [beforeTheFirst, ...mine]);
    const lines = mine.map(({ line }) => line);
    if (common) return { drop: common.newer, lines: lines.slice(common.place + (forgotten ? 1 : 0)) };
    if (!known || !forgotten) return { drop: known ? decoded.value.total : 0, lines };
    // Nothing in common: what is older than all that is remembered here cannot be judged and stays.
    const oldest = mine[0]?.sequence ?? 0;
    const judged = theirs.filter(({ sequence }) => sequence >= oldest);
    return { drop: judged.length === 0 ? 0 : judged[judged.length - 1].newer + 1, lines };
  }

  takeOver({ drop, lines }: CallDetailCatchUp): ApplicationAction[] {
    const actions: ApplicationAction[] = [];
    if (drop > 0) {
      // Lines that are no records, because there was no room for those, are dropped with the records after them.
      const dropped = this.#written.splice(Math.max(0, this.#written.length - drop));
      const place = dropped.length < drop ? this.#fileLines - drop : (dropped[0]?.place ?? this.#fileLines);
      this.#fileLines = Math.max(0, place);
      actions.push({ kind: "truncate", file: callDetailFile, lines: this.#fileLines });
    }
    return [...actions, ...this.write(lines.flatMap((line) => recordIn(line) ?? []))];
  }

  #append(record: Remembered): ApplicationAction {
    record.place = this.#fileLines++;
    this.#written.push(record);
    if (this.#written.length > 2 * rememberedMax) this.#written = this.#written.slice(-rememberedMax);
    return { kind: "append", file: callDetailFile, line: record.line };
  }

  /** Whether there were records since then that are no longer in memory. */
  #forgotten(since: string): boolean {
    return this.#fileLines > this.#written.length && this.#written[0]?.since === since;
  }
}

/**
 * The newest record up to which both hold the same, as far back as ours are remembered. The histories of two terms may have a record
 * in common by chance after they have parted, so it counts only when all that is named before it is in common, too.
 */
function lastInCommon(
  theirs: Holding["held"],
  mine: readonly Pick<Remembered, "sequence" | "hash">[],
): { readonly place: number; readonly newer: number } | undefined {
  const places = new Map(mine.map(({ sequence, hash }, place) => [`${sequence} ${hash}`, place]));
  const oldest = mine[0]?.sequence ?? 0;
  let common: { readonly place: number; readonly newer: number } | undefined;
  for (const { sequence, hash, newer } of theirs.toReversed()) {
    if (sequence < oldest) continue;
    const place = places.get(`${sequence} ${hash}`);
    if (place === undefined) break;
    if (common && place - common.place !== common.newer - newer) break;
    common = { place, newer };
  }
  return common;
}

/** Undefined for a line that is no record of ours. */
function recordIn(line: string): CallDetailRecord | undefined {
  try {
    const { key, since } = JSON.parse(line) as { key?: Partial<CallDetailKey>; since?: unknown };
    if (typeof key?.sequence !== "number" || typeof since !== "string") return undefined;
    return { sequence: key.sequence, since, line };
  } catch {
    return undefined;
  }
}

/** FNV-1a, 32 bits. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193) >>> 0;
  return hash;
}
