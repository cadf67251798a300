/** The course of the last takeover by this card, for people who want to see where the time goes. */
import type { Micros } from "../time.ts";
import type { RosterEntry } from "./group-roster.ts";

/** Times are microseconds since the last beat of the primary that was replaced; since the claim, where none was heard. */
export interface TakeoverTold {
  readonly term: number;
  /** The slot of the primary that was replaced; undefined where none was known. */
  readonly from: number | undefined;
  /** When it was found dead, hung, deaf or leaving. */
  readonly detectedMicros: Micros;
  readonly claimedMicros: Micros;
  /** The answers to the claim, each when it was whole. */
  readonly answers: readonly { readonly slot: number; readonly micros: Micros }[];
  /** The BEGIN, which is the first commit of the term. */
  readonly beganMicros: Micros;
  /** UTC of the BEGIN. */
  readonly atMillis: number;
}

interface Under {
  readonly from: number | undefined;
  readonly zero: Micros;
  readonly detected: Micros;
  readonly claimed: Micros;
  readonly answers: { slot: number; micros: Micros }[];
}

export class TakeoverCourse {
  #under: Under | undefined;
  #last: TakeoverTold | undefined;

  /** The last that ended with a BEGIN. */
  get last(): TakeoverTold | undefined {
    return this.#last;
  }

  /** @param incumbent who was heard as primary last */
  claimed(incumbent: RosterEntry | undefined, now: Micros): void {
    this.#under = {
      from: incumbent?.slot,
      zero: incumbent?.lastBeat ?? now,
      // One that is heard is replaced for what it says, or the witnesses say of it.
      detected: incumbent === undefined || incumbent.alive ? now : incumbent.since,
      claimed: now,
      answers: [],
    };
  }

  /** The answer of this card has come whole. */
  answered(slot: number, now: Micros): void {
    const under = this.#under;
    if (under === undefined || under.answers.some((each) => each.slot === slot)) return;
    under.answers.push({ slot, micros: now - under.zero });
  }

  begun(term: number, atMillis: number, now: Micros): void {
    const under = this.#under;
    if (under === undefined) return;
    const { from, zero, detected, claimed, answers } = under;
    this.#under = undefined;
    this.#last = {
      ...{ term, from, detectedMicros: detected - zero, claimedMicros: claimed - zero },
      ...{ answers, beganMicros: now - zero, atMillis },
    };
  }
}
