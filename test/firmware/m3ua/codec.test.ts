import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decode, encode } from "../../../firmware/m3ua/codec.ts";
import { type Data, decodeData, encodeData, isData } from "../../../firmware/m3ua/data-message.ts";
import { errorCodeFor } from "../../../firmware/m3ua/error-codes.ts";
import { messages } from "../../../firmware/m3ua/messages.ts";
import { samples } from "./samples.ts";

/** Both ways to decode, which must agree that octets are wrong without ever throwing. */
function decodeBoth(octets: Uint8Array): void {
  const decoded = decode(octets);
  if (decoded.ok) encode(decoded.value);
  else expect(decoded.error.offset).toBeLessThanOrEqual(octets.length);
  if (isData(octets)) expect(decodeData(octets).ok).toBe(decoded.ok);
}

describe("M3UA messages (RFC 4666 3)", () => {
  test("there is a sample of every message", () => {
    expect(new Set(samples.map(({ message }) => message.name))).toEqual(new Set(Object.keys(messages)));
  });

  for (const { octets, message } of samples) {
    test(`${message.name}: both directions`, () => {
      expect(decode(Uint8Array.from(octets))).toEqual({ ok: true, value: message });
      expect([...encode(message)]).toEqual(octets);
    });

    test(`${message.name}: every truncation is an error`, () => {
      for (let length = 0; length < octets.length; length++) {
        const cut = Uint8Array.from(octets.slice(0, length));
        expect(decode(cut)).toMatchObject({ ok: false, error: { kind: "truncated" } });
        decodeBoth(cut);
      }
    });

    test(`${message.name}: every truncation that the length admits returns`, () => {
      for (let length = 8; length < octets.length; length++) {
        const cut = Uint8Array.from(octets.slice(0, length));
        cut[7] = length;
        decodeBoth(cut);
      }
    });

    test(`${message.name}: every corruption of one octet returns`, () => {
      for (let offset = 0; offset < octets.length; offset++) {
        for (let value = 0; value < 256; value++) {
          const corrupted = Uint8Array.from(octets);
          corrupted[offset] = value;
          const decoded = decode(corrupted);
          if (decoded.ok) encode(decoded.value);
          if (isData(corrupted)) decodeData(corrupted);
        }
      }
    });
  }

  test("any octets return", () => {
    fc.assert(
      fc.property(fc.constantFrom(...samples), fc.uint8Array({ maxLength: 80 }), ({ octets }, tail) => {
        const any = Uint8Array.from([...octets.slice(0, 8), ...tail]);
        any[7] = any.length;
        const decoded = decode(any);
        if (decoded.ok) expect(decode(encode(decoded.value))).toEqual(decoded);
      }),
    );
  });
});

