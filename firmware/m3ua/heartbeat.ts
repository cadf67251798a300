import { type Micros, microsPerMilli } from "../time.ts";

/**
 * BEAT at an interval T(beat), and the verdict when nothing at all was heard for twice as long (RFC 4666 4.3.4.6).
 * An interval of 0 neither beats nor judges.
 */
export class Heartbeat {
  readonly #intervalMicros: Micros;
  #nextBeat: Micros | undefined;
  #heard: Micros = 0;

  constructor(intervalMillis: number) {
    this.#intervalMicros = intervalMillis * microsPerMilli;
  }

  start(now: Micros): void {
    this.#heard = now;
    this.#nextBeat = this.#intervalMicros > 0 ? now + this.#intervalMicros : undefined;
  }

  stop(): void {
    this.#nextBeat = undefined;
  }

  /** A message came, whatever it was. */
  heard(now: Micros): void {
    this.#heard = now;
  }

  nextDeadline(): Micros | undefined {
    if (this.#nextBeat === undefined) return undefined;
    return Math.min(this.#nextBeat, this.#heard + 2 * this.#intervalMicros);
  }

  expire(now: Micros): "beat" | "lost" | undefined {
    if (this.#nextBeat === undefined) return undefined;
    if (now >= this.#heard + 2 * this.#intervalMicros) return "lost";
    if (now < this.#nextBeat) return undefined;
    this.#nextBeat = now + this.#intervalMicros;
    return "beat";
  }
}
