import { expect, test } from "vitest";
import { canClassOf } from "../../hal/can-frame.ts";
import { recordClass } from "../../firmware/backplane/frame-identifier.ts";
import { offerCalls } from "../../tools/bench/simulated-load.ts";
import { SimulatedRack } from "../../tools/simulator/simulated-rack.ts";
import { smallRackOf } from "./one-call.ts";

const circuits = 60;

test("both call servers are lost under load: the rack starts cold and carries calls again", () => {
  const rack = new SimulatedRack(smallRackOf(circuits), { mix: { ringMicros: 50_000, holdMicros: 100_000 } });
  rack.run(300);
  offerCalls(rack, 50);
  rack.run(4_000);
  const [primary] = rack.primaries();
  const backup = rack.slotsOf("call-server").find((slot) => slot !== primary) ?? 0;
  rack.pull(backup);
  rack.run(500);
  rack.pull(primary);
  rack.run(300);
  // What a commit said is of no use to anybody any more: nobody must fill the bus with it.
  let salvaged = 0;
  rack.buses[0].decideFate = (frame) => {
    if (canClassOf(frame.id) === recordClass.repair) salvaged++;
    return undefined;
  };
  rack.insert(primary);
  rack.run(1_400);
  expect(rack.primaries()).toEqual([primary]);
  expect(salvaged).toBeLessThan(20);
  rack.insert(backup);
  rack.run(3_000);
  const answered = () =>
    [...rack.exchanges.values()].reduce((sum, { core }) => sum + core.statistics(rack.clock.nowMicros()).answered, 0);
  const before = answered();
  rack.run(1_000);
  expect(answered() - before).toBeGreaterThan(40);
  expect(rack.card(backup).communication.status().role).toBe("backup");
});
