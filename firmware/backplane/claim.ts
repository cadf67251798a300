/** A claim to be primary: its term, what has been answered, and when it is settled. */
import { encode } from "../layout/layout.ts";
import type { Micros } from "../time.ts";
import type { Commit } from "./commit.ts";
import { recordClass } from "./frame-identifier.ts";
import type { GroupView } from "./group-view.ts";
import { type Role, role } from "./heartbeat.ts";
import type { MemberContext } from "./membership.ts";
import type { RepairRecord } from "./repair-records.ts";
import type { RosterEntry } from "./group-roster.ts";
import type { HeartbeatTiming } from "./roster.ts";
import { Answers } from "./salvage.ts";
import { takeoverRecord } from "./takeover-records.ts";

/** A claim that has not been repeated for so long does not stand any more. */
export const claimStandsMicros = 50_000;

/** What is not settled is said again after this time. */
export function claimRepeatMicros({ primaryMicros }: HeartbeatTiming): Micros {
  return primaryMicros;
}

export class Claim {
  readonly answers = new Answers();
  readonly #context: MemberContext;
  readonly #view: GroupView;
  #term = 0;
  #cold = false;
  #repeatAt: Micros = 0;
  #other: { slot: number; term: number; at: Micros } | undefined;

  constructor(context: MemberContext, view: GroupView) {
    this.#context = context;
    this.#view = view;
  }

  get term(): number {
    return this.#term;
  }

  get cold(): boolean {
    return this.#cold;
  }

  /** The term to claim: higher than any heard, and by its parity this card's alone. */
  due(ownTerm: number): number {
    const parity = this.#context.plan.callServers.indexOf(this.#context.slot) === 0 ? 1 : 0;
    const term = Math.max(ownTerm, this.#highestHeard()) + 1;
    if (this.#context.withoutRules.has("unique-terms")) return term;
    return term % 2 === parity ? term : term + 1;
  }

  #highestHeard(): number {
    let highest = this.#other?.term ?? 0;
    for (const entry of this.#context.roster.entries()) highest = Math.max(highest, entry.term);
    return highest;
  }

  /** Somebody follows a term above the claimed one: this claim will never be granted. */
  isOutbid(): boolean {
    return this.#highestHeard() > this.#term;
  }

  raise(term: number, cold: boolean, now: Micros): void {
    this.#term = term;
    this.#cold = cold;
    this.answers.clear();
    this.#send(now);
  }

  #send(now: Micros): void {
    this.#repeatAt = now + claimRepeatMicros(this.#context.timing);
    const { log } = this.#view;
    const record = {
      kind: "claim",
      group: this.#context.plan.group,
      term: this.#term,
      lastTerm: log.lastTerm,
      lastSequence: log.last,
      cold: this.#cold ? 1 : 0,
      settled: this.answers.whole(),
    } as const;
    this.#context.send(recordClass.takeover, encode(takeoverRecord, record));
  }

  repeatIfDue(now: Micros): void {
    if (now >= this.#repeatAt) this.#send(now);
  }

  nextDeadline(): Micros {
    return this.#repeatAt;
  }

  /** Another call server's claim was heard. */
  heard(slot: number, term: number, now: Micros): void {
    this.#other = { slot, term, at: now };
  }

  /** A call server is primary: what it claimed is settled. */
  primaryHeard(slot: number): void {
    if (this.#other?.slot === slot) this.#other = undefined;
  }

  /** A higher claim stands: the lower yields. */
  higherIsHeard(now: Micros): boolean {
    return this.#stands(now) && (this.#other?.term ?? 0) > this.#term;
  }

  /** A claim is a sign of life as good as a beat: who was found dead before it is heard again. */
  #stands(now: Micros): boolean {
    const other = this.#other;
    if (other === undefined || now - other.at >= claimStandsMicros) return false;
    const entry = this.#context.roster.entry(other.slot);
    return entry !== undefined && (entry.alive || entry.since < other.at);
  }

  /** No claim against a standing claim that is heard, and the one that made way lets a complete backup go first. */
  mustDefer(own: Role, now: Micros): boolean {
    if (this.#stands(now)) return true;
    if (own !== role.resigned) return false;
    const { roster } = this.#context;
    return this.#others().some((entry) => roster.isFit(entry.slot) && entry.role === role.backup);
  }

  /** Whether a witness is heard to follow the claimed term. */
  isFollowed(): boolean {
    for (const slot of this.#context.plan.witnesses) {
      const entry = this.#context.roster.entry(slot);
      if (entry?.alive && entry.term >= this.#term) return true;
    }
    return false;
  }

  /**
   * A salvaged commit has come.
   * @returns false when it shows that this card's own commits are not the group's
   */
  salvaged(
    slot: number,
    record: RepairRecord & { kind: "salvage" },
    commit: Commit,
    input: Uint8Array | undefined,
  ): boolean {
    if (record.term !== this.#term) return true;
    const { log } = this.#view;
    if (commit.sequence <= log.last) {
      const own = log.at(commit.sequence);
      if (own && own.commit.term < commit.term) return false;
    } else {
      this.#view.hold(commit, record.commit, input);
    }
    this.answers.salvaged(slot, record.after, record.index);
    return true;
  }

  /**
   * Whether this card may begin: every admitted witness that lives has answered, so has an incumbent that is heard and not
   * written off, and claimant, grants and resignations are a majority of the configured witnesses and call servers.
   */
  isSettled(): boolean {
    const { roster, plan, withoutRules } = this.#context;
    const everybody = plan.callServers.length + plan.witnesses.length;
    const others = this.#others();
    const newcomersCount =
      withoutRules.has("newcomers-abstain") ||
      this.#cold ||
      (plan.witnesses.every((slot) => roster.isAlive(slot)) &&
        others.length === plan.callServers.length - 1 &&
        others.every((other) => other.alive));
    let votes = 1;
    for (const slot of plan.witnesses) {
      const entry = roster.entry(slot);
      const answered = this.answers.isWhole(slot);
      const counts = entry?.role === role.witness || newcomersCount;
      if (answered && counts) votes++;
      else if (entry?.alive && entry.role === role.witness) return false;
    }
    for (const entry of others) {
      const answered = this.answers.isWhole(entry.slot);
      if (answered) votes++;
      else if (entry.alive && !entry.hung && !roster.isDeaf(entry.slot) && entry.role >= role.backup) return false;
    }
    return votes >= Math.floor(everybody / 2) + 1;
  }

  #others(): RosterEntry[] {
    const others: RosterEntry[] = [];
    for (const slot of this.#context.plan.callServers) {
      const entry = slot === this.#context.slot ? undefined : this.#context.roster.entry(slot);
      if (entry) others.push(entry);
    }
    return others;
  }
}
