/** The number near `expected` whose low `bits` bits are `low`: how a shortened sequence number on the bus becomes whole again. */
export function nearest(expected: number, low: number, bits: number): number {
  const span = 2 ** bits;
  const base = Math.floor(expected / span) * span + low;
  if (base - expected > span / 2) return Math.max(base - span, low);
  if (expected - base > span / 2) return base + span;
  return base;
}

/** The low `bits` bits of a number that may have more than 32. */
export function lowBits(value: number, bits: number): number {
  return value % 2 ** bits;
}
