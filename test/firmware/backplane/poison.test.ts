import { describe, expect, test } from "vitest";
import { recordClass } from "../../../firmware/backplane/frame-identifier.ts";
import { assert } from "../../../firmware/result.ts";
import { canClassOf } from "../../../hal/can-frame.ts";
import type { SimulatedWorld } from "../../../tools/simulator/simulated-card.ts";
import type { ToyRack } from "./toy-rack.ts";
import { sayAll, started, values } from "./toy-words.ts";

const poison = 13;
/** What the toy call server commits in place of a poisonous value. */
const discarded = 0;

type Sabotage = NonNullable<SimulatedWorld["sabotage"]>;

/** Whoever processes the poisonous value fails like this. */
function over(fail: () => ReturnType<Sabotage>): Sabotage {
  return (_card, event) => (event.kind === "input" && event.payload[0] === poison ? fail() : undefined);
}

const failures: readonly (readonly [string, Sabotage, number])[] = [
  ["an assertion", over(() => assert(false, "a broken invariant") as undefined), 5_000],
  [
    "an exception",
    over(() => {
      throw new TypeError("cannot read properties of undefined");
    }),
    5_000,
  ],
  [
    "memory exhausted",
    over(() => {
      throw new RangeError("Array buffer allocation failed");
    }),
    5_000,
  ],
  ["an endless loop", over(() => "never returns"), 250_000],
];

function expectOneTakeover(rack: ToyRack): void {
  expect(rack.primaries()).toEqual([3]);
  expect(rack.lines.filter((line) => line.includes("claims term"))).toHaveLength(1);
  const expected = [discarded, ...values.filter((value) => value !== poison)];
  expect([...rack.performed(1)].sort((a, b) => a - b)).toEqual(expected);
  expect(rack.performed(4)).toEqual(rack.performed(1));
}

describe.each(failures)("%s over an input", (name, sabotage, takeoverMicrosMax) => {
  test("costs that input and one switchover, not both cards", () => {
    const rack = started([], { sabotage });
    const now = rack.clock.nowMicros();
    sayAll(rack);
    rack.run(100);
    expectOneTakeover(rack);
    console.log(`${name}: ${rack.microsUntil("begin", now)} µs to BEGIN`);
    expect(rack.microsUntil("begin", now)).toBeLessThan(takeoverMicrosMax);
    expect(rack.card(2).pulled).toBe(takeoverMicrosMax < 100_000);
  });

  test("also when the new primary hears of it from a witness only", () => {
    const rack = started([], { sabotage });
    rack.buses.forEach((bus, plane) => {
      const [port, other] = [rack.card(2).ports[plane], rack.card(3).ports[plane]];
      bus.decideFate = (frame, sender) =>
        sender === port && canClassOf(frame.id) === recordClass.takeover
          ? { kind: "lost-at", ports: [other] }
          : undefined;
    });
    sayAll(rack);
    rack.run(200);
    expectOneTakeover(rack);
  });

  test("kills both when nobody hears of it: that is what the note is for", () => {
    const rack = started([], { sabotage });
    rack.buses.forEach((bus, plane) => {
      const ports = [1, 3, 4].map((slot) => rack.card(slot).ports[plane]);
      bus.decideFate = (frame, sender) =>
        sender === rack.card(2).ports[plane] && canClassOf(frame.id) === recordClass.takeover
          ? { kind: "lost-at", ports }
          : undefined;
    });
    sayAll(rack);
    rack.run(600);
    expect([2, 3].every((slot) => rack.card(slot).pulled || rack.status(slot).hung)).toBe(true);
  });
});

test("an endless loop ends with its card, in the end", () => {
  const rack = started([], { sabotage: over(() => "never returns") });
  sayAll(rack);
  rack.run(9_000);
  expect(rack.card(2).pulled).toBe(false);
  rack.run(1_500);
  expect(rack.card(2).pulled).toBe(true);
  expect(rack.lines.filter((line) => line.includes("ends: it has hung for too long"))).toHaveLength(1);
});

test("a card that is inserted again takes part in what comes after the poison", () => {
  const rack = started([], { sabotage: over(() => assert(false, "a broken invariant") as undefined) });
  sayAll(rack);
  rack.insert(2);
  rack.run(500);
  rack.say(4, 21);
  rack.pull(3);
  rack.run(100);
  expect(rack.primaries()).toEqual([2]);
  expect(rack.performed(1)).toContain(21);
});

test.each([
  ["LIM", 1],
  ["backup", 3],
])("a %s whose application fails ends, and the others are told", (_, slot) => {
  const rack = started([], {
    sabotage: (card, event) => {
      if (card.slot === slot && event.kind === "commit") throw new Error("out of order");
      return undefined;
    },
  });
  rack.say(4, 21);
  rack.run(10);
  expect(rack.card(slot).pulled).toBe(true);
  expect([...rack.callServer(2).gone]).toEqual([slot]);
  expect(rack.performed(4)).toEqual([21]);
});
