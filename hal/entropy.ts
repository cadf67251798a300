/** Chance, as far as the firmware needs it: incarnations, transaction numbers, spread timers. */
export interface Entropy {
  /** `count` octets of chance. The caller owns them. */
  octets(count: number): Uint8Array;

  /** An integer from 0 to `below` - 1, each equally likely. `below` is an integer from 1 to 2^32. */
  integer(below: number): number;
}
