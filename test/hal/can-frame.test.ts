import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type CanFrame,
  canFdFrameLayoutOctets,
  canFdLengths,
  canFdPaddedOctets,
  canFrameLayoutOctets,
  canLayoutOctets,
  decodeCanFrame,
  encodeCanFrame,
  isCanFrame,
} from "../../hal/can-frame.ts";

// struct can_frame and struct canfd_frame, little-endian, split as linux/can.h declares them.
const classicOctets = [
  ...[0x23, 0x05, 0x00, 0x00], // can_id
  0x03, // len
  ...[0x00, 0x00, 0x00], // padding
  ...[0xaa, 0xbb, 0xcc, 0x00, 0x00, 0x00, 0x00, 0x00], // data
];
const classic: CanFrame = { id: 0x523, fd: false, data: Uint8Array.of(0xaa, 0xbb, 0xcc) };

const fdOctets = [
  ...[0xff, 0x07, 0x00, 0x00], // can_id
  0x0c, // len
  0x05, // flags: BRS, FDF
  ...[0x00, 0x00], // reserved
  ...[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12],
  ...new Array<number>(52).fill(0),
];
const fd: CanFrame = { id: 0x7ff, fd: true, data: Uint8Array.from({ length: 12 }, (_, index) => index + 1) };

const frames = fc
  .record({ id: fc.integer({ min: 0, max: 0x7ff }), fd: fc.boolean(), length: fc.constantFrom(...canFdLengths) })
  .filter(({ fd, length }) => fd || length <= 8)
  .chain(({ id, fd, length }) =>
    fc.record({
      id: fc.constant(id),
      fd: fc.constant(fd),
      data: fc.uint8Array({ minLength: length, maxLength: length }),
    }),
  );

function encoded(frame: CanFrame): Uint8Array {
  const octets = new Uint8Array(canLayoutOctets(frame)).fill(0xee);
  expect(encodeCanFrame(frame, octets, 0)).toBe(octets.length);
  return octets;
}

describe("kernel layouts of a frame", () => {
  it("writes and reads struct can_frame", () => {
    expect([...encoded(classic)]).toEqual(classicOctets);
    expect(decodeCanFrame(Uint8Array.from(classicOctets), 0, canFrameLayoutOctets)).toEqual(classic);
  });

  it("writes and reads struct canfd_frame", () => {
    expect([...encoded(fd)]).toEqual(fdOctets);
    expect(decodeCanFrame(Uint8Array.from(fdOctets), 0, canFdFrameLayoutOctets)).toEqual(fd);
  });

  it("every frame comes back", () => {
    fc.assert(
      fc.property(frames, fc.integer({ min: 0, max: 5 }), (frame, offset) => {
        const octets = new Uint8Array(offset + canLayoutOctets(frame));
        const layoutOctets = encodeCanFrame(frame, octets, offset);
        expect(decodeCanFrame(octets, offset, layoutOctets)).toEqual(frame);
      }),
    );
  });

  it("the data read is a copy", () => {
    const octets = Uint8Array.from(classicOctets);
    const frame = decodeCanFrame(octets, 0, canFrameLayoutOctets);
    octets.fill(0);
    expect(frame).toEqual(classic);
  });

  it("every truncation is refused", () => {
    for (let length = 0; length < fdOctets.length; length++) {
      expect(decodeCanFrame(Uint8Array.from(fdOctets.slice(0, length)), 0, canFdFrameLayoutOctets)).toBeUndefined();
    }
    expect(decodeCanFrame(Uint8Array.from(fdOctets), 0, 40)).toBeUndefined();
  });

  it("every single-octet corruption gives a frame that can be on a bus, or none", () => {
    for (const [good, layoutOctets] of [
      [classicOctets, canFrameLayoutOctets],
      [fdOctets, canFdFrameLayoutOctets],
    ] as const) {
      for (let index = 0; index < good.length; index++) {
        for (let value = 0; value < 256; value++) {
          const frame = decodeCanFrame(Uint8Array.from(good).fill(value, index, index + 1), 0, layoutOctets);
          if (frame !== undefined) expect(isCanFrame(frame)).toBe(true);
        }
      }
    }
  });

  it.each([
    ["extended identifier", 3, 0x80],
    ["remote frame", 3, 0x40],
    ["error frame", 3, 0x20],
    ["identifier beyond 11 bits", 1, 0x08],
    ["nine octets", 4, 9],
  ])("refuses: %s", (_, index, value) => {
    expect(decodeCanFrame(Uint8Array.from(classicOctets).fill(value, index, index + 1), 0, 16)).toBeUndefined();
  });
});

describe("lengths", () => {
  it("an FD frame is padded to the next length that exists", () => {
    expect([0, 8, 9, 12, 13, 17, 21, 25, 33, 49, 64].map(canFdPaddedOctets)).toEqual([
      0, 8, 12, 12, 16, 20, 24, 32, 48, 64, 64,
    ]);
    expect(() => canFdPaddedOctets(65)).toThrow(RangeError);
  });

  it("knows which frames there can be", () => {
    const frame = (id: number, fd: boolean, octets: number) => ({ id, fd, data: new Uint8Array(octets) });
    expect(isCanFrame(frame(0, false, 8))).toBe(true);
    expect(isCanFrame(frame(0x7ff, true, 64))).toBe(true);
    expect(isCanFrame(frame(0x800, false, 0))).toBe(false);
    expect(isCanFrame(frame(-1, false, 0))).toBe(false);
    expect(isCanFrame(frame(0, false, 12))).toBe(false);
    expect(isCanFrame(frame(0, true, 13))).toBe(false);
    expect(isCanFrame(frame(0, true, 65))).toBe(false);
  });
});
