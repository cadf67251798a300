/** A primary that makes way has done so when its application has handed in all that it committed before. */
import { heldCommitsMax } from "./commit-log.ts";

/** What comes meanwhile waits, up to so many records. */
export class Draining {
  #isOn = false;
  readonly #waiting: (() => void)[] = [];
  /** There was no room for what came. */
  #hasLost = false;

  get isOn(): boolean {
    return this.#isOn;
  }

  begin(): void {
    this.#isOn = true;
  }

  /** Does this when it is over. */
  later(work: () => void): void {
    if (this.#waiting.length < heldCommitsMax) this.#waiting.push(work);
    else this.#hasLost = true;
  }

  /** Does what has waited. @returns whether all of it was there to be done */
  end(): boolean {
    this.#isOn = false;
    for (const work of this.#waiting.splice(0)) work();
    const hasLost = this.#hasLost;
    this.#hasLost = false;
    return !hasLost;
  }
}
