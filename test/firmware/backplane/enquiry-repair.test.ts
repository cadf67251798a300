/** What becomes of an enquiry when its records are lost, come twice, late or out of order, and when a card goes amid it. */
import { describe, expect, test } from "vitest";
import { enquiryRecord } from "../../../firmware/backplane/enquiry-records.ts";
import { enquiriesAtOnceMax, type EnquiryFailure } from "../../../firmware/card/enquiry.ts";
import { enquirySubject } from "../../../firmware/card/enquiry-subjects.ts";
import { decode, encode } from "../../../firmware/layout/layout.ts";
import { seededEntropy } from "../../../hal/simulated/entropy.ts";
import { answerOf, answersAtOnce, askFor } from "./enquiry-rack.ts";
import { type Fate, Medium, usually } from "./enquiry-medium.ts";

/** Several windows of pieces. */
const octets = 3_000;
/** Longer than any time-out. */
const longMillis = 45_000;

/** Slot 1 asks slot 2. */
function oneEnquiry(fate?: Fate, disturb: (medium: Medium) => void = () => {}) {
  const medium = new Medium([1, 2], fate);
  const asked = answersAtOnce(medium.card(2).desk, 2);
  const outcome = askFor(medium.card(1).desk, 2, octets);
  disturb(medium);
  medium.run(longMillis);
  return { medium, asked, outcome };
}

const undisturbed = oneEnquiry();
const places = undisturbed.medium.said.map(({ place }) => place);

test("an enquiry that nothing happens to is answered whole", () => {
  expect(undisturbed.outcome.failure).toBeUndefined();
  expect(undisturbed.outcome.octets).toEqual(answerOf(2, octets));
  expect(undisturbed.asked).toHaveLength(1);
  expect(places.length).toBeGreaterThan(15);
});

const disturbances: readonly (readonly [name: string, fate: (place: number) => Fate])[] = [
  ["lost", (place) => (said) => (said.place === place ? [] : usually)],
  ["lost with the next", (place) => (said) => (said.place === place || said.place === place + 1 ? [] : usually)],
  ["lost with the four after it", (place) => (said) => (said.place >= place && said.place < place + 5 ? [] : usually)],
  ["heard twice", (place) => (said) => (said.place === place ? [2_000, 9_000] : usually)],
  ["heard again much later", (place) => (said) => (said.place === place ? [2_000, 8_000_000] : usually)],
  ["late by 30 ms", (place) => (said) => (said.place === place ? [30_000] : usually)],
  ["late by 700 ms", (place) => (said) => (said.place === place ? [700_000] : usually)],
];

describe.each(disturbances)("every record once is %s", (_name, fate) => {
  test.each(places)("record %i: the answer is whole and was asked for once", (place) => {
    const { asked, outcome } = oneEnquiry(fate(place));
    expect(outcome.failure).toBeUndefined();
    expect(outcome.octets).toEqual(answerOf(2, octets));
    expect(asked).toHaveLength(1);
  });
});

/** At the moment at which a record has been said. */
function atRecord(place: number, what: (medium: Medium) => void): { fate: Fate; disturb: (medium: Medium) => void } {
  let medium: Medium | undefined;
  return {
    fate: (said) => {
      if (said.place === place && medium)
        medium.clock.at(medium.clock.nowMicros() + 1_000, () => medium && what(medium));
      return usually;
    },
    disturb: (its) => {
      medium = its;
    },
  };
}

