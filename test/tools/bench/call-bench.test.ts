import { describe, expect, it } from "vitest";
import { CallServer } from "../../../firmware/call-server/call-server.ts";
import { checkConfiguration } from "../../../firmware/configuration/check.ts";
import { type CallCosts, resultOf } from "../../../tools/bench/call-bench.ts";
import { CallFeeder } from "../../../tools/bench/call-feeder.ts";
import { commitEncoding } from "../../../tools/bench/commit-encoding.ts";
import { withManyCircuits } from "../../../tools/bench/many-circuits.ts";
import { median, quartiles } from "../../../tools/bench/median.ts";
import { CommunicationReplay } from "../../../tools/bench/recorded-communication.ts";
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

it.each([
  [[5, 4, 3, 2, 1], { lower: 2, upper: 4 }],
  [[7], { lower: 7, upper: 7 }],
])("the quartiles of %o are %o", (values, wanted) => {
  expect(quartiles(values)).toEqual(wanted);
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

describe("what a rack was given, another one lives through again, to the same end", () => {
  const small = demonstration.trunkGroups.map((group) => ({ ...group, lastCic: 40 }));
  const configuration = { ...demonstration, trunkGroups: small };
  const recording = recordRack(configuration, 20, 450);
  const { calls, callsLost, bySlot, communication, primarySlot, backupSlot } = recording;
  const none = { events: [], callsFrom: 0 };

  it("no call is lost", () => expect({ calls, callsLost }).toEqual({ calls: 10, callsLost: 0 }));

  it("applications", () => {
    const servers = [primarySlot, backupSlot].map((slot) => {
      const server = new CallServer(configuration, slot);
      const events = bySlot.get(slot) ?? none;
      expect(events.events.length).toBeGreaterThan(events.callsFrom);
      replay(server, events);
      return server;
    });
    expect(servers[0].status()).toMatchObject({ role: "primary", answered: calls, callDetailRecords: calls });
    expect(servers[1].digest()).toBe(servers[0].digest());
  });

  it("commits, which are encoded again as they were", () => {
    const { bodies, changes, digests } = commitEncoding(configuration, bySlot.get(backupSlot) ?? none);
    expect([bodies, changes, digests]).not.toContain(Number.NaN);
  });

  it("communication processors", () => {
    const ends = [...communication].map(([slot, heard]) => {
      const again = new CommunicationReplay(heard);
      again.carryAllCalls();
      const { role, commit, broken, pendingInputs = 0 } = again.processor.status();
      expect({ slot, broken, pendingInputs }).toEqual({ slot, broken: [0, 0], pendingInputs: 0 });
      return { role, commit };
    });
    const [{ commit }] = ends;
    expect(commit).toBeGreaterThan(calls);
    const roles = ["witness", "primary", "backup", "witness"];
    expect(ends).toEqual(roles.map((role) => ({ role, commit })));
  });
});

describe("every figure stands beside its goal", () => {
  const card = { application: 50, communication: 60 };
  const costs: CallCosts = {
    lim: card,
    primary: { application: 150, communication: 100 },
    encoding: 10,
    changes: 20,
    digests: 5,
    backup: { application: 15, communication: 90 },
    transporter: card,
    hubFrame: 7,
  };
  const growth = [
    { callsInProgress: 1000, memoryOctets: 2000, primaryMicros: 200, backupMicros: 40 },
    { callsInProgress: 100_000, memoryOctets: 1900, primaryMicros: 220, backupMicros: 44 },
  ];
  const recorded = { calls: 100, callsLost: 0 };
  const allocations = {
    allocated: [{ slot: 1, applicationCall: 3000, communicationFrame: 400 }],
    frameAllocated: { sent: 0, heard: 0.4, beat: 80 },
  };

  it("all reached", () => {
    const { table, reachesFloor } = resultOf(costs, growth, recorded, allocations);
    expect(reachesFloor).toBe(true);
    expect(table).toContainEqual(["primary, both processors", "250.0 µs", "at most 250 µs", "reached"]);
    expect(table).toContainEqual(["replication at the primary", "25.0 µs", "at most 25 µs", "reached"]);
    expect(table).toContainEqual(["replication with the backup", "25.0 µs", "at most 25 µs", "reached"]);
    expect(table).toContainEqual([
      "primary with 100,000 calls in progress",
      "220.0 µs",
      "+10 %, within 10 %",
      "reached",
    ]);
    expect(table).toContainEqual(["memory with 1,000 calls in progress", "2000 octets", "", ""]);
    expect(table).toContainEqual(["allocated in slot 1, application", "3000 octets", "", ""]);
    expect(table).toContainEqual(["allocated for a frame heard", "0 octets", "", ""]);
  });

  it.each<[string, Partial<CallCosts>, number]>([
    ["the primary's application", { primary: { application: 151, communication: 100 } }, 0],
    ["the primary's communication processor", { primary: { application: 150, communication: 101 } }, 0],
    ["changes", { changes: 21 }, 0],
    ["digests", { digests: 6 }, 0],
    ["the backup", { backup: { application: 16, communication: 90 } }, 0],
    ["calls that are lost", {}, 1],
  ])("not reached because of %s", (_, dear, callsLost) => {
    expect(resultOf({ ...costs, ...dear }, growth, { ...recorded, callsLost }, allocations).reachesFloor).toBe(false);
  });

  it("not reached when calls in progress make the others dearer", () => {
    const [fewest, most] = growth;
    const { table, reachesFloor } = resultOf(costs, [fewest, { ...most, primaryMicros: 223 }], recorded, allocations);
    expect(reachesFloor).toBe(false);
    expect(table).toContainEqual([
      "primary with 100,000 calls in progress",
      "223.0 µs",
      "+12 %, within 10 %",
      "not reached",
    ]);
  });
});
