import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeMessage, encodeMessage, readParameter } from "../../../firmware/isup/codec.ts";
import { q763 } from "../../../firmware/isup/dialect.ts";
import { messageTree } from "../../../firmware/isup/message-tree.ts";
import { sampleMessages } from "./sample-messages.ts";

/** Decoding returns, and what it accepts can be sent on. */
function survive(octets: Uint8Array): "read" | "refused" {
  readParameter(octets, "calledPartyNumber");
  const decoded = decodeMessage(octets);
  if (decoded.ok) encodeMessage(decoded.value);
  return decoded.ok ? "read" : "refused";
}

/** Beyond that: an error is inside the message, and what is accepted can be shown, and is the same message when it is sent on. */
function survivesWhole(octets: Uint8Array): "read" | "refused" {
  readParameter(octets, "causeIndicators");
  const decoded = decodeMessage(octets);
  if (!decoded.ok) {
    if (decoded.error.offset > octets.length) throw new Error(`offset ${decoded.error.offset} of ${octets.length}`);
    return "refused";
  }
  const again = decodeMessage(encodeMessage(decoded.value));
  if (!again.ok) throw new Error(`what was read is not read again: ${JSON.stringify(again.error)}`);
  if (JSON.stringify(messageTree(again.value)) !== JSON.stringify(messageTree(decoded.value))) {
    throw new Error(`what was read is read differently: ${octets}`);
  }
  return "read";
}

describe.each(sampleMessages)("$type", (sample) => {
  const octets = encodeMessage(sample);

  test("every truncation is refused", () => {
    for (let length = 0; length < octets.length; length++) {
      expect([length, survivesWhole(octets.subarray(0, length))]).toEqual([length, "refused"]);
    }
  });

  test("every single-octet corruption returns", () => {
    expect(survivesWhole(octets)).toBe("read");
    for (let index = 0; index < octets.length; index++) {
      for (let value = 0; value < 256; value++) survive(octets.with(index, value));
      for (let bit = 1; bit < 256; bit <<= 1) survivesWhole(octets.with(index, (octets[index] ?? 0) ^ bit));
    }
  });
});

describe("any octets", () => {
  const codes = [...q763.layoutByCode.keys()];
  test("return", () => {
    const message = fc
      .tuple(fc.constantFrom(...codes), fc.uint8Array({ maxLength: 300 }))
      .map(([code, rest]) => Uint8Array.of(code, ...rest));
    fc.assert(
      fc.property(message, (octets) => {
        survivesWhole(octets);
      }),
      { numRuns: 5000 },
    );
  });

  test("return with small values, which pointers and lengths are made of", () => {
    const message = fc
      .tuple(fc.constantFrom(...codes), fc.array(fc.integer({ min: 0, max: 12 }), { maxLength: 40 }))
      .map(([code, rest]) => Uint8Array.of(code, ...rest));
    fc.assert(
      fc.property(message, (octets) => {
        survivesWhole(octets);
      }),
      { numRuns: 20_000 },
    );
  });
});
