/** What goes on, followed from the changes of the state table on both cards alike. */
import { isLocallyBlocked, isRemotelyBlocked } from "./blocking-states.ts";
import type { CircuitPlan } from "./circuit-plan.ts";
import { type CircuitState, circuitStates } from "./circuit-states.ts";
import type { Counters } from "./counters.ts";
import { causeOf } from "./own-messages.ts";
import { releaseCause } from "./release-causes.ts";
import type { BlockingRow, EndpointRow, NodeTables, StateRow } from "./tables/node-tables.ts";
import type { Change } from "./tables/transaction.ts";

const statesInService: ReadonlySet<CircuitState> = new Set(
  circuitStates.filter((state) => state !== "unreset" && !state.includes("reset-")),
);

export class Traffic {
  readonly #tables: NodeTables;
  readonly #counters: Counters;
  #inSetUp = 0;
  #inConversation = 0;
  #remotelyBlocked = 0;
  #locallyBlocked = 0;
  #inService = 0;
  readonly #circuits: number;

  constructor(tables: NodeTables, counters: Counters, plan: CircuitPlan) {
    this.#tables = tables;
    this.#counters = counters;
    this.#circuits = Array.from({ length: plan.count }, (_, circuit) => circuit).filter((each) =>
      plan.has(each),
    ).length;
  }

  /** `loading`: the rows of a snapshot, which are no news. */
  follow(changes: readonly Change[], loading = false): void {
    for (const { table, before, after } of changes) {
      if (table.tag === this.#tables.state.tag) {
        const old = before as unknown as StateRow | undefined;
        const row = after as unknown as StateRow | undefined;
        this.#inSetUp += (isInSetUp(row) ? 1 : 0) - (isInSetUp(old) ? 1 : 0);
        this.#inConversation += (isInConversation(row) ? 1 : 0) - (isInConversation(old) ? 1 : 0);
        if (!loading) this.#count(old, row);
      }
      if (table.tag === this.#tables.endpoint.tag) {
        const old = before as unknown as EndpointRow | undefined;
        const row = after as unknown as EndpointRow | undefined;
        if (old?.state !== row?.state) this.#inService += (isInService(row) ? 1 : 0) - (isInService(old) ? 1 : 0);
      }
      if (table.tag === this.#tables.blocking.tag) {
        const [old, row] = [before ?? table.initial, after ?? table.initial] as unknown as [BlockingRow, BlockingRow];
        this.#remotelyBlocked += (isRemotelyBlocked(row) ? 1 : 0) - (isRemotelyBlocked(old) ? 1 : 0);
        this.#locallyBlocked += (isLocallyBlocked(row) ? 1 : 0) - (isLocallyBlocked(old) ? 1 : 0);
      }
    }
  }

  clear(): void {
    this.#inSetUp = 0;
    this.#inConversation = 0;
    this.#remotelyBlocked = 0;
    this.#locallyBlocked = 0;
    this.#inService = 0;
  }

  gauges(): Readonly<Record<string, number>> {
    return {
      callsInSetUp: this.#inSetUp,
      callsInConversation: this.#inConversation,
      callRows: this.#tables.state.size,
      connections: this.#tables.connection.size,
      circuitsRemotelyBlocked: this.#remotelyBlocked,
      circuitsLocallyBlocked: this.#locallyBlocked,
      circuitsInReset: this.#circuits - this.#inService,
    };
  }

  #count(old: StateRow | undefined, row: StateRow | undefined): void {
    if (row === undefined) return;
    if (old === undefined) this.#counters.count("attempts");
    if (row.answeredAt > 0 && (old?.answeredAt ?? 0) === 0) this.#counters.count("answered");
    if (row.releasedBy !== "nobody" && (old === undefined || old.releasedBy === "nobody")) {
      this.#counters.countRelease(causeOf(row.release) ?? releaseCause.normalUnspecified);
    }
  }
}

function isInSetUp(row: StateRow | undefined): boolean {
  return row !== undefined && row.releasedBy === "nobody" && row.answeredAt === 0;
}

function isInConversation(row: StateRow | undefined): boolean {
  return row !== undefined && row.releasedBy === "nobody" && row.answeredAt > 0;
}

function isInService(row: EndpointRow | undefined): boolean {
  return row !== undefined && statesInService.has(row.state);
}
