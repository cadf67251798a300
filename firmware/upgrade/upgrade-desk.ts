/** Upgrades as a card takes part in them: its own, those of other cards that it has been ordered to, and what the rack runs. */
import type { Bundle, BundleStore } from "../../hal/bundle-store.ts";
import type { Clock } from "../../hal/clock.ts";
import type { CommunicationStatus } from "../card/card-status.ts";
import type { ManagementDesk } from "../card/management-desk.ts";
import type { Card } from "../configuration/rack-schema.ts";
import { RackUpgrade, type RackUpgradeFailure } from "./rack-upgrade.ts";
import { TrialWatch } from "./trial-watch.ts";
import type { CardFirmware, Received, UpgradeActions } from "./upgrade-actions.ts";
import { UpgradeGiver } from "./upgrade-giver.ts";
import { UpgradeTaker, type UpgradedCard } from "./upgrade-taker.ts";
import { VersionRoster } from "./version-roster.ts";

export interface UpgradeDeskParts {
  readonly clock: Clock;
  readonly desk: ManagementDesk;
  readonly store: BundleStore;
  readonly card: UpgradedCard;
  readonly slot: number;
  /** Of the rack. */
  readonly cards: readonly Card[];
}

export class UpgradeDesk implements UpgradeActions {
  readonly #parts: UpgradeDeskParts;
  readonly #taker: UpgradeTaker;
  readonly #giver: UpgradeGiver;
  readonly #roster: VersionRoster;
  readonly #trial = new TrialWatch();
  #communication: CommunicationStatus = {};
  /** What comes in over a line. */
  #received: Bundle | undefined;
  #order: RackUpgrade | undefined;
  /** By slot, what has become of the last order. */
  #orders = new Map<number, string>();

  constructor(parts: UpgradeDeskParts) {
    const { clock, desk, store } = parts;
    this.#parts = parts;
    this.#taker = new UpgradeTaker(parts);
    this.#giver = new UpgradeGiver(desk, this.#taker);
    this.#roster = new VersionRoster(clock, this.#giver);
    const held = store.held();
    if (held !== undefined) this.#have(held.bundle);
  }

  /** What the communication processor tells of itself and the others. */
  communication(status: CommunicationStatus): void {
    this.#communication = status;
    this.#roster.look(status);
    if (this.#taker.status.isTrial && this.#trial.look(status, this.#parts.clock.nowMicros())) this.#taker.served();
  }

  firmware(): readonly CardFirmware[] {
    return this.#parts.cards.map(({ slot }) => ({
      slot,
      status: slot === this.#parts.slot ? this.#taker.status : this.#roster.status(slot),
      order: this.#orders.get(slot),
    }));
  }

  // --- what is done at the console

  receive(bundle: Bundle, done: (received: Received) => void): void {
    if (this.#order !== undefined) {
      done("cards are being upgraded with what is here");
      return;
    }
    this.#received = bundle;
    this.#taker.receive(bundle, done);
  }

  append(octets: Uint8Array, done: (received: Received) => void): void {
    if (this.#received === undefined) done("nothing was to be received");
    else this.#taker.append(this.#received, octets, done);
  }

  give(slots: readonly number[], atAllCosts: boolean): string {
    const { store, cards, slot: own, clock } = this.#parts;
    if (this.#order !== undefined) return "nothing was done: cards are being upgraded; upgrade stop ends that";
    const held = store.held();
    if (held === undefined || held.octets < held.bundle.octets)
      return "nothing was done: there is no firmware here to give; npm run flash -- --upgrade brings it";
    const known = slots.filter((slot) => cards.some((card) => card.slot === slot));
    const inOrder = [...known.filter((slot) => slot !== own), ...known.filter((slot) => slot === own)];
    if (inOrder.length === 0) return "nothing was done: there is no such slot";
    const alone = inOrder.filter((slot) => this.#matesOf(slot).length === 0);
    if (alone.length > 0 && !atAllCosts)
      return `nothing was done: no other card stands in for slot ${alone.join(" and ")}, and its calls would be lost; now, behind the slots, does it all the same`;
    const { version } = held.bundle;
    this.#have(held.bundle);
    this.#orders = new Map(inOrder.map((slot) => [slot, "waits"]));
    this.#order = new RackUpgrade({
      ...{ clock, giver: this.#giver, version, slots: inOrder },
      maySpare: (slot) => this.#maySpare(slot, atAllCosts),
      progress: ({ slot, status }) => {
        this.#roster.tell(slot, status);
        this.#atSlot(inOrder, slot);
      },
      done: (failure) => this.#over(inOrder, failure),
    });
    return `${version} goes to slot ${inOrder.join(", then ")}: show upgrade tells how far it is`;
  }

  stop(): string {
    if (this.#order === undefined) return "nothing was done: no card is being upgraded from here";
    this.#order.stop();
    this.#order = undefined;
    for (const [slot, word] of this.#orders) if (word !== "done") this.#orders.set(slot, "stopped");
    return "no further card is upgraded from here";
  }

  // ---

  #have(bundle: Bundle): void {
    const { store } = this.#parts;
    this.#giver.have({ bundle, read: (offset, octetsMax, done) => store.read(offset, octetsMax, done) });
  }

  #atSlot(slots: readonly number[], slot: number): void {
    const place = slots.indexOf(slot);
    for (const [index, each] of slots.entries()) if (index < place) this.#orders.set(each, "done");
    this.#orders.set(slot, "under way");
  }

  #over(slots: readonly number[], failure: { readonly slot: number; readonly reason: RackUpgradeFailure } | undefined) {
    const { card } = this.#parts;
    this.#order = undefined;
    const failedAt = failure === undefined ? slots.length : slots.indexOf(failure.slot);
    for (const [index, slot] of slots.entries()) this.#orders.set(slot, index < failedAt ? "done" : "stopped");
    if (failure === undefined) card.log("info", `upgrade: slot ${slots.join(", ")} is done`);
    else {
      this.#orders.set(failure.slot, `failed: ${failure.reason}`);
      card.log("alarm", `upgrade of slot ${failure.slot} has failed: ${failure.reason}`);
    }
  }

  /**
   * A call server goes only if its mate carries on; another card only if one of its kind does, where the rack has more than one. At all
   * costs also if none is there.
   */
  #maySpare(slot: number, atAllCosts: boolean): boolean {
    const mates = this.#matesOf(slot);
    if (mates.length === 0 || (atAllCosts && !mates.some((mate) => this.#hears(mate)))) return true;
    return mates.some((mate) => this.#serves(mate));
  }

  /** Those that could stand in for it. */
  #matesOf(slot: number): readonly Card[] {
    const { cards } = this.#parts;
    const card = cards.find((each) => each.slot === slot);
    return cards.filter((each) => each.slot !== slot && each.kind === card?.kind && groupOf(each) === groupOf(card));
  }

  #hears({ slot }: Card): boolean {
    return (
      slot === this.#parts.slot || this.#communication.cards?.some((each) => each.slot === slot && each.alive) === true
    );
  }

  #serves({ slot, kind }: Card): boolean {
    const { role, cards = [] } = this.#communication;
    const heard = cards.find((each) => each.slot === slot);
    const its = slot === this.#parts.slot ? role : heard?.alive === true ? (heard.role ?? "heard") : undefined;
    return kind === "call-server" ? its === "primary" || its === "backup" : its !== undefined && its !== "newcomer";
  }
}

function groupOf(card: Card | undefined): number | undefined {
  return card?.kind === "call-server" ? card.group : undefined;
}
