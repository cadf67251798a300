import { describe, expect, test } from "vitest";
import { GroupRoster } from "../../../firmware/backplane/group-roster.ts";
import { beatKind, type Heartbeat, role } from "../../../firmware/backplane/heartbeat.ts";
import { Roster } from "../../../firmware/backplane/roster.ts";

const timing = { primaryMicros: 5_000, othersMicros: 20_000, missesToDeath: 3 };
const plan = { callServers: [2, 3], witnesses: [1, 4, 5] };

function beatOf(changes: Partial<Heartbeat> = {}): Heartbeat {
  const blank = { leaving: 0, realTime: 1, hung: 0, deaf: 0, term: 1, incarnation: 1, group: 1 };
  return { role: role.witness, kind: beatKind.identity, value: 0x100, ...blank, ...changes };
}

/** A group that hears all beats, as its owner gives them to it. */
class HeardGroup extends GroupRoster {
  readonly cards: Roster;

  constructor() {
    const cards = new Roster(timing, true);
    super(cards, plan);
    this.cards = cards;
  }

  beat(slot: number, beat: Heartbeat, now = 0): void {
    if (this.cards.beat(slot, beat, now) === "restarted") this.restarted(slot);
    this.take(slot, beat);
  }
}

describe("a primary", () => {
  test("is healthy when it is heard and nothing is said against it", () => {
    const group = new HeardGroup();
    group.beat(2, beatOf({ role: role.primary }));
    expect([group.isHealthyPrimary(2), group.primary()?.slot]).toEqual([true, 2]);
    group.cards.expire(1_000_000);
    group.cards.expire(1_001_000);
    expect([group.isAlive(2), group.isHealthyPrimary(2), group.primary()]).toEqual([false, false, undefined]);
  });

  test.each(["leaving", "hung"] as const)("that is %s is not healthy", (fault) => {
    const group = new HeardGroup();
    group.beat(2, beatOf({ role: role.primary, [fault]: 1 }));
    expect([group.isHealthyPrimary(2), group.isAlive(2)]).toEqual([false, true]);
  });
});

describe("what beats tell", () => {
  test("incarnation, commit and input, taking turns", () => {
    const group = new HeardGroup();
    group.beat(1, beatOf({ incarnation: 0x34, value: 0x1234_11 }));
    group.beat(1, beatOf({ incarnation: 0x34, kind: beatKind.commit, value: 70 }));
    group.beat(1, beatOf({ incarnation: 0x34, kind: beatKind.input, value: 80 }));
    expect(group.entry(1)).toMatchObject({ incarnationLow: 0x34, incarnation: 0x1234, commit: 70, input: 80 });
  });

  test("terms grow beyond sixteen bits, commits and inputs beyond twenty-four", () => {
    const group = new HeardGroup();
    for (let step = 0; step <= 40; step++) {
      const term = step * 10_000;
      const value = step * 5_000_000;
      for (const kind of [beatKind.commit, beatKind.input]) {
        group.beat(1, beatOf({ kind, term: term % 2 ** 16, value: value % 2 ** 24 }), step);
      }
      expect(group.entry(1)).toMatchObject({ term, commit: value, input: value });
    }
  });

  test("a card that has restarted is nothing of what it was", () => {
    const group = new HeardGroup();
    group.beat(1, beatOf({ kind: beatKind.commit, value: 900, term: 9 }));
    group.beat(1, beatOf({ incarnation: 2, role: role.newcomer, kind: beatKind.configuration, value: 5 }));
    expect(group.entry(1)).toMatchObject({ role: role.newcomer, commit: 0, term: 1, incarnation: 0 });
  });

  test("a kind of beat that is not known here changes nothing", () => {
    const group = new HeardGroup();
    group.beat(1, beatOf({ kind: beatKind.commit, value: 7 }));
    group.beat(1, beatOf({ kind: 7, value: 0xffffff }));
    expect(group.entry(1)).toMatchObject({ commit: 7, input: 0 });
  });

  test("another incarnation with the same low octet is a life that the card has begun for this group alone", () => {
    const group = new HeardGroup();
    const identity = (incarnation: number) => beatOf({ value: incarnation * 256 });
    expect(group.isRenewedBy(1, identity(0x1201))).toBe(false);
    group.beat(1, identity(0x1201));
    expect(group.isRenewedBy(1, identity(0x1201))).toBe(false);
    expect(group.isRenewedBy(1, beatOf({ kind: beatKind.commit, value: 5 }))).toBe(false);
    expect(group.isRenewedBy(1, identity(0x1301))).toBe(true);
  });
});

test("of a card whose beats were about other groups only, a group knows nothing", () => {
  const group = new HeardGroup();
  group.cards.beat(1, beatOf({ group: 2 }), 0);
  expect([group.entry(1), group.isAlive(1), group.isFit(1), group.hearsAnybody()]).toEqual([
    undefined,
    false,
    false,
    true,
  ]);
});

describe("what witnesses say of a call server", () => {
  const witness = (deaf: number) => beatOf({ role: role.witness, deaf });

  function rosterWith(verdicts: Readonly<Record<number, number>>, ownVerdict?: number): HeardGroup {
    const group = new HeardGroup();
    for (const slot of [2, 3]) group.beat(slot, beatOf({ role: role.primary }));
    for (const [slot, verdict] of Object.entries(verdicts)) group.beat(Number(slot), witness(verdict));
    group.ownVerdict = ownVerdict;
    return group;
  }

  test("the majority of those that take part decides, each bit for itself", () => {
    const found = (group: HeardGroup) => [2, 3].map((slot) => group.isDeaf(slot));
    expect(found(rosterWith({ 1: 1, 4: 0, 5: 2 }))).toEqual([false, false]);
    expect(found(rosterWith({ 1: 1, 4: 1, 5: 2 }))).toEqual([true, false]);
    expect(found(rosterWith({ 1: 2, 4: 0 }))).toEqual([false, false]);
    expect(found(rosterWith({ 1: 2 }))).toEqual([false, true]);
    expect(found(rosterWith({ 1: 2, 4: 0 }, 2))).toEqual([false, true]);
    expect(found(rosterWith({}))).toEqual([false, false]);
  });

  test("a card that has no part in the group has no voice", () => {
    const group = rosterWith({ 4: 0 });
    group.beat(1, beatOf({ role: role.newcomer, deaf: 1 }));
    group.beat(9, witness(1));
    expect(group.isDeaf(2)).toBe(false);
  });

  test("a card that is found deaf is neither fit nor a healthy primary, but alive", () => {
    const group = rosterWith({ 1: 1, 4: 1 });
    expect([group.isAlive(2), group.isFit(2), group.isHealthyPrimary(2)]).toEqual([true, false, false]);
    expect([group.isAlive(3), group.isFit(3), group.isHealthyPrimary(3)]).toEqual([true, true, true]);
  });

  test("what inputs a call server has heard, two witnesses a beat", () => {
    const group = rosterWith({});
    group.beat(2, beatOf({ kind: beatKind.received + 1, value: 0xabc_123 }));
    expect(group.entry(2)?.received).toEqual({ firstWitness: 2, numbers: [0xabc, 0x123] });
    group.beat(2, beatOf({ kind: beatKind.commit, value: 1 }));
    expect(group.entry(2)?.received).toBeUndefined();
  });
});
