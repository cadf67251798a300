import fc from "fast-check";
import { expect, test } from "vitest";
import { slotMax } from "../../../firmware/backplane/frame-identifier.ts";
import { noWork, workNumberBits, workOf, workWord } from "../../../firmware/card/link-notes.ts";

test("slot and the low bits of the number come back; no input is no work", () => {
  expect(workOf(noWork)).toBeUndefined();
  fc.assert(
    fc.property(fc.nat(slotMax), fc.nat(2 ** 40), (slot, number) => {
      const word = workWord(slot, number);
      expect(word).toBeGreaterThan(noWork);
      expect(word).toBeLessThan(2 ** 31);
      expect(workOf(word)).toEqual({ slot, number: number % 2 ** workNumberBits });
    }),
  );
});
