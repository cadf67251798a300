import { expect, test } from "vitest";
import { VirtualClock } from "../../../hal/simulated/clock.ts";
import { seededEntropy } from "../../../hal/simulated/entropy.ts";
import { SimulatedValueDisk } from "../../../hal/simulated/value-store.ts";
import { textOf } from "../../contract/storage.ts";
import { valueStoreContract } from "../../contract/value-store.ts";

const run = (clock: VirtualClock, millis: number) => clock.run(clock.nowMicros() + millis * 1000);
const octets = (text: string) => new TextEncoder().encode(text);

valueStoreContract("simulated", async () => {
  const clock = new VirtualClock();
  const disk = new SimulatedValueDisk(clock);
  return {
    open: async () => disk.open(),
    until: async (isSo) => {
      while (!isSo()) run(clock, 1);
    },
    fill: (full) => disk.resize(full ? 4 : 1_000_000),
    damage: (key) => disk.damage(key),
    remove: async () => undefined,
  };
});

test("a slow disk confirms when it is through", () => {
  const clock = new VirtualClock();
  const disk = new SimulatedValueDisk(clock);
  disk.slowDown(3_000_000);
  const told: string[] = [];
  const store = disk.open();
  store.put("value", octets("a"), () => told.push("a"));
  store.put("value", octets("b"), () => told.push("b"));
  run(clock, 2_999);
  expect(told).toEqual([]);
  run(clock, 1);
  expect(told).toEqual(["a"]);
  run(clock, 3_000);
  expect(told).toEqual(["a", "b"]);
});

test("a power failure: what was confirmed is there, what was not is there whole or not at all", () => {
  const found = new Set<string>();
  for (let seed = 0; seed < 50; seed++) {
    const clock = new VirtualClock();
    const disk = new SimulatedValueDisk(clock);
    const store = disk.open();
    const told: string[] = [];
    for (const text of ["first", "second", "third"]) store.put("value", octets(text), () => told.push(text));
    run(clock, 3);
    disk.cutPower(seededEntropy(seed));
    run(clock, 100);
    expect(told).toEqual(["first"]);
    found.add(textOf(disk.open().get("value")));
  }
  expect([...found].sort()).toEqual(["first", "second", "third"]);
});
