/**
 * The idle lists of the trunk groups: which circuits a call may leave on, and in which order they are tried.
 *
 * Derived from the tables on both cards alike: the place in a list follows from the columns (`idleSince`, then the number),
 * never from the way by which a row got here.
 */
import { isBlocked } from "./blocking-states.ts";
import type { CircuitPlan } from "./circuit-plan.ts";
import { noCircuit } from "./tables/column.ts";
import type { ConnectionRow, NodeTables } from "./tables/node-tables.ts";
import type { Change } from "./tables/transaction.ts";

interface IdleList {
  /** Idle longest. */
  head: number;
  /** Idle shortest. */
  tail: number;
  length: number;
}

export class IdleCircuits {
  readonly #plan: CircuitPlan;
  readonly #tables: NodeTables;
  /** By trunk group: circuits that this node controls, then the others. The first are tried first (Q.764 2.9.1.3). */
  readonly #lists: readonly (readonly [controlled: IdleList, others: IdleList])[];
  readonly #next: Int32Array;
  readonly #previous: Int32Array;
  readonly #listed: Uint8Array;
  /** Connections in the gateway that still have an end at the circuit. */
  readonly #connections: Uint32Array;

  constructor(plan: CircuitPlan, tables: NodeTables) {
    this.#plan = plan;
    this.#tables = tables;
    const empty = (): IdleList => ({ head: noCircuit, tail: noCircuit, length: 0 });
    this.#lists = plan.configuration.trunkGroups.map(() => [empty(), empty()] as const);
    this.#next = new Int32Array(plan.count).fill(noCircuit);
    this.#previous = new Int32Array(plan.count).fill(noCircuit);
    this.#listed = new Uint8Array(plan.count);
    this.#connections = new Uint32Array(plan.count);
  }

  /** Idle circuits of a trunk group that a call may leave on. */
  countOf(trunkGroup: number): number {
    const [controlled, others] = this.#lists[trunkGroup];
    return controlled.length + others.length;
  }

  /** Follows changes that the tables already hold. */
  follow(changes: readonly Change[]): void {
    for (const { table, key, before, after } of changes) {
      const isOther = table.tag === this.#tables.endpoint.tag && before?.state !== after?.state;
      if (isOther || table.tag === this.#tables.blocking.tag) this.#judge(key);
      if (table.tag !== this.#tables.connection.tag) continue;
      const old = before as unknown as ConnectionRow | undefined;
      const row = after as unknown as ConnectionRow | undefined;
      if (old === undefined || row === undefined) {
        const { circuit, otherCircuit } = old ?? row ?? this.#tables.connection.initial;
        const by = row === undefined ? -1 : 1;
        this.#count(circuit, by);
        this.#count(otherCircuit, by);
      }
    }
  }

  /** Circuits of a trunk group in the order in which a call shall try them. */
  *candidates(trunkGroup: number): IterableIterator<number> {
    const { direction, selection } = this.#plan.configuration.trunkGroups[trunkGroup];
    if (direction === "incoming") return;
    const { lastSeized } = this.#tables.trunkGroup.get(trunkGroup);
    const lists = this.#lists[trunkGroup];
    for (const list of lists) {
      if (list.length === 0) continue;
      if (selection === "least-recently-used") {
        for (let circuit = list.head; circuit !== noCircuit; circuit = this.#next[circuit]) yield circuit;
      } else if (selection === "most-recently-used") {
        for (let circuit = list.tail; circuit !== noCircuit; circuit = this.#previous[circuit]) yield circuit;
      } else {
        yield* this.#byNumber(trunkGroup, list === lists[0], selection === "cyclic" ? lastSeized + 1 : 0);
      }
    }
  }

  clear(): void {
    for (const pair of this.#lists)
      for (const list of pair) Object.assign(list, { head: noCircuit, tail: noCircuit, length: 0 });
    this.#listed.fill(0);
    this.#connections.fill(0);
  }

  *#byNumber(trunkGroup: number, controlled: boolean, from: number): IterableIterator<number> {
    const { first, count } = this.#plan.circuits.rangeOf(trunkGroup);
    const start = Math.max(0, from - first) % count;
    for (let i = 0; i < count; i++) {
      const circuit = first + ((start + i) % count);
      if (this.#listed[circuit] === 1 && this.#plan.controls(circuit) === controlled) yield circuit;
    }
  }

  #count(circuit: number, by: number): void {
    if (circuit === noCircuit) return;
    this.#connections[circuit] += by;
    this.#judge(circuit);
  }

  #judge(circuit: number): void {
    const row = this.#tables.endpoint.get(circuit);
    const isIdle = row.state === "idle" && this.#connections[circuit] === 0;
    const usable = isIdle && !isBlocked(this.#tables.blocking.get(circuit));
    if (usable === (this.#listed[circuit] === 1)) return;
    if (usable) this.#insert(circuit, row.idleSince);
    else this.#remove(circuit);
  }

  #listOf(circuit: number): IdleList {
    return this.#lists[this.#plan.trunkGroupOf(circuit)][this.#plan.controls(circuit) ? 0 : 1];
  }

  #insert(circuit: number, idleSince: number): void {
    const list = this.#listOf(circuit);
    let before = list.tail;
    while (before !== noCircuit && this.#comesAfter(before, circuit, idleSince)) before = this.#previous[before];
    const after = before === noCircuit ? list.head : this.#next[before];
    this.#previous[circuit] = before;
    this.#next[circuit] = after;
    if (before === noCircuit) list.head = circuit;
    else this.#next[before] = circuit;
    if (after === noCircuit) list.tail = circuit;
    else this.#previous[after] = circuit;
    this.#listed[circuit] = 1;
    list.length++;
  }

  #comesAfter(listed: number, circuit: number, idleSince: number): boolean {
    const since = this.#tables.endpoint.get(listed).idleSince;
    return since > idleSince || (since === idleSince && listed > circuit);
  }

  #remove(circuit: number): void {
    const list = this.#listOf(circuit);
    const before = this.#previous[circuit];
    const after = this.#next[circuit];
    if (before === noCircuit) list.head = after;
    else this.#next[before] = after;
    if (after === noCircuit) list.tail = before;
    else this.#previous[after] = before;
    this.#listed[circuit] = 0;
    list.length--;
  }
}
