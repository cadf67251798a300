import { expect, test } from "vitest";
import { frameIdentifier, framePart, recordClass } from "../../../firmware/backplane/frame-identifier.ts";
import { FrameLane } from "../../../firmware/backplane/frame-lane.ts";
import type { CanFrame } from "../../../hal/can-frame.ts";

const [one, other] = [{}, {}];

function frame(part: number, name: number): CanFrame {
  return { id: frameIdentifier(recordClass.input, 1, part), fd: false, data: Uint8Array.of(name) };
}
/** A record of three frames, named after the first. */
const long = (name: number) => [
  frame(framePart.first, name),
  frame(framePart.middle, name + 1),
  frame(framePart.last, name + 2),
];
const short = (name: number) => [frame(framePart.whole, name)];

/** What comes out until there is no more room. */
function drained(lane: FrameLane, room = Number.POSITIVE_INFINITY): number[] {
  const taken: number[] = [];
  lane.drain(({ data }) => taken.length < room && taken.push(data[0]) > 0);
  return taken;
}

test("the records of one sender stay in their order", () => {
  const lane = new FrameLane();
  for (const frames of [long(1), short(4), long(5)]) lane.add(one, frames);
  expect(lane.length).toBe(7);
  expect(drained(lane, 2)).toEqual([1, 2]);
  expect(drained(lane)).toEqual([3, 4, 5, 6, 7]);
  expect(lane.length).toBe(0);
});

test("two senders take turns, a record each, whose frames stay together", () => {
  const lane = new FrameLane();
  for (const frames of [long(1), short(4), short(5)]) lane.add(one, frames);
  for (const frames of [short(11), long(12)]) lane.add(other, frames);
  expect(drained(lane)).toEqual([1, 2, 3, 11, 4, 12, 13, 14, 5]);
});

test.each([1, 2, 3, 4, 5, 6])("room for %i frames at a time changes nothing of the order", (room) => {
  const lane = new FrameLane();
  for (const frames of [long(1), short(4), short(5)]) lane.add(one, frames);
  for (const frames of [short(11), long(12)]) lane.add(other, frames);
  const all: number[] = [];
  while (lane.length > 0) all.push(...drained(lane, room));
  expect(all).toEqual([1, 2, 3, 11, 4, 12, 13, 14, 5]);
});

test("one that has much to say does not keep another waiting that comes later", () => {
  const lane = new FrameLane();
  for (let name = 1; name <= 100; name++) lane.add(one, short(name));
  expect(drained(lane, 10)).toHaveLength(10);
  lane.add(other, short(200));
  expect(drained(lane, 2)).toEqual([11, 200]);
});

test("is empty when it has been cleared, from within as well", () => {
  const lane = new FrameLane();
  lane.add(one, long(1));
  lane.add(other, long(11));
  lane.drain(() => {
    lane.clear();
    return false;
  });
  expect([lane.length, drained(lane)]).toEqual([0, []]);
});
