import { describe, expect, test } from "vitest";
import type { Milestone, ProtocolRule } from "../../../firmware/backplane/membership.ts";
import { recordClass } from "../../../firmware/backplane/frame-identifier.ts";
import { takeoverRecord } from "../../../firmware/backplane/takeover-records.ts";
import { encode } from "../../../firmware/layout/layout.ts";
import { canClassOf } from "../../../hal/can-frame.ts";
import type { FrameFate } from "../../../hal/simulated/can-frame-fate.ts";
import { ToyRack } from "./toy-rack.ts";
import { sayAll, started, values, wrong } from "./toy-words.ts";

/** How many transmissions the undisturbed run takes on plane A from the first word on. */
function countTransmissions(): number {
  const rack = started();
  let attempts = 0;
  rack.buses[0].decideFate = () => {
    attempts++;
    return undefined;
  };
  sayAll(rack);
  expect(wrong(rack)).toBeUndefined();
  return attempts;
}

type Pull = (rack: ToyRack, transmission: number) => void;

/** Both planes lose the primary at the same transmission of plane A. */
function severing(moment: "before" | "inside" | "after"): Pull {
  return (rack, transmission) => {
    let seen = 0;
    rack.buses[0].decideFate = () => {
      if (seen++ !== transmission) return undefined;
      const fate: FrameFate = { kind: "severed", moment, port: rack.card(2).ports[0] };
      rack.clock.at(rack.clock.nowMicros(), () => rack.pull(2));
      return fate;
    };
  };
}

/** The error in the last two bits: `omitted` do not get the primary's frame, and the primary is gone. */
function lastTwoBits(omitted: readonly number[]): Pull {
  return (rack, transmission) => {
    let seen = 0;
    rack.buses[0].decideFate = (_frame, sender) => {
      if (seen++ !== transmission || sender !== rack.card(2).ports[0]) return undefined;
      rack.buses[1].sever(rack.card(2).ports[1]);
      rack.clock.at(rack.clock.nowMicros() + 200, () => rack.pull(2));
      return { kind: "rejected-at", ports: omitted.map((slot) => rack.card(slot).ports[0]), senderSevered: true };
    };
  };
}

const subsets: readonly (readonly number[])[] = [[1], [3], [4], [1, 3], [1, 4], [3, 4], [1, 3, 4]];
const pulls: readonly (readonly [string, Pull])[] = [
  ["before", severing("before")],
  ["inside", severing("inside")],
  ["after", severing("after")],
  ...subsets.map((omitted) => [`last two bits at ${omitted.join("+")}`, lastTwoBits(omitted)] as const),
];

/** Runs every pull at every transmission; returns the runs and the outcomes that are wrong. */
function pullEverywhere(withoutRules: readonly ProtocolRule[] = []): { runs: number; failures: string[] } {
  const transmissions = countTransmissions();
  const failures: string[] = [];
  let runs = 0;
  for (const [name, pull] of pulls) {
    for (let transmission = 0; transmission < transmissions; transmission++) {
      const rack = started(withoutRules);
      pull(rack, transmission);
      sayAll(rack);
      rack.run(100);
      if (!rack.card(2).pulled) continue;
      runs++;
      const outcome = wrong(rack);
      if (outcome) failures.push(`${name} transmission ${transmission}: ${outcome}`);
    }
  }
  return { runs, failures };
}

describe("the primary is pulled at every frame", () => {
  test("every word is performed once by every witness, and the new primary knows all that was performed", () => {
    const { runs, failures } = pullEverywhere();
    console.log(`${runs} runs`);
    expect(failures).toEqual([]);
    expect(runs).toBeGreaterThan(300);
  });

  test.each<ProtocolRule>(["salvage", "pending-inputs", "begin"])("without %s it fails", (rule) => {
    expect(pullEverywhere([rule]).failures.length).toBeGreaterThan(0);
  });
});

