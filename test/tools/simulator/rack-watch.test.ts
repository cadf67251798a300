/** Tables that differ are noticed, whoever holds them and whatever he believes himself to be. */
import { expect, test } from "vitest";
import { CallServer } from "../../../firmware/call-server/call-server.ts";
import { RackWatch } from "../../../tools/simulator/rack-watch.ts";
import { SimulatedRack } from "../../../tools/simulator/simulated-rack.ts";
import { smallRack } from "../../simulator/one-call.ts";

const [first, second] = [2, 3] as const;

function watched() {
  const complaints: string[] = [];
  const watch = new RackWatch((invariant, what) => complaints.push(`${invariant}: ${what}`));
  const rack = new SimulatedRack(smallRack, { watch: watch.cards, mix: { ringMicros: 5_000, holdMicros: 5_000 } });
  watch.watch(rack);
  rack.run(250);
  return {
    rack,
    complaints,
    call: () => {
      rack.exchange("west").step({ kind: "call" });
      rack.run(30);
    },
    /** From now on its tables are others than it was told. */
    distort: (slot: number) => {
      const { application } = rack.card(slot);
      if (!(application instanceof CallServer)) throw new Error(`slot ${slot} is no call server`);
      const digest = application.digest.bind(application);
      application.digest = () => digest() + 1;
    },
    roleOf: (slot: number) => rack.card(slot).communication.status().role,
  };
}

/** The first primary stands still until another has its place, and goes on in the belief that it still has it. */
function replaced(distorted: boolean) {
  const watching = watched();
  const { rack, call, distort, roleOf } = watching;
  rack.card(first).hang();
  call();
  rack.run(250);
  expect([roleOf(first), roleOf(second)]).toEqual(["resigned", "primary"]);
  if (distorted) distort(first);
  rack.card(first).resume();
  rack.run(200);
  call();
  rack.run(100);
  expect(roleOf(first)).toBe("backup");
  return watching;
}

test("undisturbed and undistorted, there is nothing to complain of", () => {
  const { call, complaints } = watched();
  call();
  expect(complaints).toEqual([]);
});

test("a backup whose tables are others, at the next commit", () => {
  const { call, distort, complaints } = watched();
  distort(second);
  call();
  expect(complaints[0]).toMatch(/^equal tables: slots 2 and 3 hold different tables at commit \d+ of term 1$/);
});

test("a primary of an older term whose tables are as they were", () => {
  expect(replaced(false).complaints).toEqual([]);
});

test("a primary of an older term whose tables are others, as soon as it follows again", () => {
  expect(replaced(true).complaints[0]).toMatch(/^equal tables: slots [23] and [23] hold different tables at commit/);
});
