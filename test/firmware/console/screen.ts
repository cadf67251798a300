/** A terminal of one line's worth of skill: what a VT100 would show of what is written to it. */

export class Screen {
  width = 80;
  bells = 0;
  readonly #lines: string[][] = [[]];
  #column = 0;

  write(text: string): void {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences begin with one.
    for (const [part] of text.matchAll(/\x1b\[[0-9;]*[A-Za-z]|./gsu)) this.#put(part);
  }

  get lines(): readonly string[] {
    return this.#lines.map((line) => line.join(""));
  }

  /** The one that the cursor is in. */
  get line(): string {
    return this.lines.at(-1) ?? "";
  }

  get text(): string {
    return this.lines.join("\n");
  }

  #put(part: string): void {
    const line = this.#lines[this.#lines.length - 1];
    if (part === "\r") this.#column = 0;
    else if (part === "\n") {
      this.#lines.push([]);
      this.#column = 0;
    } else if (part === "\b") this.#column = Math.max(0, this.#column - 1);
    else if (part === "\x07") this.bells++;
    else if (part === "\x1b[K") line.length = Math.min(line.length, this.#column);
    else if (part.startsWith("\x1b")) throw new Error(`an escape sequence that is not used: ${JSON.stringify(part)}`);
    else {
      if (this.#column >= this.width) this.#put("\n");
      this.#lines[this.#lines.length - 1][this.#column++] = part;
    }
  }
}
