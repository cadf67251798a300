import { expect, test } from "vitest";
import { Claim } from "../../../firmware/backplane/claim.ts";
import { GroupView } from "../../../firmware/backplane/group-view.ts";
import { role } from "../../../firmware/backplane/heartbeat.ts";
import { GroupRoster } from "../../../firmware/backplane/group-roster.ts";
import { Roster } from "../../../firmware/backplane/roster.ts";
import { plan, quietMember, timing } from "./quiet-member.ts";

/** The claim of slot 3, which has found slot 2, silent since 0, dead at 71 ms. */
function claimOfSlot3(): Claim {
  const roster = new Roster(timing, true);
  const beat = { leaving: 0, hung: 0, deaf: 0, realTime: 1, incarnation: 1, group: 1, kind: 0, value: 0 };
  const group = new GroupRoster(roster, plan);
  roster.beat(2, { ...beat, role: role.backup, term: 1 }, 0);
  group.take(2, { ...beat, role: role.backup, term: 1 });
  roster.expire(70_000);
  expect(roster.expire(71_000).map(({ slot }) => slot)).toEqual([2]);
  const context = quietMember({
    roster: group,
  });
  return new Claim(context, new GroupView(context, false));
}

test("the claim of a card that was found dead stands when it is heard after that, though no beat is heard yet", () => {
  const claim = claimOfSlot3();
  claim.raise(4, false, 72_000);
  claim.heard(2, 5, 73_000);
  expect([claim.higherIsHeard(74_000), claim.mustDefer(role.backup, 74_000)]).toEqual([true, true]);
  // It has not been repeated.
  expect([claim.higherIsHeard(123_000), claim.mustDefer(role.backup, 123_000)]).toEqual([false, false]);
});

test("the claim of a card that has died since does not stand", () => {
  const claim = claimOfSlot3();
  claim.heard(2, 5, 70_000);
  expect(claim.mustDefer(role.backup, 72_000)).toBe(false);
});
