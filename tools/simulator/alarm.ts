/** One wake on a clock, set anew all the time and mostly to later: then the old one stands, and sees that it came too early. */
import type { Clock } from "../../hal/clock.ts";

export class Alarm {
  readonly #clock: Clock;
  readonly #wake: () => void;
  #deadlineMicros: number | undefined;
  #armedForMicros = Number.POSITIVE_INFINITY;
  #disarm: (() => void) | undefined;

  constructor(clock: Clock, wake: () => void) {
    this.#clock = clock;
    this.#wake = wake;
  }

  /** `undefined`: not any more. */
  set(deadlineMicros: number | undefined): void {
    this.#deadlineMicros = deadlineMicros;
    if (deadlineMicros === undefined || deadlineMicros >= this.#armedForMicros) return;
    this.#disarm?.();
    this.#arm(deadlineMicros);
  }

  #arm(deadlineMicros: number): void {
    this.#armedForMicros = deadlineMicros;
    this.#disarm = this.#clock.at(deadlineMicros, () => {
      this.#armedForMicros = Number.POSITIVE_INFINITY;
      const due = this.#deadlineMicros;
      if (due === undefined) return;
      if (this.#clock.nowMicros() < due) {
        this.#arm(due);
        return;
      }
      this.#deadlineMicros = undefined;
      this.#wake();
    });
  }
}
