/**
 * Tells an application that hangs from one that has nothing to do and from one that is slow. It counts its progress in shared memory;
 * where that stands still it is nudged, and one that does not even answer that hangs. Any progress at all, however little, is life.
 */
import type { Micros } from "../time.ts";

/** An application that has not counted for so long is nudged. */
const nudgeAfterMicros = 20_000;
/**
 * A nudge that is not answered for so long has the host asked for how long the application has waited for a processor. To ask takes time,
 * and almost every nudge is answered sooner. What it waited before that counts as its own.
 */
const askHostAfterMicros = 10_000;
/** A nudge that is not answered for so long means that it hangs. With detection and takeover this stays within 250 ms. */
const hungAfterMicros = 150_000;
/** Where the host keeps the application waiting, the limit is twice the longest answer of late, but not longer than this. */
const hungAfterMicrosMax = 1_000_000;
/** Answers are measured over spans of this length; the limit looks at the present and the last. */
const answerSpanMicros = 60_000_000;

export interface WatchedApplication {
  /** How far it has got, as it says itself in shared memory. */
  progress(): number;
  /** Asks it to count one step more. */
  nudge(): void;
  /** For how long in all it has waited for a processor: that is the host's doing, not its own. */
  starvedMicros(): Micros;
}

export class ApplicationWatch {
  readonly #application: WatchedApplication;
  #progress: number;
  #movedAt: Micros;
  #nudgedAt: Micros | undefined;
  /** What it had waited in all when the host was asked first. */
  #starvedBefore: Micros | undefined;
  #isHung = false;
  /** The longest answer to a nudge in the present span, which ends then, and in the last one. */
  #answerMax: Micros = 0;
  #answerMaxBefore: Micros = 0;
  #spanEnds: Micros;

  constructor(application: WatchedApplication, now: Micros) {
    this.#application = application;
    this.#progress = application.progress();
    this.#movedAt = now;
    this.#spanEnds = now + answerSpanMicros;
  }

  get isHung(): boolean {
    return this.#isHung;
  }

  /** @returns whether it began or ceased to hang */
  look(now: Micros): boolean {
    const progress = this.#application.progress();
    const before = this.#isHung;
    if (progress !== this.#progress) {
      if (this.#nudgedAt !== undefined) this.#measure(now - this.#nudgedAt, now);
      this.#progress = progress;
      this.#movedAt = now;
      this.#nudgedAt = undefined;
      this.#isHung = false;
    } else if (this.#nudgedAt === undefined) {
      if (now - this.#movedAt >= nudgeAfterMicros) {
        this.#nudgedAt = now;
        this.#starvedBefore = undefined;
        this.#application.nudge();
      }
    } else if (this.#starvedBefore === undefined) {
      if (now - this.#nudgedAt >= askHostAfterMicros) this.#starvedBefore = this.#application.starvedMicros();
    } else if (now - this.#nudgedAt >= this.limitMicros) {
      // An application that does not get a processor is slow, whatever it looks like.
      const starved = this.#application.starvedMicros() - this.#starvedBefore;
      this.#starvedBefore += starved;
      this.#nudgedAt += starved;
      this.#isHung = now - this.#nudgedAt >= this.limitMicros;
    }
    return this.#isHung !== before;
  }

  /** What took longer than any limit was no answer but the end of a hang. */
  #measure(answer: Micros, now: Micros): void {
    if (now >= this.#spanEnds) {
      this.#answerMaxBefore = this.#answerMax;
      this.#answerMax = 0;
      this.#spanEnds = now + answerSpanMicros;
    }
    if (answer < hungAfterMicrosMax) this.#answerMax = Math.max(this.#answerMax, answer);
  }

  /** How long a nudge may be unanswered. */
  get limitMicros(): Micros {
    const answer = Math.max(this.#answerMax, this.#answerMaxBefore);
    return Math.min(Math.max(hungAfterMicros, 2 * answer), hungAfterMicrosMax);
  }

  /** Time in which the card as a whole could not run says nothing about its application. */
  excuse(micros: Micros): void {
    this.#movedAt += micros;
    if (this.#nudgedAt !== undefined) this.#nudgedAt += micros;
  }

  /** When an unanswered nudge is to be looked at: when the host is to be asked, and when it would mean that it hangs. */
  nextDeadline(): Micros | undefined {
    if (this.#nudgedAt === undefined || this.#isHung) return undefined;
    return this.#nudgedAt + (this.#starvedBefore === undefined ? askHostAfterMicros : this.limitMicros);
  }
}
