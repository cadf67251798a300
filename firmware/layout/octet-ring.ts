/**
 * The last records of a numbered sequence, copied into a few buffers: most cost no object, and the collector has thousands less to
 * look after. A card that has just started has room for few, and gets more as records come, until there is room for all.
 */

/** Records that have a buffer in common. */
const pageRecords = 128;

const nothing = new Uint8Array(0);

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

  /** The record, `octets` and `more` behind them; the one `records` before it is forgotten. */
  put(number: number, octets: Uint8Array, more: Uint8Array = nothing): void {
    const slot = number % this.#records;
    const page = this.#pageOf(slot);
    const place = slot % pageRecords;
    const length = octets.length + more.length;
    const isLong = length > this.#slotOctets;
    page.numbers[place] = number;
    page.lengths[place] = length;
    const long = isLong ? new Uint8Array(length) : undefined;
    page.long[place] = long;
    const into = long ?? page.octets;
    let at = isLong ? 0 : place * this.#slotOctets;
    // A few octets are copied in a loop sooner than by a call.
    for (let index = 0; index < octets.length; index++) into[at++] = octets[index];
    for (let index = 0; index < more.length; index++) into[at++] = more[index];
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