describe("a card goes right after a record", () => {
  const last = places.at(-1) ?? 0;
  /** The answer is whole, or it failed for a reason that fits: nothing hangs, nothing is mixed. */
  const judge = (outcome: ReturnType<typeof askFor>, reasons: readonly EnquiryFailure[]) => {
    const got = outcome.octets;
    expect(got).toEqual(answerOf(2, octets).slice(0, got.length));
    if (outcome.failure === undefined) expect(got).toHaveLength(octets);
    else expect(reasons).toContain(outcome.failure);
    expect(outcome.isWhole).toBe(outcome.failure === undefined);
  };

  test.each(places)("record %i: who answers is pulled", (place) => {
    const { fate, disturb } = atRecord(place, (medium) => medium.pull(2));
    const { outcome } = oneEnquiry(fate, disturb);
    judge(outcome, ["died"]);
    if (place < last - 4) expect(outcome.failure).toBe("died");
  });

  test.each(places)("record %i: who answers restarts, and answers otherwise in its new life", (place) => {
    const { fate, disturb } = atRecord(place, (medium) => {
      const { desk } = medium.restart(2);
      desk.attend(enquirySubject.console, (enquired) => enquired.reply(new Uint8Array(octets), true));
    });
    const { outcome } = oneEnquiry(fate, disturb);
    // Where nothing of the answer has come yet the new life may give it; a mixture there is never.
    if (outcome.isWhole && outcome.octets.every((octet) => octet === 0)) return;
    judge(outcome, ["restarted"]);
  });

  test.each(places)(
    "record %i: who asks restarts: the other stops, and the new life is not told the old one's answer",
    (place) => {
      const { fate, disturb } = atRecord(place, (medium) => medium.restart(1));
      const { medium } = oneEnquiry(fate, disturb);
      expect(medium.card(1).events).toEqual([]);
      expect(medium.said.filter(({ slot, record }) => slot === 2 && record.kind === "piece").length).toBeLessThan(30);
      expect(medium.card(2).enquiries.nextDeadline()).toBeUndefined();
    },
  );
});

test("who does not answer fails within 5 s, and who only says that it is busy with it after 30 s", () => {
  const silent = oneEnquiry((said) => (said.slot === 2 ? [] : usually));
  expect(silent.outcome.failure).toBe("no-answer");
  const medium = new Medium([1, 2]);
  medium.card(2).desk.attend(enquirySubject.console, () => {});
  const outcome = askFor(medium.card(1).desk, 2, 1);
  medium.run(29_000);
  expect(outcome.failure).toBeUndefined();
  medium.run(2_000);
  expect(outcome.failure).toBe("unfinished");
});

test("an answer that is given bit by bit comes bit by bit", () => {
  const medium = new Medium([1, 2]);
  medium.card(2).desk.attend(enquirySubject.console, ({ reply }) => {
    for (let part = 0; part < 5; part++) {
      medium.clock.at(medium.clock.nowMicros() + part * 4_000_000, () =>
        medium.card(2).work(() => reply(Uint8Array.of(part), part === 4)),
      );
    }
  });
  const times: number[] = [];
  const outcome = askFor(medium.card(1).desk, 2, 1, () => times.push(Math.floor(medium.clock.nowMicros() / 1_000_000)));
  medium.run(longMillis);
  expect(outcome).toMatchObject({ isWhole: true, octets: [0, 1, 2, 3, 4] });
  expect(times).toEqual([0, 4, 8, 12, 16]);
});

test("several enquiries of several cards go on side by side, and all are answered", () => {
  const medium = new Medium([1, 2, 3]);
  for (const slot of [1, 2, 3]) answersAtOnce(medium.card(slot).desk, slot);
  const all = [1, 2, 3].flatMap((from) =>
    [1, 2, 3].flatMap((to) =>
      [600, 900].map((size) => ({ to, size, outcome: askFor(medium.card(from).desk, to, size) })),
    ),
  );
  medium.run(longMillis);
  for (const { to, size, outcome } of all) {
    expect(outcome.failure).toBeUndefined();
    expect(outcome.octets).toEqual(answerOf(to, size));
  }
});

test("more enquiries at once than a card can make or answer are refused, and room is made again", () => {
  const medium = new Medium([1, 2, 3]);
  const open: (() => void)[] = [];
  medium.card(3).desk.attend(enquirySubject.console, ({ reply }) => open.push(() => reply(Uint8Array.of(1), true)));
  const ask = (from: number) => askFor(medium.card(from).desk, 3, 1);
  const first = Array.from({ length: enquiriesAtOnceMax }, () => ask(1));
  const tooMany = ask(1);
  medium.run(3_000);
  const busy = ask(2);
  medium.run(1_000);
  expect(tooMany.failure).toBe("too-many");
  expect(busy.failure).toBe("busy");
  expect(open).toHaveLength(enquiriesAtOnceMax);
  medium.card(3).work(() => {
    for (const reply of open.splice(0)) reply();
  });
  medium.run(3_000);
  expect(first.map(({ isWhole }) => isWhole)).not.toContain(false);
  const again = ask(2);
  medium.run(1_000);
  expect(again.failure).toBeUndefined();
  expect(open).toHaveLength(1);
});

