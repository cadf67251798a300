/** An inserted call server whose application is busy while it is given the state. */
import { expect, test } from "vitest";
import { countCalls, endCalls, offerCalls } from "../../tools/bench/simulated-load.ts";
import { SimulatedRack } from "../../tools/simulator/simulated-rack.ts";
import { smallRackOf } from "./one-call.ts";

const configuration = smallRackOf(60);
const callsPerSecond = 40;
/** Shorter and longer than its communication processor waits for it to call the state whole; a hang that ends a card is longer. */
const busyMillis = [100, 560, 640];

/** The application stands still from the `at`th piece of the snapshot on. */
function run(at: number, millis: number) {
  let pieces = 0;
  const rack: SimulatedRack = new SimulatedRack(configuration, {
    mix: { ringMicros: 50_000, holdMicros: 100_000 },
    watch: {
      decided: (card, event) => {
        if (event.kind !== "snapshot" || ++pieces !== at) return;
        card.hang();
        rack.clock.at(rack.clock.nowMicros() + millis * 1000, () => card.resume());
      },
    },
  });
  rack.run(300);
  offerCalls(rack, callsPerSecond);
  rack.run(1_000);
  const [primary] = rack.primaries();
  const backup = rack.slotsOf("call-server").find((slot) => slot !== primary) ?? 0;
  rack.pull(backup);
  rack.run(500);
  rack.insert(backup);
  rack.run(3_000);
  const { role } = rack.card(backup).communication.status();
  rack.pull(primary);
  rack.run(1_000);
  endCalls(rack);
  const { attempted, lost } = countCalls(rack);
  return { pieces, role, attempted, lost, records: rack.lines(backup, "cdr.jsonl").length };
}

test.each(busyMillis)("for %i ms, from whichever piece on: it is backup with the whole state", (millis) => {
  const all = run(Number.POSITIVE_INFINITY, 0).pieces;
  expect(all).toBeGreaterThan(3);
  for (const at of [1, 2, Math.ceil(all / 2), all - 1, all]) {
    const { role, attempted, lost, records } = run(at, millis);
    expect({ at, role, lost, records }).toEqual({ at, role: "backup", lost: 0, records: attempted });
  }
});
