/**
 * What a LIM or transporter that died may not have done any more is moved to another card, by commits of the primary: no card
 * decides that for itself.
 */
import type { CallInstruction, Instruction } from "../interchange/output.ts";
import { input as inputLayout } from "../interchange/input.ts";
import { messageTypeOf } from "../isup/codec.ts";
import { decode } from "../layout/layout.ts";
import type { ConnectionState } from "./connection-states.ts";
import { controllerOf } from "./gateway-controllers.ts";
import { messageOutput, outputMessage } from "./message-output.ts";
import { remedyFor } from "./message-repetition.ts";
import type { OutputHistory, PlacedOutput } from "./output-history.ts";
import { limFor, noteWay } from "./signalling-routes.ts";
import type { ConnectionRow } from "./tables/node-tables.ts";
import type { Node, Turn } from "./turn.ts";

/** Outputs that one commit moves. */
const movedMax = 16;

/** States of a connection in which the gateway's answer to this instruction may still be awaited. */
const awaitedIn: Readonly<Record<CallInstruction["kind"], readonly ConnectionState[]>> = {
  create: ["creating", "deleting"],
  modify: ["modifying"],
  delete: ["deleting"],
};

interface DeadCard {
  readonly slot: number;
  /** The last commit whose outputs it is known to have performed. */
  readonly performed: number;
  /** Whether some of them have been moved; then it goes on after `moved`. */
  isBegun: boolean;
}

export class CardSuccession {
  readonly #node: Node;
  readonly #history: OutputHistory;
  /** Cards whose outputs are to be moved, or have been. */
  readonly #dead: DeadCard[] = [];

  constructor(node: Node, history: OutputHistory) {
    this.#node = node;
    this.#history = history;
  }

  clear(): void {
    this.#dead.length = 0;
  }

  died(slot: number, performed: number): void {
    this.#dead.push({ slot, performed, isBegun: false });
  }

  /** The next piece of work, if there is any: the commit that it makes follows `last`. */
  next(last: number): ((turn: Turn) => void) | undefined {
    const card = this.#dead[0];
    return card && ((turn) => this.#move(turn, card, last));
  }

  #move(turn: Turn, card: DeadCard, last: number): void {
    const { slot, performed } = card;
    const { tables } = this.#node;
    const row = turn.transaction.has(tables.card, slot) ? turn.transaction.get(tables.card, slot) : undefined;
    // What was moved when it was gone before, and came back without a restart, was moved up to where it has been since.
    const isFirst = row === undefined || row.moved === 0 || (!card.isBegun && row.moved < performed);
    card.isBegun = true;
    if (isFirst) this.#leaveWays(turn, slot);
    const controlled = isFirst ? this.#passOnGateways(turn, slot) : false;
    // A transporter has had the gateway's answer only when a commit says so: what it performed may still have to be asked for.
    const isTransporter = controlled || this.#isTransporter(slot);
    const after = isFirst ? (isTransporter ? 0 : performed) : row.moved;
    let moved = last;
    let count = 0;
    for (const placed of this.#history.of(slot, after, last)) {
      if (count >= movedMax && placed.sequence > moved) break;
      if (this.#succeed(turn, slot, placed, last)) count++;
      if (count >= movedMax) moved = placed.sequence;
    }
    if (count < movedMax) moved = last;
    turn.transaction.edit(tables.card, slot).moved = moved;
    if (moved === last) this.#dead.shift();
  }

  /** What the LIM said of its associations is void. */
  #leaveWays(turn: Turn, slot: number): void {
    const { plan } = this.#node;
    plan.configuration.exchanges.forEach((_, exchange) => {
      noteWay(this.#node, turn.transaction, exchange, slot, undefined);
    });
  }

  /** Gateways that the transporter controls go to another one that is alive. @returns whether there were any */
  #passOnGateways(turn: Turn, slot: number): boolean {
    const { plan, tables, isAlive } = this.#node;
    let any = false;
    plan.configuration.gateways.forEach((_, gateway) => {
      if (controllerOf(this.#node, turn.transaction, gateway) !== slot) return;
      any = true;
      const successor = plan.transportersOf(gateway).findIndex((other) => other !== slot && isAlive(other));
      if (successor < 0) return;
      turn.transaction.edit(tables.gateway, gateway).controller = successor;
      turn.instruct(plan.transportersOf(gateway)[successor], { kind: "control", gateway });
    });
    return any;
  }

  #isTransporter(slot: number): boolean {
    return this.#node.plan.configuration.cards.some((card) => card.slot === slot && card.kind === "transporter");
  }

  /** @returns whether anything was done */
  #succeed(turn: Turn, slot: number, placed: PlacedOutput, last: number): boolean {
    const { output } = placed;
    if (output.kind !== "instruct") return this.#repeatMessage(turn, slot, placed, output.circuit);
    const { instruction } = output;
    return instruction.kind === "unequipped"
      ? this.#repeatUnequipped(turn, slot, instruction)
      : this.#repeatInstruction(turn, slot, placed, instruction, last);
  }

