/** Octets as one string of bits, the most significant bit of the first octet first: a change of a table is a few bits. */

/** Numbers of more than 32 bits are shifted by division. */
const powersOfTwo = Float64Array.from({ length: 49 }, (_, exponent) => 2 ** exponent);

export class BitWriter {
  #octets: Uint8Array;
  #bits = 0;

  constructor(initialOctets = 256) {
    this.#octets = new Uint8Array(initialOctets);
  }

  /** `width` bits (1 to 48) of an unsigned number. */
  unsigned(value: number, width: number): void {
    this.#reserve(width);
    for (let left = width; left > 0; ) {
      const room = 8 - (this.#bits & 7);
      const taken = Math.min(room, left);
      left -= taken;
      const part = Math.floor(value / powersOfTwo[left]) & ((1 << taken) - 1);
      this.#octets[this.#bits >> 3] |= part << (room - taken);
      this.#bits += taken;
    }
  }

  /** Groups of seven bits, the least significant group first, each after a bit that says whether another follows. */
  variable(value: number): void {
    let rest = value;
    for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) this.unsigned(0x80 | (rest % 0x80), 8);
    this.unsigned(rest, 8);
  }

  octets(octets: Uint8Array): void {
    this.#reserve(8 * octets.length);
    const shift = this.#bits & 7;
    let at = this.#bits >> 3;
    for (let index = 0; index < octets.length; index++) {
      this.#octets[at++] |= octets[index] >> shift;
      if (shift > 0) this.#octets[at] = octets[index] << (8 - shift);
    }
    this.#bits += 8 * octets.length;
  }

  /** What was written since the last `finish`, filled up with zero bits to whole octets; the writer is empty afterwards. */
  finish(): Uint8Array {
    const length = (this.#bits + 7) >> 3;
    const written = this.#octets.slice(0, length);
    this.#octets.fill(0, 0, length);
    this.#bits = 0;
    return written;
  }

  #reserve(width: number): void {
    const needed = (this.#bits + width + 7) >> 3;
    if (needed <= this.#octets.length) return;
    const grown = new Uint8Array(Math.max(needed, this.#octets.length * 2));
    grown.set(this.#octets);
    this.#octets = grown;
  }
}

/** Never throws: past the end every read gives zero and `exhausted` stays true. */
export class BitReader {
  readonly #octets: Uint8Array;
  #bits: number;
  #exhausted = false;

  /** Begins at octet `offset`. */
  constructor(octets: Uint8Array, offset = 0) {
    this.#octets = octets;
    this.#bits = 8 * offset;
  }

  get exhausted(): boolean {
    return this.#exhausted;
  }

  /** Bits not read yet. */
  get remaining(): number {
    return this.#exhausted ? 0 : this.#octets.length * 8 - this.#bits;
  }

  unsigned(width: number): number {
    if (width > this.remaining) {
      this.#exhausted = true;
      return 0;
    }
    let value = 0;
    for (let left = width; left > 0; ) {
      const room = 8 - (this.#bits & 7);
      const taken = Math.min(room, left);
      left -= taken;
      const part = (this.#octets[this.#bits >> 3] >> (room - taken)) & ((1 << taken) - 1);
      value = value * (1 << taken) + part;
      this.#bits += taken;
    }
    return value;
  }

  variable(): number {
    let value = 0;
    for (let scale = 1; scale < 2 ** 49; scale *= 0x80) {
      const group = this.unsigned(8);
      value += (group & 0x7f) * scale;
      if (group < 0x80) return value;
    }
    this.#exhausted = true;
    return 0;
  }

  octets(length: number): Uint8Array {
    if (length * 8 > this.remaining) {
      this.#exhausted = true;
      return new Uint8Array(0);
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
}
