/**
 * Whether the application of a LIM or transporter may do what a commit says. What its communication processor had handed over may lie
 * before it for long: because the card stood still as a whole, or because the application did. Meanwhile the card may have been found
 * dead and its work given to another. So the communication processor notes in shared memory for how long it vouches for what it has
 * handed over, and which of it is void.
 */
import { lowBits } from "../backplane/sequence-number.ts";
import type { Micros } from "../time.ts";
import type { DeliveredCommit } from "./application.ts";
import { vouchNote } from "./link-notes.ts";

/** Bits of a note. */
const noteBits = 31;
const half = 2 ** (noteBits - 1);
/** Notes that are no time: nobody vouches here, and everything may be done; nothing may be done for now. */
const open = 0;
const shut = 1;
const firstTime = 2;

const nothing = new Uint8Array(0);

/** The note that vouches until then; undefined: for nothing, for now. */
export function vouchWord(until: Micros | undefined): number {
  return until === undefined ? shut : Math.max(firstTime, lowBits(Math.floor(until / 1000), noteBits));
}

/** The note, at the place of its group, that what comes before the commit with this sequence is void. */
export function voidWord(sequence: number): number {
  return lowBits(sequence, noteBits);
}

export class WorkGate {
  readonly #noteOfOther: (place: number) => number;

  /** @param noteOfOther what the communication processor has noted at a place */
  constructor(noteOfOther: (place: number) => number) {
    this.#noteOfOther = noteOfOther;
  }

  isOpen(now: Micros): boolean {
    const word = this.#noteOfOther(vouchNote);
    if (word === open || word === shut) return word === open;
    const left = lowBits(word - lowBits(Math.floor(now / 1000), noteBits) + 2 ** noteBits, noteBits);
    return left < half;
  }

  /** The commit as it is to be done: of a void one only what it consumed is left. */
  passed(commit: DeliveredCommit): DeliveredCommit {
    const word = this.#noteOfOther(commit.group);
    const ahead = lowBits(word - lowBits(commit.sequence, noteBits) + 2 ** noteBits, noteBits);
    const isVoid = word !== 0 && ahead > 0 && ahead < half;
    return isVoid ? { ...commit, body: nothing } : commit;
  }
}
