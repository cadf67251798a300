/** Which cards the application of a call server or LIM is told are there. */
import type { ApplicationEvent } from "../card/application.ts";
import type { Micros } from "../time.ts";
import type { GroupRoster } from "./group-roster.ts";
import { role } from "./heartbeat.ts";
import type { Roster } from "./roster.ts";

export class ServingCards {
  readonly #cards: Roster;
  readonly #group: GroupRoster;
  readonly #application: { toApplication(event: ApplicationEvent): void };
  /** By slot: whether the application was told last that the card is there. */
  readonly #told = new Map<number, boolean>();

  constructor(cards: Roster, group: GroupRoster, application: { toApplication(event: ApplicationEvent): void }) {
    this.#cards = cards;
    this.#group = group;
    this.#application = application;
  }

  /**
   * To the application a card that leaves, or whose own application hangs, is as good as gone. A card that is silent is gone only when
   * this one has listened without a break for as long: whoever was deaf for a moment must not refuse calls because of it.
   */
  tell(slot: number, listenedMicros: Micros): void {
    const card = this.#cards.entry(slot);
    if (card && !card.alive && listenedMicros < this.#cards.limitMicros(card)) return;
    const alive = this.#group.isFit(slot) && this.#group.objection(slot) === undefined;
    if (this.#told.get(slot) === alive) return;
    this.#told.set(slot, alive);
    const entry = this.#group.entry(slot);
    const performed = entry?.commit ?? 0;
    const isWitness = entry?.role === role.witness && entry.incarnation !== 0;
    const more = alive ? (isWitness ? { incarnation: entry.incarnation } : {}) : { performed };
    this.#application.toApplication({ kind: "card", slot, alive, ...more });
  }

  /** The card in this slot has restarted: what was in its place is gone, though the slot has not fallen silent. */
  gone(slot: number): void {
    if (this.#told.get(slot)) {
      const performed = this.#group.entry(slot)?.commit ?? 0;
      this.#application.toApplication({ kind: "card", slot, alive: false, performed });
    }
    this.forget(slot);
  }

  /** What it was told of this card is to be said again. */
  forget(slot: number): void {
    this.#told.delete(slot);
  }
}