test("an inserted call server is backup with the group's state, and takes over in its turn", () => {
  const rack = started();
  sayAll(rack);
  rack.pull(2);
  rack.run(100);
  rack.insert(2);
  rack.run(500);
  expect(rack.roles()).toEqual({ 1: "witness", 2: "backup", 3: "primary", 4: "witness" });
  rack.pull(3);
  rack.run(100);
  rack.say(1, 99);
  rack.run(100);
  expect(rack.roles()).toMatchObject({ 2: "primary" });
  expect(rack.callServer(2).values).toEqual([...rack.performed(1)]);
  expect(rack.performed(1)).toContain(99);
});

test("a backup is complete only when no witness lacks a commit that it could not give", () => {
  const rack = started();
  rack.pull(3);
  rack.run(100);
  // Nothing that the primary commits gets to the transporter, nor what it gives again.
  const commits: readonly number[] = [recordClass.commit, recordClass.repair];
  for (const [plane, bus] of rack.buses.entries()) {
    const [port, lacking] = [2, 4].map((slot) => rack.card(slot).ports[plane]);
    bus.decideFate = ({ id }, sender) =>
      sender === port && commits.includes(canClassOf(id)) ? { kind: "lost-at", ports: [lacking] } : undefined;
  }
  rack.say(1, 77);
  rack.run(20);
  rack.insert(3);
  rack.run(300);
  expect(rack.performed(4)).toEqual([]);
  expect(rack.roles()).toMatchObject({ 3: "incomplete" });
  for (const bus of rack.buses) bus.decideFate = () => undefined;
  rack.run(200);
  expect(rack.performed(4)).toEqual([77]);
  expect(rack.roles()).toMatchObject({ 3: "backup" });
  rack.pull(2);
  rack.run(100);
  rack.say(1, 78);
  rack.run(100);
  expect(rack.performed(4)).toEqual([77, 78]);
});

test("a primary that only makes way can still give what a witness lacks: a backup that could not is not complete", () => {
  const rack = started();
  rack.pull(3);
  rack.run(100);
  // Nothing that the primary says gets to the transporter but its beats: neither commits nor, later, a claim.
  for (const [plane, bus] of rack.buses.entries()) {
    const [port, lacking] = [2, 4].map((slot) => rack.card(slot).ports[plane]);
    bus.decideFate = ({ id }, sender) =>
      sender === port && canClassOf(id) !== recordClass.heartbeat ? { kind: "lost-at", ports: [lacking] } : undefined;
  }
  rack.say(1, 77);
  rack.run(20);
  rack.insert(3);
  rack.run(300);
  expect(rack.roles()).toMatchObject({ 2: "primary", 3: "incomplete" });
  // A grant that comes late: nobody claims any more.
  const grant = { kind: "grant", group: 1, term: 2, claimant: 3, after: 0, salvaged: 0 } as const;
  rack.card(2).memberOf().record(recordClass.takeover, 4, encode(takeoverRecord, grant), rack.clock.nowMicros());
  rack.run(30);
  expect(rack.roles()).toMatchObject({ 2: "claimant", 3: "incomplete" });
  for (const bus of rack.buses) bus.decideFate = () => undefined;
  rack.run(200);
  expect(rack.performed(4)).toEqual([77]);
  expect(rack.roles()).toMatchObject({ 2: "primary", 3: "backup" });
});

test("a primary that is frozen and thawed has no effect and returns as backup", () => {
  const rack = started();
  sayAll(rack);
  rack.card(2).freeze();
  rack.say(1, 77);
  rack.run(100);
  expect(rack.primaries()).toContain(3);
  rack.say(1, 78);
  rack.run(100);
  rack.card(2).thaw();
  rack.run(500);
  expect(rack.roles()).toEqual({ 1: "witness", 2: "backup", 3: "primary", 4: "witness" });
  expect(rack.performed(1)).toEqual(rack.performed(4));
  expect([...rack.performed(1)].sort((a, b) => a - b)).toEqual([...values, 77, 78]);
  expect(rack.callServer(2).values).toEqual(rack.callServer(3).values);
});

test("a primary may leave as soon as there is a backup: its own claim does not stand any more", () => {
  const rack = new ToyRack();
  for (let millis = 0; millis < 300 && rack.roles()[3] !== "backup"; millis++) rack.run(1);
  rack.card(2).leave();
  rack.run(5);
  expect(rack.primaries()).toEqual([3]);
});

