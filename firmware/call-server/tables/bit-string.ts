/** Octets as one string of bits, the most significant bit of the first octet first: a change of a table is a few bits. */
import type { OctetsInPlace } from "../../layout/octet-writer.ts";

/** So many bits are shifted as one 32-bit number, with what is left of the octet before them; longer numbers are split. */
const atOnceBits = 24;
const atOnce = 2 ** atOnceBits;
const nothing = new Uint8Array(0);
const noHead: OctetsInPlace = { octets: nothing, length: 0 };

export class BitWriter {
  #octets: Uint8Array;
  /** Whole ones. */
  #length = 0;
  /** Bits that are no whole octet yet, and how many. */
  #pending = 0;
  #pendingBits = 0;

  constructor(initialOctets = 256) {
    this.#octets = new Uint8Array(initialOctets);
  }

  /** `width` bits (1 to 48) of an unsigned number. */
  unsigned(value: number, width: number): void {
    if (width > atOnceBits) {
      this.unsigned(Math.floor(value / atOnce), width - atOnceBits);
      this.unsigned(value & (atOnce - 1), atOnceBits);
      return;
    }
    if (this.#length + 4 > this.#octets.length) this.#grow(4);
    const bits = (this.#pending << width) | (value & ((1 << width) - 1));
    let left = this.#pendingBits + width;
    for (; left >= 8; left -= 8) this.#octets[this.#length++] = bits >>> (left - 8);
    this.#pending = bits & ((1 << left) - 1);
    this.#pendingBits = left;
  }

  /** Groups of seven bits, the least significant group first, each after a bit that says whether another follows. */
  variable(value: number): void {
    let rest = value;
    for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) this.unsigned(0x80 | (rest % 0x80), 8);
    this.unsigned(rest, 8);
  }

  octets(octets: Uint8Array): void {
    if (this.#length + octets.length >= this.#octets.length) this.#grow(octets.length + 1);
    const shift = this.#pendingBits;
    let bits = this.#pending;
    for (let index = 0; index < octets.length; index++) {
      bits = ((bits & 0xff) << 8) | octets[index];
      this.#octets[this.#length++] = bits >>> shift;
    }
    this.#pending = bits & ((1 << shift) - 1);
  }

  /**
   * What was written since the last `finish`, filled up with zero bits to whole octets, after the octets of `head`; the writer is empty
   * afterwards.
   */
  finish(head: OctetsInPlace = noHead): Uint8Array {
    if (this.#pendingBits > 0) this.unsigned(0, 8 - this.#pendingBits);
    // A few octets are copied in a loop sooner than by a call.
    const written = new Uint8Array(head.length + this.#length);
    for (let index = 0; index < head.length; index++) written[index] = head.octets[index];
    for (let index = 0; index < this.#length; index++) written[head.length + index] = this.#octets[index];
    this.#length = 0;
    return written;
  }

  #grow(octets: number): void {
    const grown = new Uint8Array(2 * this.#octets.length + octets);
    grown.set(this.#octets);
    this.#octets = grown;
  }
}

/** Never throws: past the end every read gives zero and `exhausted` stays true. */
export class BitReader {
  readonly #octets: Uint8Array;
  readonly #end: number;
  #bits: number;
  #exhausted = false;

  /** Begins at octet `offset`. */
  constructor(octets: Uint8Array, offset = 0) {
    this.#octets = octets;
    this.#end = 8 * octets.length;
    this.#bits = 8 * offset;
  }

  get exhausted(): boolean {
    return this.#exhausted;
  }

  /** Bits not read yet. */
  get remaining(): number {
    return this.#end - this.#bits;
  }

  unsigned(width: number): number {
    const from = this.#bits;
    if (width > this.#end - from) return this.#exhaust();
    if (width > atOnceBits) return this.unsigned(width - atOnceBits) * atOnce + this.unsigned(atOnceBits);
    const shift = from & 7;
    let at = from >> 3;
    let value = this.#octets[at] & (0xff >> shift);
    let left = width + shift - 8;
    for (; left > 0; left -= 8) value = (value << 8) | this.#octets[++at];
    this.#bits = from + width;
    return value >> -left;
  }

  variable(): number {
    let value = 0;
    for (let scale = 1; scale < 2 ** 49; scale *= 0x80) {
      const group = this.unsigned(8);
      value += (group & 0x7f) * scale;
      if (group < 0x80) return value;
    }
    return this.#exhaust();
  }

  octets(length: number): Uint8Array {
    if (length * 8 > this.#end - this.#bits) {
      this.#exhaust();
      return nothing;
    }
    const octets = new Uint8Array(length);
    const shift = this.#bits & 7;
    let at = this.#bits >> 3;
    for (let index = 0; index < length; index++) {
      const pair = (this.#octets[at++] << 8) | (this.#octets[at] ?? 0);
      octets[index] = pair >> (8 - shift);
    }
    this.#bits += 8 * length;
    return octets;
  }

  /** Nothing is left from here on. */
  #exhaust(): 0 {
    this.#exhausted = true;
    this.#bits = this.#end;
    return 0;
  }
}
