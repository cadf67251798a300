/** What a command has to say, on its way to the terminal: a little at a time, page by page, whether it comes from here or another card. */
import type { Answer } from "./enquiry.ts";
import { Pager } from "./pager.ts";
import { Utf8Reader } from "./utf8.ts";

/** Made or written at once. */
const piecesAtOnce = 16;
/** Another card's answer that nobody has paged through yet. */
export const answerCharactersMax = 1_000_000;

export class Output {
  readonly pager = new Pager();
  #pieces: Iterator<string> | undefined;
  /** Of a piece whose first lines are written. */
  #rest = "";
  /** Another card's answer, as far as it has come. */
  #answer: { text: string; reader: Utf8Reader; isWhole: boolean } | undefined;

  begin(pieces: Iterable<string>): void {
    this.end();
    this.#pieces = pieces[Symbol.iterator]();
    this.pager.begin();
  }

  /** What is to be written comes from another card. */
  beginRemote(): void {
    this.end();
    this.#answer = { text: "", reader: new Utf8Reader(), isWhole: false };
    this.pager.begin();
  }

  /** Another card has more to say. */
  get isAwaiting(): boolean {
    return this.#answer !== undefined && !this.#answer.isWhole;
  }

  /** There is something that can be written now. */
  get isReady(): boolean {
    if (this.pager.isStopped) return false;
    return this.#rest !== "" || this.#pieces !== undefined || (this.#answer?.text ?? "") !== "";
  }

  get isDone(): boolean {
    const isAnswered = this.#answer === undefined || (this.#answer.isWhole && this.#answer.text === "");
    return this.#rest === "" && this.#pieces === undefined && isAnswered;
  }

  end(): void {
    this.#pieces?.return?.();
    this.#pieces = undefined;
    this.#answer = undefined;
    this.#rest = "";
  }

  /** @returns whether more of it is wanted */
  take(answer: Answer): boolean {
    const remote = this.#answer;
    if (remote === undefined || remote.isWhole) return false;
    if (answer.kind === "end") remote.isWhole = true;
    else if (answer.kind === "failed") {
      remote.text += `${answer.reason}\n`;
      remote.isWhole = true;
    } else for (const octet of answer.octets) remote.text += remote.reader.take(octet) ?? "";
    if (remote.text.length <= answerCharactersMax) return true;
    remote.text = `${remote.text.slice(0, answerCharactersMax)}\nthe answer is longer than ${answerCharactersMax} characters: its end is left out\n`;
    remote.isWhole = true;
    return false;
  }

  /** What is to be written next, at most a page and a few pieces. */
  next(): string {
    let written = "";
    for (let count = 0; count < piecesAtOnce && !this.pager.isStopped; count++) {
      if (this.#rest === "") this.#rest = this.#nextPiece() ?? "";
      if (this.#rest === "") break;
      // A page ends where the next line would begin: what fits exactly is not stopped at.
      if (this.pager.left <= 0) return written + this.pager.stop();
      const end = this.#rest.indexOf("\n") + 1;
      written += end === 0 ? this.#rest : this.#rest.slice(0, end);
      this.#rest = end === 0 ? "" : this.#rest.slice(end);
      if (end > 0) this.pager.wrote(1);
    }
    return written;
  }

  #nextPiece(): string | undefined {
    if (this.#answer !== undefined) return this.#nextOfAnswer(this.#answer);
    const next = this.#pieces?.next();
    if (next?.done !== false) this.#pieces = undefined;
    return next?.done === false ? next.value : undefined;
  }

  /** Whole lines, as long as it is not all there. */
  #nextOfAnswer(answer: { text: string; isWhole: boolean }): string | undefined {
    const end = answer.text.indexOf("\n") + 1;
    const length = end > 0 ? end : answer.text.length;
    const piece = answer.text.slice(0, length);
    answer.text = answer.text.slice(length);
    return piece === "" ? undefined : piece;
  }
}
