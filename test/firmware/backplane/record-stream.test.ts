import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { RecordStream } from "../../../firmware/backplane/record-stream.ts";

interface Arrival {
  readonly record: number;
  readonly plane: 0 | 1;
}

/** The places at which a record counts as the first copy, for records that carry their number modulo 256. */
function firsts(stream: RecordStream, arrivals: readonly Arrival[]): number[] {
  return arrivals
    .filter(({ record, plane }, index) => stream.first(record % 256, plane, index * 100))
    .map(({ record }) => record);
}

function numbers(from: number, count: number): number[] {
  return Array.from({ length: count }, (_, index) => from + index);
}

describe("two planes", () => {
  test.each([0, 200, 255])("that say the same one after the other: each record once, begun at %i", (begin) => {
    const records = numbers(begin, 1000);
    const arrivals = records.flatMap((record) => [{ record, plane: 0 } as const, { record, plane: 1 } as const]);
    const stream = new RecordStream();
    expect(firsts(stream, arrivals)).toEqual(records);
    expect(stream.only).toEqual([0, 0]);
  });

  test.each([1, 10, 63, 200])("of which B is %i records behind: each record once, in order", (skew) => {
    const records = numbers(0, 2000);
    const stream = new RecordStream();
    const arrivals = records.flatMap((record): Arrival[] =>
      record < skew
        ? [{ record, plane: 0 }]
        : [
            { record, plane: 0 },
            { record: record - skew, plane: 1 },
          ],
    );
    expect(firsts(stream, arrivals)).toEqual(records);
  });

  test.each([1, 3, 12])("of which A says a record %i places too early now and then: each record once", (places) => {
    const onA = numbers(0, 1000);
    for (let at = places; at < onA.length; at += 2 * places + 5) onA.splice(at - places, 0, ...onA.splice(at, 1));
    const stream = new RecordStream();
    const arrivals = onA.flatMap((record, at): Arrival[] => [
      { record, plane: 0 },
      { record: at, plane: 1 },
    ]);
    expect(firsts(stream, arrivals).sort((one, other) => one - other)).toEqual(numbers(0, 1000));
    expect(stream.only).toEqual([0, 0]);
  });

  test("of which B falls any number of records behind: each record once, in order", () => {
    const stream = new RecordStream();
    const together = numbers(0, 10).flatMap((record): Arrival[] => [
      { record, plane: 0 },
      { record, plane: 1 },
    ]);
    const burst = numbers(10, 600).flatMap((record): Arrival[] => [
      { record, plane: 0 },
      ...(record % 3 === 0 ? [{ record: 7 + record / 3, plane: 1 } as const] : []),
    ]);
    const rest = numbers(210, 400).map((record): Arrival => ({ record, plane: 1 }));
    expect(firsts(stream, [...together, ...burst, ...rest])).toEqual(numbers(0, 610));
  });

  test("with any losses and a skew below the window: every record that came on either plane once, no other", () => {
    const fate = fc.constantFrom("both", "both", "both", "onlyA", "onlyB", "lost");
    fc.assert(
      fc.property(
        fc.nat(255),
        fc.array(fate, { minLength: 1, maxLength: 700 }),
        fc.array(fc.integer({ min: -60, max: 60 }), { minLength: 1, maxLength: 5 }),
        (begin, fates, skews) => {
          const outages = (fates.join(" ").match(/(lost ?)+/g) ?? []).map((run) => run.split("lost").length - 1);
          fc.pre(Math.max(0, ...outages) < 60);
          const arrivals: (Arrival & { at: number })[] = [];
          let planeB = 0;
          fates.forEach((one, index) => {
            // The skew wanders, but a plane keeps its order.
            planeB = Math.max(planeB, index + skews[Math.floor((index * skews.length) / fates.length)]);
            const record = begin + index;
            if (one === "both" || one === "onlyA") arrivals.push({ record, plane: 0, at: index });
            if (one === "both" || one === "onlyB") arrivals.push({ record, plane: 1, at: planeB });
          });
          arrivals.sort((a, b) => a.at - b.at);
          const delivered = firsts(new RecordStream(), arrivals);
          const sent = fates.flatMap((one, index) => (one === "lost" ? [] : [begin + index]));
          expect(delivered.toSorted((a, b) => a - b)).toEqual(sent);
        },
      ),
      { numRuns: 300 },
    );
  });

  test("what came on one plane only is counted for that plane, once it is out of the window", () => {
    const stream = new RecordStream();
    for (const record of numbers(0, 5000)) {
      if (record % 10 !== 3) stream.first(record % 256, 0, record * 100);
      if (record % 10 !== 5 && record % 10 !== 6) stream.first(record % 256, 1, record * 100);
    }
    const left = (5000 - 4096) / 10;
    expect(stream.only[0]).toBeCloseTo(2 * left, -1);
    expect(stream.only[1]).toBeCloseTo(left, -1);
  });
});

test("a plane that is dead for any number of records takes nothing from the other, then or later", () => {
  const stream = new RecordStream();
  const arrivals = numbers(0, 2000).flatMap((record): Arrival[] =>
    record > 100 && record < 1500
      ? [{ record, plane: 1 }]
      : [
          { record, plane: 0 },
          { record, plane: 1 },
        ],
  );
  expect(firsts(stream, arrivals)).toEqual(numbers(0, 2000));
});

test("a frame that was repeated is not a second record", () => {
  const stream = new RecordStream();
  expect([1, 1, 2, 2, 2, 3].map((record) => stream.first(record, 0, 0))).toEqual([
    true,
    false,
    true,
    false,
    false,
    true,
  ]);
});

test("after an outage of any length on both planes all that is said is new, but for what the shortened number hides", () => {
  for (let outage = 0; outage <= 600; outage++) {
    const stream = new RecordStream();
    for (const record of numbers(0, 300)) stream.first(record % 256, 0, 0);
    const after = numbers(300 + outage, 256);
    const delivered = after.filter((record) => stream.first(record % 256, 0, 200_000 + record));
    expect(delivered.slice(-128)).toEqual(after.slice(-128));
  }
});
