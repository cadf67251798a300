import { describe, expect, test } from "vitest";
import { frameInLine, lineOfFrame } from "../../../tools/trace/candump-line.ts";

const octets = Uint8Array.of(0x00, 0x11, 0xab);
const classic = { plane: "can0", identifier: 0x2a4, fd: false, octets };
const fd = { plane: "can1", identifier: 0x0a4, fd: true, octets: new Uint8Array(12) };
const zeros = "00".repeat(12);

const lines: readonly (readonly [written: string, frame: object])[] = [
  ["(1700000000.000001) can0 2A4#0011AB", { ...classic, micros: 1_700_000_000_000_001 }],
  ["(1700000000.000001) can0 2A4#00.11.AB", classic],
  ["(1700000000.000001) can0 2A4#0011AB R", classic],
  [`(0.25) can1 0A4##1${zeros}`, { ...fd, micros: 250_000 }],
  [" can0 2A4#0011AB", { ...classic, micros: undefined }],
  ["  can0  2A4   [3]  00 11 AB", { ...classic, micros: undefined }],
  [" (1700000000.000001)  can0  2A4   [3]  00 11 AB", { ...classic, micros: 1_700_000_000_000_001 }],
  [" (1700000000.000001)  can0  RX - -  2A4   [3]  00 11 AB", classic],
  [" (001.500000)  can1  TX B -  0A4  [12]  00 00 00 00 00 00 00 00 00 00 00 00", { ...fd, micros: 1_500_000 }],
  [" (2023-11-14 22:13:20.000001)  can0  2A4   [3]  00 11 AB   '...'", { ...classic, micros: 1_700_000_000_000_001 }],
  ["  can1  0A4  [03]  00 11 AB", { ...fd, octets }],
  [" can0 2A4 [0] ", { ...classic, octets: new Uint8Array(0) }],
];

describe("a line of candump", () => {
  test.each(lines)("%s", (written, frame) => {
    expect(frameInLine(written)).toMatchObject({ ok: true, value: frame });
  });

  test.each([
    "(1.0) can0 2A4#R",
    "(1.0) can0 12345678#0011",
    "(1.0) can0 20000004#0000000000000000",
    "  can0  2A4   [0]  remote request",
    "  can0  20000080   [8]  00 00 00 00 00 00 00 00   ERRORFRAME",
  ])("%s is no frame of the backplane", (written) => {
    expect(frameInLine(written)).toEqual({ ok: true, value: "other" });
  });

  test.each([
    ["nonsense", /not a line of candump/],
    ["(1.0) can0 2A4#001", /half an octet/i],
    ["(1.0) can0 FFF#00", /11 bits/],
    ["(1.0) can0 2A4#001122334455667788", /8 octets at most/],
    [`(1.0) can0 2A4##1${"00".repeat(65)}`, /64 octets at most/],
    [" can0 2A4 [3] 00 11", /3 octets were announced/],
    ["x".repeat(100_000), /not a line/],
    ["\0\x1b[2J (1.0) can0 2A4#", /not a line/],
  ])("%# is corrupt", (written, complaint) => {
    const found = frameInLine(written);
    expect(found.ok ? "" : found.error).toMatch(complaint);
    expect(found.ok ? "" : found.error).not.toMatch(/\p{Cc}/u);
    expect((found.ok ? "" : found.error).length).toBeLessThan(200);
  });

  test("is written as candump -l does, and read again", () => {
    const frame = { ...classic, micros: 1_700_000_000_000_001 };
    expect(lineOfFrame(frame)).toBe("(1700000000.000001) can0 2A4#0011AB");
    expect(lineOfFrame({ ...fd, micros: 250_000 })).toBe(`(0000000000.250000) can1 0A4##1${zeros}`);
    for (const each of [frame, { ...fd, micros: 250_000 }]) {
      expect(frameInLine(lineOfFrame(each))).toEqual({ ok: true, value: each });
    }
  });
});
