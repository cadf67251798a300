/**
 * Messages of exchanges that send each to all their LIMs (traffic mode broadcast): two LIMs may say the same one when one of them goes
 * or comes, and the first counts.
 *
 * Both call servers follow what is consumed. It is no state of the group: the second copy comes within a switchover of the first, so a
 * card that was given the state anew has heard of what matters soon after.
 */
import type { Input } from "../interchange/input.ts";
import { RecentMessages } from "../interchange/recent-messages.ts";
import type { CircuitPlan } from "./circuit-plan.ts";
import type { NodeTables } from "./tables/node-tables.ts";
import type { Change } from "./tables/transaction.ts";

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
    if (input.kind !== "isup" || input.identifier === undefined || !this.#plan.has(input.circuit)) return false;
    return this.#consumed.get(this.#plan.exchangeOf(input.circuit))?.has(input.circuit, input.identifier) === true;
  }

  /** A commit consumed the input; its changes are in the tables. */
  follow(input: Input | undefined, changes: readonly Change[]): void {
    if (input?.kind === "isup" && input.identifier !== undefined && this.#plan.has(input.circuit)) {
      this.#ofExchange(this.#plan.exchangeOf(input.circuit)).add(input.circuit, input.identifier);
    }
    // An exchange that restarts numbers its messages anew, and to do so it lets go of all its associations.
    const { exchange } = this.#tables;
    for (const { table, key } of changes) {
      if (table.tag === exchange.tag && exchange.get(key).reached === 0) this.#consumed.get(key)?.clear();
    }
  }

  clear(): void {
    this.#consumed.clear();
  }

  #ofExchange(exchange: number): RecentMessages {
    const known = this.#consumed.get(exchange) ?? new RecentMessages();
    this.#consumed.set(exchange, known);
    return known;
  }
}
