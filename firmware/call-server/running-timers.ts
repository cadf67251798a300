/** The timers that run. A backup keeps their deadlines and lets none expire. */
import type { Micros } from "../time.ts";

export interface ExpiredTimer {
  readonly key: number;
  readonly timer: string;
}

interface Entry {
  readonly deadline: Micros;
  readonly key: number;
  readonly timer: string;
}

/** Timers of the rows of one table: at most one of a name a row. */
export class RunningTimers {
  /** By name, then by key. */
  readonly #deadlines = new Map<string, Map<number, Micros>>();
  /** A heap, the earliest first; an entry that the map does not confirm is stale. */
  #heap: Entry[] = [];
  #running = 0;

  get size(): number {
    return this.#running;
  }

  start(key: number, timer: string, deadline: Micros): void {
    let ofName = this.#deadlines.get(timer);
    if (ofName === undefined) {
      ofName = new Map();
      this.#deadlines.set(timer, ofName);
    }
    if (!ofName.has(key)) this.#running++;
    ofName.set(key, deadline);
    this.#push({ deadline, key, timer });
    if (this.#heap.length > 2 * this.#running + 64) this.#dropStale();
  }

  stop(key: number, timer: string): void {
    if (this.#deadlines.get(timer)?.delete(key)) this.#running--;
  }

  nextDeadline(): Micros | undefined {
    this.#settleTop();
    return this.#heap[0]?.deadline;
  }

  /** Takes a timer that has expired by `now`; the caller goes on until there is none. */
  expire(now: Micros): ExpiredTimer | undefined {
    this.#settleTop();
    const top = this.#heap[0];
    if (top === undefined || top.deadline > now) return undefined;
    this.stop(top.key, top.timer);
    return top;
  }

  /** Every running timer. */
  *all(): IterableIterator<{ readonly key: number; readonly timer: string; readonly deadline: Micros }> {
    for (const [timer, ofName] of this.#deadlines) for (const [key, deadline] of ofName) yield { key, timer, deadline };
  }

  clear(): void {
    this.#deadlines.clear();
    this.#heap = [];
    this.#running = 0;
  }

  #isCurrent({ key, timer, deadline }: Entry): boolean {
    return this.#deadlines.get(timer)?.get(key) === deadline;
  }

  #settleTop(): void {
    while (this.#heap.length > 0 && !this.#isCurrent(this.#heap[0])) this.#pop();
  }

  #dropStale(): void {
    const entries = this.#heap.filter((entry) => this.#isCurrent(entry));
    this.#heap = [];
    for (const entry of entries) this.#push(entry);
  }

  #push(entry: Entry): void {
    const heap = this.#heap;
    let at = heap.length;
    heap.push(entry);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!earlier(entry, heap[parent])) break;
      heap[at] = heap[parent];
      at = parent;
    }
    heap[at] = entry;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && earlier(heap[child + 1], heap[child])) child++;
      if (!earlier(heap[child], last)) break;
      heap[at] = heap[child];
      at = child;
    }
    heap[at] = last;
  }
}

/** At equal deadlines by key and name, so that one card's order is the other's. */
function earlier(a: Entry, b: Entry): boolean {
  if (a.deadline !== b.deadline) return a.deadline < b.deadline;
  return a.key !== b.key ? a.key < b.key : a.timer < b.timer;
}