test("a planned leave, and the backup is pulled before it begins: the card that leaves stays", () => {
  const rack = started();
  rack.card(2).leave();
  rack.run(0.2);
  rack.pull(3);
  expect(rack.primaries()).toEqual([]);
  rack.run(200);
  expect(rack.primaries()).toEqual([2]);
  expect(rack.callServer(2).coldStarts).toBe(1);
  sayAll(rack);
  expect(wrong(rack)).toBeUndefined();
  // It was told to leave, and does when there is a new backup.
  rack.insert(3);
  rack.run(300);
  expect(rack.primaries()).toEqual([3]);
  expect(rack.callServer(3).values).toEqual(rack.callServer(2).values);
});

test("a claim is withdrawn when only a witness that has died had granted it", () => {
  const rack = started();
  // The LIM and the backup miss the primary's beats, and the primary misses the LIM's grant.
  const deafTo: Readonly<Record<number, readonly number[]>> = { 1: [2], 2: [1, 3] };
  for (const [plane, bus] of rack.buses.entries()) {
    bus.decideFate = (_frame, sender) => {
      const slot = [1, 2, 3, 4].find((candidate) => rack.card(candidate).ports[plane] === sender) ?? 0;
      return { kind: "lost-at", ports: (deafTo[slot] ?? []).map((other) => rack.card(other).ports[plane]) };
    };
  }
  rack.run(40);
  expect(rack.roles()).toMatchObject({ 2: "primary", 3: "claimant" });
  expect(rack.card(1).communication.status().term).toBe(2);
  rack.pull(1);
  for (const bus of rack.buses) bus.decideFate = () => undefined;
  rack.run(300);
  expect(rack.roles()).toMatchObject({ 2: "primary", 3: "backup" });
});

test("a witness that misses the primary later than the claimant grants what was claimed as soon as it does", () => {
  const timing = { primaryMicros: 5_000, othersMicros: 20_000, missesToDeath: 3.2 };
  const rack = started([], { unlike: { 1: { timing } } });
  rack.pull(2);
  rack.run(100);
  const at = (slot: number, step: Milestone) =>
    rack.milestones.findLast((one) => one.slot === slot && one.step === step)?.atMicros ?? Number.NaN;
  expect(at(1, "death") - at(3, "claim")).toBeCloseTo(1000, -2);
  expect(at(3, "begin") - at(1, "death")).toBeLessThan(500);
});

test("who began a term that nobody heard of finds that the group went on from more commits of the term before", () => {
  const rack = started();
  const lose = (fateOf: (plane: number) => (typeof rack.buses)[0]["decideFate"]) => {
    for (const [plane, bus] of rack.buses.entries()) bus.decideFate = fateOf(plane);
  };
  const inputs: readonly number[] = [recordClass.input, recordClass.repair];
  // The backup hears no inputs, and once it has begun nobody hears it: its run ends with its BEGIN.
  let isHeard = true;
  lose((plane) => ({ id }, sender) => {
    const [backup, ...others] = [3, 1, 2, 4].map((slot) => rack.card(slot).ports[plane]);
    if (sender === backup) return isHeard ? undefined : { kind: "lost-at", ports: others };
    return inputs.includes(canClassOf(id)) ? { kind: "lost-at", ports: [backup] } : undefined;
  });
  rack.card(2).freeze();
  for (const word of [5, 6, 7]) rack.say(1, word);
  while (rack.roles()[3] !== "primary") rack.run(0.02);
  isHeard = false;
  rack.card(2).thaw();
  rack.run(200);
  expect(rack.primaries()).toContain(2);
  lose(() => () => undefined);
  rack.run(500);
  expect(rack.roles()).toEqual({ 1: "witness", 2: "primary", 3: "backup", 4: "witness" });
  expect(rack.status(3).commit).toBe(rack.status(2).commit);
  expect(rack.callServer(3).values).toEqual(rack.callServer(2).values);
});

