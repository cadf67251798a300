/** One turn of call processing: the event that is worked on, the changes it makes and the outputs it has. */
import type { Message } from "../isup/dialect.ts";
import type { Input } from "../interchange/input.ts";
import type { Instruction, Output } from "../interchange/output.ts";
import { isBlocked } from "./blocking-states.ts";
import type { CircuitAction, CircuitEvent } from "./circuit-machine.ts";
import { circuitMachine } from "./circuit-machine.ts";
import type { CircuitPlan } from "./circuit-plan.ts";
import { belongsToCall } from "./circuit-states.ts";
import type { ConnectionAction, ConnectionEvent } from "./connection-machine.ts";
import { connectionMachine } from "./connection-machine.ts";
import type { Counters } from "./counters.ts";
import type { IdleCircuits } from "./idle-circuits.ts";
import { messageOutput } from "./message-output.ts";
import type { Congestion } from "./congestion.ts";
import { controllerOf } from "./gateway-controllers.ts";
import type { Routing } from "./routing.ts";
import { limFor } from "./signalling-routes.ts";
import type { BlockingRow, ConnectionRow, EndpointRow, NodeTables, StateRow } from "./tables/node-tables.ts";
import { Transaction } from "./tables/transaction.ts";

/** What call processing looks things up in. */
export interface Node {
  readonly plan: CircuitPlan;
  readonly routing: Routing;
  readonly tables: NodeTables;
  readonly idleCircuits: IdleCircuits;
  readonly counters: Counters;
  readonly actions: Actions;
  readonly congestion: Pick<Congestion, "level">;
  /** Whether the card in a slot is alive, as far as is known. */
  isAlive(slot: number): boolean;
}

/** `cause` is the row's Q.850 value, if it has one. */
export interface Actions {
  readonly circuit: Readonly<Record<CircuitAction, (turn: Turn, circuit: number, cause: number | undefined) => void>>;
  readonly connection: Readonly<
    Record<ConnectionAction, (turn: Turn, reference: number, cause: number | undefined) => void>
  >;
}

export class Turn {
  readonly node: Node;
  readonly transaction: Transaction;
  readonly timeMillis: number;
  /** The consumed input, if it is one, and the slot of its sender. */
  readonly input: Input | undefined;
  readonly slot: number | undefined;
  readonly outputs: Output[] = [];
  readonly alarms: string[] = [];
  /** The consumed ISUP message, once it is decoded. */
  message: Message | undefined;
  /** Whether a column took the time: then the commit carries it. */
  timed = false;

  constructor(node: Node, sequence: number, timeMillis: number, slot?: number, input?: Input) {
    this.node = node;
    this.transaction = new Transaction(node.tables, sequence);
    this.timeMillis = timeMillis;
    this.slot = slot;
    this.input = input;
  }

  /** The consumed ISUP message, from its message type octet on. */
  get consumed(): Uint8Array | undefined {
    return this.input?.kind === "isup" ? this.input.message : undefined;
  }

  endpoint(circuit: number): Readonly<EndpointRow> {
    return this.transaction.get(this.node.tables.endpoint, circuit);
  }

  connection(reference: number): Readonly<ConnectionRow> {
    return this.transaction.get(this.node.tables.connection, reference);
  }

  state(call: number): Readonly<StateRow> {
    return this.transaction.get(this.node.tables.state, call);
  }

  hasState(call: number): boolean {
    return this.transaction.has(this.node.tables.state, call);
  }

  blocking(circuit: number): Readonly<BlockingRow> {
    return this.transaction.get(this.node.tables.blocking, circuit);
  }

