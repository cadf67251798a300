import { expect, test } from "vitest";
import { OctetRing } from "../../../firmware/layout/octet-ring.ts";

const of = (number: number, length = number) => new Uint8Array(length).fill(number);

test("the last records are kept, whatever their length, and those before them are forgotten", () => {
  const ring = new OctetRing(4, 6);
  for (let number = 1; number <= 10; number++) ring.put(number, of(number));
  expect([6, 7, 8, 9, 10, 11].map((number) => ring.get(number))).toEqual([
    undefined,
    of(7),
    of(8),
    of(9),
    of(10),
    undefined,
  ]);
});

test("a short record in the place of a long one is read as what it is", () => {
  const ring = new OctetRing(4, 6);
  ring.put(1, of(1, 30));
  ring.put(5, of(5, 2));
  expect(ring.get(5)).toEqual(of(5, 2));
});

test("what is kept and what is given are copies", () => {
  const ring = new OctetRing(4, 6);
  for (const length of [3, 30]) {
    const record = of(1, length);
    ring.put(1, record);
    record.fill(0);
    ring.get(1)?.fill(0);
    expect(ring.get(1)).toEqual(of(1, length));
  }
});

test("nothing is kept after it is cleared", () => {
  const ring = new OctetRing(4, 6);
  ring.put(1, of(1, 30));
  ring.clear();
  expect(ring.get(1)).toBeUndefined();
});

test("as many as it is for, though it has room for few at first", () => {
  const ring = new OctetRing(1000, 6);
  for (let number = 1; number <= 2500; number++) ring.put(number, of(number % 256, number % 9));
  for (let number = 1501; number <= 2500; number++) expect(ring.get(number)).toEqual(of(number % 256, number % 9));
  expect(ring.get(1500)).toBeUndefined();
});

test("what comes in two pieces is one record, whether or not there is room for it", () => {
  const ring = new OctetRing(4, 6);
  ring.put(1, of(1, 4), of(2, 2));
  ring.put(2, of(3, 4), of(4, 3));
  expect(ring.get(1)).toEqual(Uint8Array.of(...of(1, 4), ...of(2, 2)));
  expect(ring.get(2)).toEqual(Uint8Array.of(...of(3, 4), ...of(4, 3)));
});
