import { expect, test } from "vitest";
import {
  classOf,
  frameIdentifier,
  framePart,
  partOf,
  recordClass,
  slotMax,
  slotOf,
} from "../../../firmware/backplane/frame-identifier.ts";
import { canIdMax } from "../../../hal/can-frame.ts";

test("every class, slot and part has an identifier of its own of eleven bits, and comes back from it", () => {
  const identifiers = new Set<number>();
  for (const kind of Object.values(recordClass)) {
    for (let slot = 0; slot <= slotMax; slot++) {
      for (const part of Object.values(framePart)) {
        const identifier = frameIdentifier(kind, slot, part);
        identifiers.add(identifier);
        expect([classOf(identifier), slotOf(identifier), partOf(identifier)]).toEqual([kind, slot, part]);
      }
    }
  }
  expect(identifiers.size).toBe(canIdMax + 1);
  expect(Math.max(...identifiers)).toBe(canIdMax);
});

test("a heartbeat of the last slot wins against a takeover of the first, and so on down to bulk", () => {
  const kinds = Object.values(recordClass);
  for (const [index, kind] of kinds.slice(1).entries()) {
    const before = frameIdentifier(kinds[index], slotMax, framePart.last);
    expect(before).toBeLessThan(frameIdentifier(kind, 0, framePart.whole));
  }
});
