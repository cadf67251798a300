/** What the cards of the rack are to one group, as the beats about that group say. */
import { receivedBits } from "./deafness.ts";
import { beatKind, type Heartbeat, type Role, role, witnessesABeat } from "./heartbeat.ts";
import type { GroupPlan } from "./membership.ts";
import type { CardEntry, Roster } from "./roster.ts";
import type { Micros } from "../time.ts";
import { nearest } from "./sequence-number.ts";

/** A card that has restarted is this to a group until it says more. */
const atFirst = { role: role.newcomer as Role, term: 0, deaf: 0, incarnation: 0, commit: 0, commitTerm: 0, input: 0 };

/** Low bits of the numbers of inputs that were received, of the witnesses from a place in the plan on. */
interface Received {
  readonly firstWitness: number;
  readonly numbers: readonly number[];
}

/** A card as its group knows it: whether it lives, and what it is to the group. */
export class RosterEntry {
  readonly #card: CardEntry;
  role: Role = atFirst.role;
  term = atFirst.term;
  /** The call servers of the group that this witness finds deaf, a bit for each. */
  deaf = atFirst.deaf;
  /** The whole incarnation, from the beats of kind identity (0 until then). */
  incarnation = atFirst.incarnation;
  /** Low 24 bits made whole: last commit, last input sent. */
  commit = atFirst.commit;
  /** The term in which it told that commit. */
  commitTerm = atFirst.commitTerm;
  input = atFirst.input;
  /** What the last beat told of inputs received. */
  received: Received | undefined;
  readonly #received = { firstWitness: 0, numbers: [0, 0] };

  constructor(card: CardEntry) {
    this.#card = card;
  }

  get slot(): number {
    return this.#card.slot;
  }

  get alive(): boolean {
    return this.#card.alive;
  }

  /** Since when the card is alive or dead, on the own clock. */
  get since(): Micros {
    return this.#card.since;
  }

  /** When its last beat was heard. */
  get lastBeat(): Micros {
    return this.#card.lastBeat;
  }

  get leaving(): boolean {
    return this.#card.leaving;
  }

  get hung(): boolean {
    return this.#card.hung;
  }

  get incarnationLow(): number {
    return this.#card.incarnationLow;
  }

  /** Nothing of what it was is believed any more. */
  restart(): void {
    Object.assign(this, atFirst);
    this.received = undefined;
  }

  take(beat: Heartbeat): void {
    this.role = beat.role as Role;
    this.term = nearest(this.term, beat.term, 16);
    this.deaf = beat.deaf;
    this.received = undefined;
    switch (beat.kind) {
      case beatKind.identity:
        this.incarnation = incarnationOf(beat);
        break;
      case beatKind.commit:
        this.commit = nearest(this.commit, beat.value, 24);
        this.commitTerm = this.term;
        break;
      case beatKind.input:
        this.input = nearest(this.input, beat.value, 24);
        break;
      default:
        if (beat.kind < beatKind.received) break;
        this.received = this.#received;
        this.#received.firstWitness = (beat.kind - beatKind.received) * witnessesABeat;
        this.#received.numbers[0] = beat.value >> receivedBits;
        this.#received.numbers[1] = beat.value % 2 ** receivedBits;
    }
  }
}

export class GroupRoster {
  readonly #cards: Roster;
  readonly #plan: Pick<GroupPlan, "callServers" | "witnesses">;
  /** The cards that have said something about the group. */
  readonly #entries = new Map<number, RosterEntry>();
  /** The call servers that this card finds deaf, when it is a witness. */
  ownVerdict: number | undefined;

  constructor(cards: Roster, plan: Pick<GroupPlan, "callServers" | "witnesses">) {
    this.#cards = cards;
    this.#plan = plan;
  }

  entry(slot: number): RosterEntry | undefined {
    return this.#entries.get(slot);
  }

  entries(): IterableIterator<RosterEntry> {
    return this.#entries.values();
  }

  /** The card in this slot has restarted. */
  restarted(slot: number): void {
    this.#entries.get(slot)?.restart();
  }

