/**
 * A card's part in one of its groups: a call server has one, a LIM or transporter one in every group of the rack. All that a card
 * keeps by group is here, so that one group knows nothing of another: what it hears of the cards, its member, its own incarnation,
 * and what its beats have told.
 */
import type { Micros } from "../time.ts";
import { tellInTurn } from "./beat-turns.ts";
import { CallServerMember } from "./call-server-member.ts";
import { type RecordClass, recordClass } from "./frame-identifier.ts";
import { GroupRoster } from "./group-roster.ts";
import type { cardKinds, Heartbeat } from "./heartbeat.ts";
import type { GroupPlan, Member, MemberContext } from "./membership.ts";
import type { Roster } from "./roster.ts";
import { lowBits } from "./sequence-number.ts";
import { ServingCards } from "./serving-cards.ts";
import { Witness } from "./witness.ts";

/** What the card is and does for all its groups. */
export interface CardContext
  extends Omit<
    MemberContext,
    "plan" | "roster" | "incarnation" | "renew" | "isFit" | "send" | "commitsPerformed" | "voidBefore"
  > {
  readonly kind: (typeof cardKinds)[number];
  /** 16 bits, another at every start; not 0. */
  readonly incarnation: number;
  readonly configurationDigest: number;
  readonly roster: Roster;
  /** The card can do its work. */
  isFit(): boolean;
  /** @param number where `sender` wants to know up to which number its records of the class are out */
  send(recordClass: RecordClass, record: Uint8Array, sender: object, number: number | undefined): void;
  /** How far the application has got, as it says itself in shared memory. */
  progress(): number;
  /** How many commits of a group the application has performed since its start, modulo 2^31. */
  commitsPerformed(group: number): number;
  /** Commits of the group before this sequence are void. */
  voidBefore(group: number, sequence: number): void;
}

export class Participation {
  readonly plan: GroupPlan;
  readonly roster: GroupRoster;
  readonly member: Member;
  readonly #card: CardContext;
  readonly #serving: ServingCards | undefined;
  #incarnation: number;
  /** Beats about this group since this life in it began. */
  #beats = 0;
  /** What the last beat said that nobody should have to wait for; undefined: there was none yet. */
  #beatenNews: number | undefined;

  constructor(plan: GroupPlan, card: CardContext) {
    this.plan = plan;
    this.#card = card;
    this.#incarnation = card.incarnation;
    this.roster = new GroupRoster(card.roster, plan);
    const incarnation = () => this.#incarnation;
    const context: MemberContext = {
      ...card,
      get incarnation() {
        return incarnation();
      },
      plan,
      roster: this.roster,
      renew: () => this.#renew(),
      isFit: () => card.isFit() && !this.roster.isDeaf(card.slot),
      send: (kind, record) => card.send(kind, record, this, this.#numberOf(kind)),
      commitsPerformed: () => card.commitsPerformed(plan.group),
      voidBefore: (sequence) => card.voidBefore(plan.group, sequence),
      log: (severity, text) => card.log(severity, card.groupsOfCard > 1 ? `group ${plan.group}: ${text}` : text),
    };
    this.member = card.kind === "call-server" ? new CallServerMember(context) : new Witness(context);
    this.#serving = card.kind === "transporter" ? undefined : new ServingCards(card.roster, this.roster, card);
  }

  #numberOf(kind: RecordClass): number | undefined {
    if (kind === recordClass.commit) return this.member.lastProposed();
    return kind === recordClass.input ? this.member.lastInput() : undefined;
  }

  /** Another life in this group alone. What every beat says of the incarnation, its low octet, is of the card as a whole. */
  #renew(): void {
    const upper = (Math.floor(this.#incarnation / 256) % 255) + 1;
    this.#incarnation = upper * 256 + lowBits(this.#incarnation, 8);
    this.#beats = 0;
  }

  // --- what is heard

  /** A card has restarted: what it was to the group it is no more. */
  restarted(slot: number, now: Micros): void {
    const entry = this.roster.entry(slot);
    if (entry === undefined) return;
    this.#serving?.gone(slot);
    this.roster.restarted(slot);
    this.member.card(entry, "restarted", now);
  }

  /** A card is heard again, is not heard any more, or has said something about the group. */
  changed(slot: number, change: "came" | "died" | "beat", now: Micros): void {
    if (change === "came") this.#serving?.forget(slot);
    const entry = this.roster.entry(slot);
    if (entry !== undefined) this.member.card(entry, change, now);
  }

  /** Takes in a beat about this group. */
  take(slot: number, beat: Heartbeat, now: Micros): void {
    if (this.roster.isRenewedBy(slot, beat)) this.restarted(slot, now);
    this.roster.take(slot, beat);
  }

  /** Tells the application which cards are there, where it is to know. */
  tell(slot: number, listenedMicros: Micros): void {
    this.#serving?.tell(slot, listenedMicros);
  }

  // --- what is said

  /** What the card has become in this group, and what it finds of others, is told at once. */
  get hasNews(): boolean {
    return this.#beatenNews !== undefined && this.#news() !== this.#beatenNews;
  }

  #news(): number {
    return this.member.role() + 8 * this.member.deaf();
  }

  /** Writes into the next beat what it says of the card's part in this group. */
  tellInBeat(beat: Heartbeat): void {
    const { member, plan } = this;
    this.#beatenNews = this.#news();
    beat.role = member.role();
    beat.deaf = member.deaf();
    beat.term = lowBits(member.term(), 16);
    beat.incarnation = lowBits(this.#incarnation, 8);
    beat.group = plan.group;
    tellInTurn(beat, this.#beats++, this);
  }

  // --- what its beats tell in turn

  get kind(): CardContext["kind"] {
    return this.#card.kind;
  }

  get incarnation(): number {
    return this.#incarnation;
  }

  get configurationDigest(): number {
    return this.#card.configurationDigest;
  }

  get progress(): number {
    return lowBits(this.#card.progress(), 4);
  }
}
