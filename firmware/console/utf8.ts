/** Text in UTF-8 (RFC 3629), taken in octet by octet; what is none is left out. */

const continuation = (octet: number) => (octet & 0xc0) === 0x80;

/** How many octets follow the first of a character, the bits that it brings, and the least code point that needs so many. */
const sequences = [
  { mask: 0xe0, lead: 0xc0, following: 1, least: 0x80 },
  { mask: 0xf0, lead: 0xe0, following: 2, least: 0x800 },
  { mask: 0xf8, lead: 0xf0, following: 3, least: 0x10000 },
] as const;

/** Puts characters together from octets, wherever they are cut, and whichever get lost. */
export class Utf8Reader {
  #codePoint = 0;
  #wanted = 0;
  #least = 0;

  /** @returns the character that this octet completes; undefined: none */
  take(octet: number): string | undefined {
    if (this.#wanted > 0 && continuation(octet)) return this.#go(octet);
    this.#wanted = 0;
    if (octet < 0x80) return String.fromCharCode(octet);
    const sequence = sequences.find(({ mask, lead }) => (octet & mask) === lead);
    if (sequence === undefined) return undefined;
    this.#codePoint = octet & ~sequence.mask & 0xff;
    this.#wanted = sequence.following;
    this.#least = sequence.least;
    return undefined;
  }

  #go(octet: number): string | undefined {
    this.#codePoint = this.#codePoint * 64 + (octet & 0x3f);
    if (--this.#wanted > 0) return undefined;
    const isSurrogate = this.#codePoint >= 0xd800 && this.#codePoint <= 0xdfff;
    const isOne = this.#codePoint >= this.#least && this.#codePoint <= 0x10ffff && !isSurrogate;
    return isOne ? String.fromCodePoint(this.#codePoint) : undefined;
  }
}

export function utf8Length(character: string): number {
  const codePoint = character.codePointAt(0) ?? 0;
  return codePoint < 0x80 ? 1 : codePoint < 0x800 ? 2 : codePoint < 0x10000 ? 3 : 4;
}

export function octetsOfText(text: string): Uint8Array {
  const octets: number[] = [];
  for (const character of text) {
    const codePoint = character.codePointAt(0) ?? 0;
    const following = utf8Length(character) - 1;
    if (following === 0) octets.push(codePoint);
    else octets.push(((0xff00 >> (following + 1)) & 0xff) | (codePoint >> (6 * following)));
    for (let place = following - 1; place >= 0; place--) octets.push(0x80 | ((codePoint >> (6 * place)) & 0x3f));
  }
  return Uint8Array.from(octets);
}

/** Text of octets that are all there. */
export function textOfOctets(octets: Uint8Array): string {
  const reader = new Utf8Reader();
  let text = "";
  for (const octet of octets) text += reader.take(octet) ?? "";
  return text;
}

/** What must not get onto a terminal: control and format characters, and separators of lines. */
const notPrintable = /[\p{C}\p{Zl}\p{Zp}]/gu;

export function isPrintable(character: string): boolean {
  notPrintable.lastIndex = 0;
  return !notPrintable.test(character);
}

/** Text from elsewhere, fit for a terminal. */
export function printable(text: string): string {
  return text.replace(notPrintable, "?");
}
