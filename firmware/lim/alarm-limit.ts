import { type Micros, microsPerMilli } from "../time.ts";

const intervalMillis = 1000;
export const alarmsPerIntervalMax = 10;

/** Keeps a peer that sends rubbish from filling the log: so many alarms a second, the others are counted. */
export class AlarmLimit {
  #intervalStart: Micros | undefined;
  #alarms = 0;
  #suppressed = 0;

  get suppressed(): number {
    return this.#suppressed;
  }

  allows(now: Micros): boolean {
    if (this.#intervalStart === undefined || now - this.#intervalStart >= intervalMillis * microsPerMilli) {
      this.#intervalStart = now;
      this.#alarms = 0;
    }
    this.#alarms++;
    if (this.#alarms <= alarmsPerIntervalMax) return true;
    this.#suppressed++;
    return false;
  }
}
