import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type Commit,
  type CommitContext,
  type Consumed,
  decodeCommit,
  encodeCommit,
} from "../../../firmware/backplane/commit.ts";
import { ok } from "../../../firmware/result.ts";

const utc = 1_800_000_000_000;

function contextOf(sequence: number, timeMillis = utc, inputNumber = 0): CommitContext {
  return { sequence, timeMillis, inputNumber: () => inputNumber };
}

const nothing = new Uint8Array(0);
const example: Commit = {
  group: 3,
  term: 300,
  sequence: 0x1_2345,
  consumed: { kind: "input", slot: 5, number: 0xa_bcde },
  refersToInput: true,
  timeMillis: 0,
  body: Uint8Array.of(0xee, 0xff),
};

describe("octets", () => {
  test("a commit that consumed an input, with header, term, sequence, slot and number", () => {
    const octets = Uint8Array.of(0x39, 0xac, 0x02, 0x23, 0x45, 0x05, 0xbc, 0xde, 0xee, 0xff);
    expect(encodeCommit(example)).toEqual(octets);
    expect(decodeCommit(octets, contextOf(0x1_2346, utc, 0xa_bcd0))).toEqual(ok(example));
  });

  test("the most frequent commit, of a timer under a small term, has a header of four octets", () => {
    const octets = encodeCommit({ ...example, term: 7, consumed: { kind: "internal" }, refersToInput: false });
    expect(octets).toEqual(Uint8Array.of(0x30, 0x07, 0x23, 0x45, 0xee, 0xff));
  });
});

const arbitraryConsumed: fc.Arbitrary<Consumed> = fc.oneof(
  fc.record({ kind: fc.constant("input" as const), slot: fc.nat(63), number: fc.integer({ min: 1, max: 2 ** 40 }) }),
  fc.constant({ kind: "internal" as const }),
  fc.record({ kind: fc.constant("begin" as const), cold: fc.boolean(), afterTerm: fc.nat(2 ** 31) }),
  fc.record({
    kind: fc.constant("admit" as const),
    slot: fc.nat(63),
    incarnation: fc.integer({ min: 1, max: 0xffff }),
  }),
  fc.record({ kind: fc.constant("dismiss" as const), slot: fc.nat(63) }),
);

const arbitraryCommit: fc.Arbitrary<Commit> = fc
  .record({
    group: fc.integer({ min: 1, max: 15 }),
    term: fc.nat(2 ** 31),
    sequence: fc.integer({ min: 1, max: 2 ** 46 }),
    consumed: arbitraryConsumed,
    refersToInput: fc.boolean(),
    timeMillis: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 2 ** 42 })),
    body: fc.uint8Array({ maxLength: 30 }),
  })
  .map((commit) =>
    ["begin", "admit", "dismiss"].includes(commit.consumed.kind) ? { ...commit, body: nothing } : commit,
  );

test("every commit comes back, however far the receiver's numbers are off within half of what is said", () => {
  const off = (bits: number) => fc.integer({ min: 1 - 2 ** (bits - 1), max: 2 ** (bits - 1) - 1 });
  fc.assert(
    fc.property(arbitraryCommit, off(16), off(16), off(24), (commit, sequenceOff, numberOff, timeOff) => {
      const number = commit.consumed.kind === "input" ? commit.consumed.number : 0;
      const context = contextOf(
        Math.max(0, commit.sequence + sequenceOff),
        Math.max(0, commit.timeMillis + timeOff),
        Math.max(0, number + numberOff),
      );
      expect(decodeCommit(encodeCommit(commit), context)).toEqual(ok(commit));
    }),
    { numRuns: 1000 },
  );
});

test("sequence and number wrap around their sixteen bits, the time its twenty-four", () => {
  const commit: Commit = { ...example, sequence: 2 ** 16, consumed: { kind: "input", slot: 5, number: 3 * 2 ** 16 } };
  const octets = encodeCommit({ ...commit, timeMillis: 2 ** 24 * 100_000 });
  const context = contextOf(2 ** 16 - 1, 2 ** 24 * 100_000 - 1, 3 * 2 ** 16 - 1);
  expect(decodeCommit(octets, context)).toEqual(ok({ ...commit, timeMillis: 2 ** 24 * 100_000 }));
});

test.each<Consumed>([
  { kind: "begin", cold: false, afterTerm: 41 },
  { kind: "begin", cold: true, afterTerm: 0 },
  { kind: "admit", slot: 4, incarnation: 0xfedc },
  { kind: "dismiss", slot: 4 },
])("$kind says sequence and time whole, to a card that knows nothing", (consumed) => {
  const commit = { ...example, consumed, sequence: 5_000_000_000, timeMillis: utc, body: nothing };
  expect(decodeCommit(encodeCommit(commit), contextOf(0, 0))).toEqual(ok(commit));
});

describe("hostile octets", () => {
  test("every truncation and every corruption gives a value or an error, never throws", () => {
    fc.assert(
      fc.property(arbitraryCommit, fc.integer({ min: 1, max: 255 }), (commit, flip) => {
        const octets = encodeCommit(commit);
        for (let place = 0; place < octets.length; place++) {
          for (const input of [octets.subarray(0, place), octets.with(place, octets[place] ^ flip)]) {
            const decoded = decodeCommit(input, contextOf(commit.sequence));
            if (!decoded.ok) expect(decoded.error.offset).toBeLessThanOrEqual(input.length);
          }
        }
      }),
      { numRuns: 200 },
    );
  });

  test("errors say where in the record they are, also behind its header", () => {
    const begin = encodeCommit({
      ...example,
      term: 7,
      consumed: { kind: "begin", cold: false, afterTerm: 6 },
      timeMillis: utc,
    });
    const decode = (octets: Uint8Array) => decodeCommit(octets, contextOf(1));
    const header = begin.length - 13;
    expect(decode(begin.subarray(0, 3))).toEqual({
      ok: false,
      error: { kind: "truncated", offset: 2, parameter: "sequence" },
    });
    expect(decode(begin.subarray(0, header + 3))).toEqual({
      ok: false,
      error: { kind: "truncated", offset: header, parameter: "timeMillis" },
    });
    expect(decode(Uint8Array.of(...begin, 0))).toEqual({
      ok: false,
      error: { kind: "trailing", offset: begin.length, parameter: "beginning" },
    });
  });
});
