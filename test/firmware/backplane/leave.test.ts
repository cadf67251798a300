import { describe, expect, test } from "vitest";
import type { FrameFate } from "../../../hal/simulated/can-frame-fate.ts";
import type { ToyRack } from "./toy-rack.ts";
import { sayAll, started, values, wrong } from "./toy-words.ts";

/** Beat, claim, two grants, resignation: a few dozen frames of 8 octets at 1 Mbit/s at the most. */
const changeoverMicrosMax = 3_000;

function transmissionsOf(disturb: (rack: ToyRack) => void): { rack: ToyRack; transmissions: number } {
  const rack = started();
  let transmissions = 0;
  rack.buses[0].decideFate = () => {
    transmissions++;
    return undefined;
  };
  disturb(rack);
  return { rack, transmissions };
}

describe("a primary that leaves", () => {
  test("makes way at once: no detection time", () => {
    const rack = started();
    sayAll(rack);
    const now = rack.clock.nowMicros();
    rack.card(2).leave();
    rack.run(50);
    const micros = rack.microsUntil("begin", now);
    console.log(`from leave to BEGIN: ${micros} µs`);
    expect(micros).toBeLessThan(changeoverMicrosMax);
    expect(rack.primaries()).toEqual([3]);
    expect(rack.status(2)).toMatchObject({ role: "backup", leaving: "safe to pull" });
    expect(rack.microsUntil("left", now)).toBeLessThan(changeoverMicrosMax + 1_000);
  });

  test("loses nothing and doubles nothing, at whatever transmission it is told, and is pulled when it says so", () => {
    const { transmissions } = transmissionsOf(sayAll);
    const failures: string[] = [];
    for (let at = 0; at < transmissions; at++) {
      const rack = started();
      let seen = 0;
      rack.buses[0].decideFate = (): FrameFate | undefined => {
        if (seen++ === at) rack.clock.at(rack.clock.nowMicros(), () => rack.card(2).leave());
        if (rack.status(2).leaving === "safe to pull") rack.clock.at(rack.clock.nowMicros(), () => rack.pull(2));
        return undefined;
      };
      sayAll(rack);
      rack.run(100);
      const outcome = rack.card(2).pulled ? wrong(rack) : "not safe to pull";
      if (outcome) failures.push(`transmission ${at}: ${outcome}`);
    }
    expect(failures).toEqual([]);
    expect(transmissions).toBeGreaterThan(50);
  });

  test("stays as long as there is no backup, and says so", () => {
    const rack = started();
    rack.pull(3);
    rack.run(200);
    rack.card(2).leave();
    rack.run(100);
    expect(rack.status(2)).toMatchObject({ role: "primary", leaving: "waits for a backup" });
    expect(rack.lines.filter((line) => line.includes("waits for a backup"))).toHaveLength(1);
    sayAll(rack);
    expect(wrong(rack)).toBeUndefined();
    rack.insert(3);
    rack.run(500);
    expect(rack.primaries()).toEqual([3]);
    expect(rack.status(2).leaving).toBe("safe to pull");
    expect(rack.callServer(3).values).toEqual([...rack.performed(1)]);
  });

  test("and waits for a backup may be told to stay after all: nobody takes over when one comes", () => {
    const rack = started();
    rack.pull(3);
    rack.run(200);
    rack.card(2).leave();
    rack.run(100);
    expect(rack.status(2).leaving).toBe("waits for a backup");
    rack.card(2).stay();
    rack.run(10);
    expect(rack.status(2)).toMatchObject({ role: "primary", leaving: undefined });
    rack.insert(3);
    rack.run(500);
    expect(rack.primaries()).toEqual([2]);
    expect(rack.status(3).role).toBe("backup");
    sayAll(rack);
    expect(wrong(rack)).toBeUndefined();
  });

  test("and has begun to leave is not held back by being told to stay", () => {
    const rack = started();
    rack.card(2).leave();
    rack.card(2).stay();
    rack.run(50);
    expect(rack.primaries()).toEqual([3]);
    expect(rack.status(2).leaving).toBe("safe to pull");
  });

  test.each([0, 0.1, 0.2, 0.3, 0.5, 0.8])("stays when the backup is lost %d ms after the leave", (millis) => {
    const rack = started();
    rack.card(2).leave();
    rack.run(millis);
    rack.pull(3);
    rack.run(150);
    expect(rack.primaries()).toEqual([2]);
    expect(rack.status(2).leaving).toBe("waits for a backup");
    sayAll(rack);
    expect(wrong(rack)).toBeUndefined();
  });
});

test("of two that are to leave, one stays", () => {
  const rack = started();
  rack.card(2).leave();
  rack.card(3).leave();
  rack.run(100);
  sayAll(rack);
  expect(wrong(rack)).toBeUndefined();
  expect([2, 3].map((slot) => rack.status(slot).leaving).sort()).toEqual(["safe to pull", "waits for a backup"]);
});

test.each([
  ["backup", 3],
  ["LIM", 1],
  ["transporter", 4],
])("a %s leaves at once, and the primary's application hears of it", (_, slot) => {
  const rack = started();
  sayAll(rack);
  const now = rack.clock.nowMicros();
  rack.card(slot).leave();
  rack.run(2);
  expect(rack.status(slot).leaving).toBe("safe to pull");
  expect(rack.microsUntil("left", now)).toBeLessThan(1_000);
  expect([...rack.callServer(2).gone]).toEqual([slot]);
  rack.pull(slot);
  rack.run(100);
  expect(rack.primaries()).toEqual([2]);
  expect([...rack.performed(slot === 1 ? 4 : 1)].sort((a, b) => a - b)).toEqual(values);
});
