/**
 * Whether the call server has more to do than it manages (Q.764 2.11.1): judged by how many inputs wait for it, and for how long
 * without a break. What piles up while a backup takes over is over sooner than that and refuses nobody.
 */
import { type Micros, microsPerMilli } from "../time.ts";

/** As the automatic congestion level says it (Q.763 3.4); 0 is none. */
export type CongestionLevel = 0 | 1 | 2;

/** So many inputs that wait are a queue: a quarter of what one LIM may have outstanding. */
export const queueInputs = 32;
/** How long a queue has lasted when it is congestion of this level. */
const levels: readonly { readonly level: CongestionLevel; readonly afterMillis: number }[] = [
  { level: 2, afterMillis: 2000 },
  { level: 1, afterMillis: 500 },
];

export class Congestion {
  #since: Micros | undefined;
  #level: CongestionLevel = 0;

  get level(): CongestionLevel {
    return this.#level;
  }

  /** `waiting`: inputs that were handed to the call server and have not had their turn, when the present one was. */
  note(waiting: number, now: Micros): void {
    if (waiting < queueInputs) {
      this.#since = undefined;
      this.#level = 0;
      return;
    }
    this.#since ??= now;
    const lasted = now - this.#since;
    this.#level = levels.find(({ afterMillis }) => lasted >= afterMillis * microsPerMilli)?.level ?? 0;
  }

  clear(): void {
    this.#since = undefined;
    this.#level = 0;
  }
}
