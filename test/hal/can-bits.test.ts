import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canBitsMicros, canFrameBits } from "../../hal/can-bits.ts";
import { type CanFrame, canFdLengths } from "../../hal/can-frame.ts";

/** The frame's bits written out one by one, slowly and plainly, to hold the tables against. */
function bitsWrittenOut({ id, fd, data }: CanFrame): { nominal: number; data: number } {
  const field = (value: number, width: number) => [...value.toString(2).padStart(width, "0")].map(Number);
  const octets = [...data].flatMap((octet) => field(octet, 8));
  const tail = 2 + 7 + 3;
  if (!fd) {
    const body = [0, ...field(id, 11), 0, 0, 0, ...field(data.length, 4), ...octets];
    return { nominal: stuffed([...body, ...field(crc15BitByBit(body), 15)], true).length + 1 + tail, data: 0 };
  }
  const arbitration = [0, ...field(id, 11), 0, 0, 1, 0, 1];
  const all = stuffed([...arbitration, 0, ...field(canFdLengths.indexOf(data.length), 4), ...octets], false);
  const nominal = stuffed(arbitration, true).length;
  // Stuff count and CRC in groups of four bits, each with a fixed stuff bit ahead of it, the last group cut short.
  const checkBits = 4 + (data.length > 16 ? 21 : 17);
  return { nominal: nominal + tail, data: all.length - nominal + checkBits + Math.ceil(checkBits / 4) + 1 };
}

function stuffed(bits: readonly number[], atTheEnd: boolean): number[] {
  const out: number[] = [];
  bits.forEach((bit, index) => {
    out.push(bit);
    const run = out.slice(-5);
    const isLast = index === bits.length - 1;
    if (run.length === 5 && run.every((one) => one === bit) && (atTheEnd || !isLast)) out.push(1 - bit);
  });
  return out;
}

function crc15BitByBit(bits: readonly number[]): number {
  let crc = 0;
  for (const bit of bits) {
    const next = bit ^ ((crc >> 14) & 1);
    crc = (crc << 1) & 0x7fff;
    if (next === 1) crc ^= 0x4599;
  }
  return crc;
}

const classicFrames = fc.record({
  id: fc.integer({ min: 0, max: 0x7ff }),
  fd: fc.constant(false),
  data: fc.oneof(
    fc.uint8Array({ maxLength: 8 }),
    // Long runs, which random octets hardly have.
    fc
      .array(fc.constantFrom(0x00, 0xff, 0x0f, 0xf0, 0x1f, 0xf8, 0x80), { maxLength: 8 })
      .map((d) => Uint8Array.from(d)),
  ),
});
const fdFrames = fc.constantFrom(...canFdLengths).chain((length) =>
  fc.record({
    id: fc.integer({ min: 0, max: 0x7ff }),
    fd: fc.constant(true),
    data: fc
      .array(fc.oneof(fc.nat(255), fc.constantFrom(0x00, 0xff, 0x0f, 0xf0, 0x1f)), {
        minLength: length,
        maxLength: length,
      })
      .map((d) => Uint8Array.from(d)),
  }),
);

const frame = (id: number, fd: boolean, octets: readonly number[]): CanFrame => ({
  id,
  fd,
  data: Uint8Array.from(octets),
});

