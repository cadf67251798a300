/** The rows of the tables as people read them: names beside numbers, what the kept messages say beside their octets. */
import type { TableRequest, TableRow } from "../card/application.ts";
import { readParameter } from "../isup/codec.ts";
import type { CircuitPlan } from "./circuit-plan.ts";
import { causeOf } from "./own-messages.ts";
import type { Availability } from "./signalling-routes.ts";
import type { ConnectionRow, NodeTables, StateRow } from "./tables/node-tables.ts";
import type { AnyRow } from "./tables/table.ts";

export type ReadableRow = Readonly<Record<string, unknown>>;

/** The rows of the table of that name, by key; none for a name that no table has. */
export function readableRows(tables: NodeTables, plan: CircuitPlan, name: string): readonly ReadableRow[] {
  const table = tables.all.find((candidate) => candidate.name === name);
  const rows = [...(table?.rows() ?? [])].sort(([a], [b]) => a - b);
  const about = views[name] ?? (() => ({}));
  return rows.map(([key, row]) => ({ key, ...about(plan, key, row), ...row }));
}

/** Some of them: those behind `after`. */
export function pageOfRows(tables: NodeTables, plan: CircuitPlan, request: TableRequest): readonly TableRow[] {
  const { table: name, after, most } = request;
  if (name === "circuit") return pageOfCircuits(tables, plan, after, most);
  const table = tables.all.find((candidate) => candidate.name === name);
  const about = views[name] ?? (() => ({}));
  const keys: number[] = [];
  for (const [key] of table?.rows() ?? []) if (key > after) keys.push(key);
  return keys
    .sort((a, b) => a - b)
    .slice(0, most)
    .map((key) => {
      const row = table?.get(key) ?? {};
      return { key, ...about(plan, key, row), ...row };
    });
}

/** Every circuit of the group, with what several tables say of it. */
function pageOfCircuits(tables: NodeTables, plan: CircuitPlan, after: number, most: number): readonly TableRow[] {
  const rows: TableRow[] = [];
  for (let key = after + 1; key < plan.count && rows.length < most; key++) {
    if (!plan.has(key)) continue;
    const { state, call } = tables.endpoint.get(key);
    const { local, remoteMaintenance, remoteHardware } = tables.blocking.get(key);
    const trunkGroup = plan.trunkGroup(key).name;
    rows.push({ key, name: plan.nameOf(key), trunkGroup, state, call, local, remoteMaintenance, remoteHardware });
  }
  return rows;
}

type View = (plan: CircuitPlan, key: number, row: Readonly<AnyRow>) => ReadableRow;

type RowOfTable<T extends "exchange" | "gateway"> = ReturnType<NodeTables[T]["get"]> & AnyRow;

function wayOf(bit: number, reached: number, heardOf: number): Availability {
  return (heardOf & bit) === 0 ? "unknown" : (reached & bit) === 0 ? "unavailable" : "available";
}

const nameOf = (plan: CircuitPlan, circuit: number) => (plan.has(circuit) ? plan.nameOf(circuit) : undefined);

const views: Readonly<Record<string, View>> = {
  endpoint: (plan, key) => ({
    name: nameOf(plan, key),
    peer: plan.has(key) ? plan.configuration.exchanges[plan.exchangeOf(key)].name : undefined,
  }),
  blocking: (plan, key) => ({ name: nameOf(plan, key) }),
  connection: (plan, _, row) => {
    const { circuit, otherCircuit, gateway } = row as ConnectionRow & AnyRow;
    const gatewayName = plan.configuration.gateways[gateway]?.name;
    return { circuitName: nameOf(plan, circuit), otherCircuitName: nameOf(plan, otherCircuit), gatewayName };
  },
  state: (plan, _, row) => {
    const { incoming, outgoing, initialAddress, release } = row as StateRow & AnyRow;
    const called = readParameter(initialAddress, "calledPartyNumber");
    const calling = readParameter(initialAddress, "callingPartyNumber");
    return {
      incomingName: nameOf(plan, incoming),
      outgoingName: nameOf(plan, outgoing),
      called: called.ok ? called.value?.digits : undefined,
      calling: calling.ok ? calling.value?.digits : undefined,
      cause: release.length > 0 ? causeOf(release) : undefined,
    };
  },
  exchange: (plan, key, row) => {
    const { reached, heardOf } = row as RowOfTable<"exchange">;
    const lims = plan.limsOf(key).map((slot, place) => [slot, wayOf(1 << place, reached, heardOf)]);
    const availability = wayOf(heardOf, reached, heardOf);
    return { name: plan.configuration.exchanges[key]?.name, availability, byLim: Object.fromEntries(lims) };
  },
  gateway: (plan, key, row) => {
    const { controller } = row as RowOfTable<"gateway">;
    return { name: plan.configuration.gateways[key]?.name, transporter: plan.transportersOf(key)[controller] };
  },
  "trunk group": (plan, key) => ({ name: plan.configuration.trunkGroups[key]?.name }),
};
