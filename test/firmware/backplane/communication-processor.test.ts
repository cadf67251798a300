import { beforeEach, describe, expect, test } from "vitest";
import { encodeCommit } from "../../../firmware/backplane/commit.ts";
import { CommunicationProcessor } from "../../../firmware/backplane/communication-processor.ts";
import {
  classOf,
  frameIdentifier,
  framePart,
  partOf,
  type RecordClass,
  recordClass,
} from "../../../firmware/backplane/frame-identifier.ts";
import { beatKind, type Heartbeat, heartbeat, role } from "../../../firmware/backplane/heartbeat.ts";
import type { GroupPlan } from "../../../firmware/backplane/membership.ts";
import { secondLookMicros } from "../../../firmware/backplane/roster.ts";
import { decode, encode } from "../../../firmware/layout/layout.ts";
import type { Micros } from "../../../firmware/time.ts";
import { type CanFrame, canClassOf } from "../../../hal/can-frame.ts";
import { copyOfFrame } from "../../../hal/can-frame-pool.ts";
import { SimulatedRack } from "../../../tools/simulator/simulated-rack.ts";
import { smallRack } from "../../simulator/one-call.ts";
import { segmented } from "./segmented.ts";

const othersMicros = 20_000;
const plan = { group: 1, callServers: [2, 3], witnesses: [1] };

/** A LIM alone on its planes; what it sends on plane A is put into `sent`, who dies is told to `died`, `looks` when it looks around. */
function limAlone(
  plans: readonly GroupPlan[],
  sent: CanFrame[],
  died: (slot: number) => void = () => undefined,
  looks: () => void = () => undefined,
  transmitted: (plane: 0 | 1, frame: CanFrame) => void = () => undefined,
): CommunicationProcessor {
  return new CommunicationProcessor(
    {
      slot: 1,
      kind: "lim",
      plans,
      frameOctets: 8,
      timing: { primaryMicros: 5_000, othersMicros, missesToDeath: 3 },
      incarnation: 7,
      realTime: true,
      configurationDigest: 1,
    },
    {
      transmit: (plane, frame) => {
        if (plane === 0) sent.push(frame);
        transmitted(plane, frame);
        return "queued";
      },
      toApplication: () => {},
      toManagement: () => {},
      progress: () => {
        looks();
        return 0;
      },
      nudge: () => {},
      starvedMicros: () => 0,
      work: () => 0,
      commitsPerformed: () => 0,
      note: () => {},
      end: () => {},
      wallMillis: () => 1,
      log: () => {},
      milestone: (step, slot) => {
        if (step === "death") died(slot);
      },
    },
    0,
  );
}

test("beats that overtake each other in the controller are not waited for", () => {
  const waiting: CanFrame[] = [];
  const processor = limAlone([plan], waiting);
  let sent = 0;
  // It listens for a while before it beats.
  processor.tick(2 * othersMicros);
  waiting.length = 0;
  for (let now = 3 * othersMicros; now < 43 * othersMicros; now += othersMicros) {
    processor.tick(now);
    if (waiting.length < 2) continue;
    sent += waiting.length;
    for (const frame of waiting.splice(0).reverse()) processor.transmitted(0, [frame], now);
  }
  expect(sent).toBe(40);
});

const beatOf2 = encode(heartbeat, {
  group: 1,
  role: role.primary,
  term: 1,
  incarnation: 9,
  kind: beatKind.identity,
  value: 0,
  realTime: 1,
  hung: 0,
  deaf: 0,
  leaving: 0,
});
const beatId = frameIdentifier(recordClass.heartbeat, 2, framePart.whole);

test("the second look at a silence does not wait for the next millisecond", () => {
  const deaths: number[] = [];
  const sent: CanFrame[] = [];
  const processor = limAlone([plan], sent, (slot) => deaths.push(slot));
  processor.tick(2 * othersMicros);
  const heardMicros = 2 * othersMicros + 1000;
  processor.frames(0, [{ id: beatId, fd: false, data: beatOf2 }], heardMicros, false);
  const wakes: Micros[] = [];
  while (deaths.length === 0) {
    wakes.push(processor.nextDeadline());
    processor.tick(processor.nextDeadline());
  }
  expect(deaths).toEqual([2]);
  const limitMicros = 16_250;
  expect(wakes.slice(-2)).toEqual([heardMicros + limitMicros, heardMicros + limitMicros + secondLookMicros]);
});

