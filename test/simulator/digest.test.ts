import { expect, test } from "vitest";
import type { CallServer } from "../../firmware/call-server/call-server.ts";
import type { ApplicationEvent } from "../../firmware/card/application.ts";
import { SimulatedRack } from "../../tools/simulator/simulated-rack.ts";
import { smallRackOf } from "./one-call.ts";

function rackWithBackup(callsPerSecond: number) {
  const rack = new SimulatedRack(smallRackOf(60), { mix: { ringMicros: 50_000, holdMicros: 2_000_000 } });
  rack.run(300);
  if (callsPerSecond > 0) {
    for (const exchange of rack.exchanges.values()) exchange.step({ kind: "generate", callsPerSecond });
  } else rack.exchange("west").step({ kind: "call" });
  rack.run(20);
  const [first, second] = [2, 3].map((slot) => rack.card(slot).application as CallServer);
  return { rack, first, second };
}

/** From now on one commit with changes does not change what it should at this call server. */
function loseOneChange(server: CallServer): void {
  const step = server.step.bind(server);
  let isDone = false;
  server.step = (event: ApplicationEvent, ...time) => {
    if (isDone || event.kind !== "commit" || event.commit.body.length < 8) return step(event, ...time);
    isDone = true;
    return step({ ...event, commit: { ...event.commit, body: new Uint8Array(0) } }, ...time);
  };
}

test.each([
  ["a single call", 0],
  ["40 calls a second", 20],
])(
  "a backup whose tables differ is found within two seconds, is no backup until it has the state anew: %s",
  (_, rate) => {
    const { rack, first, second } = rackWithBackup(rate);
    loseOneChange(second);
    const since = rack.clock.nowMicros();
    let foundAfterMillis: number | undefined;
    const roles = new Set<unknown>();
    for (let millis = 0; millis < 2_500; millis++) {
      rack.run(1);
      if (foundAfterMillis === undefined && rack.log.some((line) => line.includes("tables differ"))) {
        foundAfterMillis = (rack.clock.nowMicros() - since) / 1000;
      }
      if (foundAfterMillis !== undefined) roles.add(rack.card(3).communication.status().role);
    }
    console.log(`found after ${foundAfterMillis} ms`);
    expect(foundAfterMillis).toBeLessThan(2_000);
    expect(rack.log.filter((line) => line.includes("slot 3 alarm: tables differ from those of slot 2"))).toHaveLength(
      1,
    );
    expect([...roles]).toEqual(["incomplete", "backup"]);
    expect(rack.primaries()).toEqual([2]);
    for (const exchange of rack.exchanges.values()) exchange.step({ kind: "generate", callsPerSecond: 0 });
    rack.run(500);
    expect(second.appliedSequence).toBe(first.appliedSequence);
    expect(second.digest()).toBe(first.digest());
  },
);

test("tables that are the same never differ: no alarm in ten seconds of calls", () => {
  const { rack } = rackWithBackup(20);
  rack.run(10_000);
  expect(rack.log.filter((line) => line.includes("differ"))).toEqual([]);
  expect(rack.card(3).communication.status().role).toBe("backup");
});
