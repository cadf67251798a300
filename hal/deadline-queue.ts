/**
 * Deadlines in order: a binary heap in which every entry knows its place, so that a cancelled one leaves at once
 * instead of waiting for its hour. Entries with equal deadlines keep the order in which they came.
 */
export class DeadlineQueue {
  readonly #heap: Entry[] = [];
  #armedCount = 0;

  get size(): number {
    return this.#heap.length;
  }

  /** The earliest deadline, or undefined when there is none. */
  earliestMicros(): number | undefined {
    return this.#heap[0]?.deadlineMicros;
  }

  /** Adds a wake; the result takes it out again, if it is still there. */
  add(deadlineMicros: number, wake: () => void): () => void {
    const entry: Entry = { deadlineMicros, order: this.#armedCount++, place: this.#heap.length, wake };
    this.#heap.push(entry);
    this.#rise(entry);
    return () => this.#remove(entry);
  }

  /** Takes out and returns the earliest wake if it is due at `nowMicros`. */
  takeDue(nowMicros: number): (() => void) | undefined {
    const earliest = this.#heap[0];
    if (earliest === undefined || earliest.deadlineMicros > nowMicros) return undefined;
    this.#remove(earliest);
    return earliest.wake;
  }

  #remove(entry: Entry): void {
    if (entry.place === absent) return;
    const last = this.#heap.pop();
    if (last !== undefined && last !== entry) {
      this.#put(last, entry.place);
      this.#rise(last);
      this.#sink(last);
    }
    entry.place = absent;
  }

  #rise(entry: Entry): void {
    while (entry.place > 0) {
      const parent = this.#heap[(entry.place - 1) >> 1];
      if (parent === undefined || comesBefore(parent, entry)) return;
      this.#swap(parent, entry);
    }
  }

  #sink(entry: Entry): void {
    for (;;) {
      const left = this.#heap[2 * entry.place + 1];
      const right = this.#heap[2 * entry.place + 2];
      if (left === undefined) return;
      const earlier = right !== undefined && comesBefore(right, left) ? right : left;
      if (comesBefore(entry, earlier)) return;
      this.#swap(entry, earlier);
    }
  }

  #swap(one: Entry, other: Entry): void {
    const place = one.place;
    this.#put(one, other.place);
    this.#put(other, place);
  }

  #put(entry: Entry, place: number): void {
    this.#heap[place] = entry;
    entry.place = place;
  }
}

interface Entry {
  readonly deadlineMicros: number;
  /** How many were armed before: decides between equal deadlines. */
  readonly order: number;
  /** Index in the heap, or `absent`. */
  place: number;
  readonly wake: () => void;
}

const absent = -1;

function comesBefore(one: Entry, other: Entry): boolean {
  if (one.deadlineMicros !== other.deadlineMicros) return one.deadlineMicros < other.deadlineMicros;
  return one.order < other.order;
}
