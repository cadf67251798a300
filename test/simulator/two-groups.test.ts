/** Two groups of call servers in one rack: what befalls one of them is nothing to the other, and none of its calls waits for it. */
import { describe, expect, test } from "vitest";
import { recordClass } from "../../firmware/backplane/frame-identifier.ts";
import type { RackConfiguration } from "../../firmware/configuration/rack-schema.ts";
import { canClassOf } from "../../hal/can-frame.ts";
import { endCalls, waitFor } from "../../tools/bench/simulated-load.ts";
import { readConfiguration } from "../../tools/configuration/read-configuration.ts";
import { RackWatch } from "../../tools/simulator/rack-watch.ts";
import { SimulatedRack } from "../../tools/simulator/simulated-rack.ts";

const { configuration } = readConfiguration("boards/simulated/two-groups.yaml");

/** Call servers of the first group, and of the second. */
const first = [2, 3] as const;
const second = [4, 5] as const;

/** So many circuits in each trunk group, on classic CAN, where a record takes the most frames. */
function rackOf(circuits: number): RackConfiguration {
  return {
    ...configuration,
    bus: { ...configuration.bus, frames: "classic" },
    trunkGroups: configuration.trunkGroups.map((group) => ({ ...group, lastCic: group.firstCic + circuits - 1 })),
  };
}

/** The same where each group has exchanges of its own: west and east, north and south. */
function rackApart(circuits: number): RackConfiguration {
  const rack = rackOf(circuits);
  const others: Readonly<Record<string, string>> = { west: "north", east: "south" };
  const more = rack.exchanges.map((exchange) => ({
    ...exchange,
    name: others[exchange.name],
    pointCode: exchange.pointCode + 10,
    associations: exchange.associations.map((each) => ({ ...each, port: each.port + 10 })),
  }));
  return {
    ...rack,
    exchanges: [...rack.exchanges, ...more],
    trunkGroups: rack.trunkGroups.map((group) =>
      group.group === 1 ? group : { ...group, exchange: others[group.exchange] },
    ),
  };
}

const mix = { ringMicros: 20_000, holdMicros: 40_000 };
const startWithinMillis = 5_000;

interface Watched {
  readonly rack: SimulatedRack;
  /** Invariants that did not hold. */
  readonly breaches: string[];
}

function start(rackConfiguration: RackConfiguration): Watched {
  const breaches: string[] = [];
  const watch = new RackWatch((invariant, what) => breaches.push(`${invariant}: ${what}`));
  const rack = new SimulatedRack(rackConfiguration, { mix, watch: watch.cards });
  watch.watch(rack);
  const isInService = (slot: number) => rack.card(slot).application.status().circuitsInReset === 0;
  waitFor(rack, startWithinMillis, "service", () => {
    const primaries = rack.primaries();
    return primaries.length === rack.groups.length && primaries.every(isInService);
  });
  return { rack, breaches };
}

const any = () => true;
const isOf = (group: number) => (cic: number) =>
  configuration.trunkGroups.some((each) => each.group === group && cic >= each.firstCic && cic <= each.lastCic);

/** How the calls of exchanges on some circuits went, and the longest time from an IAM to its ACM. */
function callsOf(rack: SimulatedRack, exchanges: readonly string[], ofGroup: (cic: number) => boolean = any) {
  const calls = exchanges.flatMap((name) =>
    rack.exchange(name).reports.flatMap((report) => (report.kind === "call" ? [report.call] : [])),
  );
  const own = calls.filter(({ cic }) => ofGroup(cic));
  const delays = own.map(
    ({ startedMicros, alertedMicros = Number.POSITIVE_INFINITY }) => alertedMicros - startedMicros,
  );
  return {
    made: own.length,
    failed: own.flatMap(({ outcome, reason }) => (outcome === "completed" ? [] : [`${outcome}: ${reason}`])),
    longestMillis: Math.max(0, ...delays) / 1000,
  };
}

function offer(rack: SimulatedRack, names: readonly string[], callsPerSecond: number): void {
  for (const name of names) rack.exchange(name).step({ kind: "generate", callsPerSecond });
}

function primaryOf(rack: SimulatedRack, slots: readonly number[]): number {
  return rack.primaries().find((slot) => slots.includes(slot)) ?? 0;
}

/**
 * What another group's frames on the bus may cost a call: those of a few calls, those of a cold start with all that has waited for
 * it, and those of so many calls at once that the bus is full for a quarter of a second.
 */
const busMillis = { fewCalls: 1.5, coldStart: 5, burst: 25 };

