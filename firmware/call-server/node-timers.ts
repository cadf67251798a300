/** The timers of circuits and connections, derived from the state columns: entering a state arms them, leaving disarms them. */
import { type TimerName, timers as timersOfStandard } from "../isup/timers.ts";
import { type Micros, microsPerMilli } from "../time.ts";
import { blockingTimers } from "./blocking-states.ts";
import { circuitTimers } from "./circuit-states.ts";
import { connectionTimers, guardMillis } from "./connection-states.ts";
import { RunningTimers } from "./running-timers.ts";
import type { BlockingRow, ConnectionRow, EndpointRow, NodeTables } from "./tables/node-tables.ts";
import type { Change } from "./tables/transaction.ts";

/** Timers on the bus and in snapshots go by their place here. */
export const timerNames = [...Object.keys(timersOfStandard), "guard"];

type TimersOfState = readonly { readonly timer: string; readonly restarted: boolean }[];
type TimersOfStates = Readonly<Partial<Record<string, TimersOfState>>>;

export class NodeTimers {
  readonly circuits = new RunningTimers();
  readonly connections = new RunningTimers();
  readonly #tables: NodeTables;
  readonly #durationMicros: ReadonlyMap<string, Micros>;

  /** `timersMillis` are the configuration's deviations from the standard. */
  constructor(tables: NodeTables, timersMillis: Readonly<Record<string, number>>) {
    this.#tables = tables;
    this.#durationMicros = new Map(
      timerNames.map((name) => {
        const standard = name === "guard" ? guardMillis : timersOfStandard[name as TimerName].defaultMillis;
        return [name, (timersMillis[name] ?? standard) * microsPerMilli];
      }),
    );
  }

  follow(changes: readonly Change[], now: Micros): void {
    for (const { table, key, before, after } of changes) {
      if (table.tag === this.#tables.endpoint.tag) {
        const old = (before ?? table.initial) as unknown as EndpointRow;
        const row = (after ?? table.initial) as unknown as EndpointRow;
        this.#move(this.circuits, circuitTimers, key, old.state, row.state, old.repeats !== row.repeats, now);
      } else if (table.tag === this.#tables.connection.tag) {
        const old = before as unknown as ConnectionRow | undefined;
        const row = after as unknown as ConnectionRow | undefined;
        this.#move(this.connections, connectionTimers, key, old?.state, row?.state, old?.repeats !== row?.repeats, now);
      } else if (table.tag === this.#tables.blocking.tag) {
        const [old, row] = [before ?? table.initial, after ?? table.initial] as unknown as [BlockingRow, BlockingRow];
        this.#move(this.circuits, blockingTimers, key, old.local, row.local, old.repeats !== row.repeats, now);
      }
    }
  }

  nextDeadline(): Micros | undefined {
    const circuit = this.circuits.nextDeadline();
    const connection = this.connections.nextDeadline();
    return circuit === undefined || (connection !== undefined && connection < circuit) ? connection : circuit;
  }

  clear(): void {
    this.circuits.clear();
    this.connections.clear();
  }

  #move(
    running: RunningTimers,
    timersOf: TimersOfStates,
    key: number,
    left: string | undefined,
    entered: string | undefined,
    isRepeated: boolean,
    now: Micros,
  ): void {
    const same = left === entered;
    if (same && !isRepeated) return;
    const stopping = left === undefined || same ? undefined : timersOf[left];
    const starting = entered === undefined ? undefined : timersOf[entered];
    if (stopping !== undefined) for (const { timer } of stopping) running.stop(key, timer);
    if (starting === undefined) return;
    for (const { timer, restarted } of starting) {
      if (!same || restarted) running.start(key, timer, now + (this.#durationMicros.get(timer) ?? 0));
    }
  }
}