  /** Whether a beat about the group is of a life that its card has begun for this group alone. */
  isRenewedBy(slot: number, beat: Heartbeat): boolean {
    const known = this.#entries.get(slot)?.incarnation ?? 0;
    return beat.kind === beatKind.identity && known !== 0 && known !== incarnationOf(beat);
  }

  /** Takes in a beat about the group, of a card that the rack's roster knows. */
  take(slot: number, beat: Heartbeat): void {
    const card = this.#cards.entry(slot);
    if (card === undefined) return;
    let entry = this.#entries.get(slot);
    if (!entry) {
      entry = new RosterEntry(card);
      this.#entries.set(slot, entry);
    }
    entry.take(beat);
  }

  isAlive(slot: number): boolean {
    return this.#entries.get(slot)?.alive === true;
  }

  hearsAnybody(): boolean {
    return this.#cards.hearsAnybody();
  }

  /** Whether this card is heard as a primary that nothing is said against. */
  isHealthyPrimary(slot: number): boolean {
    return this.isFit(slot) && this.#entries.get(slot)?.role === role.primary;
  }

  /** Whether a call server of the group, another than that in slot `but`, is such a primary. */
  hearsHealthyPrimary(but?: number): boolean {
    for (const slot of this.#plan.callServers) if (slot !== but && this.isHealthyPrimary(slot)) return true;
    return false;
  }

  /** Whether one of another slot than `but` is primary of this very term. */
  hearsPrimaryOf(term: number, but: number): boolean {
    for (const slot of this.#plan.callServers)
      if (slot !== but && this.isHealthyPrimary(slot) && this.#entries.get(slot)?.term === term) return true;
    return false;
  }

  /** Whether there is a primary in another slot than `but`, and it has the configuration that this card has. */
  belongsToPrimary(but: number): boolean {
    for (const slot of this.#plan.callServers)
      if (slot !== but && this.isHealthyPrimary(slot) && this.belongs(slot)) return true;
    return false;
  }

  /** Whether a call server in another slot than `but` is fit and holds the group's state. */
  hearsComplete(but: number): boolean {
    for (const slot of this.#plan.callServers)
      if (slot !== but && this.isFit(slot) && this.isComplete(slot)) return true;
    return false;
  }

  /** Whether this card is heard, and nothing is said against it. */
  isFit(slot: number): boolean {
    const entry = this.#entries.get(slot);
    return entry?.alive === true && !entry.leaving && !entry.hung && !this.isDeaf(slot);
  }

  /** Whether the majority of the witnesses that take part find this call server deaf. */
  isDeaf(slot: number): boolean {
    const index = this.#plan.callServers.indexOf(slot);
    if (index < 0) return false;
    let judges = this.ownVerdict === undefined ? 0 : 1;
    let against = ((this.ownVerdict ?? 0) >> index) & 1;
    for (const witness of this.#plan.witnesses) {
      const entry = this.#entries.get(witness);
      if (!entry?.alive || entry.role !== role.witness) continue;
      judges++;
      against += (entry.deaf >> index) & 1;
    }
    return 2 * against > judges;
  }

  /** Whether all that this card must say of itself has been heard, and none of it contradicts the own configuration. */
  belongs(slot: number): boolean {
    return this.#cards.belongs(slot);
  }

  /** Why this card cannot take part in a rack as this card knows it. */
  objection(slot: number): string | undefined {
    return this.#cards.objection(slot);
  }

  /** Whether this card is heard and holds the group's state. */
  isComplete(slot: number): boolean {
    const entry = this.#entries.get(slot);
    return entry?.alive === true && entry.role >= role.backup;
  }

  /** The primary that is heard, whatever is said against it. */
  primary(): RosterEntry | undefined {
    for (const entry of this.#entries.values()) if (entry.alive && entry.role === role.primary) return entry;
    return undefined;
  }
}

function incarnationOf({ value }: Heartbeat): number {
  return Math.floor(value / 256);
}
