/** One answer on its way: cut into pieces, given as the enquirer says what it has, and kept until it has it. */
import { answerOctetsMax } from "../card/enquiry.ts";
import type { Micros } from "../time.ts";
import { type AskRecord, pieceOctetsMax, piecesUnderWayMax, type Refusal } from "./enquiry-records.ts";

export interface AnswerPiece {
  readonly index: number;
  readonly octets: Uint8Array;
  readonly last: boolean;
}

export class EnquiryAnswer {
  readonly slot: number;
  readonly incarnation: number;
  readonly number: number;
  /** What management calls it. */
  readonly enquiry: number;
  /** When the enquirer was last heard of. */
  heardAt: Micros;
  refusal: Refusal | undefined;
  /** Pieces from the first that is not known to have arrived on. */
  readonly #pieces: AnswerPiece[] = [];
  #arrived = 0;
  /** Pieces below have been said. */
  #said = 0;
  /** Said, and to be said again. */
  readonly #again = new Set<number>();
  /** What is not cut yet. */
  readonly #uncut: Uint8Array[] = [];
  #uncutOctets = 0;
  #octets = 0;
  #isWhole = false;

  constructor(
    { slot, incarnation, number }: { readonly slot: number; readonly incarnation: number; readonly number: number },
    enquiry: number,
    now: Micros,
  ) {
    this.slot = slot;
    this.incarnation = incarnation;
    this.number = number;
    this.enquiry = enquiry;
    this.heardAt = now;
  }

  /** Management gives the next part. */
  give(octets: Uint8Array, last: boolean): void {
    if (this.#isWhole || this.refusal !== undefined) return;
    this.#octets += octets.length;
    if (this.#octets > answerOctetsMax) {
      this.refuse("too-long");
      return;
    }
    this.#uncut.push(octets);
    this.#uncutOctets += octets.length;
    this.#isWhole = last;
    while (this.#uncutOctets > pieceOctetsMax) this.#cut();
    if (last) this.#cut();
  }

  refuse(refusal: Refusal): void {
    this.refusal ??= refusal;
    this.#pieces.length = this.#uncut.length = this.#uncutOctets = 0;
    this.#again.clear();
  }

  /** A piece of what is not cut yet, as much of it as fits. */
  #cut(): void {
    const octets = new Uint8Array(Math.min(this.#uncutOctets, pieceOctetsMax));
    let filled = 0;
    while (filled < octets.length) {
      const part = this.#uncut[0];
      const taken = Math.min(part.length, octets.length - filled);
      octets.set(part.subarray(0, taken), filled);
      filled += taken;
      if (taken === part.length) this.#uncut.shift();
      else this.#uncut[0] = part.subarray(taken);
    }
    this.#uncutOctets -= filled;
    const index = this.#arrived + this.#pieces.length;
    this.#pieces.push({ index, octets, last: this.#isWhole && this.#uncutOctets === 0 });
  }

  /** The enquirer says what it has. */
  ask({ from, held, again }: Pick<AskRecord, "from" | "held" | "again">, now: Micros): void {
    this.heardAt = now;
    // An older question that has been overtaken, or one about pieces that were never said.
    if (from < this.#arrived || from > this.#said) return;
    const isRepeating = this.#again.size > 0;
    this.#pieces.splice(0, from - this.#arrived);
    this.#arrived = from;
    for (const index of this.#again) if (index < from) this.#again.delete(index);
    if (!again || isRepeating) return;
    for (let index = from; index < this.#said; index++) {
      const isHeld = index > from && ((held >> (index - from - 1)) & 1) === 1;
      if (!isHeld) this.#again.add(index);
    }
  }

  /** Whether a piece may be said now. */
  get isDue(): boolean {
    if (this.#again.size > 0) return true;
    const isOpen = this.#said < this.#arrived + piecesUnderWayMax;
    return isOpen && (this.#said < this.#arrived + this.#pieces.length || this.#uncutOctets > 0);
  }

  /** The next piece to be said, when one is due. Management may be slow: what it has given goes out, however little. */
  take(): AnswerPiece {
    for (const index of this.#again) {
      this.#again.delete(index);
      return this.#pieces[index - this.#arrived];
    }
    if (this.#said === this.#arrived + this.#pieces.length) this.#cut();
    return this.#pieces[this.#said++ - this.#arrived];
  }
}