describe("what is wrong is said in M3UA's own words (RFC 4666 3.8.1)", () => {
  const header = (messageClass: number, type: number, length: number) => [1, 0, messageClass, type, 0, 0, 0, length];
  test.each([
    ["a version that is not 1", [2, 0, 3, 1, 0, 0, 0, 8], "unsupported-version", "invalid-version"],
    ["a class that is not known", header(5, 1, 8), "unknown-type", "unsupported-message-class"],
    ["a type that is not known", header(3, 7, 8), "unknown-type", "unsupported-message-type"],
    ["a length below the header's", header(3, 1, 7), "bad-length", "protocol-error"],
    ["octets after the end", [...header(3, 1, 8), 0], "trailing", "protocol-error"],
    ["a parameter without its length", [...header(3, 1, 11), 0, 0x11, 0], "truncated", "parameter-field-error"],
    ["a parameter of length 3", [...header(3, 1, 12), 0, 0x11, 0, 3], "bad-length", "parameter-field-error"],
    ["a parameter past the end", [...header(3, 1, 12), 0, 0x11, 0, 8], "truncated", "parameter-field-error"],
    [
      "an identifier of 3 octets",
      [...header(3, 1, 16), 0, 0x11, 0, 7, 1, 2, 3, 0],
      "bad-length",
      "parameter-field-error",
    ],
    ["no routing context in its parameter", [...header(4, 1, 12), 0, 6, 0, 4], "bad-length", "parameter-field-error"],
    [
      "congestion level 4",
      [...header(2, 4, 24), 0, 0x12, 0, 8, 0, 0, 0, 1, 2, 5, 0, 8, 0, 0, 0, 4],
      "bad-value",
      "invalid-parameter-value",
    ],
    ["no affected point code", header(2, 1, 8), "missing", "missing-parameter"],
    [
      "the same parameter twice",
      [...header(3, 1, 24), 0, 0x11, 0, 8, 0, 0, 0, 1, 0, 0x11, 0, 8, 0, 0, 0, 1],
      "duplicate",
      "unexpected-parameter",
    ],
    [
      "protocol data of 11 octets",
      [...header(1, 1, 24), 2, 0x10, 0, 15, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
      "bad-length",
      "parameter-field-error",
    ],
  ] as const)("%s", (_, octets, kind, code) => {
    const decoded = decode(Uint8Array.from(octets));
    expect(decoded).toMatchObject({ ok: false, error: { kind } });
    if (!decoded.ok) expect(errorCodeFor(decoded.error)).toBe(code);
  });
});

test("a parameter that the message does not have is kept", () => {
  const octets = [1, 0, 3, 2, 0, 0, 0, 24, 0x00, 0x11, 0, 8, 0, 0, 0, 2, 0xff, 0x01, 0, 5, 9, 0, 0, 0];
  const message = {
    name: "ASPDN",
    others: [
      { tag: 0x11, value: Uint8Array.of(0, 0, 0, 2) },
      { tag: 0xff01, value: Uint8Array.of(9) },
    ],
  } as const;
  expect(decode(Uint8Array.from(octets))).toEqual({ ok: true, value: message });
  expect([...encode(message)]).toEqual(octets);
});

test("the padding of the last parameter may be outside the length, or missing (RFC 4666 3.1.4)", () => {
  const octets = [1, 0, 3, 2, 0, 0, 0, 14, 0, 4, 0, 6, 0x68, 0x69];
  const expected = { ok: true, value: { name: "ASPDN", infoString: Uint8Array.of(0x68, 0x69) } };
  expect(decode(Uint8Array.from(octets))).toEqual(expected);
  expect(decode(Uint8Array.from([...octets, 0, 0]))).toEqual(expected);
  expect(decode(Uint8Array.from([...octets, 0, 0, 0]))).toMatchObject({ ok: false, error: { kind: "trailing" } });
});

test("DATA: the direct path and the tables say the same", () => {
  const optional = fc.option(fc.nat(0xffffffff), { nil: undefined });
  const data = fc.record({
    protocolData: fc.record({
      opc: fc.nat(0xffffffff),
      dpc: fc.nat(0xffffffff),
      serviceIndicator: fc.nat(255),
      networkIndicator: fc.nat(255),
      messagePriority: fc.nat(255),
      sls: fc.nat(255),
      userData: fc.uint8Array({ maxLength: 272 }),
    }),
    networkAppearance: optional,
    routingContext: optional,
    correlationId: optional,
  });
  fc.assert(
    fc.property(data, (value: Data) => {
      const octets = encodeData(value);
      const routingContext = value.routingContext === undefined ? undefined : [value.routingContext];
      expect(octets).toEqual(encode({ name: "DATA", ...value, routingContext }));
      expect(decodeData(octets)).toEqual({ ok: true, value });
    }),
  );
});

describe("DATA: the direct path refuses what the tables refuse", () => {
  const parts = [
    [0x02, 0x00, 0, 8, 0, 0, 0, 7],
    [0x00, 0x06, 0, 8, 0, 0, 0, 100],
    [0x02, 0x10, 0, 16, 0, 0, 0, 1, 0, 0, 0, 2, 5, 2, 0, 3],
    [0x00, 0x13, 0, 8, 0, 0, 0, 5],
    [0xff, 0x01, 0, 5, 9, 0, 0, 0],
  ];
  const cases = parts.flatMap((part, i) => [
    { name: `parameter ${i} twice`, body: [...parts.flat(), ...part] },
    { name: `parameter ${i} missing`, body: parts.filter((_, each) => each !== i).flat() },
    {
      name: `parameter ${i} with a word less`,
      body: parts.flatMap((each) => (each === part ? [...each.slice(0, 3), each[3] - 4, ...each.slice(4, -4)] : each)),
    },
  ]);
  cases.push({ name: "a parameter of length 3", body: [...parts.flat(), 0x00, 0x11, 0, 3] });
  test.each(cases)("$name", ({ body }) => {
    const octets = Uint8Array.from([1, 0, 1, 1, 0, 0, 0, 8 + body.length, ...body]);
    const [direct, byTable] = [decodeData(octets), decode(octets)];
    expect(direct.ok).toBe(byTable.ok);
    if (!direct.ok && !byTable.ok) expect(direct.error).toMatchObject({ ...byTable.error });
  });
});