function framesOf(kind: RecordClass, slot: number, record: Uint8Array, sequence: number): CanFrame[] {
  return segmented(record, kind, slot, sequence, 8);
}

describe("frames that say nothing, such as all of a record but its last", () => {
  const nothingNew = framesOf(recordClass.input, 4, new Uint8Array(20), 1).slice(0, 1);
  let looks = 0;
  let sent: CanFrame[] = [];
  let processor: CommunicationProcessor;
  beforeEach(() => {
    sent = [];
    processor = limAlone(
      [plan],
      sent,
      () => undefined,
      () => looks++,
    );
    processor.tick(2 * othersMicros);
    sent.length = looks = 0;
  });

  test("are no reason to look around", () => {
    processor.frames(0, nothingNew, 2 * othersMicros + 100);
    expect(looks).toBe(0);
  });

  test("do not keep a beat that is due", () => {
    processor.frames(0, nothingNew, processor.nextDeadline() - 1);
    expect(sent).toHaveLength(0);
    processor.frames(0, nothingNew, processor.nextDeadline());
    expect(sent).toHaveLength(1);
  });

  test("are one when they are the last that have come", () => {
    processor.frames(0, nothingNew, 2 * othersMicros + 100, true);
    expect(looks).toBe(1);
    processor.frames(0, nothingNew, 2 * othersMicros + 200, true);
    expect(looks).toBe(1);
    processor.frames(0, nothingNew, 2 * othersMicros + 300);
    expect(looks).toBe(2);
  });
});

describe("the beats of a card with a part in two groups", () => {
  const plans = [plan, { group: 2, callServers: [4, 5], witnesses: [1] }];

  function beatsOf(frames: readonly CanFrame[]): Heartbeat[] {
    return frames.flatMap(({ id, data }) => {
      const beat = canClassOf(id) === recordClass.heartbeat ? decode(heartbeat, data) : undefined;
      return beat?.ok ? [beat.value] : [];
    });
  }

  /** So many beats, each confirmed, and put into `sent` as a copy. @returns a moment between the last and the next */
  function beatOn(processor: CommunicationProcessor, sent: CanFrame[], beats: number): Micros {
    for (let beat = 0; beat < beats; beat++) {
      const now = (2 + beat) * othersMicros;
      processor.tick(now);
      const own = sent.slice(-1);
      sent.splice(-1, 1, ...own.map(copyOfFrame));
      processor.transmitted(0, own, now);
    }
    return (1.25 + beats) * othersMicros;
  }

  test("are about each in turn, and tell of each all that they tell", () => {
    const sent: CanFrame[] = [];
    const processor = limAlone(plans, sent);
    beatOn(processor, sent, 8);
    const beats = beatsOf(sent);
    expect(beats.map(({ group }) => group)).toEqual([1, 2, 1, 2, 1, 2, 1, 2]);
    const told = (of: number) => new Set(beats.flatMap(({ group, kind }) => (group === of ? [kind] : [])));
    expect(told(1)).toEqual(new Set([beatKind.identity, beatKind.configuration]));
    expect(told(2)).toEqual(told(1));
  });

  test("say at once what is new in one, and nothing else of the other", () => {
    const sent: CanFrame[] = [];
    const processor = limAlone(plans, sent);
    const now = beatOn(processor, sent, 4);
    // Its call server beats, so that it is known, and admits the LIM in group 2.
    const its = { leaving: 0, realTime: 1, hung: 0, deaf: 0, incarnation: 9, role: role.primary, term: 1, group: 2 };
    const data = encode(heartbeat, { ...its, kind: beatKind.identity, value: 0x0109_10 });
    const admit = encodeCommit({
      ...{ group: 2, term: 1, sequence: 2, refersToInput: false, timeMillis: 1, body: new Uint8Array(0) },
      consumed: { kind: "admit", slot: 1, incarnation: 7 },
    });
    sent.length = 0;
    const beat = { id: frameIdentifier(recordClass.heartbeat, 4, framePart.whole), fd: false, data };
    processor.frames(0, [beat, ...framesOf(recordClass.commit, 4, admit, 0)], now);
    expect(beatsOf(sent)).toMatchObject([{ group: 2, role: role.witness, term: 1 }]);
    expect(processor.memberOf(1).role()).toBe(role.newcomer);
  });
});