describe("bits of a classic frame", () => {
  it("identifier 0, no data: counted by hand", () => {
    // SOF, 11 identifier bits, RTR, IDE, r0 and 4 bits of length are 19 zeros; the CRC of zeros is 15 zeros: 34 zeros.
    // Stuffed: 00000 1 00000 1 00000 1 00000 1 00000 1 00000 1 0000 gives 6 stuff bits. 47 + 6.
    expect(canFrameBits(frame(0, false, [])).nominal).toBe(53);
  });

  it("8 octets: between 111 and 135 bits, whatever the content", () => {
    fc.assert(
      fc.property(fc.nat(0x7ff), fc.uint8Array({ minLength: 8, maxLength: 8 }), (id, data) => {
        const { nominal, data: dataBits } = canFrameBits({ id, fd: false, data });
        expect(nominal).toBeGreaterThanOrEqual(111);
        expect(nominal).toBeLessThanOrEqual(135);
        expect(dataBits).toBe(0);
      }),
    );
  });

  it("equals the bits written out", () => {
    fc.assert(
      fc.property(classicFrames, (one) => {
        expect(canFrameBits(one)).toEqual(bitsWrittenOut(one));
      }),
      { numRuns: 3000 },
    );
  });

  it("equals the bits written out for every identifier, where a stuff bit falls due after the CRC too", () => {
    let dueAtTheEnd = 0;
    for (let id = 0; id <= 0x7ff; id++) {
      const one = frame(id, false, []);
      const body = [0, ...[...id.toString(2).padStart(11, "0")].map(Number), 0, 0, 0, 0, 0, 0, 0];
      const crc = [...crc15BitByBit(body).toString(2).padStart(15, "0")].map(Number);
      if (stuffed([...body, ...crc], true).length !== stuffed([...body, ...crc], false).length) dueAtTheEnd += 1;
      expect(canFrameBits(one)).toEqual(bitsWrittenOut(one));
    }
    expect(dueAtTheEnd).toBeGreaterThan(0);
  });

  it('the CRC is that of ISO 11898-1: CRC-15/CAN of "123456789" is 0x059e', () => {
    const bits = [...new Uint8Array([..."123456789"].map((c) => c.charCodeAt(0)))].flatMap((octet) =>
      [...octet.toString(2).padStart(8, "0")].map(Number),
    );
    expect(crc15BitByBit(bits)).toBe(0x059e);
  });
});

describe("bits of an FD frame", () => {
  it("no data, no stuff bits but the fixed ones: counted by hand", () => {
    // Nominal: SOF 1, identifier 11, RRS, IDE, FDF, res, BRS 5, ACK 2, EOF 7, interframe space 3 = 29.
    // Identifier 0x2aa with SOF ahead: 0 01010101010 0 0 1 0 1, no run of five.
    // Data: ESI 1, length code 4, stuff count 4, CRC 17, fixed stuff bits 6, CRC delimiter 1 = 33. ESI and length are five
    // zeros, but the stuff bit then due is the first fixed one.
    expect(canFrameBits(frame(0x2aa, true, []))).toEqual({ nominal: 29, data: 33 });
  });

  it("64 alternating octets: counted by hand", () => {
    // Length code 15: ESI 0, 1111, then 0 of 0x55. CRC 21 with 7 fixed stuff bits.
    expect(canFrameBits(frame(0x2aa, true, new Array<number>(64).fill(0x55)))).toEqual({
      nominal: 29,
      data: 1 + 4 + 512 + 4 + 21 + 7 + 1,
    });
  });

  it("64 octets of zeros", () => {
    // ESI 0, length 1111, then 512 zeros: a run of zeros has a stuff bit after every five of them: 102 for 510, none due at the end.
    expect(canFrameBits(frame(0x2aa, true, new Array<number>(64).fill(0))).data).toBe(550 + 102);
  });

  it("the CRC is longer from 20 octets on", () => {
    const alternating = (octets: number) => canFrameBits(frame(0x2aa, true, new Array<number>(octets).fill(0x55))).data;
    expect(alternating(16) - alternating(12)).toBe(32);
    expect(alternating(20) - alternating(16)).toBe(32 + 4 + 1);
  });

  it("equals the bits written out", () => {
    fc.assert(
      fc.property(fdFrames, (one) => {
        expect(canFrameBits(one)).toEqual(bitsWrittenOut(one));
      }),
      { numRuns: 3000 },
    );
  });
});

describe("time on the wire", () => {
  it("classic at 1 Mbit/s: a bit is a microsecond", () => {
    const rates = { bitRate: 1_000_000, dataBitRate: 5_000_000 };
    expect(canBitsMicros({ nominal: 111, data: 0 }, rates)).toBe(111);
    expect(canBitsMicros({ nominal: 29, data: 550 }, rates)).toBe(139);
  });

  it("FD 64 octets at 1/5 Mbit/s: 5,900 to 7,200 frames/s", () => {
    fc.assert(
      fc.property(fc.nat(0x7ff), fc.uint8Array({ minLength: 64, maxLength: 64 }), (id, data) => {
        const micros = canBitsMicros(canFrameBits({ id, fd: true, data }), { bitRate: 1e6, dataBitRate: 5e6 });
        expect(1e6 / micros).toBeGreaterThan(5_900);
        expect(1e6 / micros).toBeLessThan(7_200);
      }),
    );
  });
});