  /** Changes columns of a circuit's blocking, which has a row as long as there is anything to say. */
  setBlocking(circuit: number, columns: Partial<BlockingRow>): void {
    const { blocking, group } = this.node.tables;
    const before = this.blocking(circuit);
    const names = Object.keys(columns) as (keyof BlockingRow)[];
    if (names.every((name) => before[name] === columns[name])) return;
    const row = { ...before, ...columns };
    if (isBlocked(row)) Object.assign(this.transaction.edit(blocking, circuit), row);
    else this.transaction.remove(blocking, circuit);
    this.transaction.edit(group, 0).blockingEdition = group.get(0).blockingEdition + 1;
  }

  editEndpoint(circuit: number): EndpointRow {
    return this.transaction.edit(this.node.tables.endpoint, circuit);
  }

  editConnection(reference: number): ConnectionRow {
    return this.transaction.edit(this.node.tables.connection, reference);
  }

  editState(call: number): StateRow {
    return this.transaction.edit(this.node.tables.state, call);
  }

  /** The commit's time, for a column. */
  time(): number {
    this.timed = true;
    return this.timeMillis;
  }

  send(circuit: number, message: Uint8Array): void {
    this.outputs.push(messageOutput(limFor(this.node, circuit), circuit, message, this.consumed));
  }

  /** Has the gateway of a circuit told by the transporter that controls it. */
  instructGateway(circuit: number, instruction: Instruction): void {
    this.instruct(controllerOf(this.node, this.transaction, this.node.plan.gatewayOf(circuit)), instruction);
  }

  instruct(slot: number, instruction: Instruction): void {
    this.outputs.push({ kind: "instruct", slot, instruction });
  }

  alarm(text: string): void {
    this.alarms.push(text);
  }

  /** An event of a circuit. False: its state has no row for it, and nothing was done. */
  fireCircuit(circuit: number, event: CircuitEvent, cause?: number): boolean {
    const transition = circuitMachine.find(this.endpoint(circuit).state, event);
    if (transition === undefined) return false;
    this.#enter(circuit, transition.next);
    for (const action of transition.actions) {
      this.node.actions.circuit[action](this, circuit, cause ?? transition.cause);
    }
    const row = this.endpoint(circuit);
    if (row.call !== 0 && !belongsToCall(row.state)) this.leaveCall(circuit);
    return true;
  }

  /** An event of a connection; what no row provides for is not done. */
  fireConnection(reference: number, event: ConnectionEvent, cause?: number): boolean {
    const { connection } = this.node.tables;
    if (!this.transaction.has(connection, reference)) return false;
    const { state, call } = this.connection(reference);
    const transition = connectionMachine.find(state, event);
    if (transition === undefined) return false;
    if (transition.next !== state)
      Object.assign(this.editConnection(reference), { state: transition.next, repeats: 0 });
    for (const action of transition.actions) {
      this.node.actions.connection[action](this, reference, cause ?? transition.cause);
    }
    if (this.connection(reference).state === "gone") {
      this.transaction.remove(connection, reference);
      this.forgetCallWhenOver(call);
    }
    return true;
  }

  /** The circuit is no longer its call's. */
  leaveCall(circuit: number): void {
    const { call } = this.endpoint(circuit);
    this.editEndpoint(circuit).call = 0;
    this.forgetCallWhenOver(call);
  }

  /** A call's row goes when both circuits have left it and its connection is gone. */
  forgetCallWhenOver(call: number): void {
    if (!this.hasState(call)) return;
    const { incoming, outgoing, connection } = this.state(call);
    const held = this.endpoint(incoming).call === call || this.endpoint(outgoing).call === call;
    if (held || this.transaction.has(this.node.tables.connection, connection)) return;
    this.transaction.remove(this.node.tables.state, call);
  }

  #enter(circuit: number, next: EndpointRow["state"]): void {
    const row = this.endpoint(circuit);
    if (row.state === next) return;
    const draft = this.editEndpoint(circuit);
    draft.state = next;
    draft.repeats = 0;
    if (next !== "group-reset-unanswered") draft.range = 0;
    if (next === "idle") draft.idleSince = this.transaction.sequence;
  }
}