test("who takes its question back hears no more, and the other stops answering", () => {
  const medium = new Medium([1, 2]);
  const asked = answersAtOnce(medium.card(2).desk, 2);
  const outcome = askFor(medium.card(1).desk, 2, 60_000, (its) => {
    if (its.octets.length > 3_000) its.cancel();
  });
  medium.run(longMillis);
  expect(outcome.failure).toBeUndefined();
  expect(outcome.octets.length).toBeLessThan(3_500);
  expect(asked).toHaveLength(1);
  expect(medium.said.filter(({ record }) => record.kind === "piece").length).toBeLessThan(25);
  expect(medium.card(2).events.map(({ kind }) => kind)).toEqual(["enquired", "enquiry-over"]);
});

test("whatever the octets of a record, nothing throws, and the enquiry under way comes to its end", () => {
  const chance = seededEntropy(5);
  const octet = () => chance.integer(256);
  const medium = new Medium([1, 2]);
  answersAtOnce(medium.card(2).desk, 2);
  const outcome = askFor(medium.card(1).desk, 2, octets);
  for (let turn = 0; turn < 4_000; turn++) {
    const random = Uint8Array.from({ length: chance.integer(40) }, octet);
    const known = medium.said[chance.integer(Math.max(1, medium.said.length))]?.octets.slice() ?? random;
    const isTruncated = chance.integer(2) === 0;
    // One octet of a real record is another, or it ends too early; never what names an enquiry of a card that is heard.
    const garbage =
      turn % 2 === 0 ? random : isTruncated ? known.slice(0, chance.integer(5)) : known.fill(octet(), 2, 4);
    for (const slot of [1, 2]) medium.card(slot).hear(3 - slot, garbage);
    medium.run(2);
  }
  medium.run(longMillis);
  expect(outcome.isWhole || outcome.failure !== undefined).toBe(true);
  expect(medium.card(1).nonsense + medium.card(2).nonsense).toBeGreaterThan(100);
});

test.each(Array.from({ length: 40 }, (_, seed) => seed))(
  "seed %i: a bus that loses, repeats and mixes records",
  (seed) => {
    const chance = seededEntropy(seed);
    const medium = new Medium([1, 2, 3], () => {
      const fate = chance.integer(10);
      if (fate === 0) return [];
      const once = () => 1_000 + chance.integer(fate === 1 ? 900_000 : 15_000);
      return fate === 2 ? [once(), once()] : [once()];
    });
    const asked = [1, 2, 3].flatMap((slot) => [answersAtOnce(medium.card(slot).desk, slot)]);
    const all = [1, 2, 3].map((from) => ({
      to: (from % 3) + 1,
      outcome: askFor(medium.card(from).desk, (from % 3) + 1, 2_500),
    }));
    medium.run(longMillis);
    for (const { to, outcome } of all) {
      expect(outcome.failure).toBeUndefined();
      expect(outcome.octets).toEqual(answerOf(to, 2_500));
    }
    expect(asked.map((of) => of.length)).toEqual([1, 1, 1]);
  },
);

test("the records' octets are what they are", () => {
  const named = { slot: 3, incarnation: 0x1234, number: 200 };
  const hex = (octets: Uint8Array) => Buffer.from(octets).toString("hex");
  const rows = [
    [{ kind: "enquiry", ...named, octets: Uint8Array.of(1, 2) }, "00031234c8010102"],
    [{ kind: "ask", ...named, from: 5, held: 2, again: true }, "01031234c801050201"],
    [
      { kind: "piece", ...named, life: 0xabcd, index: 7, last: false, octets: Uint8Array.of(9) },
      "02031234c801abcd070009",
    ],
    [{ kind: "pending", ...named, life: 0xabcd }, "03031234c801abcd"],
    [{ kind: "refused", ...named, life: 0xabcd, reason: 1 }, "04031234c801abcd01"],
    [{ kind: "over", ...named }, "05031234c801"],
  ] as const;
  for (const [record, octets] of rows) {
    expect(hex(encode(enquiryRecord, record))).toBe(octets);
    expect(decode(enquiryRecord, encode(enquiryRecord, record))).toEqual({ ok: true, value: record });
  }
});
