import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type BroadcastMessage, BroadcastTraffic } from "../../../firmware/lim/broadcast-traffic.ts";

const lims = [1, 2];
const group = 1;
/** Longer than a LIM that does its work is waited for. */
const longMicros = 600_000;

function message(identifier: number, cic = 0): BroadcastMessage {
  return { identifier, circuit: cic, cic, group, payload: Uint8Array.of(identifier & 0xff) };
}

/** LIM 2, which knows that LIM 1 serves the exchange. */
function second(): BroadcastTraffic {
  const traffic = new BroadcastTraffic(lims, 2);
  traffic.card(1, true, 0);
  traffic.serves(1, true, 0);
  return traffic;
}

const identifiers = (messages: readonly BroadcastMessage[]) => messages.map(({ identifier }) => identifier);

describe("of an exchange that sends every message to two LIMs", () => {
  it("each says those of its circuits", () => {
    const traffic = second();
    expect(traffic.received(message(1, 4), 0)).toBe(false);
    expect(traffic.received(message(2, 5), 0)).toBe(true);
    expect(traffic.kept).toBe(1);
  });

  it("one says all as long as the other serves nothing", () => {
    const traffic = new BroadcastTraffic(lims, 2);
    expect(traffic.received(message(1, 4), 0)).toBe(true);
    traffic.card(1, true, 0);
    expect(traffic.received(message(2, 4), 0)).toBe(true);
    traffic.serves(1, true, 0);
    expect(traffic.received(message(3, 4), 0)).toBe(false);
  });

  it("a copy goes when a commit has consumed the message", () => {
    const traffic = second();
    traffic.received(message(1), 0);
    expect(traffic.consumed(1, message(1), 10)).toEqual([]);
    expect(traffic.kept).toBe(0);
    expect(traffic.card(1, false, 20)).toEqual([]);
  });

  it("what the other had not said when it went is said, in order, and from then on everything", () => {
    const traffic = second();
    for (const identifier of [1, 2, 3]) traffic.received(message(identifier), 0);
    traffic.consumed(1, message(1), 10);
    expect(identifiers(traffic.card(1, false, 20))).toEqual([2, 3]);
    expect(traffic.kept).toBe(0);
    expect(traffic.received(message(4), 30)).toBe(true);
  });

  it("what the dead one had said and is consumed late does not bring it back", () => {
    const traffic = second();
    traffic.card(1, false, 0);
    traffic.consumed(1, message(1), 10);
    expect(traffic.received(message(2), 20)).toBe(true);
  });

  it("what the other says that it serves no more is said", () => {
    const traffic = second();
    traffic.received(message(1), 0);
    expect(identifiers(traffic.serves(1, false, 10))).toEqual([1]);
  });

  it("a copy that comes after its message is no copy", () => {
    const traffic = second();
    traffic.consumed(1, message(1), 0);
    expect(traffic.received(message(1), 10)).toBe(false);
    expect(traffic.kept).toBe(0);
  });

  it("what the other passed over it never had", () => {
    const traffic = second();
    traffic.received(message(1), 0);
    expect(identifiers(traffic.consumed(1, message(2), 10))).toEqual([1]);
    expect(traffic.received(message(0), 20)).toBe(true);
    expect(traffic.received(message(3), 20)).toBe(false);
  });

  it("identifiers go round", () => {
    const traffic = second();
    traffic.received(message(65_535), 0);
    traffic.received(message(1), 0);
    expect(identifiers(traffic.consumed(1, message(0), 10))).toEqual([65_535]);
    expect(traffic.kept).toBe(1);
  });

  it.each([
    ["group", { group: 2 }],
    ["signalling link selection", { cic: 2 }],
  ])("the order of one %s says nothing of another's", (_, changes) => {
    const traffic = second();
    traffic.received({ ...message(1), ...changes }, 0);
    expect(traffic.consumed(1, message(2), 10)).toEqual([]);
    expect(identifiers(traffic.consumed(1, { ...message(3), ...changes }, 10))).toEqual([1]);
  });

  it("messages of two circuits may have one identifier", () => {
    const traffic = second();
    traffic.received(message(1, 0), 0);
    traffic.consumed(1, message(1, 2), 10);
    expect(traffic.kept).toBe(1);
  });

  it("one of which nothing is consumed for half a second says nothing", () => {
    const traffic = second();
    traffic.received(message(1), 100);
    expect(traffic.nextDeadline()).toBe(500_100);
    traffic.consumed(1, { ...message(9), group: 2 }, 300_000);
    expect(traffic.nextDeadline()).toBe(800_000);
    expect(traffic.expire(799_999)).toEqual([]);
    expect(identifiers(traffic.expire(800_000))).toEqual([1]);
    expect(traffic.nextDeadline()).toBeUndefined();
    expect(traffic.received(message(2), 800_001)).toBe(true);
  });

  it("an exchange that restarts counts from another number", () => {
    const traffic = second();
    traffic.consumed(1, message(1000), 0);
    traffic.serves(1, false, 10);
    traffic.associationEnded();
    traffic.serves(1, true, 20);
    expect(traffic.received(message(1000), 30)).toBe(false);
    expect(traffic.kept).toBe(1);
    expect(traffic.received(message(900), 30)).toBe(false);
    expect(traffic.kept).toBe(2);
  });

  it("so many copies are kept, and the oldest go first", () => {
    const traffic = second();
    for (let identifier = 0; identifier < 4100; identifier++) traffic.received(message(identifier), 0);
    expect([traffic.kept, traffic.dropped]).toEqual([4096, 4]);
    expect(identifiers(traffic.card(1, false, 10))[0]).toBe(4);
  });
});

