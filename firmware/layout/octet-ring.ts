/**
 * The last records of a numbered sequence, copied into one buffer: most cost no object, and the collector has thousands less to
 * look after.
 */
export class OctetRing {
  readonly #records: number;
  readonly #slotOctets: number;
  readonly #slots: Uint8Array;
  /** By slot. */
  readonly #numbers: Float64Array;
  readonly #lengths: Uint16Array;
  /** By slot: a record that is longer than a slot. */
  readonly #long: (Uint8Array | undefined)[];

  /** @param slotOctets most records are no longer than this */
  constructor(records: number, slotOctets: number) {
    this.#records = records;
    this.#slotOctets = slotOctets;
    this.#slots = new Uint8Array(records * slotOctets);
    this.#numbers = new Float64Array(records).fill(Number.NaN);
    this.#lengths = new Uint16Array(records);
    this.#long = new Array(records).fill(undefined);
  }

  /** The record `records` before it is forgotten. */
  put(number: number, octets: Uint8Array): void {
    const slot = number % this.#records;
    const isLong = octets.length > this.#slotOctets;
    this.#numbers[slot] = number;
    this.#lengths[slot] = octets.length;
    this.#long[slot] = isLong ? octets.slice() : undefined;
    if (isLong) return;
    // A few octets are copied in a loop sooner than by a call.
    const start = slot * this.#slotOctets;
    for (let index = 0; index < octets.length; index++) this.#slots[start + index] = octets[index];
  }

  /** A copy; undefined for one that is not kept (any more). */
  get(number: number): Uint8Array | undefined {
    const slot = number % this.#records;
    if (this.#numbers[slot] !== number) return undefined;
    const start = slot * this.#slotOctets;
    return this.#long[slot]?.slice() ?? this.#slots.slice(start, start + this.#lengths[slot]);
  }

  clear(): void {
    this.#numbers.fill(Number.NaN);
    this.#long.fill(undefined);
  }
}
