/** Numbers of more than 32 bits are shifted by division. */
const powersOf256 = [1, 256, 256 ** 2, 256 ** 3, 256 ** 4, 256 ** 5];

/** Appends octets to a buffer that grows when it must. One writer is reused for many records: `finish` copies out. */
export class OctetWriter {
  #octets: Uint8Array;
  #length = 0;

  constructor(initialOctets = 256) {
    this.#octets = new Uint8Array(initialOctets);
  }

  get length(): number {
    return this.#length;
  }

  u8(value: number): void {
    this.#reserve(1);
    this.#octets[this.#length++] = value;
  }

  /** Big endian, `width` octets (1 to 6). */
  unsigned(value: number, width: number): void {
    this.#reserve(width);
    for (let shift = width - 1; shift >= 0; shift--) {
      this.#octets[this.#length++] = Math.floor(value / powersOf256[shift]) & 0xff;
    }
  }

  /** Seven bits an octet, least significant group first, bit 7 set on all but the last: 0-127 cost one octet. */
  varint(value: number): void {
    let rest = value;
    while (rest >= 0x80) {
      this.u8((rest % 0x80) | 0x80);
      rest = Math.floor(rest / 0x80);
    }
    this.u8(rest);
  }

  octets(octets: Uint8Array): void {
    this.#reserve(octets.length);
    this.#octets.set(octets, this.#length);
    this.#length += octets.length;
  }

  /** What was written since the last `finish`, as a copy; the writer is empty afterwards. */
  finish(): Uint8Array {
    const written = this.#octets.slice(0, this.#length);
    this.#length = 0;
    return written;
  }

  /** The same without a copy: valid until something is written. */
  finishInPlace(): Uint8Array {
    const written = this.#octets.subarray(0, this.#length);
    this.#length = 0;
    return written;
  }

  #reserve(octets: number): void {
    if (this.#length + octets <= this.#octets.length) return;
    const grown = new Uint8Array(Math.max(this.#octets.length * 2, this.#length + octets));
    grown.set(this.#octets.subarray(0, this.#length));
    this.#octets = grown;
  }
}
