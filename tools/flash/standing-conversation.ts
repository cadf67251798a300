/** A conversation that is taken up again when the line has dropped or the card has begun anew, as long as there is progress. */
import { setTimeout as pause } from "node:timers/promises";
import { UserError } from "../configuration/read-configuration.ts";
import {
  ConsoleConversation,
  type ConsoleUser,
  type ConversationTimes,
  type LineOpener,
  SessionLost,
} from "./console-conversation.ts";
import { LineDropped } from "./heard-text.ts";
import { UpgradeFailure } from "./upgrade-failure.ts";

export interface UpgradeTimes extends ConversationTimes {
  /** Between two looks at how far the cards are. */
  readonly pollMillis: number;
  /** A line that has dropped is opened again so long after. */
  readonly reopenMillis: number;
  /** Without any progress. */
  readonly patienceMillis: number;
}

const millisPerMinute = 60_000;

export class StandingConversation {
  readonly #opener: LineOpener;
  readonly #user: ConsoleUser;
  readonly #times: UpgradeTimes;
  readonly #tell: (what: string) => void;
  #conversation: ConsoleConversation | undefined;
  #isLoggedIn = false;
  #progressAt = performance.now();
  /** How often somebody had to log in. */
  logins = 0;

  constructor(opener: LineOpener, user: ConsoleUser, times: UpgradeTimes, tell: (what: string) => void) {
    this.#opener = opener;
    this.#user = user;
    this.#times = times;
    this.#tell = tell;
  }

  progressed(): void {
    this.#progressAt = performance.now();
  }

  /** @throws UpgradeFailure when nothing has come of it for so long. @param why what it is that does not come */
  checkPatience(why: string): void {
    const { patienceMillis } = this.#times;
    if (performance.now() - this.#progressAt < patienceMillis) return;
    throw new UpgradeFailure(`nothing has gone on for ${Math.round(patienceMillis / millisPerMinute)} minutes: ${why}`);
  }

  /**
   * Does this in a conversation, and begins it again in the next one where that is lost.
   * @throws UserError when nobody can be reached or nobody is let in at the beginning; UpgradeFailure
   */
  async with<T>(work: (conversation: ConsoleConversation) => Promise<T>): Promise<T> {
    for (;;) {
      try {
        return await work(await this.#loggedIn());
      } catch (error) {
        if (!(error instanceof LineDropped || error instanceof SessionLost)) throw error;
        // Whoever is not reached at all has been asked for in a wrong place.
        if (this.logins === 0) throw new UserError(error.message);
        this.checkPatience(error.message);
        if (this.#isLoggedIn) this.#tell(`${error.message}: tried again until it is there`);
        this.#isLoggedIn = false;
        if (error instanceof LineDropped) this.#hangUp();
        await pause(this.#times.reopenMillis);
      }
    }
  }

  async #loggedIn(): Promise<ConsoleConversation> {
    this.#conversation ??= await ConsoleConversation.open(this.#opener, this.#times);
    if (!this.#isLoggedIn) {
      await this.#conversation.logIn(this.#user);
      this.#isLoggedIn = true;
      this.logins++;
    }
    return this.#conversation;
  }

  #hangUp(): void {
    this.#conversation?.close();
    this.#conversation = undefined;
  }

  /** Logs out and hangs up. */
  async close(): Promise<void> {
    if (this.#isLoggedIn) await this.#conversation?.logOut();
    this.#hangUp();
  }
}
