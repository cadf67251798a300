/** One end of an enquiry, record by record: what the other end says is made up. */
import { expect, test } from "vitest";
import { Enquiries } from "../../../firmware/backplane/enquiries.ts";
import { EnquiryPace, enquiryShare, usualRates } from "../../../firmware/backplane/enquiry-pace.ts";
import { enquiryRecord, type EnquiryRecord, piecesUnderWayMax } from "../../../firmware/backplane/enquiry-records.ts";
import type { EnquiryEvent } from "../../../firmware/card/enquiry.ts";
import { decode, encode } from "../../../firmware/layout/layout.ts";

const own = { slot: 1, incarnation: 0x0101 };
const other = { slot: 2, life: 0x0202 };

function end() {
  const said: EnquiryRecord[] = [];
  const told: EnquiryEvent[] = [];
  const state = { isSpeaking: false, now: 0 };
  const enquiries = new Enquiries(
    { ...own, frameOctets: 8, rates: usualRates },
    {
      send: (octets) => {
        const decoded = decode(enquiryRecord, octets);
        if (decoded.ok) said.push(decoded.value);
      },
      isSpeaking: () => state.isSpeaking,
      isHeard: () => true,
      tell: (event) => told.push(event),
      nonsense: () => {},
    },
    0,
  );
  return {
    said,
    told,
    state,
    enquiries,
    hear: (record: EnquiryRecord, from = other.slot) =>
      enquiries.record(from, encode(enquiryRecord, record), state.now),
    pass: (millis: number) => {
      for (let each = 0; each < millis; each++) {
        state.now += 1_000;
        enquiries.tick(state.now);
      }
    },
  };
}

const ofOwn = { ...own, number: 1 };
const piece = (index: number, more: object = {}) =>
  ({ kind: "piece", ...ofOwn, life: other.life, index, last: false, octets: Uint8Array.of(index), ...more }) as const;

/** With an enquiry of the own card on its way. */
function asking() {
  const one = end();
  one.enquiries.action({ kind: "enquire", slot: other.slot, enquiry: 77, octets: Uint8Array.of(1) }, 0);
  one.pass(1);
  expect(one.said.splice(0)).toEqual([{ kind: "enquiry", ...own, slot: 2, number: 1, octets: Uint8Array.of(1) }]);
  return one;
}

test("pieces of two lives of a card are never put together", () => {
  const { hear, told } = asking();
  hear(piece(0));
  hear(piece(1, { life: other.life + 256 }));
  expect(told.map(({ kind }) => kind)).toEqual(["enquiry-answered", "enquiry-failed"]);
  expect(told[1]).toMatchObject({ reason: "restarted" });
});

test("pieces for a former life, and from a card that was not asked, are not taken, and their sender is told so", () => {
  const { hear, told, said } = asking();
  hear(piece(0, { incarnation: own.incarnation + 256 }));
  hear(piece(0), 3);
  hear(piece(0, { number: 9 }));
  expect(told).toEqual([]);
  expect(said).toEqual([
    { kind: "over", slot: 2, incarnation: own.incarnation + 256, number: 1 },
    { kind: "over", slot: 3, incarnation: own.incarnation, number: 1 },
    { kind: "over", slot: 2, incarnation: own.incarnation, number: 9 },
  ]);
});

test("a piece beyond the window is not kept", () => {
  const { hear, told, said, pass } = asking();
  hear(piece(0));
  hear(piece(1 + piecesUnderWayMax));
  hear(piece(2));
  pass(100);
  expect(told).toHaveLength(1);
  expect(said).toEqual([{ kind: "ask", ...ofOwn, slot: 2, from: 1, held: 1, again: true }]);
});

test("an ask about an enquiry that this life knows nothing of is refused", () => {
  const { hear, said } = end();
  const of2 = { slot: 1, incarnation: other.life, number: 4 };
  hear({ kind: "ask", ...of2, from: 3, held: 0, again: true });
  expect(said).toEqual([{ kind: "refused", ...of2, slot: 2, life: own.incarnation, reason: 0 }]);
});

/** The other card has asked, twice, and is answered at once and at length. */
function answering() {
  const one = end();
  for (const number of [1, 2]) {
    one.hear({ kind: "enquiry", slot: 1, incarnation: other.life, number, octets: Uint8Array.of(1) });
  }
  for (const event of one.told.splice(0)) {
    const { enquiry } = event;
    one.enquiries.action(
      { kind: "enquiry-answer", slot: 2, enquiry, octets: new Uint8Array(3_000), last: true },
      one.state.now,
    );
  }
  const pieces = () => one.said.flatMap((each) => (each.kind === "piece" ? [[each.number, each.index]] : []));
  return { ...one, pieces };
}

test("an answer goes on as far as a window while the enquirer says nothing; answers take turns", () => {
  const { pass, pieces } = answering();
  pass(5_000);
  expect(pieces()).toEqual([0, 1, 2, 3].flatMap((index) => [1, 2].map((number) => [number, index])));
});

test("nothing more is said while what was said is not on the bus", () => {
  const { pass, pieces, state } = answering();
  state.isSpeaking = true;
  pass(1_000);
  expect(pieces()).toEqual([]);
  state.isSpeaking = false;
  pass(1);
  expect(pieces().length).toBeGreaterThan(0);
});

test("pieces wait for what others say in the same class", () => {
  const [alone, besides] = [answering(), answering()];
  // 2 ms of every 10 ms: others take more than the share that all have together.
  for (let each = 0; each < 30; each++) {
    alone.pass(10);
    besides.pass(10);
    besides.hear({ ...piece(0, { octets: new Uint8Array(100) }), slot: 9 });
  }
  expect(alone.pieces().length).toBeGreaterThanOrEqual(8);
  expect(besides.pieces().length).toBeLessThan(alone.pieces().length);
});

test("the pace lets through its share of a plane in the long run, and little more at once", () => {
  for (const [frameOctets, frameMicros] of [
    [8, 130],
    [64, 160],
  ] as const) {
    const pace = new EnquiryPace(frameOctets, usualRates, 0);
    let planeMicros = 0;
    let atOnce = 0;
    for (let now = 0; now < 10_000_000; now += 500) {
      while (pace.opensAt(now) <= now) {
        pace.charge(250, now);
        planeMicros += (1 + Math.floor(250 / (frameOctets - 1))) * frameMicros;
        if (now === 0) atOnce = planeMicros;
      }
    }
    expect(planeMicros / 10_000_000).toBeGreaterThan(0.95 * enquiryShare);
    expect(planeMicros / 10_000_000).toBeLessThan(1.1 * enquiryShare);
    expect(atOnce).toBeLessThan(25_000);
  }
});
