import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { InputIntake } from "../../../firmware/backplane/input-intake.ts";

const slot = 5;
const incarnation = 77;

function payloadOf(number: number): Uint8Array {
  return Uint8Array.of(number & 0xff, (number >> 8) & 0xff);
}

function admitted(): InputIntake {
  const intake = new InputIntake();
  intake.admit(slot, incarnation);
  return intake;
}

function hear(intake: InputIntake, ...numbers: number[]): boolean[] {
  return numbers.map((number) => intake.hear(slot, number, payloadOf(number)));
}

function handed(intake: InputIntake): number[] {
  const numbers: number[] = [];
  intake.hand(slot, (number, payload) => {
    expect(payload).toEqual(payloadOf(number));
    numbers.push(number);
  });
  return numbers;
}

describe("handing inputs to the primary's application", () => {
  test("of several senders in the order in which they came, a gap holding back its own sender alone", () => {
    const intake = admitted();
    const other = 6;
    intake.admit(other, incarnation);
    const came = [
      [slot, 1],
      [other, 1],
      [slot, 3],
      [other, 2],
      [slot, 2],
      [other, 4],
    ] as const;
    for (const [sender, number] of came) intake.hear(sender, number, payloadOf(number));
    const all: (readonly [number, number])[] = [];
    const handAll = () => intake.handAll((sender, number) => all.push([sender, number]));
    handAll();
    expect(all).toEqual([
      [slot, 1],
      [other, 1],
      [other, 2],
      [slot, 2],
      [slot, 3],
    ]);
    handAll();
    expect(all).toHaveLength(5);
  });

  test("in order, each once, a gap holds back what is behind it", () => {
    const intake = admitted();
    hear(intake, 2, 1, 4);
    expect(handed(intake)).toEqual([1, 2]);
    hear(intake, 3);
    expect(handed(intake)).toEqual([3, 4]);
    expect(handed(intake)).toEqual([]);
  });

  test("a new primary begins with everything that no commit consumed", () => {
    const intake = admitted();
    hear(intake, 1, 2, 3, 4);
    handed(intake);
    intake.consume(slot, 2);
    intake.handAnew();
    expect(handed(intake)).toEqual([3, 4]);
  });

  test("what a commit consumed is not handed, whether it was heard or not", () => {
    const intake = admitted();
    hear(intake, 1, 2, 5);
    intake.consume(slot, 4);
    expect(handed(intake)).toEqual([5]);
  });

  test("in any order of hearing, with repetitions, every number comes once and in order", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 200 }), (order) => {
        const intake = admitted();
        const all = order.flatMap((number) => {
          const isNew = intake.payload(slot, number) === undefined;
          expect(hear(intake, number)).toEqual([isNew]);
          return handed(intake);
        });
        expect(all).toEqual(all.map((_, index) => index + 1));
        const missing = [...Array(41).keys()].slice(1).find((number) => !order.includes(number)) ?? 41;
        expect(all).toHaveLength(missing - 1);
      }),
    );
  });
});

describe("recognising inputs", () => {
  test("of a sender that the group never admitted nothing is kept", () => {
    const intake = new InputIntake();
    expect(hear(intake, 1)).toEqual([false]);
    expect([intake.incarnation(slot), intake.numberNear(slot), handed(intake)]).toEqual([-1, 0, []]);
  });

  test("a repetition is not new, nor what a commit consumed", () => {
    const intake = admitted();
    expect(hear(intake, 1, 1)).toEqual([true, false]);
    intake.consume(slot, 3);
    expect(hear(intake, 3, 4)).toEqual([false, true]);
    expect(intake.payload(slot, 3)).toEqual(payloadOf(3));
  });

  test("another incarnation begins at 1, and voids what the earlier one left", () => {
    const intake = admitted();
    hear(intake, 1, 2);
    intake.admit(slot, incarnation);
    expect(intake.pendingCount()).toBe(2);
    intake.admit(slot, incarnation + 1);
    expect([intake.pendingCount(), intake.numberNear(slot)]).toEqual([0, 0]);
    expect(hear(intake, 1)).toEqual([true]);
  });

  test("marks taken over from the group keep what was heard of the same incarnations, and nothing of others", () => {
    const intake = admitted();
    hear(intake, 1, 2, 3);
    intake.admit(9, 1);
    intake.adopt([
      { slot, incarnation, number: 2 },
      { slot: 8, incarnation: 4, number: 100 },
    ]);
    expect(intake.marks()).toEqual([
      { slot, incarnation, number: 2 },
      { slot: 8, incarnation: 4, number: 100 },
    ]);
    expect(handed(intake)).toEqual([3]);
    expect(intake.numberNear(8)).toBe(100);
  });

  test("what own commits have consumed that are not the group's is pending again with the group's marks", () => {
    const intake = admitted();
    hear(intake, 1, 2, 3, 5);
    intake.consume(slot, 4);
    intake.adopt([{ slot, incarnation, number: 1 }]);
    intake.handAnew();
    expect(intake.marks()).toEqual([{ slot, incarnation, number: 1 }]);
    expect(handed(intake)).toEqual([2, 3]);
    // Consumed without having been heard: it is missing now.
    expect(intake.gap(slot, 5)).toEqual({ from: 4, count: 1 });
    hear(intake, 4);
    expect(handed(intake)).toEqual([4, 5]);
  });
});

