/**
 * Which messages of an exchange in traffic mode broadcast have been consumed, by circuit and identifier (input.ts). The second copy of a
 * message is at most a switchover behind the first, so the last few are enough.
 */

/** Messages for a CIC that no trunk group has go under this number plus the CIC: 255 exchanges have fewer circuits. */
export const unequippedCircuits = 2 ** 20;
/** More messages of one exchange than come during a switchover at any load that a bus carries. */
const rememberedMax = 2048;
const identifierSpan = 2 ** 16;

export class RecentMessages {
  readonly #known = new Set<number>();
  readonly #order = new Float64Array(rememberedMax);
  #count = 0;

  has(circuit: number, identifier: number): boolean {
    return this.#known.has(circuit * identifierSpan + identifier);
  }

  add(circuit: number, identifier: number): void {
    if (this.has(circuit, identifier)) return;
    const place = this.#count++ % rememberedMax;
    if (this.#known.size === rememberedMax) this.#known.delete(this.#order[place]);
    this.#order[place] = circuit * identifierSpan + identifier;
    this.#known.add(this.#order[place]);
  }

  clear(): void {
    this.#known.clear();
    this.#count = 0;
  }
}