test("each group has its primary, its backup and all witnesses, and carries the calls on its circuits", () => {
  const { rack, breaches } = start(rackOf(20));
  expect(rack.primaries()).toEqual([2, 4]);
  offer(rack, ["west", "east"], 40);
  rack.run(1_000);
  endCalls(rack);
  for (const group of [1, 2]) {
    const { made, failed } = callsOf(rack, ["west", "east"], isOf(group));
    expect(failed).toEqual([]);
    expect(made).toBeGreaterThan(20);
  }
  for (const [slots, group] of [
    [first, 1],
    [second, 2],
  ] as const) {
    const records = slots.map((slot) => rack.lines(slot, "cdr.jsonl"));
    expect([...records[0]].sort()).toEqual([...records[1]].sort());
    expect(records[0].every((line) => JSON.parse(line).incomingCircuit.includes(`-${group}/`))).toBe(true);
    for (const slot of [1, 6]) expect(rack.card(slot).memberOf(group).status()).toMatchObject({ admitted: true });
  }
  expect(breaches).toEqual([]);
});

describe("the primary of one group goes", () => {
  /** One call of the first group, on whose `at`th frame of a commit its primary is pulled; and calls of the second all the while. */
  function run(at: number, moment: "before" | "inside" | "after") {
    const { rack, breaches } = start(rackApart(12));
    offer(rack, ["north", "south"], 25);
    rack.run(50);
    const primary = primaryOf(rack, first);
    const [planeA] = rack.card(primary).ports;
    let frames = 0;
    rack.buses[0].decideFate = ({ id }, sender) => {
      if (sender !== planeA || canClassOf(id) !== recordClass.commit || frames++ !== at) return undefined;
      rack.clock.at(rack.clock.nowMicros(), () => rack.pull(primary));
      return { kind: "severed", moment, port: planeA };
    };
    rack.exchange("west").step({ kind: "call" });
    rack.run(250);
    rack.buses[0].decideFate = undefined;
    endCalls(rack);
    rack.run(50);
    const one = callsOf(rack, ["west"]);
    const others = callsOf(rack, ["north", "south"]);
    const connected = [...rack.gateways.values()].flatMap((gateway) => gateway.connected);
    const terms = second.map((slot) => rack.card(slot).memberOf(2).term());
    return { frames, one, others, connected, breaches, terms, records: recordsOf(rack, first) };
  }

  const recordsOf = (rack: SimulatedRack, slots: readonly number[]) =>
    slots.filter((slot) => !rack.card(slot).pulled).map((slot) => rack.lines(slot, "cdr.jsonl").length);

  test("at every frame of every commit of a call: no call is lost, and those of the other group go on as if nothing were", () => {
    const undisturbed = run(Number.POSITIVE_INFINITY, "after");
    expect(undisturbed.one).toMatchObject({ made: 1, failed: [] });
    const wrong: string[] = [];
    let runs = 0;
    for (const moment of ["before", "inside", "after"] as const) {
      for (let at = 0; at < undisturbed.frames; at++) {
        const { one, others, connected, breaches, terms, records } = run(at, moment);
        runs++;
        const limitMillis = undisturbed.others.longestMillis + busMillis.fewCalls;
        const isWell =
          one.made === 1 &&
          one.failed.length + others.failed.length + connected.length + breaches.length === 0 &&
          others.made === undisturbed.others.made &&
          others.longestMillis <= limitMillis &&
          `${terms}` === `${undisturbed.terms}` &&
          `${records}` === "1";
        if (!isWell)
          wrong.push(`${moment} ${at}: ${JSON.stringify({ one, others, connected, breaches, terms, records })}`);
      }
    }
    console.log(
      `${runs} runs, ${wrong.length} with another outcome; ${undisturbed.others.longestMillis} ms undisturbed`,
    );
    expect(wrong).toEqual([]);
  });
});

/** Lets calls of the second group run, then does something to the first; their longest set-up before, and since then. */
function longestBeforeAndSince(rack: SimulatedRack, exchanges: readonly string[], disturb: () => void) {
  rack.run(600);
  const before = callsOf(rack, exchanges);
  disturb();
  offer(rack, [...rack.exchanges.keys()], 0);
  rack.run(300);
  const all = callsOf(rack, exchanges);
  return { before, all, addedMillis: all.longestMillis - before.longestMillis };
}

test("both call servers of one group are lost, and it starts cold: the other's witnesses remember, its calls do not wait", () => {
  const { rack, breaches } = start(rackApart(12));
  offer(rack, ["north", "south"], 25);
  offer(rack, ["west", "east"], 10);
  const terms = () => [1, 6].map((slot) => rack.card(slot).memberOf(2).term());
  const termsBefore = terms();
  const { before, all, addedMillis } = longestBeforeAndSince(rack, ["north", "south"], () => {
    for (const slot of first) rack.pull(slot);
    rack.run(300);
    for (const slot of first) rack.insert(slot);
    rack.run(4_000);
  });
  expect(all.failed).toEqual([]);
  expect(all.made - before.made).toBeGreaterThan(100);
  expect(addedMillis).toBeLessThan(busMillis.coldStart);
  expect(terms()).toEqual(termsBefore);
  expect(rack.primaries().filter((slot) => first.includes(slot as 2))).toHaveLength(1);
  // That the first group has lost its state is a second fault, and said to be one.
  expect(breaches.filter((breach) => !breach.startsWith("state survives: slot 2"))).toEqual([]);
});

