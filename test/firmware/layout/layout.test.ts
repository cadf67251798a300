import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  bits,
  decode,
  encode,
  encodeWithoutView,
  type Field,
  layout,
  list,
  octets,
  rest,
  u8,
  u16,
  u24,
  u32,
  u48,
  type ValueOf,
  variants,
  varint,
  when,
} from "../../../firmware/layout/layout.ts";
import { type DecodeErrorKind, ok } from "../../../firmware/result.ts";
import { expectSameSkipped } from "./skipping.ts";

const runs = { numRuns: 300 };

function hex(text: string): Uint8Array {
  return Uint8Array.from(text.match(/[0-9a-f]{2}/g) ?? [], (pair) => Number.parseInt(pair, 16));
}

const color = variants(
  "color",
  {
    gray: [0, layout("gray", { level: u8 })],
    named: [1, layout("named", { name: octets })],
    mixed: [5, layout("mixed", { parts: list(u16) })],
  },
  { opacity: 4, shiny: 1 },
);
/** One of everything. */
const everything = layout(
  "everything",
  bits({ version: 3, flagged: 1, group: 12 }),
  { one: u8, two: u16, three: u24, four: u32, six: u48, number: varint },
  when("flagged", { extra: u16, note: octets }),
  { name: octets, colors: list(color) },
  { tail: rest },
);
type Everything = ValueOf<typeof everything>;

const someOctets = fc.uint8Array({ maxLength: 20 });
const upTo = (bitCount: number) => fc.maxSafeNat().map((value) => value % 2 ** bitCount);
const arbitraryColor: fc.Arbitrary<ValueOf<typeof color>> = fc
  .record({ opacity: upTo(4), shiny: upTo(1) })
  .chain((shared) =>
    fc.oneof(
      fc.record({ level: upTo(8) }).map((value) => ({ kind: "gray" as const, ...shared, ...value })),
      fc.record({ name: someOctets }).map((value) => ({ kind: "named" as const, ...shared, ...value })),
      fc
        .record({ parts: fc.array(upTo(16), { maxLength: 5 }) })
        .map((value) => ({ kind: "mixed" as const, ...shared, ...value })),
    ),
  );
const unconditional = {
  version: upTo(3),
  group: upTo(12),
  one: upTo(8),
  two: upTo(16),
  three: upTo(24),
  four: upTo(32),
  six: upTo(48),
  number: upTo(49),
  name: someOctets,
  colors: fc.array(arbitraryColor, { maxLength: 4 }),
  tail: someOctets,
};
const arbitraryEverything: fc.Arbitrary<Everything> = fc.oneof(
  fc.record({ ...unconditional, flagged: fc.constant(0) }),
  fc.record({ ...unconditional, flagged: fc.constant(1), extra: upTo(16), note: someOctets }),
);

const errorKinds: readonly DecodeErrorKind[] = ["truncated", "bad-length", "bad-value", "unknown-type", "trailing"];

/** Whatever these octets are: a value that means the same again, or an error that says where in them and in what. */
function expectValueOrError<T>(field: Field<T>, input: Uint8Array): void {
  expectSameSkipped(field, input);
  const decoded = decode(field, input);
  if (decoded.ok) {
    const again = decode(field, encode(field, decoded.value));
    expect(again).toEqual(decoded);
    return;
  }
  const { kind, offset, parameter } = decoded.error;
  expect(errorKinds).toContain(kind);
  expect(offset).toBeGreaterThanOrEqual(0);
  expect(offset).toBeLessThanOrEqual(input.length);
  expect(parameter).toMatch(/./);
}

