/** Enquiries beside calls: they take what the pace gives them and no more, and neither calls nor beats feel it. */
import { expect, test } from "vitest";
import { classOf, recordClass, slotOf } from "../../firmware/backplane/frame-identifier.ts";
import { enquiryShare } from "../../firmware/backplane/enquiry-pace.ts";
import { canFrameBits } from "../../hal/can-bits.ts";
import { bringIntoService, countCalls, endCalls, offerCalls } from "../../tools/bench/simulated-load.ts";
import { SimulatedRack } from "../../tools/simulator/simulated-rack.ts";
import { answerOf, answersAtOnce, askFor, type Outcome } from "../firmware/backplane/enquiry-rack.ts";
import { smallRackOf } from "./one-call.ts";

const callsPerSecond = 25;
const millis = 2_000;
const answerOctets = 400;

interface Measured {
  readonly lost: number;
  /** Of a call, on plane A, beats and enquiries apart. */
  readonly bitsPerCall: number;
  /** Of plane A. */
  readonly enquiryShare: number;
  /** Between two beats of the primary on plane A. */
  readonly longestBeatMicros: number;
  readonly answers: readonly { readonly slot: number; readonly outcome: Outcome }[];
}

/** Calls at a steady rate; with `asks` every card asks every other card all the time. */
function measure(asks: boolean): Measured {
  const rack = new SimulatedRack(smallRackOf(16), { mix: { ringMicros: 50_000, holdMicros: 100_000 } });
  bringIntoService(rack);
  const answers: { slot: number; outcome: Outcome }[] = [];
  const ask = (from: number, slot: number) => {
    const next = (its: Outcome) => {
      if (its.isWhole) ask(from, slot);
    };
    answers.push({ slot, outcome: askFor(rack.card(from).management, slot, answerOctets, next) });
  };
  for (const slot of rack.slots) answersAtOnce(rack.card(slot).management, slot);
  const bits = new Map<number, number>();
  const [primary] = rack.primaries();
  let beatAt: number | undefined;
  let longestBeatMicros = 0;
  rack.buses[0].decideFate = (frame) => {
    const kind = classOf(frame.id);
    const { nominal, data } = canFrameBits(frame);
    bits.set(kind, (bits.get(kind) ?? 0) + nominal + data);
    if (kind === recordClass.heartbeat && slotOf(frame.id) === primary) {
      const now = rack.clock.nowMicros();
      longestBeatMicros = Math.max(longestBeatMicros, now - (beatAt ?? now));
      beatAt = now;
    }
    return undefined;
  };
  if (asks) for (const from of rack.slots) for (const to of rack.slots) if (from !== to) ask(from, to);
  offerCalls(rack, callsPerSecond);
  rack.run(millis);
  const bulk = bits.get(recordClass.bulk) ?? 0;
  rack.buses[0].decideFate = (frame) => {
    const kind = classOf(frame.id);
    const { nominal, data } = canFrameBits(frame);
    bits.set(kind, (bits.get(kind) ?? 0) + nominal + data);
    return undefined;
  };
  endCalls(rack);
  const { attempted, lost } = countCalls(rack);
  const ofCalls = [...bits].filter(([kind]) => kind !== recordClass.heartbeat && kind !== recordClass.bulk);
  const sum = ofCalls.reduce((total, [, each]) => total + each, 0);
  return {
    ...{ lost, longestBeatMicros, answers, bitsPerCall: sum / attempted },
    enquiryShare: bulk / (1_000 * millis),
  };
}

test("every card asks every other while calls are made: the calls cost what they did, and the beats come", () => {
  const [alone, beside] = [measure(false), measure(true)];
  expect(alone).toMatchObject({ lost: 0, enquiryShare: 0, answers: [] });
  expect(beside.lost).toBe(0);
  expect(beside.enquiryShare).toBeGreaterThan(0.6 * enquiryShare);
  // The burst at the beginning counts here: 20 ms of 2 s, and a record of each card more.
  expect(beside.enquiryShare).toBeLessThan(enquiryShare + 0.02);
  expect(Math.abs(beside.bitsPerCall / alone.bitsPerCall - 1)).toBeLessThan(0.01);
  // One frame of a lower class may be on the wire.
  expect(beside.longestBeatMicros).toBeLessThan(alone.longestBeatMicros + 200);
  expect(beside.answers.filter(({ outcome }) => outcome.isWhole).length).toBeGreaterThan(10);
  for (const { slot, outcome } of beside.answers) {
    expect(outcome.failure).toBeUndefined();
    expect(outcome.octets).toEqual(answerOf(slot, answerOctets).slice(0, outcome.octets.length));
  }
});

test("the primary is pulled while every card asks every other: no call is lost, and what it was asked fails", () => {
  const rack = new SimulatedRack(smallRackOf(16), { mix: { ringMicros: 50_000, holdMicros: 100_000 } });
  bringIntoService(rack);
  for (const slot of rack.slots) answersAtOnce(rack.card(slot).management, slot);
  const ask = (from: number, slot: number) => ({
    from,
    slot,
    outcome: askFor(rack.card(from).management, slot, 5_000),
  });
  const all = rack.slots.flatMap((from) => rack.slots.flatMap((to) => (from === to ? [] : [ask(from, to)])));
  offerCalls(rack, callsPerSecond);
  rack.run(1_000);
  const [primary] = rack.primaries();
  rack.pull(primary);
  rack.run(1_000);
  endCalls(rack);
  expect(countCalls(rack)).toMatchObject({ lost: 0 });
  expect(rack.primaries()).toHaveLength(1);
  for (const { from, slot, outcome } of all) {
    if (from === primary) continue;
    expect(outcome.failure).toBe(slot === primary ? "died" : undefined);
  }
});
