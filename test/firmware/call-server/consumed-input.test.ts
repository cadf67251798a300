import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { consumedInput } from "../../../firmware/call-server/consumed-input.ts";
import { type Input, input } from "../../../firmware/interchange/input.ts";
import { decode, encode } from "../../../firmware/layout/layout.ts";
import { inputs } from "../interchange/arbitrary-input.ts";

/** All that can be seen of an input, whether it lies in it or is read when somebody looks. */
function seen(given: Input | undefined): unknown {
  if (given?.kind !== "isup") return given;
  const { kind, circuit, message, identifier } = given;
  return { kind, circuit, message, identifier };
}

function expectAsDecoded(payload: Uint8Array): void {
  const decoded = decode(input, payload);
  expect(seen(consumedInput(payload))).toEqual(seen(decoded.ok ? decoded.value : undefined));
}

describe("what a commit consumed is what the layout of inputs says", () => {
  it.each(Object.entries(inputs))("%s, up to every octet of it", (_kind, arbitrary) => {
    fc.assert(
      fc.property(arbitrary as fc.Arbitrary<Input>, (value) => {
        const payload = encode(input, value);
        for (let length = 0; length <= payload.length; length++) expectAsDecoded(payload.subarray(0, length));
        expect(seen(consumedInput(payload))).toEqual(seen(value));
      }),
    );
  });

  it("octets that are no input, under every tag", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 24 }), (octets) => {
        expectAsDecoded(octets);
        for (let tag = 0; tag < 16; tag++) expectAsDecoded(Uint8Array.of(tag, ...octets));
      }),
      { numRuns: 500 },
    );
  });

  it("a circuit of more than seven octets is none, with and without an identifier", () => {
    const endless = new Array<number>(7).fill(0xff);
    for (const head of [[0], [8, 0, 0]]) {
      expect(consumedInput(Uint8Array.of(...head, ...endless, 1))).toBeUndefined();
      expectAsDecoded(Uint8Array.of(...head, ...endless, 1));
    }
  });
});

it("whoever looks at a message twice is given the same copy, which is not the payload's", () => {
  for (const message of [Uint8Array.of(16, 0), new Uint8Array(0)]) {
    const payload = encode(input, { kind: "isup", circuit: 300, message });
    const consumed = consumedInput(payload);
    if (consumed?.kind !== "isup") throw new Error("no message");
    const first = consumed.message;
    payload.fill(0xff);
    expect(consumed.message).toBe(first);
    expect(first).toEqual(message);
  }
});
