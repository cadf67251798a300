/** What a card sent and received last, for people to look at: the newest entries, as many as there is room for. */
export class Trace<Entry> {
  readonly #entries: Entry[] = [];
  readonly #entriesMax: number;
  #next = 0;

  constructor(entriesMax = traceEntriesMax) {
    this.#entriesMax = entriesMax;
  }

  add(entry: Entry): void {
    this.#entries[this.#next] = entry;
    this.#next = (this.#next + 1) % this.#entriesMax;
  }

  /** The oldest first. */
  entries(): readonly Entry[] {
    return [...this.#entries.slice(this.#next), ...this.#entries.slice(0, this.#next)];
  }
}

export const traceEntriesMax = 2000;
