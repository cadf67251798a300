import { expect, test } from "vitest";
import { FrameQueue } from "../../../firmware/backplane/frame-queue.ts";
import type { CanFrame } from "../../../hal/can-frame.ts";

const frames: readonly CanFrame[] = Array.from({ length: 100 }, (_, id) => ({
  id,
  fd: false,
  data: new Uint8Array(0),
}));

function idsOf(queue: FrameQueue): number[] {
  const ids: number[] = [];
  for (let place = 0, frame = queue.at(0); frame !== undefined; frame = queue.at(++place)) ids.push(frame.id);
  return ids;
}

/** In which so many have come and gone. */
function used(times: number): FrameQueue {
  const queue = new FrameQueue();
  for (let time = 0; time < times; time++) {
    queue.push(frames[99]);
    queue.shift();
  }
  return queue;
}

test.each([0, 1, 7, 15, 16, 17])("first in, first out, however many there are, after %i others", (times) => {
  const queue = used(times);
  for (const frame of frames) queue.push(frame);
  expect(idsOf(queue)).toEqual(frames.map(({ id }) => id));
  const out: number[] = [];
  while (queue.length > 0) {
    out.push(queue.head().id);
    queue.shift();
  }
  expect(out).toEqual(frames.map(({ id }) => id));
});

test.each([0, 1, 2, 3, 4])("the one in place %i is taken out, and no other", (place) => {
  for (const times of [0, 13, 14, 15]) {
    const queue = used(times);
    for (const frame of frames.slice(0, 5)) queue.push(frame);
    queue.remove(frames[place]);
    queue.remove(frames[50]);
    expect(idsOf(queue)).toEqual([0, 1, 2, 3, 4].filter((id) => id !== place));
  }
});

test("is empty when it has been cleared, and takes frames again", () => {
  const queue = used(3);
  for (const frame of frames.slice(0, 5)) queue.push(frame);
  queue.clear();
  expect([queue.length, idsOf(queue)]).toEqual([0, []]);
  queue.push(frames[8]);
  expect(idsOf(queue)).toEqual([8]);
});

test("there is no first of none", () => {
  expect(() => new FrameQueue().head()).toThrow("a frame waits");
  expect(() => new FrameQueue().shift()).toThrow("a frame waits");
});
