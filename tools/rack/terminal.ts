/** A terminal as a page of lines: its alternate screen, of which only the lines are sent that have changed, and its keys. */
import type { PictureSize } from "./picture.ts";
import { ansiText, isUnicodeLocale, type Line } from "./styled-text.ts";

export interface TerminalOwner {
  /** The lines of the page, each as wide as the terminal. */
  lines(size: PictureSize): readonly Line[];
  /** A key, or an escape sequence; what is pasted comes character by character. */
  pressed(key: string): void;
  /** Nobody is there any more. */
  ended(): void;
}

const smallest: PictureSize = { columns: 40, rows: 10 };
const enter = "\x1b[?1049h\x1b[?25l\x1b[2J";
const leave = "\x1b[0m\x1b[?25h\x1b[?1049l";

export class Terminal {
  readonly #owner: TerminalOwner;
  /** The lines on the terminal, so that only others are sent. */
  #drawn: string[] = [];
  #isOpen = true;
  readonly #isUnicode = isUnicodeLocale(process.env);

  constructor(owner: TerminalOwner) {
    this.#owner = owner;
    process.stdout.write(enter);
    if (process.stdin.isTTY) {
      process.stdin.setRawMode(true);
      process.stdin
        .setEncoding("utf8")
        .resume()
        .on("data", this.#onKeys)
        .on("end", this.#onEnd)
        .on("error", this.#onEnd);
    }
    process.stdout.on("resize", this.#onResize);
  }

  /** Gives the terminal back as it was. */
  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    process.stdout.off("resize", this.#onResize);
    process.stdin.off("data", this.#onKeys).off("end", this.#onEnd);
    if (process.stdin.isTTY) {
      try {
        process.stdin.setRawMode(false);
      } catch {
        // The terminal is gone.
      }
    }
    process.stdin.pause();
    process.stdout.write(leave);
  }

  draw(): void {
    if (!this.#isOpen) return;
    const size = {
      columns: Math.max(process.stdout.columns ?? 80, smallest.columns),
      rows: Math.max(process.stdout.rows ?? 24, smallest.rows),
    };
    const lines = this.#owner.lines(size).map((each) => ansiText(each, this.#isUnicode));
    let changes = "";
    lines.forEach((text, row) => {
      if (text !== this.#drawn[row]) changes += `\x1b[${row + 1};1H${text}`;
    });
    this.#drawn = lines;
    if (changes !== "") process.stdout.write(changes);
  }

  readonly #onResize = (): void => {
    this.#drawn = [];
    process.stdout.write("\x1b[2J");
    this.draw();
  };

  readonly #onEnd = (): void => this.#owner.ended();

  readonly #onKeys = (octets: string | Uint8Array): void => {
    const keys = String(octets);
    // An escape sequence is one key; typed or pasted characters are many.
    for (const key of keys.startsWith("\x1b") ? [keys] : keys) this.#owner.pressed(key);
    this.draw();
  };
}
