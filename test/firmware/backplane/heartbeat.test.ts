import fc from "fast-check";
import { expect, test } from "vitest";
import { beatKind, cardKinds, heartbeat, role } from "../../../firmware/backplane/heartbeat.ts";
import { decode, encode } from "../../../firmware/layout/layout.ts";
import { ok } from "../../../firmware/result.ts";
import { canDataOctetsMax } from "../../../hal/can-frame.ts";

const upTo = (bits: number) => fc.nat(2 ** bits - 1);
const arbitraryHeartbeat = fc.record({
  role: upTo(3),
  leaving: upTo(1),
  realTime: upTo(1),
  hung: upTo(1),
  deaf: upTo(2),
  term: upTo(16),
  incarnation: upTo(8),
  group: upTo(4),
  kind: upTo(4),
  value: upTo(24),
});

test("every heartbeat fills one classic frame and comes back", () => {
  fc.assert(
    fc.property(arbitraryHeartbeat, (beat) => {
      const octets = encode(heartbeat, beat);
      expect(octets).toHaveLength(canDataOctetsMax);
      expect(decode(heartbeat, octets)).toEqual(ok(beat));
    }),
  );
});

test("octets of a heartbeat", () => {
  const beat = {
    role: role.primary,
    leaving: 0,
    realTime: 1,
    hung: 0,
    deaf: 0,
    term: 0x0102,
    incarnation: 0xab,
    group: 7,
    kind: beatKind.commit,
    value: 0x030405,
  };
  expect(encode(heartbeat, beat)).toEqual(Uint8Array.of(0xa8, 0x01, 0x02, 0xab, 0x71, 0x03, 0x04, 0x05));
});

test("any other length is refused", () => {
  for (let length = 0; length <= 64; length++) {
    expect(decode(heartbeat, new Uint8Array(length)).ok).toBe(length === canDataOctetsMax);
  }
});

test("roles, kinds of beats and kinds of cards fit their bits", () => {
  expect(Math.max(...Object.values(role))).toBeLessThan(2 ** 3);
  expect(Math.max(...Object.values(beatKind))).toBeLessThan(2 ** 4);
  expect(cardKinds.length).toBeLessThanOrEqual(2 ** 4);
});
