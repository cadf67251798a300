/** Cards that babble or talk nonsense: an alarm at everybody else, and nothing of it is taken in. */
import { describe, expect, test } from "vitest";
import { Conduct } from "../../../firmware/backplane/conduct.ts";
import { frameIdentifier, framePart, recordClass } from "../../../firmware/backplane/frame-identifier.ts";
import { takeoverRecord } from "../../../firmware/backplane/takeover-records.ts";
import { encode } from "../../../firmware/layout/layout.ts";
import { type CanFrame, canClassOf } from "../../../hal/can-frame.ts";
import { copyOfFrame } from "../../../hal/can-frame-pool.ts";
import { seededEntropy } from "../../../hal/simulated/entropy.ts";
import type { ToyRack } from "./toy-rack.ts";
import { sayAll, started, wrong } from "./toy-words.ts";
import { segmented } from "./segmented.ts";

const slots = [1, 2, 3, 4];
const inService = { 1: "witness", 2: "primary", 3: "backup", 4: "witness" };

/** What the cards have said of the conduct of a slot, by card. */
function saidOf(rack: ToyRack, slot: number): string[] {
  const lines = rack.lines.filter(
    (line) => line.includes(`: slot ${slot} babbles`) || line.includes(`: slot ${slot} talks`),
  );
  return lines.map((line) => line.slice(line.indexOf("slot"))).sort();
}

/** Says something again and again, as fast as the plane takes it. */
function keepSaying(rack: ToyRack, say: () => void, everyMicros: number, millis: number): void {
  const end = rack.clock.nowMicros() + millis * 1000;
  const again = () => {
    if (rack.clock.nowMicros() >= end) return;
    say();
    rack.clock.at(rack.clock.nowMicros() + everyMicros, again);
  };
  again();
}

describe("a card that babbles: highest-priority frames without end", () => {
  const places = slots.flatMap((slot) => [0, 1].map((plane) => [slot, plane] as const));
  test.each(places)("slot %d on plane %d: calls go on over the other plane", (slot, plane) => {
    const rack = started();
    const port = rack.card(slot).ports[plane];
    let said: CanFrame | undefined;
    rack.buses[plane].decideFate = (frame, sender) => {
      if (sender === port && canClassOf(frame.id) === recordClass.heartbeat) said ??= copyOfFrame(frame);
      return undefined;
    };
    rack.run(100);
    const beat = said ?? { id: 0, fd: false, data: new Uint8Array(0) };
    keepSaying(rack, () => port.transmit({ ...beat }), 50, 2_000);
    rack.run(500);
    sayAll(rack);
    expect(wrong(rack)).toBeUndefined();
    rack.run(1_500);
    expect(rack.roles()).toEqual(inService);
    const name = plane === 0 ? "A" : "B";
    const others = slots.filter((other) => other !== slot);
    expect(saidOf(rack, slot)).toEqual(
      others.map((other) => `slot ${other} alarm: slot ${slot} babbles on plane ${name}: not listened to there`),
    );
    const heardBy = () => others.map((other) => rack.card(other).communication.babblesOn(slot));
    expect(heardBy()).toEqual(others.map(() => name));
    rack.run(3_000);
    expect(heardBy()).toEqual(others.map(() => ""));
    expect(saidOf(rack, slot).filter((line) => line.includes("no more"))).toHaveLength(others.length);
    expect(rack.roles()).toEqual(inService);
  });

  test("what a card hears at once because it could not listen is no babble", () => {
    const rack = started();
    for (const millis of [30, 300, 3_000]) {
      rack.card(4).freeze();
      rack.run(millis);
      rack.card(4).thaw();
      rack.run(1_000);
    }
    expect(rack.lines.filter((line) => line.includes("babbles"))).toEqual([]);
  });
});

