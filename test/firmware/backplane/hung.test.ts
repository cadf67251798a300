import { describe, expect, test } from "vitest";
import { started, values, wrong } from "./toy-words.ts";

/** Guarantee 4: from the hang to the BEGIN of the new term. */
const takeoverMicrosMax = 250_000;

describe("a primary whose application hangs", () => {
  // The hang meets the beats and nudges at any phase.
  test.each(Array.from({ length: 23 }, (_, step) => step * 1.1))(
    "is replaced within 250 ms; what it had not consumed is consumed, once (%d ms later)",
    (afterMillis) => {
      const rack = started();
      rack.run(afterMillis);
      const now = rack.clock.nowMicros();
      rack.card(2).hang();
      for (const value of values) rack.say(1 + 3 * (value % 2), value);
      rack.run(300);
      expect(rack.microsUntil("begin", now)).toBeLessThan(takeoverMicrosMax);
      expect(rack.primaries()).toEqual([3]);
      expect(rack.lines.filter((line) => line.includes("slot 2 alarm: the application hangs"))).toHaveLength(1);
      expect([...rack.performed(1)].sort((a, b) => a - b)).toEqual(values);
      expect(rack.performed(4)).toEqual(rack.performed(1));
    },
  );

  test("returns as backup when it goes on, and its late commits have no effect", () => {
    const rack = started();
    rack.say(1, values[0]);
    rack.run(0.2);
    rack.card(2).hang();
    for (const value of values.slice(1)) rack.say(1, value);
    rack.run(400);
    rack.card(2).resume();
    rack.run(500);
    expect(rack.roles()).toEqual({ 1: "witness", 2: "backup", 3: "primary", 4: "witness" });
    expect(wrong(rack)).toBeUndefined();
    expect(rack.callServer(2).values).toEqual(rack.callServer(3).values);
  });

  test("is waited for as long as nobody else has the state", () => {
    const rack = started();
    rack.pull(3);
    rack.run(100);
    rack.card(2).hang();
    rack.say(1, 77);
    rack.run(1_000);
    rack.card(2).resume();
    rack.run(50);
    expect(rack.primaries()).toEqual([2]);
    expect(rack.performed(1)).toEqual([77]);
  });

  test("that hangs for a long time while much is committed begins anew", () => {
    const rack = started();
    rack.card(2).hang();
    rack.run(300);
    for (let round = 0; round < 700; round++) {
      for (let value = 1; value <= 8; value++) rack.say(1, value);
      rack.run(8);
    }
    rack.card(2).resume();
    rack.run(500);
    expect(rack.lines.filter((line) => line.includes("the application hung"))).toHaveLength(1);
    expect(rack.roles()).toMatchObject({ 2: "backup", 3: "primary" });
  });
});

test("an idle rack finds nobody hung", () => {
  const rack = started();
  rack.run(5_000);
  expect(rack.lines.filter((line) => line.includes("hang"))).toEqual([]);
  expect(rack.primaries()).toEqual([2]);
});

test("a backup whose application hangs does not claim; when it goes on it does", () => {
  const rack = started();
  rack.card(3).hang();
  rack.run(250);
  rack.pull(2);
  rack.say(1, 88);
  rack.run(200);
  expect(rack.primaries()).toEqual([]);
  rack.card(3).resume();
  rack.run(50);
  expect(rack.primaries()).toEqual([3]);
  expect(rack.performed(4)).toEqual([88]);
});

test.each([
  ["LIM", 1],
  ["transporter", 4],
])("a %s whose application hangs is dead to the application of the call servers, until it goes on", (_, slot) => {
  const rack = started();
  rack.card(slot).hang();
  rack.run(250);
  expect([...rack.callServer(2).gone]).toEqual([slot]);
  expect([...rack.callServer(3).gone]).toEqual([slot]);
  expect(rack.primaries()).toEqual([2]);
  rack.card(slot).resume();
  rack.run(50);
  expect([...rack.callServer(2).gone]).toEqual([]);
});
