/** Lets lines through a page at a time. */
import type { Key } from "./terminal-keys.ts";

const morePrompt = "--More--";
const eraseMore = `\r${" ".repeat(morePrompt.length)}\r`;

export class Pager {
  /** Lines of the terminal; 0: nothing is stopped. */
  length = 24;
  #left = 0;
  #isStopped = false;

  begin(): void {
    this.#left = this.#page;
    this.#isStopped = false;
  }

  /** How many lines may be written before it stops. */
  get left(): number {
    return this.length === 0 ? Number.POSITIVE_INFINITY : this.#left;
  }

  get isStopped(): boolean {
    return this.#isStopped;
  }

  wrote(lines: number): void {
    this.#left -= lines;
  }

  /** @returns what is to be shown */
  stop(): string {
    this.#isStopped = true;
    return morePrompt;
  }

  /** @returns what is to be shown, and whether nothing more is wanted; nothing for a key that means nothing here */
  take(key: Key): { readonly output: string; readonly quit: boolean } | undefined {
    const named = "name" in key ? key.name : key.character.toLowerCase();
    const lines = named === " " ? this.#page : named === "enter" || named === "down" ? 1 : undefined;
    const quit = named === "q" || named === "interrupt" || named === "end-of-input";
    if (lines === undefined && !quit) return undefined;
    this.#isStopped = false;
    this.#left = lines ?? 0;
    return { output: eraseMore, quit };
  }

  get #page(): number {
    return Math.max(1, this.length - 1);
  }
}
