/** Which transporter controls a gateway: always one, the same for all its circuits, until it dies (RFC 3435 2.1.4). */
import type { CircuitPlan } from "./circuit-plan.ts";
import type { NodeTables } from "./tables/node-tables.ts";
import type { Transaction } from "./tables/transaction.ts";

/** The slot of the transporter that controls a gateway. */
export function controllerOf(
  { plan, tables }: { readonly plan: CircuitPlan; readonly tables: NodeTables },
  transaction: Transaction,
  gateway: number,
): number {
  const transporters = plan.transportersOf(gateway);
  return transporters[transaction.get(tables.gateway, gateway).controller] ?? transporters[0];
}
