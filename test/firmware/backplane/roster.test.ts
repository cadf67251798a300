import { describe, expect, test } from "vitest";
import { beatKind, type Heartbeat, role } from "../../../firmware/backplane/heartbeat.ts";
import { Roster, secondLookMicros } from "../../../firmware/backplane/roster.ts";

const timing = { primaryMicros: 5_000, othersMicros: 20_000, missesToDeath: 3 };
/** Three misses and the leeway of half an interval. */
const primaryLimit = 16_250;
const othersLimit = 70_000;

function beatOf(changes: Partial<Heartbeat> = {}): Heartbeat {
  const blank = { leaving: 0, realTime: 1, hung: 0, deaf: 0, term: 1, incarnation: 1, group: 1 };
  return { role: role.witness, kind: beatKind.identity, value: 1, ...blank, ...changes };
}

/** Runs the roster as its owner does: looks whenever it says. @returns slots that died, with when */
function watch(roster: Roster, until: number): [slot: number, at: number][] {
  const died: [number, number][] = [];
  for (let now = roster.nextDeadline(); now <= until; now = roster.nextDeadline()) {
    for (const { slot } of roster.expire(now)) died.push([slot, now]);
  }
  return died;
}

describe("life and death", () => {
  test("a card comes with its first beat, and dies once after three misses and a second look", () => {
    const roster = new Roster(timing, true);
    expect(roster.beat(1, beatOf({ role: role.primary }), 0)).toBe("came");
    expect(roster.beat(1, beatOf({ role: role.primary }), 5_000)).toBe("none");
    expect(watch(roster, 1_000_000)).toEqual([[1, 5_000 + primaryLimit + secondLookMicros]]);
    expect([roster.isAlive(1), roster.hearsAnybody()]).toEqual([false, false]);
    expect(roster.nextDeadline()).toBe(Number.POSITIVE_INFINITY);
  });

  test("a beat that was only read late saves the card", () => {
    const roster = new Roster(timing, true);
    roster.beat(1, beatOf(), 0);
    expect(roster.expire(othersLimit)).toEqual([]);
    roster.beat(1, beatOf(), othersLimit + 100);
    expect(roster.expire(othersLimit + 300)).toEqual([]);
    expect(roster.isAlive(1)).toBe(true);
  });

  test("other cards have the longer interval", () => {
    const roster = new Roster(timing, true);
    roster.beat(2, beatOf({ role: role.backup }), 0);
    expect(watch(roster, 1_000_000)).toEqual([[2, othersLimit + secondLookMicros]]);
  });

  test("one that died and is heard again came, and is alive since then", () => {
    const roster = new Roster(timing, true);
    roster.beat(1, beatOf(), 0);
    watch(roster, 1_000_000);
    expect(roster.beat(1, beatOf(), 2_000_000)).toBe("came");
    expect(roster.entry(1)).toMatchObject({ alive: true, since: 2_000_000 });
  });

  test("another incarnation is a restart, and nothing of the earlier one is believed", () => {
    const roster = new Roster(timing, true);
    roster.beat(1, beatOf({ value: 0x10 }), 0);
    expect(roster.beat(1, beatOf({ incarnation: 2, kind: beatKind.configuration, value: 5 }), 20_000)).toBe(
      "restarted",
    );
    expect(roster.entry(1)).toMatchObject({ kind: undefined, configurationDigest: 5, since: 20_000 });
  });

  test("time in which this card could not listen is nobody's silence", () => {
    const roster = new Roster(timing, true);
    roster.beat(1, beatOf(), 0);
    roster.excuse(500_000);
    expect(watch(roster, 2_000_000)).toEqual([[1, 500_000 + othersLimit + secondLookMicros]]);
  });
});

test("what beats tell of a card, in turn, and a kind of beat that is not known here", () => {
  const roster = new Roster(timing, true);
  roster.beat(1, beatOf({ incarnation: 0x34, value: 0x1234_11 }), 0);
  roster.beat(1, beatOf({ incarnation: 0x34, kind: beatKind.configuration, value: 0xabcdef }), 1);
  roster.beat(1, beatOf({ incarnation: 0x34, kind: 15, value: 0xffffff }), 20_000);
  expect(roster.entry(1)).toMatchObject({
    ...{ incarnationLow: 0x34, kind: 1, configurationDigest: 0xabcdef, lastBeat: 20_000 },
  });
});

