/** The records by which a backup becomes primary: claim, grant, resign. */
import { layout, list, u8, u16, type ValueOf, variants, varint } from "../layout/layout.ts";
import type { GroupPlan } from "./membership.ts";

export const takeoverRecord = variants(
  "takeover",
  {
    /**
     * "I want to be primary in this term; this is the last commit I hold." Repeated with every beat until settled.
     * `settled` names the slots whose answer has arrived whole: they need not repeat it.
     */
    claim: [0, layout("claim", { term: varint, lastTerm: varint, lastSequence: varint, cold: u8, settled: list(u8) })],
    /**
     * "I follow `claimant` into this term", with `salvaged` repair records of what the claimant lacks. `after`: the last commit of the
     * claim that is answered.
     */
    grant: [1, layout("grant", { term: varint, claimant: u8, after: varint, salvaged: u16 })],
    /** The incumbent's answer: "I have stopped, and these `salvaged` commits you lacked." */
    resign: [2, layout("resign", { term: varint, claimant: u8, after: varint, salvaged: u16 })],
    /**
     * Of the communication processor of a primary whose application has failed or hangs: "it was working on this input". Witnesses say
     * it again before they grant.
     */
    "death note": [3, layout("death note", { slot: u8, incarnation: u16, number: varint })],
  },
  { group: 4 },
);

export type TakeoverRecord = ValueOf<typeof takeoverRecord>;

export type ClaimRecord = TakeoverRecord & { readonly kind: "claim" };

/** Whether it is for the card in a slot to say. A death note is repeated by the witnesses that heard it. */
export function isForSender({ kind }: TakeoverRecord, slot: number, { callServers, witnesses }: GroupPlan): boolean {
  if (kind === "claim" || kind === "resign") return callServers.includes(slot);
  return kind === "grant" ? witnesses.includes(slot) : callServers.includes(slot) || witnesses.includes(slot);
}
