/** A witness that was found dead and given no more work, though it lives. */
import { describe, expect, test } from "vitest";
import { CatchingUp } from "../../../firmware/backplane/catching-up.ts";
import { type Consumed, encodeCommit } from "../../../firmware/backplane/commit.ts";
import { recordClass } from "../../../firmware/backplane/frame-identifier.ts";
import type { RosterEntry } from "../../../firmware/backplane/group-roster.ts";
import { role } from "../../../firmware/backplane/heartbeat.ts";
import type { MemberContext } from "../../../firmware/backplane/membership.ts";
import { Witness } from "../../../firmware/backplane/witness.ts";
import type { ApplicationEvent } from "../../../firmware/card/application.ts";
import { plainCommit, quietMember } from "./quiet-member.ts";

const slot = 1;
const incarnation = 7;
const admit: Consumed = { kind: "admit", slot, incarnation };
const dismiss: Consumed = { kind: "dismiss", slot };
const internal: Consumed = { kind: "internal" };

/** The LIM in slot 1, admitted by commit 1. What its application is told: `4` to do, `(4)` only to know, `service`. */
function admittedWitness(given: Partial<MemberContext> = {}) {
  const told: string[] = [];
  const voided: number[] = [];
  const note = (event: ApplicationEvent) => {
    if (event.kind === "service") told.push("service");
    if (event.kind !== "commit" || event.commit.consumed.kind !== "internal") return;
    const { sequence, body } = event.commit;
    told.push(body.length > 0 ? `${sequence}` : `(${sequence})`);
  };
  const context = quietMember({
    ...{ slot, incarnation, toApplication: note, voidBefore: (sequence) => voided.push(sequence) },
    ...given,
  });
  const witness = new Witness(context);
  const say = (sequence: number, consumed: Consumed, now = 0) => {
    const commit = plainCommit({ sequence, consumed, timeMillis: 1, body: Uint8Array.of(9) });
    witness.record(recordClass.commit, 2, encodeCommit(commit), now);
  };
  const beat = (commit: number, now: number) =>
    witness.card({ slot: 2, alive: true, role: role.primary, term: 1, commit } as RosterEntry, "beat", now);
  say(1, admit);
  expect(told.splice(0)).toEqual(["service"]);
  return { witness, told, voided, say, beat };
}

describe("a witness that was away", () => {
  test("holds what it reads until the primary beats again and nothing is missing, and then does it", () => {
    const { witness, told, say, beat } = admittedWitness();
    witness.wasAway(1_000_000);
    for (const sequence of [2, 3]) say(sequence, internal, 1_000_000);
    beat(3, 1_009_000);
    expect(told).toEqual([]);
    expect([witness.isCatchingUp, witness.lastCommit()]).toEqual([true, 1]);
    // A commit is missing.
    beat(4, 1_010_000);
    expect(told).toEqual([]);
    say(4, internal, 1_011_000);
    beat(4, 1_015_000);
    expect(told).toEqual(["2", "3", "4"]);
    expect(witness.isCatchingUp).toBe(false);
  });

  test("does nothing as long as its mail is not read", () => {
    let isBehind = true;
    const { witness, told, say, beat } = admittedWitness({ isBehind: () => isBehind });
    witness.wasAway(0);
    say(2, internal);
    beat(2, 20_000);
    expect(told).toEqual([]);
    isBehind = false;
    beat(2, 25_000);
    expect(told).toEqual(["2"]);
  });

  test("finds that it was dismissed: does nothing of what came before, nor until it is admitted again", () => {
    const { witness, told, voided, say, beat } = admittedWitness();
    witness.wasAway(0);
    say(2, internal);
    say(3, dismiss);
    say(4, internal);
    beat(4, 10_000);
    expect([told.splice(0), voided]).toEqual([["(2)", "(4)"], [3]]);
    expect(witness.role()).toBe(role.witness);
    say(5, internal);
    say(6, { kind: "admit", slot, incarnation: incarnation + 1 });
    say(7, internal);
    expect(told.splice(0)).toEqual(["(5)", "(7)"]);
    say(8, admit);
    say(9, internal);
    expect(told).toEqual(["service", "9"]);
  });

  test("was dismissed, admitted and dismissed again: nothing before the last dismissal is done", () => {
    const { witness, told, say, beat } = admittedWitness();
    witness.wasAway(0);
    for (const [sequence, consumed] of [internal, dismiss, admit, internal, dismiss, internal].entries()) {
      say(sequence + 2, consumed);
    }
    beat(7, 10_000);
    expect(told).toEqual(["(2)", "service", "(5)", "(7)"]);
  });
});

test("one that was not away does what came before its dismissal in order, and another's dismissal is nothing to it", () => {
  const { told, say } = admittedWitness();
  say(2, internal);
  say(3, { kind: "dismiss", slot: 4 });
  say(4, internal);
  say(5, dismiss);
  say(6, internal);
  expect(told).toEqual(["2", "4", "(6)"]);
});

test("the time to read the mail is that of two of the primary's beats", () => {
  const catchingUp = new CatchingUp(5_000);
  const knowsAll = () => true;
  expect(catchingUp.primaryBeats(knowsAll, 0)).toBe(false);
  catchingUp.begin(0);
  expect([9_999, 10_000, 15_000].map((now) => catchingUp.primaryBeats(knowsAll, now))).toEqual([false, true, false]);
});
