/** Durations counted by the microsecond, so that percentiles are exact however many there are and however often one asks. */
import { type Micros, microsPerMilli } from "../../firmware/time.ts";

/** Percentiles by nearest rank, in milliseconds; all 0 when there are none. */
export interface DurationSummary {
  readonly count: number;
  readonly p50Millis: number;
  readonly p99Millis: number;
  readonly maxMillis: number;
}

/** Durations below this are counted, the few above it are listed. */
const countedMicrosMax = 250_000;

const none = new Uint32Array(0);

export class DurationSamples {
  /** How many lasted so many microseconds. A megabyte: there when it is needed. */
  #counts: Uint32Array = none;
  #counted = 0;
  /** Those that lasted longer, in any order. */
  readonly #longer: Micros[] = [];
  #longest: Micros = 0;

  add(duration: Micros): void {
    const micros = Math.max(Math.round(duration), 0);
    this.#longest = Math.max(this.#longest, micros);
    if (micros < countedMicrosMax) {
      if (this.#counts === none) this.#counts = new Uint32Array(countedMicrosMax);
      this.#counts[micros]++;
      this.#counted++;
    } else this.#longer.push(micros);
  }

  summary(): DurationSummary {
    const count = this.#counted + this.#longer.length;
    return {
      count,
      p50Millis: this.#ranked(Math.ceil(0.5 * count)) / microsPerMilli,
      p99Millis: this.#ranked(Math.ceil(0.99 * count)) / microsPerMilli,
      maxMillis: this.#longest / microsPerMilli,
    };
  }

  /** The duration at this place in their order, the shortest at 1; 0 at 0. */
  #ranked(rank: number): Micros {
    if (rank === 0) return 0;
    if (rank > this.#counted) {
      this.#longer.sort((one, other) => one - other);
      return this.#longer[rank - this.#counted - 1];
    }
    let micros = 0;
    for (let below = this.#counts[0]; below < rank; below += this.#counts[micros]) micros++;
    return micros;
  }
}
