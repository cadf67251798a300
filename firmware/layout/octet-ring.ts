/**
 * The last records of a numbered sequence, copied into a few buffers: most cost no object, and the collector has thousands less to
 * look after. A card that has just started has room for few, and gets more as records come, until there is room for all.
 */

/** Records that have a buffer in common. */
const pageRecords = 128;

interface Page {
  readonly octets: Uint8Array;
  /** By place. */
  readonly numbers: Float64Array;
  readonly lengths: Uint16Array;
  /** By place: a record that is longer than there is room for. */
  readonly long: (Uint8Array | undefined)[];
}

export class OctetRing {
  readonly #records: number;
  readonly #slotOctets: number;
  #pages: (Page | undefined)[];

  /** @param slotOctets most records are no longer than this */
  constructor(records: number, slotOctets: number) {
    this.#records = records;
    this.#slotOctets = slotOctets;
    this.#pages = this.#noPages();
  }

  /** The record `records` before it is forgotten. */
  put(number: number, octets: Uint8Array): void {
    const slot = number % this.#records;
    const page = this.#pageOf(slot);
    const place = slot % pageRecords;
    const isLong = octets.length > this.#slotOctets;
    page.numbers[place] = number;
    page.lengths[place] = octets.length;
    page.long[place] = isLong ? octets.slice() : undefined;
    if (isLong) return;
    // A few octets are copied in a loop sooner than by a call.
    const start = place * this.#slotOctets;
    for (let index = 0; index < octets.length; index++) page.octets[start + index] = octets[index];
  }

  /** A copy; undefined for one that is not kept (any more). */
  get(number: number): Uint8Array | undefined {
    const slot = number % this.#records;
    const page = this.#pages[Math.floor(slot / pageRecords)];
    const place = slot % pageRecords;
    if (page === undefined || page.numbers[place] !== number) return undefined;
    const start = place * this.#slotOctets;
    return page.long[place]?.slice() ?? page.octets.slice(start, start + page.lengths[place]);
  }

  clear(): void {
    this.#pages = this.#noPages();
  }

  #noPages(): undefined[] {
    return new Array(Math.ceil(this.#records / pageRecords)).fill(undefined);
  }

  #pageOf(slot: number): Page {
    const number = Math.floor(slot / pageRecords);
    const known = this.#pages[number];
    if (known !== undefined) return known;
    const page: Page = {
      octets: new Uint8Array(pageRecords * this.#slotOctets),
      numbers: new Float64Array(pageRecords).fill(Number.NaN),
      lengths: new Uint16Array(pageRecords),
      long: new Array(pageRecords).fill(undefined),
    };
    this.#pages[number] = page;
    return page;
  }
}
