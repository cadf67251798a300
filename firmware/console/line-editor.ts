/** One line that is typed: kept within bounds, shown on a terminal, and remembered. A window of it is shown where it is too wide. */
import type { Key, KeyName } from "./terminal-keys.ts";
import { utf8Length } from "./utf8.ts";

export const lineOctetsMax = 512;
export const historyLinesMax = 50;

export const bell = "\x07";
const eraseToEnd = "\x1b[K";

/** What comes of a key that the line itself has no use for. */
export type LineEvent =
  /** `tooLong`: some of it was refused, so nobody meant what is left. */
  | { readonly kind: "line"; readonly text: string; readonly tooLong: boolean }
  | { readonly kind: "help"; readonly before: string }
  | { readonly kind: "complete"; readonly before: string }
  | { readonly kind: "interrupt" }
  | { readonly kind: "end-of-input" };

export interface LineOptions {
  /** Whether what is typed may be seen. */
  readonly hidden: boolean;
  /** Whether `?` asks for help, tab completes, and lines are remembered. */
  readonly commands: boolean;
}

export class LineEditor {
  /** Columns of the terminal. */
  width = 80;
  readonly #history: string[] = [];
  /** How far back in the history: 0 is the line itself. */
  #back = 0;
  #draft = "";
  #prompt = "";
  #options: LineOptions = { hidden: false, commands: true };
  #characters: string[] = [];
  #octets = 0;
  #cursor = 0;
  #tooLong = false;
  #output = "";
  /** The terminal shows something else. */
  #isStale = false;

  /** A new line begins, behind this prompt. */
  begin(prompt: string, options: LineOptions): void {
    this.#prompt = prompt;
    this.#options = options;
    this.#set("");
    this.#back = 0;
    this.#tooLong = false;
    this.#output += prompt;
    this.#isStale = false;
  }

  /** What has to be written to the terminal now. */
  output(): string {
    this.#renderStale();
    const output = this.#output;
    this.#output = "";
    return output;
  }

  /** Shows prompt and line again, because something else was written. */
  redraw(): void {
    this.#isStale = !this.#options.hidden && !(this.#isAtEnd && this.#fits);
    if (this.#isStale) return;
    this.#output += this.#prompt + (this.#options.hidden ? "" : this.#characters.join(""));
  }

  get #isAtEnd(): boolean {
    return this.#cursor === this.#characters.length;
  }

