/**
 * Which LIMs and transporters there are to do the group's work. One that was found dead while another can do all that it does is
 * dismissed by a commit: from there on its work is the other's, and if it only stood still it learns that before it does anything more.
 * When it is heard again it is admitted by another commit.
 */
import type { Consumed } from "../backplane/commit.ts";
import { nearest } from "../backplane/sequence-number.ts";
import type { ApplicationEvent } from "../card/application.ts";
import type { CircuitPlan } from "./circuit-plan.ts";
import type { NodeTables } from "./tables/node-tables.ts";

/** Bits of a commit's sequence that a heartbeat tells. */
const beatenBits = 24;

export class CardPresence {
  readonly #plan: CircuitPlan;
  readonly #tables: NodeTables;
  /** By slot of those that do not live: the last commit that each is known to have performed. */
  readonly #dead = new Map<number, number>();
  /** By slot of those that live: the incarnation in which each takes itself for admitted. */
  readonly #living = new Map<number, number>();

  constructor(plan: CircuitPlan, tables: NodeTables) {
    this.#plan = plan;
    this.#tables = tables;
  }

  /** By slot of those that do not live: the last commit that each is known to have performed. */
  get dead(): ReadonlyMap<number, number> {
    return this.#dead;
  }

  /** Whether the card in this slot can be given work. */
  isAlive(slot: number): boolean {
    return !this.#dead.has(slot) && !this.#isDismissed(slot);
  }

  #isDismissed(slot: number): boolean {
    return this.#tables.card.has(slot) && this.#tables.card.get(slot).dismissed;
  }

  /**
   * A card came or went; call servers do none of the work meant here.
   * @param last the last commit that the own tables hold
   * @returns whether it has just died
   */
  heard(
    { slot, alive, performed = 0, incarnation }: Extract<ApplicationEvent, { kind: "card" }>,
    last: number,
  ): boolean {
    if (alive) {
      this.#dead.delete(slot);
      if (incarnation !== undefined) this.#living.set(slot, incarnation);
      return false;
    }
    this.#living.delete(slot);
    const { cards } = this.#plan.configuration;
    const isCallServer = cards.some((card) => card.slot === slot && card.kind === "call-server");
    if (isCallServer || this.#dead.has(slot)) return false;
    this.#dead.set(slot, nearest(last, performed % 2 ** beatenBits, beatenBits));
    return true;
  }

  /** What the next commit of the primary is to say of a card, if there is anything to say. */
  next(): Extract<Consumed, { readonly kind: "admit" | "dismiss" }> | undefined {
    for (const [slot, incarnation] of this.#living) {
      if (this.#isDismissed(slot)) return { kind: "admit", slot, incarnation };
    }
    for (const slot of this.#dead.keys()) {
      if (!this.#isDismissed(slot) && this.#isReplaceable(slot)) return { kind: "dismiss", slot };
    }
    return undefined;
  }

  /** Whether others live that can do all that the card in this slot does. */
  #isReplaceable(slot: number): boolean {
    const { exchanges, gateways } = this.#plan.configuration;
    const all = [
      ...exchanges.map((_, exchange) => this.#plan.limsOf(exchange)),
      ...gateways.map((_, gateway) => this.#plan.transportersOf(gateway)),
    ].filter((slots) => slots.includes(slot));
    return all.every((slots) => slots.some((other) => other !== slot && this.isAlive(other)));
  }

  /** A commit has said this of a card: primary and backup alike put it into their tables. */
  follow(consumed: Consumed): void {
    const { card } = this.#tables;
    // What it did not do before it came back is settled.
    if (consumed.kind === "admit") card.put(consumed.slot, undefined);
    if (consumed.kind === "dismiss") {
      const { moved } = card.get(consumed.slot);
      card.put(consumed.slot, { moved, dismissed: true });
    }
  }
}
