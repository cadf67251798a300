import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeMessage, encodeMessage, readParameter } from "../../../firmware/isup/codec.ts";
import { q763 } from "../../../firmware/isup/dialect.ts";
import type { AnyValue } from "../../../firmware/isup/format-codec.ts";
import { decodeValue, encodeValue } from "../../../firmware/isup/format-codec.ts";
import { messageOf, octetsOf } from "./arbitrary-message.ts";
import { sampleMessages } from "./sample-messages.ts";

const layouts = [...q763.layoutByCode.values()];

describe("parameters", () => {
  test.each([...q763.parameterByCode.values()])("$name: any octets that are read are written again", (parameter) => {
    let read = 0;
    fc.assert(
      fc.property(octetsOf(parameter), (octets) => {
        const decoded = decodeValue(parameter.format, octets, 0, octets.length);
        if (!decoded.ok) return;
        read++;
        expect(Uint8Array.from(encodeValue(parameter.format, decoded.value))).toEqual(octets);
      }),
    );
    expect(read).toBeGreaterThan(0);
  });
});

describe("messages", () => {
  test.each(layouts)("$row.type: any message that is written is read again, and written the same", (layout) => {
    fc.assert(
      fc.property(messageOf(layout), (message) => {
        const octets = encodeMessage(message);
        const decoded = decodeMessage(octets);
        expect(decoded).toEqual({ ok: true, value: message });
        if (decoded.ok) expect(encodeMessage(decoded.value)).toEqual(octets);
      }),
    );
  });

  test.each(layouts)("$row.type: a parameter read alone is what the whole message says", (layout) => {
    const names = [...layout.fixed, ...layout.variable, ...(layout.optional?.values() ?? [])].map(({ name }) => name);
    fc.assert(
      fc.property(messageOf(layout), (message) => {
        const octets = encodeMessage(message);
        for (const name of names) {
          const alone = readParameter(octets, name as keyof typeof q763.parameters);
          expect(alone).toEqual({ ok: true, value: (message.parameters as AnyValue)[name] });
        }
      }),
      { numRuns: 20 },
    );
  });

  test("there is a sample of every type", () => {
    expect(sampleMessages.map(({ type }) => type).sort()).toEqual(layouts.map(({ row }) => row.type).sort());
  });

  test.each(sampleMessages)("$type: the sample survives", (sample) => {
    const decoded = decodeMessage(encodeMessage(sample));
    expect(decoded).toMatchObject({
      ok: true,
      value: { type: sample.type, parameters: sample.parameters, unknown: [] },
    });
  });
});