  /** Whether prompt and line have room beside each other. */
  get #fits(): boolean {
    return this.#prompt.length + this.#characters.length < this.width;
  }

  /** Puts text in where the cursor is. */
  insert(text: string): void {
    for (const character of text) this.#insert(character);
  }

  take(key: Key): LineEvent | undefined {
    if ("name" in key) return this.#edit(key.name);
    if (key.character === "?" && this.#options.commands) {
      return { kind: "help", before: this.#before() };
    }
    this.#insert(key.character);
    return undefined;
  }

  /** The oldest first. */
  history(): readonly string[] {
    return [...this.#history].reverse();
  }

  ring(): void {
    if (!this.#output.endsWith(bell)) this.#output += bell;
  }

  #before(): string {
    return this.#characters.slice(0, this.#cursor).join("");
  }

  #insert(character: string): void {
    const octets = utf8Length(character);
    if (this.#octets + octets > lineOctetsMax) {
      if (!this.#tooLong) this.ring();
      this.#tooLong = true;
      return;
    }
    const wasAtEnd = this.#isAtEnd;
    this.#characters.splice(this.#cursor, 0, character);
    this.#octets += octets;
    this.#cursor++;
    if (this.#options.hidden || this.#isStale) return;
    if (wasAtEnd && this.#fits) this.#output += character;
    else this.#isStale = true;
  }

  #edit(name: KeyName): LineEvent | undefined {
    switch (name) {
      case "enter":
        this.#renderStale();
        return this.#enter();
      case "interrupt":
        this.#renderStale();
        this.#output += "^C\r\n";
        return { kind: "interrupt" };
      case "end-of-input":
        if (this.#characters.length > 0) this.#remove(this.#cursor, this.#cursor + 1);
        else return { kind: "end-of-input" };
        break;
      case "tab":
        return this.#options.commands ? { kind: "complete", before: this.#before() } : undefined;
      case "backspace":
        this.#eraseBack();
        break;
      case "delete":
        this.#remove(this.#cursor, this.#cursor + 1);
        break;
      case "erase-before":
        this.#remove(0, this.#cursor);
        break;
      case "erase-after":
        this.#remove(this.#cursor, this.#characters.length);
        break;
      case "erase-word":
        this.#remove(this.#wordStart(), this.#cursor);
        break;
      case "left":
        this.#move(this.#cursor - 1);
        break;
      case "right":
        this.#move(this.#cursor + 1);
        break;
      case "home":
        this.#move(0);
        break;
      case "end":
        this.#move(this.#characters.length);
        break;
      case "redraw":
        this.#output += "\r\n";
        this.redraw();
        break;
      case "up":
        this.#recall(this.#back + 1);
        break;
      case "down":
        this.#recall(this.#back - 1);
        break;
    }
    return undefined;
  }

  #enter(): LineEvent {
    const text = this.#characters.join("");
    const tooLong = this.#tooLong;
    this.#output += "\r\n";
    if (this.#options.commands && text.trim() !== "" && !tooLong && this.#history[0] !== text) {
      this.#history.unshift(text);
      this.#history.length = Math.min(this.#history.length, historyLinesMax);
    }
    this.#set("");
    this.#isStale = false;
    this.#back = 0;
    this.#tooLong = false;
    return { kind: "line", text, tooLong };
  }

  /** The end of the line goes without an escape sequence, which a terminal that knows none would show. */
  #eraseBack(): void {
    if (this.#cursor === 0) return;
    const isPlain = this.#isAtEnd && this.#fits && !this.#isStale;
    this.#remove(this.#cursor - 1, this.#cursor);
    if (!isPlain || this.#options.hidden) return;
    this.#output += "\b \b";
    this.#isStale = false;
  }

  #wordStart(): number {
    let start = this.#cursor;
    while (start > 0 && this.#characters[start - 1] === " ") start--;
    while (start > 0 && this.#characters[start - 1] !== " ") start--;
    return start;
  }

  #remove(from: number, to: number): void {
    const removed = this.#characters.splice(from, to - from);
    for (const character of removed) this.#octets -= utf8Length(character);
    if (this.#cursor > from) this.#cursor = Math.max(from, this.#cursor - removed.length);
    if (removed.length > 0 && !this.#options.hidden) this.#isStale = true;
  }

  #move(cursor: number): void {
    const within = Math.max(0, Math.min(cursor, this.#characters.length));
    if (within !== this.#cursor && !this.#options.hidden) this.#isStale = true;
    this.#cursor = within;
  }

  #recall(back: number): void {
    if (!this.#options.commands || back < 0 || back > this.#history.length) {
      this.ring();
      return;
    }
    if (this.#back === 0) this.#draft = this.#characters.join("");
    this.#back = back;
    this.#set(back === 0 ? this.#draft : this.#history[back - 1]);
    this.#isStale = true;
  }

  #set(text: string): void {
    this.#characters = [...text];
    this.#octets = this.#characters.reduce((sum, character) => sum + utf8Length(character), 0);
    this.#cursor = this.#characters.length;
  }

  #renderStale(): void {
    if (this.#isStale) this.#render();
  }

  #render(): void {
    const room = Math.max(8, this.width - this.#prompt.length - 1);
    const first = Math.max(0, this.#cursor - room + 1);
    const visible = this.#characters.slice(first, first + room);
    const back = first + visible.length - this.#cursor;
    this.#output += `\r${this.#prompt}${visible.join("")}${eraseToEnd}${"\b".repeat(back)}`;
    this.#isStale = false;
  }
}
