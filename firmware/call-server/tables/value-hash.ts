/**
 * What the digest of a table is made of: a hash of 32 bits that one value after another is added to. Both cards run the same firmware,
 * so it may be any that is quick. It is FNV-1a, but numbers are taken whole instead of octet by octet.
 */

/** What a hash begins with. */
export const hashBasis = 0x811c9dc5 | 0;

const prime = 0x01000193;
const span = 2 ** 32;

/**
 * A number of at most 32 bits. After the same hash two of them never come to the same: product and shift can both be undone. The product
 * carries bits upwards only; the shift brings the upper half down again.
 */
export function hashNumber(hash: number, value: number): number {
  const product = Math.imul(hash ^ value, prime);
  return product ^ (product >>> 15);
}

/** A number of at most 53 bits. A small one is taken in two parts, too: else two values beside each other could be cut elsewhere. */
export function hashWide(hash: number, value: number): number {
  return hashNumber(hashNumber(hash, value), Math.floor(value / span));
}

export function hashOctets(hash: number, octets: Uint8Array): number {
  let mixed = hashNumber(hash, octets.length);
  for (let index = 0; index < octets.length; index++) mixed = Math.imul(mixed ^ octets[index], prime);
  return mixed;
}
