/** Whether the watchdog of a card is fed: only while both of its processors make progress. */
import type { Micros } from "../time.ts";

/** The watchdog is fed so often. The shortest time that any of them has is two seconds. */
export const feedIntervalMicros = 500_000;

/** What is due and has not been done for so long is not only late. A card that beats so late has been replaced twenty times over. */
const overdueMicrosMax = 1_000_000;

/** What the communication processor knows. */
export interface CardProgress {
  /** For how long what it had to do itself has not been done. */
  readonly overdueMicros: Micros;
  /** Whether the application hangs. */
  readonly hung: boolean;
}

export class WatchdogFeeding {
  #isStarving = false;

  /** @returns whether it is fed now, and what is to be said about it, if that is news */
  look({ overdueMicros, hung }: CardProgress): { readonly feeds: boolean; readonly news?: string } {
    const reason = hung
      ? "the application hangs"
      : overdueMicros >= overdueMicrosMax
        ? "the communication processor does nothing"
        : undefined;
    const isNews = this.#isStarving !== (reason !== undefined);
    this.#isStarving = reason !== undefined;
    if (!isNews) return { feeds: reason === undefined };
    if (reason === undefined) return { feeds: true, news: "the watchdog is fed again" };
    return { feeds: false, news: `the watchdog is not fed any more: ${reason}` };
  }
}
