import type { Clock } from "../clock.ts";
import { DeadlineQueue } from "../deadline-queue.ts";

/** How a card's own clock differs from the time of the simulation. */
export interface ClockError {
  /** Parts per million by which the card's clock runs fast (negative: slow). */
  readonly driftPpm: number;
  /** What the card's monotonic clock shows at the start of the simulation. */
  readonly offsetMicros: number;
}

/**
 * The time of a simulation, and its scheduler: everything that happens later happens in a wake of this clock, in one
 * order that depends on nothing but what was armed. Time passes only in `step` and `run`. Unlike a card's clock it
 * takes fractions of a microsecond, which the bits of a fast bus need.
 */
export class VirtualClock implements Clock {
  readonly #deadlines = new DeadlineQueue();
  readonly #wallAtStartMillis: number;
  #nowMicros = 0;

  constructor(wallAtStartMillis = defaultWallAtStartMillis) {
    this.#wallAtStartMillis = wallAtStartMillis;
  }

  nowMicros(): number {
    return this.#nowMicros;
  }

  wallMillis(): number {
    return this.#wallAtStartMillis + Math.floor(this.#nowMicros / 1000);
  }

  at(deadlineMicros: number, wake: () => void): () => void {
    return this.#deadlines.add(Math.max(deadlineMicros, this.#nowMicros), wake);
  }

  /** When the next wake is due; undefined when nothing will ever happen again. */
  nextMicros(): number | undefined {
    return this.#deadlines.earliestMicros();
  }

  /** Lets time pass up to the next wake and runs this one. False when there is none. */
  step(): boolean {
    const next = this.#deadlines.earliestMicros();
    if (next === undefined) return false;
    this.#nowMicros = next;
    this.#deadlines.takeDue(next)?.();
    return true;
  }

  /** Runs every wake that is due by `untilMicros`, those armed meanwhile included; then it is `untilMicros`. */
  run(untilMicros: number): void {
    for (let next = this.nextMicros(); next !== undefined && next <= untilMicros; next = this.nextMicros()) this.step();
    this.#nowMicros = Math.max(this.#nowMicros, untilMicros);
  }

  /** A card's clock: it runs with this one, but shows what its own quartz makes of the time. */
  derived(error: ClockError): Clock {
    return new DerivedClock(this, this.#wallAtStartMillis, error);
  }
}

/** 2000-01-01 UTC: an arbitrary start, the same in every run. */
const defaultWallAtStartMillis = 946_684_800_000;

class DerivedClock implements Clock {
  readonly #source: VirtualClock;
  readonly #wallAtStartMillis: number;
  readonly #offsetMicros: number;
  readonly #rate: number;

  constructor(source: VirtualClock, wallAtStartMillis: number, error: ClockError) {
    this.#source = source;
    this.#wallAtStartMillis = wallAtStartMillis;
    this.#offsetMicros = error.offsetMicros;
    this.#rate = 1 + error.driftPpm / 1_000_000;
  }

  nowMicros(): number {
    return this.#shownAt(this.#source.nowMicros());
  }

  wallMillis(): number {
    return this.#wallAtStartMillis + Math.floor((this.#source.nowMicros() * this.#rate) / 1000);
  }

  at(deadlineMicros: number, wake: () => void): () => void {
    let sourceMicros = Math.ceil((deadlineMicros - this.#offsetMicros) / this.#rate);
    // Rounding may leave the quotient a hair short, and a wake must never be early.
    while (this.#shownAt(sourceMicros) < deadlineMicros) sourceMicros++;
    return this.#source.at(sourceMicros, wake);
  }

  #shownAt(sourceMicros: number): number {
    return Math.floor(sourceMicros * this.#rate + this.#offsetMicros);
  }
}