describe("octets on the bus", () => {
  const vectors: readonly [name: string, field: Field<unknown>, value: unknown, octets: string][] = [
    ["unsigned numbers are big endian", layout("n", { a: u16, b: u24 }), { a: 0x1234, b: 0xabcdef }, "1234 abcdef"],
    ["48 bits keep every bit", layout("n", { a: u48 }), { a: 0x8000_0000_0001 }, "800000000001"],
    [
      "bits: the first name is the most significant",
      layout("b", bits({ a: 3, b: 1, c: 4 })),
      { a: 5, b: 1, c: 2 },
      "b2",
    ],
    ["bits over two octets", layout("b", bits({ a: 4, b: 12 })), { a: 0xa, b: 0x123 }, "a123"],
    ["bits over six octets", layout("b", bits({ a: 40, b: 8 })), { a: 0x12_3456_789a, b: 3 }, "123456789a03"],
    ["varint below 128", varint, 127, "7f"],
    ["varint of two octets, low group first", varint, 128, "8001"],
    ["varint 300", varint, 300, "ac02"],
    ["the largest varint", varint, 2 ** 49 - 1, "ffffffffffff7f"],
    ["octets carry their length", octets, hex("aabb"), "02 aabb"],
    ["rest carries none", layout("r", { a: u8, b: rest }), { a: 1, b: hex("aabb") }, "01 aabb"],
    ["a list carries its count", list(u16), [1, 2], "02 0001 0002"],
    ["a condition that holds", layout("w", { a: u8 }, when("a", { b: u8 })), { a: 1, b: 2 }, "01 02"],
    ["a condition that does not", layout("w", { a: u8 }, when("a", { b: u8 })), { a: 0 }, "00"],
    [
      "the tag of a variant stands before its shared bits",
      color,
      { kind: "gray", opacity: 9, shiny: 1, level: 7 },
      "13 07",
    ],
    ["a tag that is not its place", color, { kind: "mixed", opacity: 0, shiny: 0, parts: [] }, "a0 00"],
  ];
  test.each(vectors)("%s", (_name, field, value, text) => {
    expect(encode(field, value)).toEqual(hex(text));
    expect(decode(field, hex(text))).toEqual(ok(value));
    expectSameSkipped(field, hex(text));
  });
});

test("every kind of field comes back as it was written", () => {
  fc.assert(
    fc.property(arbitraryEverything, (value) => {
      expect(decode(everything, encode(everything, value))).toEqual(ok(value));
    }),
    runs,
  );
});

test("the widest number of every width comes back", () => {
  for (const [field, width] of [
    [u8, 8],
    [u16, 16],
    [u24, 24],
    [u32, 32],
    [u48, 48],
  ] as const) {
    for (const value of [0, 1, 2 ** (width - 1), 2 ** width - 1]) {
      expect(decode(field, encode(field, value))).toEqual(ok(value));
    }
  }
});

test("a record longer than the writer's first buffer comes back, and leaves nothing to the next", () => {
  const long = new Uint8Array(20_000).fill(7);
  expect(decode(octets, encode(octets, long))).toEqual(ok(long));
  expect(encode(u8, 1)).toEqual(hex("01"));
});

test("octets are written whole where the writer stands, few as many", () => {
  const field = layout("two", { one: octets, other: rest });
  for (let length = 0; length <= 130; length++) {
    const value = { one: Uint8Array.from({ length }, (_, index) => index + 1), other: hex("aabb") };
    expect(encode(field, value)).toEqual(Uint8Array.from([...encode(varint, length), ...value.one, 0xaa, 0xbb]));
  }
});

test("without a view are the same octets, and nothing of them is left to the next", () => {
  const value = hex("aabbcc");
  for (const field of [octets, rest]) {
    const { octets: inPlace, length } = encodeWithoutView(field, value);
    expect(inPlace.slice(0, length)).toEqual(encode(field, value));
  }
});

test("what was encoded stays as it is when the next is encoded", () => {
  const first = encode(octets, hex("aabb"));
  encode(octets, hex("ccdd"));
  expect(first).toEqual(hex("02aabb"));
});

