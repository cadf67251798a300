/** The timers that run. A backup keeps their deadlines and lets none expire. */
import type { Micros } from "../time.ts";
import { KeyIndex } from "./tables/key-index.ts";

export interface ExpiredTimer {
  readonly key: number;
  readonly timer: string;
}

interface RunningTimer extends ExpiredTimer {
  readonly deadline: Micros;
  earlier: RunningTimer | undefined;
  later: RunningTimer | undefined;
}

/** Those of one name. They all run equally long, so that one which starts has its place at the end, or near it. */
class TimerQueue {
  readonly timer: string;
  first: RunningTimer | undefined;
  #last: RunningTimer | undefined;
  readonly #index = new KeyIndex();
  /** By place. */
  readonly #running: (RunningTimer | undefined)[] = [];

  constructor(timer: string) {
    this.timer = timer;
  }

  get size(): number {
    return this.#index.size;
  }

  start(key: number, deadline: Micros): void {
    this.stop(key);
    const started: RunningTimer = { key, timer: this.timer, deadline, earlier: this.#last, later: undefined };
    while (started.earlier !== undefined && isEarlier(started, started.earlier)) {
      started.later = started.earlier;
      started.earlier = started.earlier.earlier;
    }
    this.#join(started.earlier, started);
    this.#join(started, started.later);
    this.#running[this.#index.add(key)] = started;
  }

  stop(key: number): void {
    const place = this.#index.find(key);
    const running = place < 0 ? undefined : this.#running[place];
    if (running === undefined) return;
    this.#running[place] = undefined;
    this.#index.remove(key);
    this.#join(running.earlier, running.later);
    // What is gone, but not collected yet, would hold on to all that came after it.
    running.earlier = undefined;
    running.later = undefined;
  }

  #join(earlier: RunningTimer | undefined, later: RunningTimer | undefined): void {
    if (earlier === undefined) this.first = later;
    else earlier.later = later;
    if (later === undefined) this.#last = earlier;
    else later.earlier = earlier;
  }
}

/** Timers of the rows of one table: at most one of a name a row. */
export class RunningTimers {
  readonly #queues: TimerQueue[] = [];

  get size(): number {
    return this.#queues.reduce((sum, { size }) => sum + size, 0);
  }

  start(key: number, timer: string, deadline: Micros): void {
    let queue = this.#find(timer);
    if (queue === undefined) {
      queue = new TimerQueue(timer);
      this.#queues.push(queue);
    }
    queue.start(key, deadline);
  }

  stop(key: number, timer: string): void {
    this.#find(timer)?.stop(key);
  }

  nextDeadline(): Micros | undefined {
    return this.#next()?.deadline;
  }

  /** Takes a timer that has expired by `now`; the caller goes on until there is none. */
  expire(now: Micros): ExpiredTimer | undefined {
    const next = this.#next();
    if (next === undefined || next.deadline > now) return undefined;
    this.stop(next.key, next.timer);
    return next;
  }

  /** Every running timer. */
  *all(): IterableIterator<{ readonly key: number; readonly timer: string; readonly deadline: Micros }> {
    for (const { first } of this.#queues) {
      for (let each = first; each !== undefined; each = each.later) {
        const { key, timer, deadline } = each;
        yield { key, timer, deadline };
      }
    }
  }

  clear(): void {
    this.#queues.length = 0;
  }

  /** A handful of names: looking through them is quicker than a map. */
  #find(timer: string): TimerQueue | undefined {
    for (const queue of this.#queues) if (queue.timer === timer) return queue;
    return undefined;
  }

  #next(): RunningTimer | undefined {
    let next: RunningTimer | undefined;
    for (const { first } of this.#queues) {
      if (first !== undefined && (next === undefined || isEarlier(first, next))) next = first;
    }
    return next;
  }
}

/** At equal deadlines by key and name, so that one card's order is the other's. */
function isEarlier(one: RunningTimer, other: RunningTimer): boolean {
  if (one.deadline !== other.deadline) return one.deadline < other.deadline;
  return one.key !== other.key ? one.key < other.key : one.timer < other.timer;
}