test("commits that overtake each other in the controller are all known to be out: every call has its records", () => {
  const configuration = {
    ...smallRack,
    bus: { ...smallRack.bus, frames: "fd" as const },
    trunkGroups: smallRack.trunkGroups.map((group) => ({ ...group, lastCic: 60 })),
  };
  const rack = new SimulatedRack(configuration, { mix: { ringMicros: 10_000, holdMicros: 10_000 } });
  rack.run(250);
  let overtaken = 0;
  for (const bus of rack.buses) {
    bus.decideFate = ({ id }) => {
      if (canClassOf(id) !== recordClass.commit || partOf(id) !== framePart.whole) return undefined;
      overtaken++;
      return { kind: "overtaken" };
    };
  }
  const calls = 30;
  for (let made = 0; made < calls; made++) rack.exchange("west").step({ kind: "call" });
  rack.run(500);
  const records = [2, 3].map((slot) => rack.lines(slot, "cdr.jsonl").length);
  expect(records).toEqual([calls, calls]);
  expect(overtaken).toBeGreaterThan(100);
});

describe("a plane that an operator has inhibited", () => {
  /** Frames of records that went out on planes A and B, without beats. */
  let records: [number, number];
  let beats: [number, number];
  let enquiry = 0;
  let inPort: [plane: 0 | 1, frame: CanFrame][];
  let now: Micros;
  let processor: CommunicationProcessor;
  beforeEach(() => {
    records = [0, 0];
    beats = [0, 0];
    const nothing = () => undefined;
    inPort = [];
    now = 2 * othersMicros;
    processor = limAlone([plan], [], nothing, nothing, (plane, frame) => {
      (classOf(frame.id) === recordClass.heartbeat ? beats : records)[plane]++;
      inPort.push([plane, frame]);
    });
    // It keeps quiet for its first beats.
    pass(10);
  });
  const pass = (intervals: number) => {
    for (let count = 0; count < intervals; count++) {
      now += othersMicros;
      processor.frames(0, [{ id: beatId, fd: false, data: beatOf2 }], now, false);
      processor.tick(now);
      for (const [plane, frame] of inPort.splice(0)) processor.transmitted(plane, [frame], now);
    }
  };
  const speak = () => {
    records = [0, 0];
    beats = [0, 0];
    processor.management({ kind: "enquire", slot: 2, enquiry: ++enquiry, octets: Uint8Array.of(1) }, now);
    pass(3);
    return { records: records.map((count) => count > 0), beats: beats.map((count) => count > 0) };
  };

  test("carries beats and nothing else, until it is used again", () => {
    expect(speak()).toEqual({ records: [true, true], beats: [true, true] });
    processor.inhibitPlane(1, true);
    expect(processor.status()).toMatchObject({ inhibited: [false, true] });
    expect(speak()).toEqual({ records: [true, false], beats: [true, true] });
    processor.inhibitPlane(1, false);
    expect(speak()).toEqual({ records: [true, true], beats: [true, true] });
  });

  test("is used all the same while the other one is passive or lost", () => {
    processor.inhibitPlane(1, true);
    processor.planePassive(0, true);
    expect(speak().records).toEqual([false, true]);
    processor.planePassive(0, false);
    expect(speak().records).toEqual([true, false]);
    processor.planeLost(0);
    expect(speak().records[1]).toBe(true);
    processor.planePassive(0, false);
    expect(speak().records).toEqual([true, false]);
  });

  test("never both at a time", () => {
    processor.inhibitPlane(0, true);
    processor.inhibitPlane(1, true);
    expect(processor.status()).toMatchObject({ inhibited: [true, false] });
    expect(speak().records).toEqual([false, true]);
  });
});
