/** Lends records to who reads them at once: an array of every usual length serves all records of that length, one after another. */

/** Longer ones are rare. */
const usualOctetsMax = 256;

export class RecordLender {
  /** By length. */
  readonly #records: (Uint8Array | undefined)[] = new Array(usualOctetsMax + 1).fill(undefined);

  /** A copy of `length` octets, valid until the next is lent: who keeps it copies it. */
  lend(octets: Uint8Array, from: number, length: number): Uint8Array {
    if (length > usualOctetsMax) return octets.slice(from, from + length);
    const record = this.#records[length] ?? new Uint8Array(length);
    this.#records[length] = record;
    for (let index = 0; index < length; index++) record[index] = octets[from + index];
    return record;
  }
}
