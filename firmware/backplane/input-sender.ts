/**
 * The inputs of a LIM or transporter to one group: numbered, kept until a commit names them consumed, repeated when the
 * primary changes, on request, and when nothing seems to happen.
 */
import type { Micros } from "../time.ts";
interface Outstanding {
  readonly number: number;
  readonly payload: Uint8Array;
  sentAt: Micros;
}

/** An input that a living primary has not consumed for so long is said again. */
const repeatAfterMicros = 100_000;
/** So many at a time: if they were heard, the others were too. */
const repeatedAtOnceMax = 16;

export class InputSender {
  #last = 0;
  #consumed = 0;
  #consumedAt: Micros = 0;
  /** In the order of their numbers: sent first, then those that wait for the window. */
  readonly #outstanding: Outstanding[] = [];
  readonly #waiting: Uint8Array[] = [];
  readonly #window: number;
  readonly #send: (number: number, payload: Uint8Array) => void;

  /** @param window inputs that may be on the bus unconsumed */
  constructor(window: number, send: (number: number, payload: Uint8Array) => void) {
    this.#window = window;
    this.#send = send;
  }

  /** Number of the last input sent. */
  get last(): number {
    return this.#last;
  }

  get unconsumed(): number {
    return this.#outstanding.length + this.#waiting.length;
  }

  /** Inputs that the window has no room for. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** Takes an input. It is on its way when the card takes part (`open`) and the window has room. */
  submit(payload: Uint8Array, open: boolean, now: Micros): void {
    this.#waiting.push(payload);
    if (open) this.flush(now);
  }

  /** Sends what waits, as far as the window reaches. */
  flush(now: Micros): void {
    let taken = 0;
    while (taken < this.#waiting.length && this.#outstanding.length < this.#window) {
      const input = { number: ++this.#last, payload: this.#waiting[taken++], sentAt: now };
      this.#outstanding.push(input);
      this.#send(input.number, input.payload);
    }
    if (taken > 0) this.#waiting.splice(0, taken);
  }

  /** A commit consumed the inputs up to this number. */
  consumed(number: number, now: Micros): void {
    if (number <= this.#consumed || number > this.#last) return;
    this.#consumed = number;
    this.#consumedAt = now;
    let gone = 0;
    while (gone < this.#outstanding.length && this.#outstanding[gone].number <= number) gone++;
    this.#outstanding.splice(0, gone);
    this.flush(now);
  }

  /** Says everything unconsumed again: there is a new primary. */
  repeat(now: Micros): void {
    for (const input of this.#outstanding) {
      input.sentAt = now;
      this.#send(input.number, input.payload);
    }
  }

  /**
   * Says again what comes next, when a primary that lives has consumed nothing for too long. Inputs are consumed in order: as long
   * as any are, the others only wait for their turn.
   */
  repeatOverdue(now: Micros): void {
    const [next] = this.#outstanding;
    if (!next || now - Math.max(next.sentAt, this.#consumedAt) < repeatAfterMicros) return;
    for (const input of this.#outstanding.slice(0, repeatedAtOnceMax)) {
      input.sentAt = now;
      this.#send(input.number, input.payload);
    }
  }

  /** Begins anew: what was said and not consumed is to be said again, numbered from 1. */
  restart(): void {
    this.#waiting.unshift(...this.#outstanding.splice(0).map((input) => input.payload));
    this.#last = 0;
    this.#consumed = 0;
  }

  payload(number: number): Uint8Array | undefined {
    return this.#outstanding.find((input) => input.number === number)?.payload;
  }

  nextDeadline(): Micros | undefined {
    return this.#outstanding.length > 0 ? this.#outstanding[0].sentAt + repeatAfterMicros : undefined;
  }
}
