/**
 * When a witness that was away may go on. While it did not run, or heard nobody, the others may have found it dead and given its work
 * to another card: it says so in the commits that wait to be read. So what it has not performed yet is held until all that was said
 * meanwhile is known, and then looked at as a whole.
 */
import type { Micros } from "../time.ts";

/** Beats of a primary in the time that a card gives itself to read its mail: what it hears after it was said after it woke. */
const beatsToRead = 2;

export class CatchingUp {
  readonly #readMicros: Micros;
  /** Undefined: this card has not been away, or knows by now what it missed. */
  #readUntil: Micros | undefined;

  /** @param primaryMicros interval of a primary's beats */
  constructor(primaryMicros: Micros) {
    this.#readMicros = beatsToRead * primaryMicros;
  }

  get isUnderWay(): boolean {
    return this.#readUntil !== undefined;
  }

  /** This card is back. */
  begin(now: Micros): void {
    this.#readUntil = now + this.#readMicros;
  }

  /**
   * The primary that is followed beats.
   * @param knowsAll whether the mail is read, and no commit is missing up to the last one that the primary has told
   * @returns whether this was what was waited for
   */
  primaryBeats(knowsAll: () => boolean, now: Micros): boolean {
    if (this.#readUntil === undefined || now < this.#readUntil || !knowsAll()) return false;
    this.#readUntil = undefined;
    return true;
  }
}