describe("where the host cannot keep the beat", () => {
  /** Beats every 20 ms until then, and the roster looks as often. */
  function beatOn(roster: Roster, from: number, until: number, beat = beatOf()): void {
    for (let now = from; now <= until; now += 20_000) {
      roster.beat(1, beat, now);
      roster.expire(now);
    }
  }

  function limitOf(roster: Roster): number {
    const entry = roster.entry(1);
    if (!entry) throw new Error("no entry");
    return roster.limitMicros(entry);
  }

  test("the limit follows the measured gaps, twice the longest of late", () => {
    const roster = new Roster(timing, false);
    beatOn(roster, 0, 60_000_000);
    expect(limitOf(roster)).toBe(80_000);
    roster.beat(1, beatOf(), 60_055_000);
    expect(limitOf(roster)).toBe(110_000);
    beatOn(roster, 60_060_000, 180_000_000);
    expect(limitOf(roster)).toBe(80_000);
  });

  test("before a whole span has been measured, gaps are taken to be long", () => {
    const roster = new Roster(timing, false);
    beatOn(roster, 0, 59_980_000);
    expect(limitOf(roster)).toBe(120_000);
    expect(watch(roster, 70_000_000)).toEqual([[1, 59_980_000 + 120_000 + secondLookMicros]]);
  });

  test("no gap makes the limit longer than a quarter of a second", () => {
    const roster = new Roster(timing, false);
    roster.beat(1, beatOf(), 0);
    roster.beat(1, beatOf(), 200_000);
    expect(watch(roster, 2_000_000)).toEqual([[1, 200_000 + 250_000 + secondLookMicros]]);
  });

  test("a card that only one of the two can serve in time is judged with the longer limit", () => {
    const roster = new Roster(timing, true);
    roster.beat(1, beatOf({ realTime: 0 }), 0);
    roster.beat(1, beatOf({ realTime: 0 }), 75_000);
    expect(watch(roster, 1_000_000)).toEqual([[1, 75_000 + 150_000 + secondLookMicros]]);
  });

  test("the gap of one role says nothing about another, which is measured anew", () => {
    const roster = new Roster(timing, false);
    roster.beat(1, beatOf({ role: role.backup }), 0);
    roster.beat(1, beatOf({ role: role.backup }), 100_000);
    expect(limitOf(roster)).toBe(200_000);
    const primary = beatOf({ role: role.primary });
    roster.beat(1, primary, 105_000);
    expect(limitOf(roster)).toBe(120_000);
    for (let now = 110_000; now <= 60_110_000; now += 5_000) {
      roster.beat(1, primary, now);
      roster.expire(now);
    }
    expect(limitOf(roster)).toBe(20_000);
  });
});

describe("a card that is not what the configuration says", () => {
  const expected = { configurationDigest: 0xabc, kinds: { 1: "lim", 2: "call-server" } } as const;

  function told(slot: number, ...said: readonly Partial<Heartbeat>[]): Roster {
    const roster = new Roster(timing, true, expected);
    for (const each of said) roster.beat(slot, beatOf(each), 0);
    return roster;
  }
  const identity = (card: number) => ({ kind: beatKind.identity, value: 0x0001_01 + card * 16 });
  const configuration = (value: number) => ({ kind: beatKind.configuration, value });

  test("belongs only when all is known and as expected", () => {
    expect(told(1, identity(0)).belongs(1)).toBe(false);
    expect(told(1, identity(0), configuration(0xabc)).belongs(1)).toBe(true);
    expect(told(1, identity(0)).objection(1)).toBeUndefined();
    expect(told(7).belongs(7)).toBe(false);
  });

  test("does not with another digest, nor as another kind, and it is said what differs", () => {
    const digest = told(1, identity(0), configuration(0xdef));
    expect(digest.belongs(1)).toBe(false);
    expect(digest.objection(1)).toBe("slot 1 has configuration 000def, and this card 000abc");
    const kind = told(2, identity(2), configuration(0xabc));
    expect(kind.belongs(2)).toBe(false);
    expect(kind.objection(2)).toBe("slot 2 holds a transporter, and rack.yaml says call-server");
    expect(told(2, identity(9)).objection(2)).toBe(
      "slot 2 holds a card of unknown kind, and rack.yaml says call-server",
    );
  });

  test("is forgotten when it restarts or is gone", () => {
    const roster = told(1, identity(0), configuration(0xdef));
    roster.beat(1, beatOf({ incarnation: 2 }), 1);
    expect(roster.objection(1)).toBeUndefined();
    const gone = told(1, identity(0), configuration(0xdef));
    watch(gone, 1_000_000);
    expect(gone.objection(1)).toBeUndefined();
  });
});