  /** A UCIC: the other end takes the circuit out of service, and does not do that twice (Q.764 2.12). */
  #repeatUnequipped(turn: Turn, slot: number, instruction: Instruction & { readonly kind: "unequipped" }): boolean {
    const { plan, isAlive } = this.#node;
    const successor = plan.limsOf(instruction.exchange).find((lim) => lim !== slot && isAlive(lim));
    if (successor !== undefined) turn.instruct(successor, instruction);
    return successor !== undefined;
  }

  #repeatMessage(turn: Turn, slot: number, { output, payload }: PlacedOutput, circuit: number): boolean {
    const consumed = decode(inputLayout, payload);
    const message = outputMessage(
      output,
      consumed.ok && consumed.value.kind === "isup" ? consumed.value.message : undefined,
    );
    if (message === undefined || !this.#node.plan.has(circuit)) return false;
    const successor = limFor(this.#node, circuit);
    const remedy = remedyFor(messageTypeOf(message), turn.endpoint(circuit).state);
    if (remedy === undefined || successor === slot || !this.#node.isAlive(successor)) return false;
    if (remedy === "try-again") turn.fireCircuit(circuit, "unreasonable");
    else turn.outputs.push(messageOutput(successor, circuit, message, undefined));
    return true;
  }

  /** The gateway does at most once what is said under the same place, whoever says it (RFC 3435 3.5). */
  #repeatInstruction(turn: Turn, slot: number, placed: PlacedOutput, given: Instruction, last: number): boolean {
    // What this card had inherited itself keeps its first place.
    const { term, sequence, index } = given.kind === "again" ? given : placed;
    const instruction = given.kind === "again" ? given.instruction : given;
    if (!isCallInstruction(instruction)) return false;
    const { plan, isAlive } = this.#node;
    const controller = controllerOf(this.#node, turn.transaction, plan.gatewayOf(instruction.circuit));
    if (controller === slot || !isAlive(controller)) return false;
    const { kind, call } = instruction;
    const { connection } = this.#node.tables;
    if (!turn.transaction.has(connection, call) || !awaitedIn[kind].includes(turn.connection(call).state)) return false;
    const later = this.#laterOf(slot, call, placed.sequence, last);
    const isUnwanted = kind === "create" && turn.connection(call).state === "deleting";
    if (isUnwanted ? later.has("create") || !mayBeMade(turn.connection(call)) : later.size > 0) return false;
    turn.instruct(controller, { kind: "again", term, sequence, index, instruction });
    // The delete was another card's: it must come after this, too.
    if (isUnwanted && !later.has("delete")) this.#node.actions.connection["send-delete"](turn, call, undefined);
    return true;
  }

  /** What the card was told later of the connection. */
  #laterOf(slot: number, reference: number, sequence: number, last: number): ReadonlySet<Instruction["kind"]> {
    const kinds = new Set<Instruction["kind"]>();
    for (const { output } of this.#history.of(slot, sequence, last)) {
      if (output.kind !== "instruct") continue;
      const later = output.instruction.kind === "again" ? output.instruction.instruction : output.instruction;
      if ("call" in later && later.call === reference) kinds.add(later.kind);
    }
    return kinds;
  }
}

/**
 * Whether the gateway may yet make a connection that is to be removed. Then it is asked once more to make it, under the transaction
 * that it knows, so that this is over before it is asked to remove it. When that has been said several times it knows it no longer.
 */
function mayBeMade({ identifier, repeats }: Readonly<ConnectionRow>): boolean {
  return identifier === 0 && repeats === 0;
}

/** To clear endpoints is not repeated: calls have been set up since, and what is left over is found when it is in the way. */
function isCallInstruction(instruction: Instruction): instruction is CallInstruction {
  return Object.hasOwn(awaitedIn, instruction.kind);
}
