import { expect, test } from "vitest";
import { CanFramePool, copyOfFrame } from "../../hal/can-frame-pool.ts";

test("a frame is used again when the last who has it releases it, and not before", () => {
  const pool = new CanFramePool();
  const frame = pool.take(0x2a4, false, 8);
  pool.hold(frame);
  pool.hold(frame);
  pool.release(frame);
  expect(pool.take(0x2a4, false, 8)).not.toBe(frame);
  pool.release(frame);
  expect(pool.take(0x2a5, true, 8)).toBe(frame);
  expect(frame).toMatchObject({ id: 0x2a5, fd: true });
});

test("one that nobody was said to have, or that was lost, does not come back", () => {
  const pool = new CanFramePool();
  const [unheld, lost] = [pool.take(1, false, 8), pool.take(1, false, 8)];
  pool.hold(lost);
  expect([unheld, lost]).not.toContain(pool.take(1, false, 8));
});

test("has the length that is asked for", () => {
  const pool = new CanFramePool();
  for (const octets of [0, 1, 8, 64]) {
    const frame = pool.take(1, true, octets);
    expect(frame.data).toHaveLength(octets);
    pool.hold(frame);
    pool.release(frame);
  }
  expect(pool.take(1, true, 12).data).toHaveLength(12);
});

test("another's frame is let alone", () => {
  const pool = new CanFramePool();
  const frame = { id: 1, fd: false, data: new Uint8Array(8) };
  pool.hold(frame);
  pool.release(frame);
  expect(pool.take(1, false, 8)).not.toBe(frame);
});

test("a copy stays what it is", () => {
  const pool = new CanFramePool();
  const frame = pool.take(0x2a4, false, 1);
  frame.data[0] = 7;
  const copy = copyOfFrame(frame);
  frame.data[0] = 8;
  expect(copy).toEqual({ id: 0x2a4, fd: false, data: Uint8Array.of(7) });
});
