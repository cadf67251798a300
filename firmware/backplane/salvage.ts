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
      index,
      sequence: held.commit.sequence,
      commit: held.octets,
      input: held.commit.refersToInput ? (held.input ?? nothing) : nothing,
    });
  });
  const record = { kind: answer, group, term: claim.term, claimant, salvaged: lacked.length } as const;
  context.send(recordClass.takeover, encode(takeoverRecord, record));
}

/** The answers to a claim as the claimant gathers them: one is whole when all that it counts has come. */
export class Answers {
  readonly #bySlot = new Map<number, { expected: number | undefined; readonly indices: Set<number> }>();

  clear(): void {
    this.#bySlot.clear();
  }

  salvaged(slot: number, index: number): void {
    this.#answer(slot).indices.add(index);
  }

  answered(slot: number, salvaged: number): void {
    this.#answer(slot).expected = salvaged;
  }

  isWhole(slot: number): boolean {
    const answer = this.#bySlot.get(slot);
    return answer?.expected !== undefined && answer.indices.size >= answer.expected;
  }

  /** Whether one has come from a card of which this holds. */
  some(holds: (slot: number) => boolean): boolean {
    return [...this.#bySlot].some(([slot, { expected }]) => expected !== undefined && holds(slot));
  }

  /** The card began anew: what it answered before it knows nothing of. */
  forget(slot: number): void {
    this.#bySlot.delete(slot);
  }

  whole(): number[] {
    return [...this.#bySlot.keys()].filter((slot) => this.isWhole(slot));
  }

  #answer(slot: number) {
    let answer = this.#bySlot.get(slot);
    if (!answer) {
      answer = { expected: undefined, indices: new Set() };
      this.#bySlot.set(slot, answer);
    }
    return answer;
  }
}
