/** What a card holds of its group's commits: the unbroken run it has delivered, kept for repair, and what waits for a gap to close. */
import { OctetRing } from "../layout/octet-ring.ts";
import { assert } from "../result.ts";
import type { Commit } from "./commit.ts";

/** What repair must be able to give again. */
export interface KeptCommit {
  readonly commit: Pick<Commit, "sequence" | "term" | "refersToInput">;
  /** The record as it was on the bus. */
  readonly octets: Uint8Array;
  /** Payload of the consumed input, if it was known. */
  readonly input: Uint8Array | undefined;
}

/** A commit that waits for its turn. */
export interface HeldCommit extends KeptCommit {
  readonly commit: Commit;
  /** A commit that refers to it is whole only when it is known. */
  input: Uint8Array | undefined;
}

/** Commits kept for repair: more than a second at rated load. */
export const historyCommits = 4096;

/** Commits that may wait for a gap to close; a card further behind has lost the thread. */
export const heldCommitsMax = 4096;

/** What most records and inputs have at most: an IAM is the longest message of a call. */
const usualOctetsMax = 96;

export class CommitLog {
  readonly #anyBase: boolean;
  #last = 0;
  #lastTerm = 0;
  readonly #records = new OctetRing(historyCommits, usualOctetsMax);
  readonly #inputs = new OctetRing(historyCommits, usualOctetsMax);
  /** By sequence modulo `historyCommits`, of what is in `#records`. */
  readonly #terms = new Float64Array(historyCommits);
  readonly #refers = new Uint8Array(historyCommits);
  readonly #held = new Map<number, HeldCommit>();

  /** `anyBase`: a BEGIN follows whatever comes before it, as a test may want it. */
  constructor(anyBase = false) {
    this.#anyBase = anyBase;
  }

  /** Sequence of the last commit of the unbroken run; 0 when there is none. */
  get last(): number {
    return this.#last;
  }

  /** Term of that commit. */
  get lastTerm(): number {
    return this.#lastTerm;
  }

  get heldCount(): number {
    return this.#held.size;
  }

  /** Keeps a commit until its turn; at equal sequence the higher term replaces. */
  hold(held: HeldCommit): void {
    const { sequence, term } = held.commit;
    const present = this.#held.get(sequence);
    if (present && present.commit.term >= term) {
      present.input ??= held.input;
      return;
    }
    // The one that closes the gap is taken even when no other is: it makes room for all that wait behind it.
    const room = this.#held.size < heldCommitsMax || present || sequence === this.#last + 1;
    if (room) this.#held.set(sequence, held);
  }

  held(sequence: number): HeldCommit | undefined {
    return this.#held.get(sequence);
  }

  /** All that wait, in no order. */
  waiting(): IterableIterator<HeldCommit> {
    return this.#held.values();
  }

  /** The highest sequence that waits, or the last of the run. */
  highest(): number {
    let highest = this.#last;
    if (this.#held.size === 0) return highest;
    for (const sequence of this.#held.keys()) if (sequence > highest) highest = sequence;
    return highest;
  }

  /**
   * The commit whose turn it is, if it is here and whole. A commit of a term is delivered only after the BEGIN of that term, and a
   * BEGIN only after the commit that it was put after.
   */
  next(): HeldCommit | undefined {
    const held = this.#held.get(this.#last + 1);
    if (!held || (held.commit.refersToInput && held.input === undefined)) return undefined;
    const { consumed, term } = held.commit;
    if (consumed.kind === "begin") return this.#isBase(consumed.afterTerm) ? held : undefined;
    return this.#lastTerm === term ? held : undefined;
  }

  /**
   * This run is not the group's: what comes next is of a later term, whose BEGIN this run lacks although it reaches beyond it, or is
   * a BEGIN that was put after another commit than the last of this run.
   */
  isAstray(): boolean {
    const next = this.#held.get(this.#last + 1)?.commit;
    if (next === undefined) return false;
    const { consumed, term } = next;
    return consumed.kind === "begin" ? !this.#isBase(consumed.afterTerm) : term > this.#lastTerm;
  }

  /**
   * The same, from a commit beyond this run that a primary of `senderTerm` has: along a run terms only rise, so its run lacks the last of
   * this one, whose term is later than the commit's. What is beyond would never have its turn.
   */
  isContradictedBy({ sequence, term }: Commit, senderTerm: number): boolean {
    return sequence > this.#last && term < this.#lastTerm && senderTerm >= this.#lastTerm;
  }

  #isBase(term: number): boolean {
    return this.#anyBase || term === this.#lastTerm;
  }

  /** Makes a commit the last of the run. */
  append(held: HeldCommit): void {
    const { sequence, term, refersToInput } = held.commit;
    assert(sequence === this.#last + 1, `commit ${sequence} appended after ${this.#last}`);
    this.#held.delete(sequence);
    this.#records.put(sequence, held.octets);
    if (held.input !== undefined) this.#inputs.put(sequence, held.input);
    this.#terms[sequence % historyCommits] = term;
    this.#refers[sequence % historyCommits] = refersToInput ? 1 : 0;
    this.#last = sequence;
    this.#lastTerm = term;
  }

  /** A commit of the run, as long as history reaches. */
  at(sequence: number): KeptCommit | undefined {
    const octets = sequence <= this.#last ? this.#records.get(sequence) : undefined;
    if (octets === undefined) return undefined;
    const term = this.#terms[sequence % historyCommits];
    const refersToInput = this.#refers[sequence % historyCommits] === 1;
    return { commit: { sequence, term, refersToInput }, octets, input: this.#inputs.get(sequence) };
  }

  /** At BEGIN everybody drops older-term commits at or above its sequence. */
  dropOlderTerms(sequence: number, term: number): void {
    for (const [held, { commit }] of this.#held) if (held >= sequence && commit.term < term) this.#held.delete(held);
  }

  dropHeld(): void {
    this.#held.clear();
  }

  /** What someone lacks whose last commit is `last` of `lastTerm`: everything above it or of a higher term. In order. */
  lackedBy(last: number, lastTerm: number): KeptCommit[] {
    const lacked: KeptCommit[] = [];
    for (let sequence = Math.max(1, this.#last - historyCommits + 1); sequence <= this.#last; sequence++) {
      const isLacked = sequence > last || this.#terms[sequence % historyCommits] > lastTerm;
      const kept = isLacked ? this.at(sequence) : undefined;
      if (kept) lacked.push(kept);
    }
    for (const held of this.#held.values()) {
      if (held.commit.sequence > last || held.commit.term > lastTerm) lacked.push(held);
    }
    return lacked.sort((a, b) => a.commit.sequence - b.commit.sequence);
  }

  /** Begins anew: the run is said to end at `last`, nothing before it is known. */
  reset(last: number, lastTerm: number): void {
    this.#last = last;
    this.#lastTerm = lastTerm;
    this.#held.clear();
    this.#records.clear();
    this.#inputs.clear();
  }
}
