import { describe, expect, test } from "vitest";
import type { Entropy } from "../../hal/entropy.ts";

/** What every Entropy must do. */
export function entropyContract(implementation: string, create: () => Entropy): void {
  describe(`Entropy: ${implementation}`, () => {
    test("gives as many octets as asked for, each call others", () => {
      const entropy = create();
      expect(entropy.octets(0)).toHaveLength(0);
      const one = entropy.octets(16);
      const other = entropy.octets(16);
      expect(one).toHaveLength(16);
      expect(Object.getPrototypeOf(one)).toBe(Uint8Array.prototype);
      expect(other).not.toEqual(one);
    });

    test("every octet and every bit of it occurs", () => {
      const seen = new Set(create().octets(8192));
      expect(seen.size).toBe(256);
    });

    test("integers are below the limit and roughly equally likely", () => {
      const entropy = create();
      const counts = new Array<number>(6).fill(0);
      for (let draw = 0; draw < 6000; draw++) {
        const integer = entropy.integer(6);
        counts[integer] = (counts[integer] ?? 0) + 1;
      }
      expect(counts).toHaveLength(6);
      // One in ten off is more than three standard deviations; a third is never seen.
      for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(333);
    });

    test("the whole range can be drawn", () => {
      const entropy = create();
      expect(entropy.integer(1)).toBe(0);
      let largest = 0;
      for (let draw = 0; draw < 100; draw++) largest = Math.max(largest, entropy.integer(2 ** 32));
      expect(largest).toBeGreaterThan(2 ** 31);
      expect(largest).toBeLessThan(2 ** 32);
    });
  });
}
