/**
 * Keys of a terminal out of its octets: control characters, the escape sequences of a VT100 that mean something here, and characters.
 * Whatever gets lost on the line, the next octet is taken for what it is: no key waits for time to pass.
 */
import { isPrintable, Utf8Reader } from "./utf8.ts";

const controls = {
  1: "home",
  2: "left",
  3: "interrupt",
  4: "end-of-input",
  5: "end",
  6: "right",
  8: "backspace",
  9: "tab",
  11: "erase-after",
  12: "redraw",
  13: "enter",
  14: "down",
  16: "up",
  21: "erase-before",
  23: "erase-word",
  127: "backspace",
} as const;

/** Finals of CSI (ESC [) and SS3 (ESC O) sequences. */
const finals: Readonly<Record<string, KeyName>> = {
  A: "up",
  B: "down",
  C: "right",
  D: "left",
  H: "home",
  F: "end",
};
/** First parameters of CSI sequences that end with a tilde. */
const tildes: Readonly<Record<string, KeyName>> = { "1": "home", "3": "delete", "4": "end", "7": "home", "8": "end" };

export type KeyName = (typeof controls)[keyof typeof controls] | "delete";

/** A character to be put in, or something to be done. */
export type Key = { readonly character: string } | { readonly name: KeyName };

const escapeOctet = 0x1b;
const carriageReturn = 0x0d;
const lineFeed = 0x0a;
/** Longer ones are none that a terminal sends. */
const parametersMax = 8;

export class TerminalKeys {
  readonly #text = new Utf8Reader();
  #state: "text" | "escape" | "single" | "sequence" = "text";
  #parameters = "";
  /** A line feed right behind a carriage return is the same key. */
  #wasReturn = false;

  /** @returns the key that this octet completes */
  take(octet: number): Key | undefined {
    const wasReturn = this.#wasReturn;
    this.#wasReturn = octet === carriageReturn;
    if (octet === escapeOctet) {
      this.#state = "escape";
      return undefined;
    }
    if (octet < 0x20 || octet === 0x7f) {
      this.#state = "text";
      this.#text.take(octet);
      if (octet === lineFeed) return wasReturn ? undefined : { name: "enter" };
      const name = (controls as Readonly<Record<number, KeyName>>)[octet];
      return name && { name };
    }
    if (this.#state !== "text") return this.#sequence(octet);
    const character = this.#text.take(octet);
    return character !== undefined && isPrintable(character) ? { character } : undefined;
  }

  #sequence(octet: number): Key | undefined {
    const character = String.fromCharCode(octet);
    const before = this.#state;
    this.#state = "text";
    if (before === "escape") {
      if (character === "[") this.#state = "sequence";
      else if (character === "O") this.#state = "single";
      this.#parameters = "";
      return undefined;
    }
    const isParameter = before === "sequence" && octet >= 0x20 && octet < 0x40;
    if (isParameter && this.#parameters.length < parametersMax) {
      this.#parameters += character;
      this.#state = "sequence";
      return undefined;
    }
    const [first] = this.#parameters.split(";", 1);
    const name = character === "~" ? tildes[first] : finals[character];
    return name && { name };
  }
}