describe("hostile octets", () => {
  test("every truncation gives a value or an error, never throws", () => {
    fc.assert(
      fc.property(arbitraryEverything, (value) => {
        const whole = encode(everything, value);
        for (let length = 0; length < whole.length; length++) expectValueOrError(everything, whole.subarray(0, length));
      }),
      { numRuns: 60 },
    );
  });

  test("every corruption of one octet gives a value or an error, never throws", () => {
    fc.assert(
      fc.property(arbitraryEverything, fc.integer({ min: 1, max: 255 }), (value, flip) => {
        const whole = encode(everything, value);
        for (let place = 0; place < whole.length; place++) {
          const corrupt = whole.slice();
          corrupt[place] ^= flip;
          expectValueOrError(everything, corrupt);
        }
      }),
      { numRuns: 60 },
    );
  });

  test("octets of chance give a value or an error, never throw", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (input) => expectValueOrError(everything, input)),
      { numRuns: 2000 },
    );
  });

  test("any octet more than a record has is refused", () => {
    const record = layout("record", { number: u16, name: octets });
    fc.assert(
      fc.property(upTo(16), someOctets, fc.uint8Array({ minLength: 1, maxLength: 4 }), (number, name, more) => {
        const whole = encode(record, { number, name });
        expect(decode(record, Uint8Array.of(...whole, ...more))).toEqual({
          ok: false,
          error: { kind: "trailing", offset: whole.length, parameter: "record" },
        });
      }),
      runs,
    );
  });
});

describe("errors say what is wrong, where, and in what", () => {
  const record = layout("record", bits({ a: 4, b: 12 }), { c: u8 }, { name: octets, colors: list(color) });
  const errors: readonly [name: string, octets: string, kind: DecodeErrorKind, offset: number, parameter: string][] = [
    ["nothing at all", "", "truncated", 0, "a"],
    ["half of shared bits", "12", "truncated", 0, "a"],
    ["no number", "1234", "truncated", 2, "c"],
    ["no length", "1234 05", "truncated", 3, "name"],
    ["fewer octets than the length says", "1234 05 03 aabb", "truncated", 4, "name"],
    ["a length beyond all bounds", "1234 05 ffffffffffff7f", "truncated", 10, "name"],
    ["a length that never ends", "1234 05 80808080808080 00", "bad-value", 3, "name"],
    ["a list shorter than its count", "1234 05 00 02 0009", "truncated", 7, "tag"],
    ["a tag that no case has", "1234 05 00 01 40", "unknown-type", 5, "color"],
    ["a field of a case", "1234 05 00 01 00", "truncated", 6, "level"],
    ["octets left over", "1234 05 00 00 ff", "trailing", 5, "record"],
  ];
  test.each(errors)("%s", (_name, text, kind, offset, parameter) => {
    expect(decode(record, hex(text))).toEqual({ ok: false, error: { kind, offset, parameter } });
  });

  test("a count that the octets cannot hold is refused before anything is read", () => {
    expect(decode(list(rest), hex("ffffffffffff7f aa"))).toEqual({
      ok: false,
      error: { kind: "truncated", offset: 7, parameter: "list of rest" },
    });
  });
});

test("octet strings of a decoded value are its own", () => {
  const input = hex("02 aabb");
  const decoded = decode(octets, input);
  input.fill(0);
  expect(decoded).toEqual({ ok: true, value: hex("aabb") });
});

describe("mistakes in a declaration stop the card at its start", () => {
  test("bits that do not fill octets", () => {
    expect(() => layout("odd", bits({ a: 3, b: 4 }))).toThrow("3 + 4 bits");
  });

  test("a tag that its bits cannot hold, and two cases of one tag", () => {
    expect(() => variants("wide", { a: [4, layout("a", { b: u8 })] }, { shared: 6 })).toThrow("tag 4");
    expect(() => variants("twice", { a: [0, layout("a", {})], b: [0, layout("b", {})] })).toThrow("tag 0");
  });
});