describe("a card that talks nonsense", () => {
  /** Sends records in the name of a slot, from a port of their own. */
  function rogue(rack: ToyRack, slot: number) {
    const ports = rack.buses.map((bus) => bus.attach("rogue"));
    let sequence = 0;
    return (kind: number, record: Uint8Array) => {
      sequence = (sequence + 1) % 256;
      const frames = segmented(record, kind, slot, sequence, 8);
      for (const port of ports) for (const frame of frames) port.transmit(frame);
    };
  }

  const claim = encode(takeoverRecord, {
    ...{ kind: "claim", group: 1, term: 1_000_001, lastTerm: 1_000_000, lastSequence: 9_999, cold: 0, settled: [] },
  });
  /** A commit of a term that nobody has begun. */
  const commit = Uint8Array.of(0x10, 0xff, 0xff, 0x03, 0x00, 0x01, 7, 7, 7);

  test.each([
    ["a LIM that claims to be primary", 1, recordClass.takeover, claim],
    ["a LIM that commits", 1, recordClass.commit, commit],
    ["a transporter that gives the state", 4, recordClass.resynchronisation, Uint8Array.of(0x01, 0, 0, 0, 0)],
    ["a call server with inputs", 3, recordClass.input, Uint8Array.of(0x10, 0x01, 200)],
    ["takeover records that cannot be read", 3, recordClass.takeover, Uint8Array.of(0xff, 0xff)],
    ["repair records that cannot be read", 4, recordClass.repair, Uint8Array.of(0xff)],
    ["a card in a slot that rack.yaml does not know", 9, recordClass.takeover, claim],
  ] as const)("%s", (_, slot, kind, record) => {
    const rack = started();
    const say = rogue(rack, slot);
    keepSaying(rack, () => say(kind, record), 5_000, 1_000);
    rack.run(100);
    sayAll(rack);
    rack.run(1_000);
    expect(rack.roles()).toEqual(inService);
    expect(wrong(rack)).toBeUndefined();
    const told = slots.filter((other) => other !== slot);
    const alarms = saidOf(rack, slot).filter((line) => line.includes("alarm"));
    for (const other of told) {
      const text = `slot ${other} alarm: slot ${slot} talks nonsense: what cannot be from such a card is dropped`;
      // Of resynchronisation and inputs not every kind of card takes notice beyond whose it is.
      expect(alarms).toContain(text);
    }
    rack.run(3_000);
    expect(saidOf(rack, slot).filter((line) => line.includes("talks sense again"))).toHaveLength(alarms.length);
  });

  test.each(Array.from({ length: 20 }, (_, seed) => seed))(
    "octets of chance from a slot that is none, seed %d",
    (seed) => {
      const rack = started();
      const chance = seededEntropy(seed);
      const say = rogue(rack, 5 + chance.integer(59));
      keepSaying(rack, () => say(chance.integer(8), chance.octets(chance.integer(40))), 700, 500);
      rack.run(100);
      sayAll(rack);
      rack.run(500);
      expect(rack.roles()).toEqual(inService);
      expect(wrong(rack)).toBeUndefined();
    },
  );

  test("a beat that is too short is nonsense, and a few bad records are chance", () => {
    const log: string[] = [];
    const conduct = new Conduct({ 3: "call-server" }, 5_000, (severity, text) => log.push(`${severity}: ${text}`), 0);
    for (let now = 0; now < 1_000_000; now += 50_000) {
      conduct.nonsense(3, now);
      conduct.look(now);
    }
    expect(log).toEqual([]);
    const rack = started();
    const [port] = rack.buses.map((bus) => bus.attach("rogue"));
    const id = frameIdentifier(recordClass.heartbeat, 3, framePart.whole);
    for (let times = 0; times < 10; times++) port.transmit({ id, fd: false, data: Uint8Array.of(1, 2) });
    rack.run(100);
    expect(saidOf(rack, 3)).toHaveLength(3);
    expect(rack.roles()).toEqual(inService);
  });
});
