/**
 * How far a group is behind with the inputs of a LIM or transporter: by how many wait in the card for room in the window. What has
 * set in abates only well below where it did, so that nobody hears of every input (as with Q.704 11.2.3).
 */

/** 1: those who send should send less. 2: nothing more is taken from them. */
export type InputCongestionLevel = 0 | 1 | 2;

/** Inputs that wait. */
interface Thresholds {
  readonly onset: number;
  readonly abatement: number;
}

/** Of levels 1 and 2. */
export const inputCongestionThresholds: readonly [Thresholds, Thresholds] = [
  { onset: 256, abatement: 64 },
  { onset: 1024, abatement: 512 },
];

export class InputCongestion {
  #level: InputCongestionLevel = 0;

  get level(): InputCongestionLevel {
    return this.#level;
  }

  /** @returns whether the level has changed */
  note(waiting: number): boolean {
    const before = this.#level;
    const [first, second] = inputCongestionThresholds;
    const isFirst = waiting >= (before >= 1 ? first.abatement : first.onset);
    const isSecond = waiting >= (before === 2 ? second.abatement : second.onset);
    this.#level = isSecond ? 2 : isFirst ? 1 : 0;
    return this.#level !== before;
  }
}
