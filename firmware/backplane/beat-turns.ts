/** What a card's beats about one of its groups tell in turn. */
import { receivedBits } from "./deafness.ts";
import { beatKind, cardKinds, type Heartbeat, type Role, role, witnessesABeat } from "./heartbeat.ts";
import type { GroupPlan, Member } from "./membership.ts";
import { lowBits } from "./sequence-number.ts";

const turnsOf = (...names: (keyof typeof beatKind)[]) => names.map((name) => beatKind[name]);

/** A card that has no part in its group yet has only itself to tell of. */
export const newRoles: readonly Role[] = [role.newcomer, role.blank, role.incomplete];
const newcomerTurns = turnsOf("identity", "configuration");
const callServerTurns = turnsOf(
  ...(["identity", "commit", "received", "commit"] as const),
  ...(["configuration", "commit", "received", "commit"] as const),
);
const witnessTurns = turnsOf(
  ...(["identity", "input", "commit", "input"] as const),
  ...(["configuration", "input", "commit", "input"] as const),
);
/** Of the turns of a call server. */
const receivedATurn = 2;

export interface Teller {
  readonly kind: (typeof cardKinds)[number];
  readonly plan: GroupPlan;
  readonly incarnation: number;
  readonly configurationDigest: number;
  /** How far the application has got: four bits. */
  readonly progress: number;
  readonly member: Member;
}

/** Writes kind and value into a card's `number`th beat about a group. */
export function tellInTurn(beat: Heartbeat, number: number, teller: Teller): void {
  const isNew = newRoles.includes(teller.member.role());
  const turns = isNew ? newcomerTurns : teller.kind === "call-server" ? callServerTurns : witnessTurns;
  const kind = turns[number % turns.length];
  const pair = kind === beatKind.received ? pairInTurn(number, turns.length, teller.plan.witnesses.length) : 0;
  beat.kind = kind + pair;
  beat.value = tellOf(kind, pair, teller);
}

/** The witnesses that a beat of kind `received` is about: which two of the plan's. */
function pairInTurn(number: number, turns: number, witnesses: number): number {
  const pairs = Math.max(1, Math.ceil(witnesses / witnessesABeat));
  return Math.floor((number * receivedATurn) / turns) % pairs;
}

function tellOf(kind: (typeof beatKind)[keyof typeof beatKind], pair: number, teller: Teller): number {
  const { member } = teller;
  switch (kind) {
    case beatKind.identity:
      return teller.incarnation * 256 + cardKinds.indexOf(teller.kind) * 16 + teller.progress;
    case beatKind.commit:
      return lowBits(member.lastCommit(), 24);
    case beatKind.input:
      return lowBits(member.lastInput(), 24);
    case beatKind.configuration:
      return teller.configurationDigest;
    case beatKind.received: {
      const first = pair * witnessesABeat;
      return receivedFrom(first, teller) * 2 ** receivedBits + receivedFrom(first + 1, teller);
    }
  }
}

/** Low bits of the number of the last input that was heard of a witness; 0 where the plan has no such. */
function receivedFrom(place: number, { plan, member }: Teller): number {
  return place < plan.witnesses.length ? lowBits(member.receivedFrom(plan.witnesses[place]), receivedBits) : 0;
}
