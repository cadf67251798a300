/**
 * Who may come in at a console. Wrong logins of all consoles of a card are counted together, and each one makes the next take longer:
 * whoever connects anew gains nothing.
 */
import type { Micros } from "../time.ts";
import { microsPerMilli } from "../time.ts";

/** After the first wrong login; twice as long after each further one. */
export const firstDelayMicros: Micros = 1000 * microsPerMilli;
export const longestDelayMicros: Micros = 60_000 * microsPerMilli;
/** Every so many wrong logins in a row are an alarm. */
export const wrongLoginsToAlarm = 3;

export interface LoginReport {
  readonly severity: "info" | "warning" | "alarm";
  readonly text: string;
}

export class LoginGuard {
  /** Since the last right one. */
  #wrong = 0;
  #wrongInAll = 0;
  #closedUntil: Micros = 0;

  /** Since the card started. */
  get wrongInAll(): number {
    return this.#wrongInAll;
  }

  /** Before this nobody is heard. */
  get closedUntil(): Micros {
    return this.#closedUntil;
  }

  /** @param user undefined: nobody of that name; what was typed may well be a password, and is not repeated */
  refused(user: string | undefined, line: string, now: Micros): LoginReport {
    this.#wrong++;
    this.#wrongInAll++;
    this.#closedUntil = now + Math.min(longestDelayMicros, firstDelayMicros * 2 ** Math.min(this.#wrong - 1, 20));
    const who = user === undefined ? "an unknown user" : `user ${user}`;
    const times = this.#wrong === 1 ? "a wrong login" : `${this.#wrong} wrong logins in a row`;
    const severity = this.#wrong % wrongLoginsToAlarm === 0 ? "alarm" : "warning";
    return { severity, text: `${line}: ${times}, the last of ${who}` };
  }

  /** @returns how many wrong ones there were before it */
  admitted(): number {
    const wrong = this.#wrong;
    this.#wrong = 0;
    this.#closedUntil = 0;
    return wrong;
  }
}
