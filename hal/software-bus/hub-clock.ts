import type { Clock } from "../clock.ts";

/** Microseconds of the machine's monotonic clock, the same for all its processes. */
export function monotonicMicros(): number {
  return Number(process.hrtime.bigint() / 1000n);
}

/**
 * What a hub costs is how often it wakes and wakes every card, not how many frames that brings. Beyond this rate it rests, and
 * the frames of that time are read together, arbitrated together and written together.
 */
const wakeIntervalMicros = 2000;
/** So many wakes may follow each other at once after a pause: a few frames on a quiet bus never wait. */
const wakesAtOnceMax = 8;

/** Nobody ever notifies it. */
const rest = new Int32Array(new SharedArrayBuffer(4));

/**
 * The clock of a bus in a hub. What is due now happens at the end of the loop turn, when every socket that has something has
 * been read: that is what "pending at the same time" means here. Timers are good to a millisecond; the bus catches up with them.
 */
export class HubClock implements Pick<Clock, "nowMicros" | "at"> {
  readonly #afterWake: () => void;
  /** When the wakes so far would end if they came at the interval. */
  #paidUntilMicros = 0;

  /** `afterWake` is called after every wake. */
  constructor(afterWake: () => void) {
    this.#afterWake = afterWake;
  }

  nowMicros(): number {
    return monotonicMicros();
  }

  at(deadlineMicros: number, wake: () => void): () => void {
    const run = () => {
      wake();
      this.#afterWake();
      this.#rest();
    };
    const delayMicros = deadlineMicros - monotonicMicros();
    if (delayMicros <= 0) {
      const immediate = setImmediate(run);
      return () => clearImmediate(immediate);
    }
    const timer = setTimeout(run, Math.ceil(delayMicros / 1000));
    return () => clearTimeout(timer);
  }

  /** Stops the thread, not only the bus: a socket that is read as soon as it has something is a wake too. */
  #rest(): void {
    const nowMicros = monotonicMicros();
    this.#paidUntilMicros = Math.max(this.#paidUntilMicros, nowMicros) + wakeIntervalMicros;
    const restMicros = this.#paidUntilMicros - nowMicros - wakesAtOnceMax * wakeIntervalMicros;
    if (restMicros > 0) Atomics.wait(rest, 0, 0, restMicros / 1000);
  }
}
