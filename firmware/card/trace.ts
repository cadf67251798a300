/** What a card sent and received last, for people to look at: the newest entries, as many as there is room for. */
/** Entries that came after a place, and where to go on from. */
export interface TraceSince<Entry> {
  readonly entries: readonly Entry[];
  readonly next: number;
  /** There were so many more that are not kept any more. */
  readonly lost: number;
}

/** An entry as people read it. */
export interface TraceLine {
  /** UTC in milliseconds. */
  readonly atMillis: number;
  readonly text: string;
  /** By what it is looked for. */
  readonly words: readonly string[];
}

export class Trace<Entry> {
  readonly #entries: Entry[] = [];
  readonly #entriesMax: number;
  #next = 0;
  #added = 0;

  constructor(entriesMax = traceEntriesMax) {
    this.#entriesMax = entriesMax;
  }

  add(entry: Entry): void {
    this.#entries[this.#next] = entry;
    this.#next = (this.#next + 1) % this.#entriesMax;
    this.#added++;
  }

  /** At most `most` of those that were added since the `from`-th; undefined: from now on. */
  since(from: number | undefined, most: number): TraceSince<Entry> {
    const begin = Math.max(from ?? this.#added, this.#added - this.#entriesMax);
    const count = Math.min(most, this.#added - begin);
    const entries = Array.from({ length: count }, (_, place) => this.#entries[(begin + place) % this.#entriesMax]);
    return { entries, next: begin + count, lost: begin - (from ?? begin) };
  }

  /** The oldest first. */
  entries(): readonly Entry[] {
    return [...this.#entries.slice(this.#next), ...this.#entries.slice(0, this.#next)];
  }
}

export const traceEntriesMax = 2000;
