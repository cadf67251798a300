import { describe, expect, test } from "vitest";
import { enumerated } from "../../../firmware/isup/bit-field.ts";
import { causes } from "../../../firmware/isup/causes.ts";
import { decodeMessage, encodeMessage, readParameter } from "../../../firmware/isup/codec.ts";
import { dialect, q763 } from "../../../firmware/isup/dialect.ts";
import { bits, digits, list, rest } from "../../../firmware/isup/format.ts";
import { format } from "../../../firmware/isup/format.ts";
import { message } from "../../../firmware/isup/message-table.ts";
import { knownWithoutRow } from "../../../firmware/isup/messages.ts";
import { parameter } from "../../../firmware/isup/parameter.ts";
import { timers } from "../../../firmware/isup/timers.ts";

describe("tables", () => {
  test("a code is in the message table or known without a row, not both", () => {
    expect([...knownWithoutRow.keys()].filter((code) => q763.layoutByCode.has(code))).toEqual([]);
  });

  test("every parameter is used by a message", () => {
    const used = new Set([...q763.layoutByCode.values()].flatMap(({ byName }) => [...byName.keys()]));
    const unused = Object.keys(q763.parameters).filter((name) => !used.has(name));
    expect(unused).toEqual([]);
  });

  test("timers T1 to T39 start inside their ranges", () => {
    expect(Object.keys(timers)).toEqual(Array.from({ length: 39 }, (_, index) => `T${index + 1}`));
    for (const { defaultMillis, minMillis, maxMillis } of Object.values(timers)) {
      expect(minMillis).toBeLessThanOrEqual(defaultMillis);
      expect(defaultMillis).toBeLessThanOrEqual(maxMillis);
    }
  });

  test("causes are classed by their upper three bits (Q.850 2.2.5)", () => {
    const clauses = ["1", "1", "2", "3", "4", "5", "6", "7"].map((last) => `Q.850 2.2.7.${last}`);
    for (const [number, { clause }] of Object.entries(causes)) expect(clause).toBe(clauses[Number(number) >> 4]);
  });
});

describe("a table with a mistake does not load", () => {
  test.each([
    ["bits that are not contiguous", () => enumerated("CA", {})],
    ["one name for two values", () => enumerated("BA", { 0: "same", 1: "same" })],
    ["fields that overlap", () => bits(1, { one: enumerated("BA", {}), two: enumerated("CB", {}) })],
    ["a field outside its octets", () => bits(1, { one: enumerated("I", {}) })],
    ["something after the rest", () => format(rest("octets"), digits("digits"))],
    ["a list without an end", () => list("items", rest("octets"))],
    ["a name that no table has", () => dialect({}, [message("IAM", 1, "", { fixed: ["nothing"] })])],
    [
      "a fixed parameter without a fixed size",
      () => dialect({ number: parameter(4, "", digits("digits")) }, [message("IAM", 1, "", { fixed: ["number"] })]),
    ],
    ["two messages with one code", () => dialect({}, [message("IAM", 1, "", {}), message("SAM", 1, "", {})])],
  ])("%s", (_, declare) => {
    expect(declare).toThrow();
  });
});

test("a dialect is another pair of tables", () => {
  const parameters = {
    userServiceInformation: q763.parameters.userServiceInformation,
    chargeNumber: parameter(
      0xeb,
      "T1.113",
      bits(1, { nature: enumerated("GFEDCBA", { 1: "calling-subscriber" }) }),
      rest("octets"),
    ),
  };
  const initialAddress = message("IAM", 1, "T1.113", {
    variable: ["userServiceInformation"],
    optional: ["chargeNumber"],
  });
  const other = dialect(parameters, [initialAddress]);
  const octets = Uint8Array.of(1, 2, 4, 2, 0x80, 0x90, 0xeb, 2, 1, 0x21, 0);
  const decoded = decodeMessage(octets, other);
  if (!decoded.ok) throw new Error(decoded.error.kind);
  expect(decoded.value.parameters.userServiceInformation.informationTransferCapability).toBe("speech");
  expect(decoded.value.parameters.chargeNumber?.nature).toBe("calling-subscriber");
  expect(encodeMessage(decoded.value, other)).toEqual(octets);
  expect(readParameter(octets, "chargeNumber", other)).toMatchObject({
    ok: true,
    value: { nature: "calling-subscriber" },
  });
});
