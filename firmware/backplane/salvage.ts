/** When a claim has been answered. */
interface Answer {
  expected: number | undefined;
  readonly indices: Set<number>;
}

/**
 * The answers to a claim as the claimant gathers them: one is whole when all that it counts has come. A claim that is repeated says
 * what the claimant holds by then, and the answer to it gives less: what came of one answer does not count for another.
 */
export class Answers {
  /** By slot, and by the last commit of the claim that is answered. */
  readonly #bySlot = new Map<number, Map<number, Answer>>();

  clear(): void {
    this.#bySlot.clear();
  }

  salvaged(slot: number, after: number, index: number): void {
    this.#answer(slot, after).indices.add(index);
  }

  answered(slot: number, after: number, salvaged: number): void {
    this.#answer(slot, after).expected = salvaged;
  }

  isWhole(slot: number): boolean {
    return this.#of(slot).some(({ expected, indices }) => expected !== undefined && indices.size >= expected);
  }

  /** Whether one has come from a card of which this holds. */
  some(holds: (slot: number) => boolean): boolean {
    const answered = (slot: number) => this.#of(slot).some(({ expected }) => expected !== undefined);
    return [...this.#bySlot.keys()].some((slot) => holds(slot) && answered(slot));
  }

  /** The card began anew: what it answered before it knows nothing of. */
  forget(slot: number): void {
    this.#bySlot.delete(slot);
  }

  whole(): number[] {
    return [...this.#bySlot.keys()].filter((slot) => this.isWhole(slot));
  }

  #of(slot: number): Answer[] {
    return [...(this.#bySlot.get(slot)?.values() ?? [])];
  }

  #answer(slot: number, after: number): Answer {
    const answers = this.#bySlot.get(slot) ?? new Map<number, Answer>();
    this.#bySlot.set(slot, answers);
    const answer = answers.get(after) ?? { expected: undefined, indices: new Set() };
    answers.set(after, answer);
    return answer;
  }
}
