/** Numbers of more than 32 bits are shifted by division. */
const powersOf256 = [1, 256, 256 ** 2, 256 ** 3, 256 ** 4, 256 ** 5];

/** More octets than this are copied by a call sooner than in a loop. */
const loopOctetsMax = 64;

/** Octets that are still in their writer's buffer, at its beginning. */
export interface OctetsInPlace {
  readonly octets: Uint8Array;
  readonly length: number;
}

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
    for (let place = width - 1; place > 3; place--) {
      this.#octets[this.#length++] = Math.floor(value / powersOf256[place]) & 0xff;
    }
    for (let place = Math.min(width, 4) - 1; place >= 0; place--) {
      this.#octets[this.#length++] = value >>> (8 * place);
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
    if (octets.length > loopOctetsMax) this.#octets.set(octets, this.#length);
    else for (let index = 0; index < octets.length; index++) this.#octets[this.#length + index] = octets[index];
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

  /** And without a view, which costs more than a copy of a few octets: for who copies them at once. */
  finishWithoutView(): OctetsInPlace {
    const written = { octets: this.#octets, length: this.#length };
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
