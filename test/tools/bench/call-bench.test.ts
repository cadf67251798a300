import { describe, expect, it } from "vitest";
import { CallServer } from "../../../firmware/call-server/call-server.ts";
import { checkConfiguration } from "../../../firmware/configuration/check.ts";
import { type CallCosts, resultOf } from "../../../tools/bench/call-bench.ts";
import { CallFeeder } from "../../../tools/bench/call-feeder.ts";
import { encodingMicros } from "../../../tools/bench/commit-encoding.ts";
import { withManyCircuits } from "../../../tools/bench/many-circuits.ts";
import { median } from "../../../tools/bench/median.ts";
import { recordRack, replay } from "../../../tools/bench/recorded-events.ts";
import { readConfiguration } from "../../../tools/configuration/read-configuration.ts";

const { configuration: demonstration } = readConfiguration("boards/simulated/rack.yaml");

it.each([
  [[3, 1, 2], 2],
  [[4, 1, 2, 3], 2],
  [[7], 7],
  [[], 0],
])("the median of %o is %i", (values, middle) => {
  expect(median(values)).toBe(middle);
});

describe("a call server between far ends that do what is expected", () => {
  const feeder = new CallFeeder(withManyCircuits(demonstration, 1), true);

  it("calls are talked on, and gone when they are released; the backup has the same tables", () => {
    const calls = feeder.setUp(3);
    expect(feeder.primary.status()).toMatchObject({ callsInConversation: 3, connections: 3, circuitsInReset: 0 });
    expect(feeder.backup?.digest()).toBe(feeder.primary.digest());
    feeder.release(calls);
    expect(feeder.primary.status()).toMatchObject({ callRows: 0, connections: 0, answered: 3, callDetailRecords: 3 });
    expect(feeder.backup?.digest()).toBe(feeder.primary.digest());
  });
});

it("a node with very many circuits has a configuration without faults", () => {
  expect(checkConfiguration(withManyCircuits(demonstration, 26))).toEqual([]);
});

it("what an application was given, another one lives through again, to the same end", () => {
  const small = demonstration.trunkGroups.map((group) => ({ ...group, lastCic: 40 }));
  const configuration = { ...demonstration, trunkGroups: small };
  const recording = recordRack(configuration, 20, 450);
  const { calls, callsLost, bySlot, primarySlot, backupSlot } = recording;
  expect({ calls, callsLost }).toEqual({ calls: 10, callsLost: 0 });
  const servers = [primarySlot, backupSlot].map((slot) => {
    const server = new CallServer(configuration, slot);
    const events = bySlot.get(slot) ?? { events: [], callsFrom: 0 };
    expect(events.events.length).toBeGreaterThan(events.callsFrom);
    replay(server, events);
    return server;
  });
  expect(servers[0].status()).toMatchObject({ role: "primary", answered: calls, callDetailRecords: calls });
  expect(servers[1].digest()).toBe(servers[0].digest());
  // Asserts that every commit is encoded again as it was.
  expect(encodingMicros(configuration, bySlot.get(backupSlot) ?? { events: [], callsFrom: 0 })).not.toBeNaN();
});

describe("every figure stands beside its goal", () => {
  const costs: CallCosts = { lim: 50, primary: 250, encoding: 10, backup: 15, transporter: 60, hubFrame: 7 };
  const growth = [
    { callsInProgress: 1000, memoryOctets: 2000, primaryMicros: 200, backupMicros: 40 },
    { callsInProgress: 100_000, memoryOctets: 1900, primaryMicros: 220, backupMicros: 44 },
  ];
  const recorded = { calls: 100, callsLost: 0 };

  it("all reached", () => {
    const { table, reachesFloor } = resultOf(costs, growth, recorded);
    expect(reachesFloor).toBe(true);
    expect(table).toContainEqual(["call server as primary", "250.0 µs", "at most 250 µs", "reached"]);
    expect(table).toContainEqual(["replication", "25.0 µs", "at most 25 µs", "reached"]);
    expect(table).toContainEqual([
      "primary with 100,000 calls in progress",
      "220.0 µs",
      "+10 %, within 10 %",
      "reached",
    ]);
    expect(table).toContainEqual(["memory with 1,000 calls in progress", "2000 octets", "", ""]);
  });

  it.each<[string, Partial<CallCosts>, number]>([
    ["the primary", { primary: 251 }, 0],
    ["replication", { backup: 16 }, 0],
    ["calls that are lost", {}, 1],
  ])("not reached because of %s", (_, dear, callsLost) => {
    expect(resultOf({ ...costs, ...dear }, growth, { ...recorded, callsLost }).reachesFloor).toBe(false);
  });

  it("not reached when calls in progress make the others dearer", () => {
    const [fewest, most] = growth;
    const { table, reachesFloor } = resultOf(costs, [fewest, { ...most, primaryMicros: 223 }], recorded);
    expect(reachesFloor).toBe(false);
    expect(table).toContainEqual([
      "primary with 100,000 calls in progress",
      "223.0 µs",
      "+12 %, within 10 %",
      "not reached",
    ]);
  });
});
