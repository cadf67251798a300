/** What a card's beats about one of its groups tell in turn. */
import { receivedBits } from "./deafness.ts";
import { beatKind, cardKinds, type Role, role, witnessesABeat } from "./heartbeat.ts";
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

/** Kind and value of a card's `beat`th beat about a group. */
export function beatTells(beat: number, teller: Teller): { readonly kind: number; readonly value: number } {
  const { kind: card, plan, member } = teller;
  const isNew = newRoles.includes(member.role());
  const turns = isNew ? newcomerTurns : card === "call-server" ? callServerTurns : witnessTurns;
  const kind = turns[beat % turns.length];
  switch (kind) {
    case beatKind.identity:
      return { kind, value: teller.incarnation * 256 + cardKinds.indexOf(card) * 16 + teller.progress };
    case beatKind.commit:
      return { kind, value: lowBits(member.lastCommit(), 24) };
    case beatKind.input:
      return { kind, value: lowBits(member.lastInput(), 24) };
    case beatKind.configuration:
      return { kind, value: teller.configurationDigest };
    case beatKind.received: {
      const pairs = Math.max(1, Math.ceil(plan.witnesses.length / witnessesABeat));
      const pair = Math.floor((beat * receivedATurn) / turns.length) % pairs;
      const [first, second] = [0, 1].map((index) => {
        const witness = plan.witnesses[pair * witnessesABeat + index];
        return witness === undefined ? 0 : lowBits(member.receivedFrom(witness), receivedBits);
      });
      return { kind: kind + pair, value: first * 2 ** receivedBits + second };
    }
  }
}
