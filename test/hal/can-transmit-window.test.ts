import { expect, test } from "vitest";
import type { CanFrame } from "../../hal/can-frame.ts";
import { CanTransmitWindow } from "../../hal/can-transmit-window.ts";

const size = { framesMax: 4, framesPerClassMin: 1 };

const frame = (frameClass: number, number: number): CanFrame => ({
  id: frameClass << 8,
  fd: false,
  data: Uint8Array.of(number),
});

/** Frames that are handed on now, as class and number. */
function handedOn(window: CanTransmitWindow, room = Number.POSITIVE_INFINITY): string[] {
  const taken: string[] = [];
  window.handOn(({ id, data }) => taken.length < room && taken.push(`${id >> 8}.${data[0]}`) > 0);
  return taken;
}

function filled(): CanTransmitWindow {
  const window = new CanTransmitWindow(8, size);
  for (let number = 0; number < 6; number++) window.push(frame(5, number));
  return window;
}

test("hands on a few, and the next when one of them is confirmed", () => {
  const window = filled();
  expect(window.awaits).toBe(false);
  expect(handedOn(window)).toEqual(["5.0", "5.1", "5.2", "5.3"]);
  expect([window.awaits, handedOn(window)]).toEqual([true, []]);
  expect(window.confirm(5)?.data[0]).toBe(0);
  expect(handedOn(window)).toEqual(["5.4"]);
});

test("a class that has nothing in a full window gets its one in, whatever waits before it", () => {
  const window = filled();
  handedOn(window);
  window.push(frame(2, 9));
  window.push(frame(2, 10));
  window.push(frame(6, 11));
  expect(handedOn(window)).toEqual(["2.9"]);
  window.confirm(2);
  expect(handedOn(window)).toEqual(["2.10"]);
});

test("what is not taken stays, and nothing overtakes it", () => {
  const window = filled();
  window.push(frame(6, 9));
  expect(handedOn(window, 2)).toEqual(["5.0", "5.1"]);
  expect(handedOn(window, 0)).toEqual([]);
  expect(handedOn(window)).toEqual(["5.2", "5.3"]);
});

test("a class refuses what it has no room for, and says when it has", () => {
  const window = filled();
  window.push(frame(5, 6));
  window.push(frame(5, 7));
  expect([window.push(frame(5, 8)), window.takeWritable(5)]).toEqual([false, false]);
  handedOn(window);
  expect([window.takeWritable(5), window.takeWritable(5)]).toEqual([true, false]);
});

test("is empty when it has been cleared", () => {
  const window = filled();
  handedOn(window, 2);
  window.clear();
  expect([window.awaits, window.confirm(5), handedOn(window)]).toEqual([false, undefined, []]);
});
