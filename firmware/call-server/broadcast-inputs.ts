/**
 * Messages of exchanges that send each to all their LIMs (traffic mode broadcast): two LIMs may say the same one when one of them goes
 * or comes, and the first counts.
 *
 * Both call servers follow what is consumed. It is no state of the group: the second copy comes within a switchover of the first, so a
 * card that was given the state anew has heard of what matters soon after.
 */
import type { Input } from "../interchange/input.ts";
import { RecentMessages, unequippedCircuits } from "../interchange/recent-messages.ts";
import type { CircuitPlan } from "./circuit-plan.ts";
import type { NodeTables } from "./tables/node-tables.ts";
import type { Change } from "./tables/transaction.ts";

/** Where a message came, and what tells its copies from others. */
interface Place {
  readonly exchange: number;
  readonly circuit: number;
  readonly identifier: number;
}

export class BroadcastInputs {
  readonly #plan: CircuitPlan;
  readonly #tables: NodeTables;
  /** By exchange. */
  readonly #consumed = new Map<number, RecentMessages>();

  constructor(plan: CircuitPlan, tables: NodeTables) {
    this.#plan = plan;
    this.#tables = tables;
  }

  /** Whether the message was consumed before. */
  isSecondCopy(input: Input): boolean {
    const place = this.#placeOf(input);
    return place !== undefined && this.#consumed.get(place.exchange)?.has(place.circuit, place.identifier) === true;
  }

  /** A commit consumed the input; its changes are in the tables. */
  follow(input: Input | undefined, changes: readonly Change[]): void {
    const place = input && this.#placeOf(input);
    if (place !== undefined) this.#ofExchange(place.exchange).add(place.circuit, place.identifier);
    // An exchange that restarts numbers its messages anew, and to do so it lets go of all its associations.
    const { exchange } = this.#tables;
    for (const { table, key } of changes) {
      if (table.tag === exchange.tag && exchange.get(key).reached === 0) this.#consumed.get(key)?.clear();
    }
  }

  clear(): void {
    this.#consumed.clear();
  }

  #placeOf(input: Input): Place | undefined {
    if ((input.kind !== "isup" && input.kind !== "unequipped") || input.identifier === undefined) return undefined;
    const { identifier } = input;
    if (input.kind === "unequipped") {
      return { exchange: input.exchange, circuit: unequippedCircuits + input.cic, identifier };
    }
    const { circuit } = input;
    return this.#plan.has(circuit) ? { exchange: this.#plan.exchangeOf(circuit), circuit, identifier } : undefined;
  }

  #ofExchange(exchange: number): RecentMessages {
    const known = this.#consumed.get(exchange) ?? new RecentMessages();
    this.#consumed.set(exchange, known);
    return known;
  }
}
