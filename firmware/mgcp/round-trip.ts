/**
 * The retransmission timer from measured delays (RFC 3435 3.5.3): the average acknowledgement delay and its average
 * deviation, the timer being the one plus four of the other, doubled for each retransmission.
 */
import { type Micros, microsPerMilli } from "../time.ts";
import type { TransactionTimers } from "./transaction-timers.ts";

const averageShare = 1 / 8;
const deviationShare = 1 / 4;
const deviations = 4;

export class RoundTrip {
  readonly #timers: TransactionTimers;
  #average: number | undefined;
  #deviation = 0;

  constructor(timers: TransactionTimers) {
    this.#timers = timers;
  }

  /** Takes the delay of one answer. Only of commands sent once: of a repeated one nobody knows which copy was answered. */
  measure(delay: Micros): void {
    if (this.#average === undefined) {
      this.#average = delay;
      this.#deviation = delay / 2;
      return;
    }
    const error = delay - this.#average;
    this.#average += error * averageShare;
    this.#deviation += (Math.abs(error) - this.#deviation) * deviationShare;
  }

  /** How long to wait for an answer after the `transmissions`th transmission (1 is the first). */
  timeout(transmissions: number): Micros {
    const { initialRetryMillis, minRetryMillis, maxRetryMillis } = this.#timers;
    const measured = this.#average === undefined ? undefined : this.#average + deviations * this.#deviation;
    const base = Math.max(measured ?? initialRetryMillis * microsPerMilli, minRetryMillis * microsPerMilli);
    return Math.min(Math.round(base) * 2 ** (transmissions - 1), maxRetryMillis * microsPerMilli);
  }
}
