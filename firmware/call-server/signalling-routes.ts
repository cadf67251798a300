/**
 * The ways to the adjacent exchanges. Each association, with a LIM of its own, is one; traffic is shared among those that are
 * available, and all messages of a circuit go the same way as long as nothing changes (Q.704 5.1, RFC 4666 1.4.2.4).
 */
import type { CircuitPlan } from "./circuit-plan.ts";
import type { NodeTables } from "./tables/node-tables.ts";
import type { Transaction } from "./tables/transaction.ts";

/** Whether MTP reaches an exchange; `unknown`: no LIM has said anything of it since the cold start. */
export type Availability = "unknown" | "available" | "unavailable";

/** What the choice of a way looks at. */
export interface Surroundings {
  readonly plan: CircuitPlan;
  readonly tables: NodeTables;
  isAlive(slot: number): boolean;
}

export function availabilityOf({ tables }: Pick<Surroundings, "tables">, exchange: number): Availability {
  const { heardOf, reached } = tables.exchange.get(exchange);
  return heardOf === 0 ? "unknown" : reached === 0 ? "unavailable" : "available";
}

/** Whether there is a LIM that could send something to the exchange. */
export function hasLim({ plan, isAlive }: Pick<Surroundings, "plan" | "isAlive">, exchange: number): boolean {
  return plan.limsOf(exchange).some(isAlive);
}

/**
 * The slot of the LIM by which a message of a circuit goes: one of those whose association is available, or, where none is known
 * to be, of those that are alive.
 */
export function limFor({ plan, tables, isAlive }: Surroundings, circuit: number): number {
  const exchange = plan.exchangeOf(circuit);
  const lims = plan.limsOf(exchange);
  if (lims.length === 1) return lims[0];
  const { reached } = tables.exchange.get(exchange);
  const alive = lims.filter(isAlive);
  const available = alive.filter((slot) => (reached & (1 << lims.indexOf(slot))) !== 0);
  const ways = available.length > 0 ? available : alive.length > 0 ? alive : lims;
  return ways[plan.circuits.cicOf(circuit) % ways.length];
}

/** What a LIM says of an exchange; `undefined` when nothing it said counts any more. */
export function noteWay(
  { plan, tables }: Pick<Surroundings, "plan" | "tables">,
  transaction: Transaction,
  exchange: number,
  lim: number,
  available: boolean | undefined,
): void {
  const place = plan.limsOf(exchange).indexOf(lim);
  if (place < 0) return;
  const bit = 1 << place;
  const { heardOf, reached } = transaction.get(tables.exchange, exchange);
  const row = {
    heardOf: available === undefined ? heardOf & ~bit : heardOf | bit,
    reached: available === true ? reached | bit : reached & ~bit,
  };
  if (row.heardOf !== heardOf || row.reached !== reached)
    Object.assign(transaction.edit(tables.exchange, exchange), row);
}