test("calls of one group come in bursts: those of the other take turns with them", () => {
  const { rack, breaches } = start(rackApart(80));
  offer(rack, ["north", "south"], 25);
  const { all, addedMillis } = longestBeforeAndSince(rack, ["north", "south"], () => {
    for (let burst = 0; burst < 8; burst++) {
      for (let call = 0; call < 30; call++) rack.exchange("west").step({ kind: "call" });
      rack.run(400);
    }
  });
  expect(all.failed).toEqual([]);
  expect(addedMillis).toBeLessThan(busMillis.burst);
  expect(callsOf(rack, ["west"])).toMatchObject({ made: 240, failed: [] });
  expect(breaches).toEqual([]);
});

describe("the applications of one group's call servers hang while its exchanges go on calling", () => {
  const manyCircuits = 1_300;
  /** Inputs of theirs that the LIM does not take any more wait in the transport, or are lost. */
  const farBehind = "group 1: the group is far behind";

  test("the exchanges of that group are held back, and calls of the other do not wait", () => {
    const { rack, breaches } = start(rackApart(manyCircuits));
    offer(rack, ["north", "south"], 25);
    const { before, all, addedMillis } = longestBeforeAndSince(rack, ["north", "south"], () => {
      for (const slot of first) rack.card(slot).hang();
      offer(rack, ["west", "east"], 400);
      rack.run(3_000);
      expect(rack.log.some((line) => line.includes(farBehind))).toBe(true);
    });
    expect(all.failed).toEqual([]);
    expect(all.made - before.made).toBeGreaterThan(100);
    expect(addedMillis).toBeLessThan(busMillis.fewCalls);
    expect(breaches).toEqual([]);
  });

  test("nor do they where the same exchanges have circuits in both groups", () => {
    const rackConfiguration = rackOf(manyCircuits);
    const trunkGroups = rackConfiguration.trunkGroups.map((group) =>
      group.group === 1 ? group : { ...group, firstCic: manyCircuits + 1, lastCic: manyCircuits + 60 },
    );
    const { rack } = start({ ...rackConfiguration, trunkGroups });
    for (const slot of first) rack.card(slot).hang();
    // The exchanges take the circuits that have been idle longest, and of those the lowest: first all of group 1.
    offer(rack, ["west", "east"], 400);
    rack.run(1_600);
    expect(rack.log.some((line) => line.includes(farBehind))).toBe(true);
    offer(rack, ["west", "east"], 25);
    rack.run(2_000);
    offer(rack, ["west", "east"], 0);
    rack.run(300);
    const { made, failed, longestMillis } = callsOf(rack, ["west", "east"], (cic) => cic > manyCircuits);
    expect(failed).toEqual([]);
    expect(made).toBeGreaterThan(70);
    expect(longestMillis).toBeLessThan(15);
  });
});

describe("two groups and two of every other card", () => {
  /** As the demonstration with two of each card: a second LIM and a second transporter. */
  function redundant(): RackConfiguration {
    const rack = rackApart(12);
    return {
      ...rack,
      cards: [...rack.cards, { slot: 7, kind: "lim" }, { slot: 8, kind: "transporter" }],
      exchanges: rack.exchanges.map((exchange) => ({
        ...exchange,
        associations: exchange.associations.flatMap((each) => [each, { ...each, lim: 7, port: each.port + 100 }]),
      })),
      gateways: rack.gateways.map((gateway) => ({
        ...gateway,
        callAgents: gateway.callAgents.flatMap((each) => [each, { ...each, transporter: 8, port: each.port + 1 }]),
      })),
    };
  }

  test.each([0, 1, 2, 3, 5, 8, 13])(
    "the transporter goes %i ms after a call of each has begun: none is lost in either",
    (millis) => {
      const { rack, breaches } = start(redundant());
      offer(rack, ["north", "south", "west", "east"], 25);
      rack.run(200);
      for (const name of ["west", "north"]) rack.exchange(name).step({ kind: "call" });
      rack.run(millis);
      rack.pull(6);
      rack.run(600);
      endCalls(rack);
      rack.run(50);
      for (const exchanges of [
        ["west", "east"],
        ["north", "south"],
      ]) {
        const { made, failed } = callsOf(rack, exchanges);
        expect(failed).toEqual([]);
        expect(made).toBeGreaterThan(30);
      }
      expect([...rack.gateways.values()].flatMap((gateway) => gateway.connected)).toEqual([]);
      expect(breaches).toEqual([]);
    },
  );
});
