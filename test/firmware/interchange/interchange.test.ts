import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Input, input } from "../../../firmware/interchange/input.ts";
import {
  type CallInstruction,
  type Instruction,
  instruction,
  type Output,
  outputs,
} from "../../../firmware/interchange/output.ts";
import { decode, encode, type Field, layout, rest } from "../../../firmware/layout/layout.ts";
import { ok } from "../../../firmware/result.ts";
import { expectSameSkipped } from "../layout/skipping.ts";
import { call, circuit, inputs, kind, message, upTo } from "./arbitrary-input.ts";

const pair = { call, circuit, otherCircuit: circuit };
const identifiers = { identifier: upTo(32), secondIdentifier: upTo(32) };
const callInstructions: {
  readonly [K in CallInstruction["kind"]]: fc.Arbitrary<CallInstruction & { kind: K }>;
} = {
  create: kind("create", { ...pair, mode: upTo(8) }),
  modify: kind("modify", { ...pair, mode: upTo(8), ...identifiers }),
  delete: kind("delete", { ...pair, ...identifiers }),
};
const place = { term: circuit, sequence: circuit, index: circuit };
const instructions: { readonly [K in Instruction["kind"]]: fc.Arbitrary<Instruction & { kind: K }> } = {
  ...callInstructions,
  clear: kind("clear", { circuit, count: circuit }),
  again: kind("again", { ...place, instruction: fc.oneof(...Object.values(callInstructions)) }),
  control: kind("control", { gateway: upTo(8) }),
  unequipped: kind("unequipped", { exchange: upTo(8), cic: upTo(16), message }),
  auditDestination: kind("auditDestination", { exchange: upTo(8) }),
};

const slot = upTo(6);
const anyInstruction: fc.Arbitrary<Instruction> = fc.oneof(...Object.values(instructions));
const outputKinds: { readonly [K in Output["kind"]]: fc.Arbitrary<Output & { kind: K }> } = {
  copy: kind("copy", { slot, circuit }),
  splice: kind("splice", { slot, circuit, head: circuit, tail: circuit, middle: message }),
  message: kind("message", { slot, circuit, message }),
  instruct: kind("instruct", { slot, instruction: anyInstruction }),
};

function expectRoundTrip<T>(field: Field<T>, value: T): void {
  expect(decode(field, encode(field, value))).toEqual(ok(value));
  expectSameSkipped(field, encode(field, value));
}

/** Every truncation and corruption: a value that can be said again, or an error that lies within the octets. */
function expectNoHarm<T>(field: Field<T>, octets: Uint8Array, flip: number): void {
  const hostile = [...octets.keys()].flatMap((place) => [
    octets.subarray(0, place),
    octets.with(place, octets[place] ^ flip),
  ]);
  for (const input of hostile) {
    expectSameSkipped(field, input);
    const decoded = decode(field, input);
    if (decoded.ok) expectRoundTrip(field, decoded.value);
    else expect(decoded.error.offset).toBeLessThanOrEqual(input.length);
  }
}

const flips = fc.integer({ min: 1, max: 255 });

describe("inputs", () => {
  test.each(Object.entries(inputs))("%s", (_name, arbitrary) => {
    fc.assert(fc.property(arbitrary as fc.Arbitrary<Input>, (value) => expectRoundTrip(input, value)));
    fc.assert(
      fc.property(arbitrary as fc.Arbitrary<Input>, flips, (value, flip) =>
        expectNoHarm(input, encode(input, value), flip),
      ),
      { numRuns: 50 },
    );
  });

  test("an ISUP message costs two octets for each of the first 128 circuits, three for the next 16,256", () => {
    const lengthFor = (of: number) => encode(input, { kind: "isup", circuit: of, message: new Uint8Array(0) }).length;
    expect([0, 127, 128, 16_383, 16_384].map(lengthFor)).toEqual([2, 2, 3, 3, 4]);
  });

  test("the gateway's answer to a create, octet by octet", () => {
    const value: Input = {
      kind: "created",
      call: 0x010203,
      identifier: 0xfffffffe,
      secondIdentifier: 5,
      address: 0x7f000001,
      port: 20_000,
      payloadType: 8,
    };
    const octets = Uint8Array.of(3, 1, 2, 3, 255, 255, 255, 254, 0, 0, 0, 5, 0x4e, 0x20, 0x7f, 0, 0, 1, 8);
    expect(encode(input, value)).toEqual(octets);
    expect(decode(input, octets)).toEqual(ok(value));
  });

  test("a gateway that does not say where it receives: no address, octet by octet", () => {
    const value: Input = { kind: "created", call: 0x010203, identifier: 6, secondIdentifier: 5, port: 0 };
    const octets = Uint8Array.of(3, 1, 2, 3, 0, 0, 0, 6, 0, 0, 0, 5, 0, 0);
    expect(encode(input, value)).toEqual(octets);
    expect(decode(input, octets)).toEqual(ok(value));
    const alsoSaid = { ...value, address: 0, payloadType: 0 };
    expect(encode(input, alsoSaid)).toEqual(octets);
  });

  test("a kind that no table has a row for is refused", () => {
    for (let tag = 10; tag < 256; tag++) {
      expect(decode(input, Uint8Array.of(tag, 0, 0, 0))).toEqual({
        ok: false,
        error: { kind: "unknown-type", offset: 0, parameter: "input" },
      });
    }
  });
});

describe("instructions", () => {
  test.each(Object.entries(instructions))("%s", (_name, arbitrary) => {
    fc.assert(fc.property(arbitrary as fc.Arbitrary<Instruction>, (value) => expectRoundTrip(instruction, value)));
  });
});

describe("outputs", () => {
  test.each(Object.entries(outputKinds))("%s", (_name, arbitrary) => {
    fc.assert(fc.property(fc.array(arbitrary as fc.Arbitrary<Output>), (value) => expectRoundTrip(outputs, value)));
  });

  test("a copy to another circuit is two octets, with its slot in the first", () => {
    expect(encode(outputs, [{ kind: "copy", slot: 63, circuit: 100 }])).toEqual(Uint8Array.of(1, 0x3f, 100));
  });

  test("hostile octets do no harm", () => {
    const someOutputs = fc.array(fc.oneof(...(Object.values(outputKinds) as fc.Arbitrary<Output>[])), { maxLength: 4 });
    fc.assert(
      fc.property(someOutputs, flips, (value, flip) => expectNoHarm(outputs, encode(outputs, value), flip)),
      { numRuns: 100 },
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (octets) => {
        const decoded = decode(outputs, octets);
        if (decoded.ok) expectRoundTrip(outputs, decoded.value);
      }),
      { numRuns: 2000 },
    );
  });

  test("are read from the front of a commit's body, whatever follows them", () => {
    const front = layout("front", { outputs, changes: rest });
    const value = {
      outputs: [{ kind: "copy", slot: 1, circuit: 9 } satisfies Output],
      changes: Uint8Array.of(1, 2, 3),
    };
    expectRoundTrip(front, value);
  });
});
