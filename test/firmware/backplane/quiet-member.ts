/** What a member of a group stands on, where nothing happens but what a test says. */
import type { Commit } from "../../../firmware/backplane/commit.ts";
import type { MemberContext } from "../../../firmware/backplane/membership.ts";
import { GroupRoster } from "../../../firmware/backplane/group-roster.ts";
import { Roster } from "../../../firmware/backplane/roster.ts";

export const timing = { primaryMicros: 5_000, othersMicros: 20_000, missesToDeath: 3 };
export const plan = { group: 1, callServers: [2, 3], witnesses: [1, 4] };

/** A card in slot 3 that has heard nobody, but for what is given. */
export function quietMember(given: Partial<MemberContext> = {}): MemberContext {
  return {
    slot: 3,
    incarnation: 1,
    renew: () => {},
    plan,
    groupsOfCard: 1,
    timing,
    roster: new GroupRoster(new Roster(timing, true), plan),
    isFit: () => true,
    isMute: () => false,
    isBehind: () => false,
    send: () => {},
    backlog: () => 0,
    toApplication: () => {},
    commitsPerformed: () => 0,
    voidBefore: () => {},
    wallMillis: () => 0,
    log: () => {},
    milestone: () => {},
    nonsense: () => {},
    withoutRules: new Set(),
    ...given,
  };
}

/** A commit of the first term that refers to no input. */
export function plainCommit({
  sequence,
  consumed,
  timeMillis,
  body,
}: Pick<Commit, "sequence" | "consumed" | "timeMillis" | "body">): Commit {
  return { group: 1, term: 1, refersToInput: false, sequence, consumed, timeMillis, body };
}
