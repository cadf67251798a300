import { describe, expect, test } from "vitest";
import { DeafnessWatch } from "../../../firmware/backplane/deafness.ts";
import { canClassOf } from "../../../hal/can-frame.ts";
import type { FrameFateDecider } from "../../../hal/simulated/can-frame-fate.ts";
import type { ToyRack } from "./toy-rack.ts";
import { started, values, wrong } from "./toy-words.ts";

const takeoverMicrosMax = 250_000;

/** Beats of slot 2 every 20 ms about sender 1 (incarnation 7); @returns when it was found deaf */
function listen(told: (beat: number) => number, heard: (beat: number) => number, beats = 20): number | undefined {
  const watch = new DeafnessWatch();
  for (let beat = 0; beat < beats; beat++) {
    watch.told(2, 1, told(beat) % 4096, heard(beat), 7, beat * 20_000);
    if (watch.isDeaf(2, beat * 20_000)) return beat * 20_000;
  }
  return undefined;
}

describe("a card is deaf", () => {
  test("that does not hear what others have heard, not at the third beat and not after it was said again", () => {
    expect(
      listen(
        () => 100,
        () => 101,
      ),
    ).toBe(120_000);
  });

  test("that is not when it hears everything three beats late", () => {
    expect(
      listen(
        (beat) => 5 * (beat - 3) + 100,
        (beat) => 5 * beat + 100,
        1000,
      ),
    ).toBeUndefined();
  });

  test("that has stopped hearing while others hear ever more, however many", () => {
    expect(
      listen(
        (beat) => Math.min(beat, 3) * 30 + 4000,
        (beat) => beat * 30 + 4000,
      ),
    ).toBe(200_000);
  });

  test("no more when it hears again, or when the sender has begun anew", () => {
    const watch = new DeafnessWatch();
    const deaf = (incarnation: number) => {
      for (let beat = 0; beat < 8; beat++) watch.told(2, 1, 4, 5, incarnation, beat * 20_000);
    };
    deaf(7);
    expect(watch.isDeaf(2, 140_000)).toBe(true);
    watch.told(2, 1, 5, 6, 7, 160_000);
    expect(watch.isDeaf(2, 160_000)).toBe(false);
    deaf(8);
    expect(watch.isDeaf(2, 140_000)).toBe(true);
    watch.told(2, 1, 4, 1, 9, 160_000);
    expect(watch.isDeaf(2, 160_000)).toBe(false);
  });
});

/** Values are said one after the other, 5 ms apart, by both witnesses in turn. */
function sayOn(rack: ToyRack): void {
  values.forEach((value, index) => {
    rack.say(index % 2 === 0 ? 1 : 4, value);
    rack.run(5);
  });
}

/** Slot 2 loses what the bus brings of these classes, on both planes. */
function deafTo(rack: ToyRack, classes: readonly number[], slot = 2): void {
  rack.buses.forEach((bus, plane) => {
    const decider: FrameFateDecider = (frame) =>
      classes.includes(canClassOf(frame.id)) ? { kind: "lost-at", ports: [rack.card(slot).ports[plane]] } : undefined;
    bus.decideFate = decider;
  });
}

const inputsAndRepair = [3, 4];

describe("the primary is deaf", () => {
  test.each(Array.from({ length: 11 }, (_, step) => step * 2))(
    "to everything: it steps down, and the backup takes over within 250 ms (%d ms later)",
    (afterMillis) => {
      const rack = started();
      rack.run(afterMillis);
      const now = rack.clock.nowMicros();
      rack.buses.forEach((bus, plane) => {
        bus.setDeaf(rack.card(2).ports[plane], true);
      });
      sayOn(rack);
      rack.run(230);
      expect(rack.microsUntil("begin", now)).toBeLessThan(takeoverMicrosMax);
      expect(rack.primaries()).toEqual([3]);
      expect(rack.status(2)).toMatchObject({ role: "resigned", deaf: true });
      rack.buses.forEach((bus, plane) => {
        bus.setDeaf(rack.card(2).ports[plane], false);
      });
      rack.run(400);
      expect(rack.roles()).toEqual({ 1: "witness", 2: "backup", 3: "primary", 4: "witness" });
      expect(wrong(rack)).toBeUndefined();
      expect(rack.callServer(2).values).toEqual(rack.callServer(3).values);
    },
  );

  test("to inputs alone: both witnesses find it deaf, and the backup takes over within 250 ms", () => {
    const rack = started();
    deafTo(rack, inputsAndRepair);
    const now = rack.clock.nowMicros();
    sayOn(rack);
    rack.run(240);
    const found = rack.lines.filter((line) => line.includes("finds it deaf")).map((line) => line.split(" ")[2]);
    expect(found.sort()).toEqual(["1", "4"]);
    console.log(`from the first input not heard to BEGIN: ${rack.microsUntil("begin", now)} µs`);
    expect(rack.microsUntil("begin", now)).toBeLessThan(takeoverMicrosMax);
    expect(rack.primaries()).toEqual([3]);
    for (const bus of rack.buses) bus.decideFate = undefined;
    rack.run(400);
    expect(rack.roles()).toMatchObject({ 2: "backup", 3: "primary" });
    expect(wrong(rack)).toBeUndefined();
    expect(rack.lines.filter((line) => line.includes("claims term"))).toHaveLength(1);
  });
});

