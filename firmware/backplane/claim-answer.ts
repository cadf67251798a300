/** What a card that gives way or follows hands a claimant: the commits that the claimant lacks, counted in the answer itself. */
import { encode } from "../layout/layout.ts";
import type { Micros } from "../time.ts";
import { claimStandsMicros } from "./claim.ts";
import type { KeptCommit } from "./commit-log.ts";
import { recordClass } from "./frame-identifier.ts";
import type { GroupView } from "./group-view.ts";
import type { MemberContext } from "./membership.ts";
import { type ClaimRecord, takeoverRecord } from "./takeover-records.ts";

const nothing = new Uint8Array(0);

/** Frames of an answer that may be on their way to the bus at once: what is not there yet can still be left out. */
const framesUnderWayMax = 16;

interface Answer {
  readonly kind: "grant" | "resign";
  readonly claimant: number;
  readonly claim: ClaimRecord;
  readonly lacked: readonly KeptCommit[];
  /** How many of them. */
  given: number;
}

/**
 * The answer to a claim: first every commit that the claimant lacks, then the grant or resignation that says how many there were. All
 * who answer may have the same to give, and the bus takes it from the lowest slot first; so it goes out bit by bit, and where the
 * claimant says in repeating its claim that it has what would come next, the answer begins anew with what it lacks by then. To a cold
 * start no commit matters any more.
 */
export class ClaimAnswer {
  readonly #context: MemberContext;
  readonly #view: GroupView;
  #underWay: Answer | undefined;
  #heardAt: Micros = 0;

  constructor(context: MemberContext, view: GroupView) {
    this.#context = context;
    this.#view = view;
  }

  /** A claim that is to be answered was heard, for the first time or again. */
  give(kind: "grant" | "resign", claimant: number, claim: ClaimRecord, now: Micros): void {
    const present = this.#underWay;
    this.#heardAt = now;
    const isOfThisClaim = present?.claimant === claimant && present.claim.term === claim.term;
    if (!isOfThisClaim || has(claim, present.lacked[present.given])) {
      const salvages = claim.cold === 0 && !this.#context.withoutRules.has("salvage");
      const lacked = salvages ? this.#view.log.lackedBy(claim.lastSequence, claim.lastTerm) : [];
      this.#underWay = { kind, claimant, claim, lacked, given: 0 };
    }
    this.feed(now);
  }

  /** Goes on giving, as far as the bus has taken what was given. */
  feed(now: Micros): void {
    const answer = this.#underWay;
    if (answer === undefined) return;
    if (now - this.#heardAt >= claimStandsMicros) this.end();
    else while (this.#underWay && this.#context.backlog(recordClass.repair) < framesUnderWayMax) this.#giveNext(answer);
  }

  #giveNext(answer: Answer): void {
    const { group } = this.#context.plan;
    const { kind, claimant, claim, lacked } = answer;
    const { term, lastSequence: after } = claim;
    const held = lacked[answer.given];
    if (held === undefined) {
      this.end();
      const record = { kind, group, term, claimant, after, salvaged: lacked.length } as const;
      this.#context.send(recordClass.takeover, encode(takeoverRecord, record));
      return;
    }
    const { sequence, refersToInput } = held.commit;
    const input = refersToInput ? (held.input ?? nothing) : nothing;
    const index = answer.given++;
    this.#view.repair({ kind: "salvage", group, term, claimant, after, index, sequence, commit: held.octets, input });
  }

  /** The claim is settled, or nothing has come of it. */
  end(): void {
    this.#underWay = undefined;
  }

  /** Long past as long as there is something to give: the next look cannot be too soon. */
  nextDeadline(): Micros | undefined {
    return this.#underWay && this.#heardAt;
  }
}

/** Whether the claimant has this commit, as its claim says. */
function has({ lastSequence, lastTerm }: ClaimRecord, held: KeptCommit | undefined): boolean {
  return held !== undefined && held.commit.sequence <= lastSequence && held.commit.term <= lastTerm;
}
