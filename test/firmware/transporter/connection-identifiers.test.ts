import { expect, it } from "vitest";
import { ConnectionIdentifiers, unknownConnection } from "../../../firmware/transporter/connection-identifiers.ts";

it("eight hexadecimal digits are the number itself, for every card", () => {
  const one = new ConnectionIdentifiers();
  const other = new ConnectionIdentifiers();
  for (const [name, number] of [
    ["2DD47F45", 0x2dd47f45],
    ["00000001", 1],
    ["FFFFFFFF", 0xffffffff],
  ] as const) {
    expect(one.number(name, "1")).toBe(number);
    expect(other.name(number)).toBe(name);
  }
  expect(one.kept).toBe(0);
});

it("what would be written otherwise is kept as the gateway wrote it", () => {
  const identifiers = new ConnectionIdentifiers();
  for (const name of ["2dd47f46", "1A", "0000000000000000000000000000001B"]) {
    const number = identifiers.number(name, "1");
    expect(number).toBe(Number.parseInt(name, 16));
    expect(identifiers.name(number)).toBe(name);
    identifiers.forget("1");
  }
  expect(identifiers.kept).toBe(0);
});

it("longer names, and 0, get numbers of this card", () => {
  const identifiers = new ConnectionIdentifiers();
  const names = ["123456789ABCDEF0", "FEDCBA98765432100123456789ABCDEF", "0"];
  const numbers = names.map((name) => identifiers.number(name, "1"));
  expect(new Set(numbers).size).toBe(3);
  expect(numbers).not.toContain(unknownConnection);
  expect(numbers.map((number) => identifiers.name(number))).toEqual(names);
  identifiers.forgetAll();
  expect(identifiers.kept).toBe(0);
});

it("a name is kept for the call that had it last: what is over for another one changes nothing", () => {
  const identifiers = new ConnectionIdentifiers();
  expect(identifiers.number("1a", "1")).toBe(identifiers.number("1a", "2"));
  identifiers.forget("1");
  expect(identifiers.name(0x1a)).toBe("1a");
  identifiers.forget("2");
  expect(identifiers.name(0x1a)).toBe("0000001A");
});

it("no number means no name", () => {
  expect(new ConnectionIdentifiers().name(unknownConnection)).toBeUndefined();
});
