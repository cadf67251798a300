import fc from "fast-check";
import { expect, it } from "vitest";
import { KeyIndex } from "../../../firmware/call-server/tables/key-index.ts";

const step = fc.record({ key: fc.oneof(fc.nat(40), fc.nat(2 ** 24), fc.constant(2 ** 48)), goes: fc.boolean() });

it("every key has a place of its own as long as it is there, whatever came and went before", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
      const index = new KeyIndex();
      const places = new Map<number, number>();
      for (const { key, goes } of steps) {
        if (goes) {
          index.remove(key);
          places.delete(key);
        } else if (!places.has(key)) places.set(key, index.add(key));
        expect(new Map(index.all())).toEqual(places);
        expect(index.size).toBe(places.size);
      }
      for (const { key } of steps) expect(index.find(key)).toBe(places.get(key) ?? -1);
      expect(new Set(places.values()).size).toBe(places.size);
      expect(Math.max(0, ...places.values())).toBeLessThan(Math.max(1, steps.length));
      index.clear();
      expect([index.size, index.find(1), [...index.all()]]).toEqual([0, -1, []]);
    }),
    { numRuns: 300 },
  );
});
