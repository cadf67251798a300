import { describe, expect, test } from "vitest";
import { ansiPointCode, formatPointCode, ituPointCode, parsePointCode } from "../../../firmware/mtp3/point-code.ts";

describe("point codes as text", () => {
  test.each([
    ["0-0-0", 0],
    ["2-17-5", 4237],
    ["7-255-7", 16_383],
  ])("3-8-3: %s is %i (Q.708)", (text, pointCode) => {
    expect(formatPointCode(pointCode)).toBe(text);
    expect(parsePointCode(text)).toEqual({ ok: true, value: pointCode });
    expect(parsePointCode(String(pointCode))).toEqual({ ok: true, value: pointCode });
  });

  test("8-8-8 (T1.111.8)", () => {
    expect(formatPointCode(0xfe0201, ansiPointCode)).toBe("254-2-1");
    expect(parsePointCode("254-2-1", ansiPointCode)).toEqual({ ok: true, value: 0xfe0201 });
  });

  test.each([
    ["", "bad-syntax", 0],
    ["2-17", "bad-syntax", 0],
    ["2-17-5-1", "bad-syntax", 0],
    ["2--5", "bad-syntax", 2],
    ["2-17-x", "bad-syntax", 5],
    ["-1", "bad-syntax", 0],
    [" 5", "bad-syntax", 0],
    ["8-0-0", "bad-value", 0],
    ["2-256-5", "bad-value", 2],
    ["2-17-8", "bad-value", 5],
    ["16384", "bad-value", 0],
  ])("%j is refused: %s at %i", (text, kind, offset) => {
    expect(parsePointCode(text)).toEqual({ ok: false, error: { kind, offset, parameter: "pointCode" } });
  });

  test("every ITU point code comes back", () => {
    for (let pointCode = 0; pointCode < 2 ** ituPointCode.bits; pointCode++) {
      expect(parsePointCode(formatPointCode(pointCode))).toEqual({ ok: true, value: pointCode });
    }
  });
});
