import type { Clock } from "../clock.ts";
import { DeadlineQueue } from "../deadline-queue.ts";

/**
 * The machine's monotonic clock, the same in every thread and process of the machine. Wakes come up to about one
 * millisecond late, because the host's timers count whole ones. A pending wake keeps the thread alive.
 */
export function linuxClock(): Clock {
  return new LinuxClock(0);
}

/**
 * The same for a thread that beats a heart: where the host's timer ends less than 300 µs before the deadline, the rest
 * is waited for by turning the event loop. That costs a little processor time and keeps serving the thread's sockets.
 */
export function preciseLinuxClock(): Clock {
  return new LinuxClock(spinMicrosMax);
}

const spinMicrosMax = 300;

/** The host's timers take 31 bits of milliseconds; for a later deadline they are armed again when these have passed. */
const timerMillisMax = 0x7fffffff;

const microsPerMilli = 1000;

class LinuxClock implements Clock {
  readonly #deadlines = new DeadlineQueue();
  readonly #spinMicros: number;
  /** Takes back the one host timer that stands for the earliest deadline. */
  #disarm: (() => void) | undefined;
  #armedForMicros = Number.POSITIVE_INFINITY;
  /** While wakes run, each arming and cancelling: the host timer is set once, after the last. */
  #waking = false;

  constructor(spinMicros: number) {
    this.#spinMicros = spinMicros;
  }

  nowMicros(): number {
    const [seconds, nanos] = process.hrtime();
    return seconds * 1_000_000 + Math.floor(nanos / 1000);
  }

  wallMillis(): number {
    return Date.now();
  }

  at(deadlineMicros: number, wake: () => void): () => void {
    const remove = this.#deadlines.add(Math.max(deadlineMicros, this.nowMicros()), wake);
    this.#arm();
    return () => {
      remove();
      this.#arm();
    };
  }

  /** Keeps the host timer on the earliest deadline. */
  #arm(): void {
    const earliest = this.#deadlines.earliestMicros() ?? Number.POSITIVE_INFINITY;
    if (earliest === this.#armedForMicros || this.#waking) return;
    this.#disarm?.();
    this.#disarm = undefined;
    this.#armedForMicros = earliest;
    if (earliest === Number.POSITIVE_INFINITY) return;

    const remainingMicros = earliest - this.nowMicros();
    if (remainingMicros <= this.#spinMicros) {
      const immediate = setImmediate(() => this.#elapsed());
      this.#disarm = () => clearImmediate(immediate);
    } else {
      const wholeMillis = Math.floor(remainingMicros / microsPerMilli);
      const timer = setTimeout(() => this.#elapsed(), Math.min(Math.max(wholeMillis, 1), timerMillisMax));
      this.#disarm = () => clearTimeout(timer);
    }
  }

  /** Wakes what is due. What the wakes themselves arm has its turn after the sockets had theirs. */
  #elapsed(): void {
    const nowMicros = this.nowMicros();
    this.#waking = true;
    try {
      for (let left = this.#deadlines.size; left > 0; left--) {
        const wake = this.#deadlines.takeDue(nowMicros);
        if (wake === undefined) break;
        wake();
      }
    } finally {
      this.#waking = false;
      this.#disarm = undefined;
      this.#armedForMicros = Number.POSITIVE_INFINITY;
      this.#arm();
    }
  }
}
