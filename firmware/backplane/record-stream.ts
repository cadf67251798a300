/**
 * The records of one sender and class as they arrive on two planes: the first whole copy counts, the second is dropped.
 * Order and repair are the business of what the records carry (commit sequence, input number), not of the stream.
 *
 * A frame says a record's sequence modulo 256 only. Each plane keeps its order, but for a few frames that a controller sends too
 * early; so each counts on by itself, and one plane may be any number of records behind the other in a burst. Only a plane that was
 * silent for a while is set to where the other is.
 */
import type { Micros } from "../time.ts";
import { lowBits } from "./sequence-number.ts";

/** How far back a second copy is still recognised; a power of two. */
const windowRecords = 4096;
const windowBits = 12;
/** After such a silence a plane may have missed any number of records. */
const realignAfterMicros = 100_000;

/** Frames that a controller may send before one that was there first. */
const overtakenMax = 16;

/** A plane that speaks again may be so many records ahead of the other; otherwise it is behind. */
const aheadMax = 32;

const bothPlanes = 3;

export class RecordStream {
  #highest = -1;
  /** Per record of the window, one bit for each plane that has brought it. */
  readonly #seen = new Uint8Array(windowRecords);
  readonly #last: [number, number] = [-1, -1];
  readonly #lastAt: [Micros, Micros] = [0, 0];
  /** Records that came on this plane only, of those that have left the window. */
  readonly only: [number, number] = [0, 0];

  /** Whether this is the first whole copy of the record with this sequence (modulo 256). */
  first(sequence: number, plane: 0 | 1, now: Micros): boolean {
    const whole = this.#place(sequence, plane, now);
    const behind = this.#last[plane] - whole;
    if (behind < 0 || behind > overtakenMax) this.#last[plane] = whole;
    this.#lastAt[plane] = now;
    if (whole > this.#highest) this.#advance(whole);
    if (this.#highest - whole >= windowRecords) return false;
    const index = lowBits(whole, windowBits);
    const before = this.#seen[index];
    this.#seen[index] = before | (1 << plane);
    return before === 0;
  }

  #place(sequence: number, plane: 0 | 1, now: Micros): number {
    if (this.#highest < 0) return windowRecords + sequence;
    const last = this.#last[plane];
    // Where neither plane has said anything for a while, what comes now is new.
    if (now - Math.max(this.#lastAt[0], this.#lastAt[1]) >= realignAfterMicros)
      return this.#highest + ((sequence - this.#highest) & 0xff);
    if (last < 0 || now - this.#lastAt[plane] >= realignAfterMicros) {
      const ahead = this.#highest + aheadMax;
      return ahead - ((ahead - sequence) & 0xff);
    }
    const oldest = last - overtakenMax;
    return oldest + ((sequence - oldest) & 0xff);
  }

  #advance(to: number): void {
    // Before the first record there is nothing to forget.
    const from = this.#highest < 0 ? to : Math.max(this.#highest + 1, to - windowRecords + 1);
    for (let sequence = from; sequence <= to; sequence++) {
      const index = lowBits(sequence, windowBits);
      const seen = this.#seen[index];
      if (seen !== 0 && seen !== bothPlanes) this.only[seen - 1]++;
      this.#seen[index] = 0;
    }
    this.#highest = to;
  }
}