test("a primary that was deaf for a moment tells its application of nobody that he is gone", () => {
  for (let millis = 20; millis < 120; millis += 7) {
    const rack = started();
    const told = new Set<number>();
    rack.buses.forEach((bus, plane) => {
      bus.setDeaf(rack.card(2).ports[plane], true);
    });
    rack.run(millis);
    rack.buses.forEach((bus, plane) => {
      bus.setDeaf(rack.card(2).ports[plane], false);
    });
    for (let passed = 0; passed < 200; passed++) {
      rack.run(1);
      for (const slot of rack.callServer(2).gone) told.add(slot);
    }
    expect([...told]).toEqual([]);
    rack.pull(4);
    rack.run(72);
    expect([...rack.callServer(3).gone]).toEqual([4]);
  }
});

test("a backup that is deaf to inputs does not count as one, nor does it claim", () => {
  const rack = started();
  deafTo(rack, inputsAndRepair, 3);
  rack.say(1, 5);
  rack.run(700);
  rack.say(4, 6);
  rack.run(700);
  expect(rack.status(3)).toMatchObject({ role: "backup", deaf: true });
  rack.card(2).leave();
  rack.run(50);
  expect(rack.status(2).leaving).toBe("waits for a backup");
  rack.pull(2);
  rack.run(300);
  expect(rack.primaries()).toEqual([]);
});

test("one witness is not the majority: a LIM that only the backup hears does not make the primary deaf", () => {
  const rack = started();
  rack.buses.forEach((bus, plane) => {
    const ports = [2, 4].map((slot) => rack.card(slot).ports[plane]);
    bus.decideFate = (frame, sender) =>
      sender.name === "slot 1" && inputsAndRepair.includes(canClassOf(frame.id))
        ? { kind: "lost-at", ports }
        : undefined;
  });
  rack.say(1, 5);
  rack.run(1_000);
  expect(rack.lines.filter((line) => line.includes("slot 1 alarm: slot 2 does not hear"))).toHaveLength(1);
  expect(rack.primaries()).toEqual([2]);
  expect(rack.lines.filter((line) => line.includes("claims"))).toEqual([]);
});

test("overload does not look like deafness: a thousand inputs at once", () => {
  const rack = started();
  for (let round = 0; round < 500; round++) for (const slot of [1, 4]) rack.say(slot, 1 + (round % 255));
  rack.run(3_000);
  expect(rack.lines.filter((line) => line.includes("deaf") || line.includes("silent"))).toEqual([]);
  expect(rack.primaries()).toEqual([2]);
  expect(rack.performed(1)).toHaveLength(1_000);
});

describe("a card is mute", () => {
  function mute(rack: ToyRack, slot: number, isMute: boolean): void {
    rack.buses.forEach((bus, plane) => {
      bus.setMute(rack.card(slot).ports[plane], isMute);
    });
  }

  test("the primary: stops, the backup takes over, and it returns as backup when it is heard again", () => {
    const rack = started();
    const now = rack.clock.nowMicros();
    mute(rack, 2, true);
    sayOn(rack);
    rack.run(100);
    expect(rack.microsUntil("begin", now)).toBeLessThan(50_000);
    expect(rack.primaries()).toEqual([3]);
    expect(rack.status(2).mute).toBe(true);
    mute(rack, 2, false);
    rack.run(500);
    expect(rack.roles()).toEqual({ 1: "witness", 2: "backup", 3: "primary", 4: "witness" });
    expect(wrong(rack)).toBeUndefined();
    expect(rack.callServer(2).values).toEqual(rack.callServer(3).values);
  });

  test("the backup: claims nothing when the primary goes", () => {
    const rack = started();
    mute(rack, 3, true);
    rack.run(50);
    rack.pull(2);
    rack.run(200);
    expect(rack.status(3)).toMatchObject({ role: "backup", mute: true });
    expect(rack.lines.filter((line) => line.includes("claims"))).toEqual([]);
    mute(rack, 3, false);
    rack.say(4, 9);
    rack.run(100);
    expect(rack.primaries()).toEqual([3]);
    expect(rack.performed(1)).toEqual([9]);
  });
});
