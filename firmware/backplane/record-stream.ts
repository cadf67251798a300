/**
 * The records of one sender and class as they arrive on two planes: the first whole copy counts, the second is dropped.
 * Order and repair are the business of what the records carry (commit sequence, input number), not of the stream.
 */
import { lowBits, nearest } from "./sequence-number.ts";

/** How far back a second copy is still recognised. Both are on the bus within milliseconds of each other. */
const windowRecords = 64;

export class RecordStream {
  #highest = -1;
  /** Per plane: which of the last `windowRecords` records came on it, by sequence modulo the window. */
  readonly #seen: readonly [Uint8Array, Uint8Array] = [new Uint8Array(windowRecords), new Uint8Array(windowRecords)];
  /** Records that came on this plane only. */
  readonly only: [number, number] = [0, 0];

  /** Whether this is the first whole copy of the record with this sequence (modulo 256). */
  first(sequence: number, plane: 0 | 1): boolean {
    if (this.#highest < 0) {
      this.#highest = 256 + sequence;
      this.#seen[plane][lowBits(this.#highest, 6)] = 1;
      return true;
    }
    const whole = nearest(this.#highest, sequence, 8);
    if (whole > this.#highest) {
      this.#advance(whole);
    } else if (this.#highest - whole >= windowRecords) {
      // So far back can only be a sender that went on while nothing of it was heard: what follows is new.
      this.#advance(whole + 256);
    }
    const index = lowBits(whole, 6);
    const repeated = this.#seen[0][index] | this.#seen[1][index];
    this.#seen[plane][index] = 1;
    return repeated === 0;
  }

  #advance(to: number): void {
    const from = Math.max(this.#highest + 1, to - windowRecords + 1);
    for (let sequence = from; sequence <= to; sequence++) {
      const index = lowBits(sequence, 6);
      const [a, b] = this.#seen;
      if (a[index] && !b[index]) this.only[0]++;
      if (b[index] && !a[index]) this.only[1]++;
      a[index] = 0;
      b[index] = 0;
    }
    this.#highest = to;
  }
}
