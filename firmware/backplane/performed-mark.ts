/** The last commit that a witness's application has performed: those handed to it and not yet performed are lost with the card. */
import { commitCountBits } from "../card/link-notes.ts";
import { lowBits } from "./sequence-number.ts";

export class PerformedMark {
  /** Sequences of the commits handed over and not known to be performed, in order. */
  readonly #underWay: number[] = [];
  #counted = 0;

  handedOver(sequence: number): void {
    this.#underWay.push(sequence);
  }

  /**
   * @param count of the commits that the application has performed since its start, as it notes it
   * @param last the last commit that this card follows
   */
  at(count: number, last: number): number {
    const done = lowBits(count - this.#counted + 2 ** commitCountBits, commitCountBits);
    this.#counted = count;
    this.#underWay.splice(0, done);
    const [next] = this.#underWay;
    return next === undefined ? last : Math.min(next - 1, last);
  }
}
