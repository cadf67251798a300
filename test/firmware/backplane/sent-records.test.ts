import { beforeEach, expect, test } from "vitest";
import { SentRecords } from "../../../firmware/backplane/sent-records.ts";
import type { CanFrame } from "../../../hal/can-frame.ts";

const [one, other] = [{}, {}];
const frames: readonly CanFrame[] = Array.from({ length: 6 }, (_, id) => ({ id, fd: false, data: new Uint8Array(0) }));
let sent: SentRecords;
beforeEach(() => {
  sent = new SentRecords();
  for (const number of [1, 2, 3]) sent.add(one, frames[number], number);
});

test("the last number up to which all are out, once", () => {
  expect(sent.take(one)).toBe(0);
  sent.confirm(frames[1]);
  sent.confirm(frames[2]);
  expect([sent.take(one), sent.take(one)]).toEqual([2, 0]);
  sent.confirm(frames[3]);
  expect(sent.take(one)).toBe(3);
});

test("one that has overtaken another waits for it", () => {
  sent.confirm(frames[2]);
  expect(sent.take(one)).toBe(0);
  sent.confirm(frames[1]);
  expect(sent.take(one)).toBe(2);
});

test("of two senders each is told of its own", () => {
  sent.add(other, frames[4], 40);
  sent.add(one, frames[5], 4);
  sent.confirm(frames[4]);
  expect([sent.take(one), sent.take(other)]).toEqual([0, 40]);
  for (const number of [1, 2, 3, 5]) sent.confirm(frames[number]);
  expect([sent.take(one), sent.take(other)]).toEqual([4, 0]);
});

test("of what was lost nothing is told, also when its frame is used again", () => {
  sent.clear();
  sent.confirm(frames[1]);
  expect(sent.take(one)).toBe(0);
  sent.add(one, frames[1], 9);
  expect(sent.take(one)).toBe(0);
  sent.confirm(frames[1]);
  expect(sent.take(one)).toBe(9);
});
