/**
 * Places in arrays for keys: what is known of a key lies in those arrays at its place.
 *
 * A map of the runtime would do, but where keys come and go all the time it is replaced by a new one again and again, and those that
 * were replaced keep what was in them, and each the next, until the collector has gone through the whole heap.
 */

const none = -1;
const initialPositions = 16;
/** The golden ratio, in 32 bits: keys that follow each other are spread evenly. */
const spread = 0x9e3779b1;

export class KeyIndex {
  /** By position: a key that is there, or `none`. Half of them at least are free. A key is at the first free one from its own on. */
  #keys = new Float64Array(initialPositions).fill(none);
  /** By position. */
  #places = new Int32Array(initialPositions);
  #shift = 32 - Math.log2(initialPositions);
  #size = 0;
  /** Places below `#used` that were given back. */
  #unused: number[] = [];
  #used = 0;

  get size(): number {
    return this.#size;
  }

  /** The place of a key, -1 for a key that is not there. */
  find(key: number): number {
    const position = this.#positionOf(key);
    return this.#keys[position] === none ? none : this.#places[position];
  }

  /** A place for a key (0 to 2^53) that is not there yet. */
  add(key: number): number {
    if (2 * this.#size >= this.#keys.length) this.#grow();
    const position = this.#positionOf(key);
    const place = this.#unused.pop() ?? this.#used++;
    this.#keys[position] = key;
    this.#places[position] = place;
    this.#size++;
    return place;
  }

  /** Its place becomes another's. */
  remove(key: number): void {
    let hole = this.#positionOf(key);
    if (this.#keys[hole] === none) return;
    this.#unused.push(this.#places[hole]);
    this.#size--;
    const last = this.#keys.length - 1;
    for (let at = (hole + 1) & last; this.#keys[at] !== none; at = (at + 1) & last) {
      // Whoever is found from the hole on, or from before it, moves into it.
      const distance = (at - this.#hash(this.#keys[at])) & last;
      if (distance < ((at - hole) & last)) continue;
      this.#keys[hole] = this.#keys[at];
      this.#places[hole] = this.#places[at];
      hole = at;
    }
    this.#keys[hole] = none;
  }

  *all(): IterableIterator<readonly [key: number, place: number]> {
    for (const [position, key] of this.#keys.entries()) if (key !== none) yield [key, this.#places[position]];
  }

  clear(): void {
    this.#keys.fill(none);
    this.#size = 0;
    this.#unused = [];
    this.#used = 0;
  }

  #hash(key: number): number {
    return Math.imul(key, spread) >>> this.#shift;
  }

  /** Where the key is, or would be. */
  #positionOf(key: number): number {
    const last = this.#keys.length - 1;
    let position = this.#hash(key);
    while (this.#keys[position] !== key && this.#keys[position] !== none) position = (position + 1) & last;
    return position;
  }

  #grow(): void {
    const [keys, places] = [this.#keys, this.#places];
    this.#keys = new Float64Array(2 * keys.length).fill(none);
    this.#places = new Int32Array(2 * keys.length);
    this.#shift--;
    for (let old = 0; old < keys.length; old++) {
      if (keys[old] === none) continue;
      const position = this.#positionOf(keys[old]);
      this.#keys[position] = keys[old];
      this.#places[position] = places[old];
    }
  }
}
