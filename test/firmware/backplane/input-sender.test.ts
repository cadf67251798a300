import { beforeEach, describe, expect, test } from "vitest";
import { inputsOutstandingMax } from "../../../firmware/backplane/input-record.ts";
import { InputSender } from "../../../firmware/backplane/input-sender.ts";

const payload = Uint8Array.of(1);
let sent: number[] = [];
let sender = new InputSender(inputsOutstandingMax, () => {});

beforeEach(() => {
  sent = [];
  sender = new InputSender(inputsOutstandingMax, (number) => sent.push(number));
});

function submit(count: number, now = 0, open = true): void {
  for (let n = 0; n < count; n++) sender.submit(payload, open, now);
}

/** What was sent since the last look. */
function taken(): number[] {
  return sent.splice(0);
}

test("inputs are numbered from 1 in the order in which they came", () => {
  submit(3);
  expect(taken()).toEqual([1, 2, 3]);
  expect([sender.last, sender.unconsumed]).toEqual([3, 3]);
});

test("before the card takes part inputs wait, and have no number", () => {
  submit(2, 0, false);
  expect([taken(), sender.last, sender.unconsumed]).toEqual([[], 0, 2]);
  sender.flush(5);
  expect(taken()).toEqual([1, 2]);
});

test("no more than the window is on the bus; the next go out as commits consume", () => {
  submit(inputsOutstandingMax + 5);
  expect(taken()).toHaveLength(inputsOutstandingMax);
  sender.consumed(3, 0);
  expect(taken()).toEqual([1, 2, 3].map((n) => inputsOutstandingMax + n));
  sender.consumed(2, 0);
  sender.consumed(3, 0);
  expect(taken()).toEqual([]);
  expect(sender.unconsumed).toBe(inputsOutstandingMax + 2);
});

describe("an input is said again", () => {
  test("when there is a new primary: everything unconsumed, in order", () => {
    submit(4);
    sender.consumed(2, 0);
    taken();
    sender.repeat(50);
    expect(taken()).toEqual([3, 4]);
  });

  test("when it waits too long, and then again after as long", () => {
    submit(2, 0);
    submit(1, 60_000);
    taken();
    expect(sender.nextDeadline()).toBe(100_000);
    sender.repeatOverdue(99_999);
    expect(taken()).toEqual([]);
    sender.repeatOverdue(100_000);
    expect(taken()).toEqual([1, 2, 3]);
    sender.repeatOverdue(200_000);
    expect(taken()).toEqual([1, 2, 3]);
  });

  test("not as long as any are consumed: the others wait for their turn", () => {
    submit(3, 0);
    taken();
    sender.consumed(1, 90_000);
    sender.repeatOverdue(150_000);
    expect(taken()).toEqual([]);
    sender.repeatOverdue(190_000);
    expect(taken()).toEqual([2, 3]);
  });

  test("of many only the next few", () => {
    submit(100, 0);
    taken();
    sender.repeatOverdue(100_000);
    expect(taken()).toHaveLength(16);
  });

  test("not when it is consumed", () => {
    submit(1);
    taken();
    sender.consumed(1, 0);
    sender.repeat(10);
    sender.repeatOverdue(1_000_000);
    expect(taken()).toEqual([]);
    expect(sender.nextDeadline()).toBeUndefined();
  });
});

test("on request the payload of what is outstanding is there, of nothing else", () => {
  submit(2);
  sender.consumed(1, 0);
  expect([sender.payload(1), sender.payload(2), sender.payload(3)]).toEqual([undefined, payload, undefined]);
});

test("a commit that names an input never sent consumes nothing, and the inputs after it are still consumed", () => {
  submit(2);
  sender.consumed(40_000, 0);
  expect(sender.unconsumed).toBe(2);
  sender.consumed(2, 0);
  expect(sender.unconsumed).toBe(0);
});