/** What may happen to two LIMs and the commits between them. */
const happenings = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fc.record({ what: fc.constant("message"), to: fc.constantFrom(1, 2, 3), cic: fc.nat(3) }) },
    { weight: 4, arbitrary: fc.record({ what: fc.constant("consume"), to: fc.constantFrom(1, 2), cic: fc.nat(3) }) },
    { weight: 1, arbitrary: fc.record({ what: fc.constant("pull"), to: fc.constantFrom(1, 2), cic: fc.nat(3) }) },
  ),
  { maxLength: 60 },
);

/**
 * Messages go to the LIMs of a bit set, one LIM may be pulled, and what they say is consumed in the order of each. Says what was
 * consumed at the end and what had to be.
 */
function play(events: readonly { what: string; to: number; cic: number }[]) {
  const cards = new Map(lims.map((slot) => [slot, new BroadcastTraffic(lims, slot)]));
  const said = new Map<number, BroadcastMessage[]>(lims.map((slot) => [slot, []]));
  const consumed = new Set<number>();
  const wanted = new Set<number>();
  let now = 0;
  let next = 65_500;
  const say = (slot: number, messages: readonly BroadcastMessage[]) => void said.get(slot)?.push(...messages);
  const consume = (slot: number) => {
    const one = said.get(slot)?.shift();
    if (one === undefined) return;
    consumed.add(one.identifier);
    for (const [other, card] of cards) say(other, card.consumed(slot, one, now));
  };
  for (const [slot, card] of cards) {
    for (const other of lims) if (other !== slot) card.card(other, true, now);
    for (const other of lims) card.serves(other, true, now);
  }
  for (const { what, to, cic } of events) {
    now += 1000;
    if (what === "message") {
      const one = message(next, cic);
      next = (next + 1) % 65_536;
      for (const [slot, card] of cards) {
        if ((to & slot) === 0) continue;
        // Nobody else has what went to one LIM alone.
        if (cards.size === 1 || to === 3) wanted.add(one.identifier);
        if (card.received(one, now)) say(slot, [one]);
      }
    }
    if (what === "consume") consume(to);
    if (what === "pull" && cards.size === 2) {
      cards.delete(to);
      // What it had not said by then is not said.
      said.set(to, []);
      for (const [slot, card] of cards) say(slot, card.card(to, false, now));
    }
  }
  for (let round = 0; round < 200; round++) {
    now += longMicros;
    for (const [slot, card] of cards) say(slot, card.expire(now));
    for (const slot of lims) consume(slot);
  }
  const kept = [...cards.values()].reduce((sum, card) => sum + card.kept, 0);
  return { missing: [...wanted].filter((identifier) => !consumed.has(identifier)), kept };
}

it("a message that a LIM has which stays is consumed, whatever goes", () => {
  fc.assert(
    fc.property(happenings, (events) => {
      expect(play(events)).toEqual({ missing: [], kept: 0 });
    }),
    { numRuns: 2000 },
  );
});
