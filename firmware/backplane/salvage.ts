/** What a card that gives way or follows hands a claimant: the commits that the claimant lacks, counted in the answer itself. */
import { encode } from "../layout/layout.ts";
import { recordClass } from "./frame-identifier.ts";
import type { GroupView } from "./group-view.ts";
import type { MemberContext } from "./membership.ts";
import { type TakeoverRecord, takeoverRecord } from "./takeover-records.ts";

const nothing = new Uint8Array(0);

/**
 * Answers a claim: first every commit that the claimant lacks, then the grant or resignation that says how many there were. As long
 * as an earlier answer is not on the bus, a repeated claim gets no other. To a cold start no commit matters any more.
 */
export function answerClaim(
  context: MemberContext,
  view: GroupView,
  answer: "grant" | "resign",
  claimant: number,
  claim: TakeoverRecord & { kind: "claim" },
): void {
  if (context.backlog(recordClass.repair) > 0) return;
  const { group } = context.plan;
  const salvages = claim.cold === 0 && !context.withoutRules.has("salvage");
  const lacked = salvages ? view.log.lackedBy(claim.lastSequence, claim.lastTerm) : [];
  lacked.forEach((held, index) => {
    view.repair({
      kind: "salvage",
      group,
      term: claim.term,
      claimant,
      after: claim.lastSequence,
      index,
      sequence: held.commit.sequence,
      commit: held.octets,
      input: held.commit.refersToInput ? (held.input ?? nothing) : nothing,
    });
  });
  const after = claim.lastSequence;
  const record = { kind: answer, group, term: claim.term, claimant, after, salvaged: lacked.length } as const;
  context.send(recordClass.takeover, encode(takeoverRecord, record));
}

interface Answer {
  expected: number | undefined;
  readonly indices: Set<number>;
}

/**
 * The answers to a claim as the claimant gathers them: one is whole when all that it counts has come. A claim that is repeated says
 * what the claimant holds by then, and the answer to it gives less: what came of one answer does not count for another.
 */
export class Answers {
  /** By slot, and by the last commit of the claim that is answered. */
  readonly #bySlot = new Map<number, Map<number, Answer>>();

  clear(): void {
    this.#bySlot.clear();
  }

  salvaged(slot: number, after: number, index: number): void {
    this.#answer(slot, after).indices.add(index);
  }

  answered(slot: number, after: number, salvaged: number): void {
    this.#answer(slot, after).expected = salvaged;
  }

  isWhole(slot: number): boolean {
    return this.#of(slot).some(({ expected, indices }) => expected !== undefined && indices.size >= expected);
  }

  /** Whether one has come from a card of which this holds. */
  some(holds: (slot: number) => boolean): boolean {
    const answered = (slot: number) => this.#of(slot).some(({ expected }) => expected !== undefined);
    return [...this.#bySlot.keys()].some((slot) => holds(slot) && answered(slot));
  }

  /** The card began anew: what it answered before it knows nothing of. */
  forget(slot: number): void {
    this.#bySlot.delete(slot);
  }

  whole(): number[] {
    return [...this.#bySlot.keys()].filter((slot) => this.isWhole(slot));
  }

  #of(slot: number): Answer[] {
    return [...(this.#bySlot.get(slot)?.values() ?? [])];
  }

  #answer(slot: number, after: number): Answer {
    const answers = this.#bySlot.get(slot) ?? new Map<number, Answer>();
    this.#bySlot.set(slot, answers);
    const answer = answers.get(after) ?? { expected: undefined, indices: new Set() };
    answers.set(after, answer);
    return answer;
  }
}