test("numbers beyond every shortened width are kept in order for ever", () => {
  for (const start of [2 ** 12, 2 ** 16, 2 ** 24, 2 ** 32]) {
    const intake = admitted();
    intake.consume(slot, start - 3);
    hear(intake, start - 2, start - 1, start, start + 1);
    expect(handed(intake)).toEqual([start - 2, start - 1, start, start + 1]);
    intake.consume(slot, start);
    expect(intake.unconsumed(slot)).toEqual([{ number: start + 1, payload: payloadOf(start + 1) }]);
  }
});

describe("gaps", () => {
  test("the first run of missing inputs before one that was heard or is said to have been sent", () => {
    const intake = admitted();
    expect(intake.gap(slot, 0)).toBeUndefined();
    hear(intake, 1, 2);
    expect(intake.gap(slot, 2)).toBeUndefined();
    expect(intake.gap(slot, 4)).toEqual({ from: 3, count: 2 });
    hear(intake, 6, 9);
    expect(intake.gap(slot, 0)).toEqual({ from: 3, count: 3 });
    intake.consume(slot, 6);
    expect(intake.gap(slot, 0)).toEqual({ from: 7, count: 2 });
  });

  test("no more is asked for at once than one repair gives", () => {
    expect(admitted().gap(slot, 10_000)).toEqual({ from: 1, count: 32 });
  });
});

describe("what is kept", () => {
  test("is bounded, the newest first, and found for a second at rated load", () => {
    const intake = admitted();
    for (let number = 1; number <= 10_000; number++) {
      hear(intake, number);
      intake.consume(slot, number);
    }
    expect(intake.payload(slot, 10_000 - 4096)).toBeUndefined();
    expect(intake.payload(slot, 10_000 - 4095)).toEqual(payloadOf(10_000 - 4095));
    expect(hear(intake, 10_000 - 4096)).toEqual([false]);
    expect(intake.payload(slot, 10_000 - 4096)).toBeUndefined();
  });

  test("a card that hears a sender of a billion inputs for the first time is not held up by those it never heard", () => {
    const intake = admitted();
    const billion = 1_000_000_000;
    expect(hear(intake, billion, billion + 1)).toEqual([true, true]);
    expect(intake.pendingCount()).toBe(2);
    expect(intake.unconsumed(slot).map(({ number }) => number)).toEqual([billion, billion + 1]);
    hear(intake, billion + 1024, billion + 2048, billion + 3072, billion + 4096);
    expect(intake.payload(slot, billion)).toBeUndefined();
    expect(intake.payload(slot, billion + 1)).toBeDefined();
  });

  test("a number far beyond what a sender may have outstanding is no number of it", () => {
    const intake = admitted();
    hear(intake, 1);
    expect(hear(intake, 100_000, 1 + 1025)).toEqual([false, false]);
    expect(intake.numberNear(slot)).toBe(1);
  });

  test("unconsumed inputs are given in the order of their numbers, however they came", () => {
    const intake = admitted();
    hear(intake, 3, 1, 2, 5);
    intake.consume(slot, 1);
    expect(intake.unconsumed(slot).map(({ number }) => number)).toEqual([2, 3, 5]);
  });
});