test("who began a term that nobody heard of finds by the beats that the group went another way, though nothing happens", () => {
  const rack = started();
  const cutOff = (slot: number, on: boolean) => {
    for (const [plane, bus] of rack.buses.entries()) {
      bus.setMute(rack.card(slot).ports[plane], on);
      bus.setDeaf(rack.card(slot).ports[plane], on);
    }
  };
  const began = (slot: number) =>
    rack.milestones.filter((milestone) => milestone.slot === slot && milestone.step === "begin").length;
  rack.card(2).freeze();
  const before = began(3);
  while (began(3) === before) rack.run(0.02);
  // Its BEGIN is on nobody's bus, and what it holds ends there. Slot 2 begins its term at the same commit.
  cutOff(3, true);
  rack.run(1);
  rack.card(2).thaw();
  rack.run(200);
  expect(rack.primaries()).toEqual([2]);
  cutOff(3, false);
  rack.run(500);
  expect(rack.roles()).toEqual({ 1: "witness", 2: "primary", 3: "backup", 4: "witness" });
  expect(rack.status(3).commit).toBe(rack.status(2).commit);
});

test("a primary that is pulled while it makes way is missed as quickly as any other", () => {
  for (let micros = 0; micros < 1000; micros += 20) {
    const rack = started();
    rack.card(2).leave();
    rack.run(micros / 1000);
    rack.pull(2);
    rack.run(25);
    expect(rack.primaries(), `pulled after ${micros} µs`).toEqual([3]);
  }
});

test("a LIM that is pulled and inserted takes part again", () => {
  const rack = started();
  sayAll(rack);
  rack.pull(1);
  rack.run(300);
  rack.insert(1);
  rack.run(300);
  expect(rack.roles()).toMatchObject({ 1: "witness", 2: "primary" });
  rack.say(1, 55);
  rack.run(50);
  expect(rack.performed(1)).toEqual([55]);
  expect([...rack.performed(4)].sort((a, b) => a - b)).toEqual([...values, 55]);
});

test("when every call server has lost the state, the rack starts cold, and what was not consumed is consumed then", () => {
  const rack = started();
  sayAll(rack);
  rack.pull(3);
  rack.pull(2);
  rack.say(1, 66);
  rack.run(100);
  rack.insert(2);
  rack.insert(3);
  rack.run(2500);
  expect(rack.roles()).toEqual({ 1: "witness", 2: "primary", 3: "backup", 4: "witness" });
  rack.say(4, 67);
  rack.run(200);
  expect(rack.performed(1)).toEqual(rack.performed(4));
  expect([...rack.performed(1)].sort((a, b) => a - b)).toEqual([...values, 66, 67]);
  expect(rack.callServer(3).values).toEqual([66, 67]);
});

test("what was in the controllers when a plane was cut is not believed when it is mended", () => {
  const rack = started();
  rack.buses[0].cut();
  sayAll(rack);
  rack.pull(2);
  rack.run(100);
  rack.insert(2);
  rack.run(500);
  rack.buses[0].mend();
  rack.run(300);
  expect(rack.roles()).toEqual({ 1: "witness", 2: "backup", 3: "primary", 4: "witness" });
  expect(rack.lines.filter((line) => line.includes("claims term"))).toHaveLength(1);
});

test("either plane may be cut", () => {
  for (const plane of [0, 1]) {
    const rack = started();
    rack.buses[plane].cut();
    sayAll(rack);
    rack.buses[plane].mend();
    rack.run(100);
    expect(wrong(rack)).toBeUndefined();
    expect(rack.primaries()).toEqual([2]);
  }
});

test("a backup that hears nobody for a moment is backup again, also when there is nothing to commit", () => {
  const rack = new ToyRack();
  rack.run(300);
  const [primary] = rack.primaries();
  const backup = primary === 2 ? 3 : 2;
  const deafen = (on: boolean) => {
    for (const [plane, bus] of rack.buses.entries()) bus.setDeaf(rack.card(backup).ports[plane], on);
  };
  deafen(true);
  rack.run(100);
  expect(rack.roles()[backup]).toBe("resigned");
  deafen(false);
  const { commit } = rack.status(backup);
  rack.run(60);
  expect(rack.roles()).toMatchObject({ [primary]: "primary", [backup]: "backup" });
  expect(rack.status(backup).commit).toBe(commit);
});
