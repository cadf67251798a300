/** What a LIM or transporter tells: one input, one turn. */
import { gatewayEvent, type Input } from "../interchange/input.ts";
import type { ConnectionEvent } from "./connection-machine.ts";
import { receiveIsup } from "./isup-reception.ts";
import { messageTypeOf } from "../isup/codec.ts";
import type { MessageType } from "../isup/dialect.ts";
import { unequippedCircuit } from "./own-messages.ts";
import { noteWay } from "./signalling-routes.ts";
import type { Turn } from "./turn.ts";

/** The instruction that a gateway's reply is about, by the output's tag. */
const doneEvents: Readonly<Record<number, ConnectionEvent>> = { 2: "modified", 3: "deleted" };
const refusedEvents: Readonly<Record<number, ConnectionEvent>> = {
  1: "create-refused",
  2: "modify-refused",
  3: "delete-refused",
};
const causeMax = 127;

/** Messages that are not answered with UCIC: answers themselves (Q.764 2.12). */
const answers: ReadonlySet<MessageType | undefined> = new Set([
  "UCIC",
  "RLC",
  "BLA",
  "UBA",
  "GRA",
  "CGBA",
  "CGUA",
  "CQR",
  "CFN",
]);

export function receiveInput(turn: Turn, input: Input): void {
  switch (input.kind) {
    case "isup":
      receiveIsup(turn, input.circuit, input.message);
      return;
    case "unequipped":
      receiveUnequipped(turn, input.exchange, input.cic, input.message);
      return;
    case "destination":
      receiveDestination(turn, input.exchange, input.available !== 0);
      return;
    case "created":
      connectionEvent(turn, input.call, "created");
      return;
    case "done":
      connectionEvent(turn, input.call, doneEvents[input.verb]);
      return;
    case "refused": {
      const cause = input.cause >= 1 && input.cause <= causeMax ? input.cause : undefined;
      connectionEvent(turn, input.call, refusedEvents[input.verb], cause);
      return;
    }
    case "gateway":
      receiveGateway(turn, input.gateway, input.event);
      return;
    case "endpoint": {
      const { call } = turn.endpoint(input.circuit);
      const connected = turn.hasState(call) && turn.fireConnection(turn.state(call).connection, "endpoint-failed");
      if (!connected) turn.node.counters.count("inputsStray");
      return;
    }
  }
}

function connectionEvent(turn: Turn, reference: number, event: ConnectionEvent | undefined, cause?: number): void {
  if (event === undefined || !turn.fireConnection(reference, event, cause)) turn.node.counters.count("inputsStray");
}

/** A CIC that no trunk group has: the other end is told (Q.764 2.12). */
function receiveUnequipped(turn: Turn, exchange: number, cic: number, message: Uint8Array): void {
  const { plan, counters } = turn.node;
  counters.count("messagesUnequipped");
  if (exchange >= plan.configuration.exchanges.length || answers.has(messageTypeOf(message))) return;
  turn.instruct(turn.slot ?? plan.limsOf(exchange)[0], {
    kind: "unequipped",
    exchange,
    cic,
    message: unequippedCircuit,
  });
}

/** MTP-PAUSE and MTP-RESUME (Q.764 2.14): calls in progress stay. */
function receiveDestination(turn: Turn, exchange: number, available: boolean): void {
  const { plan, counters } = turn.node;
  if (exchange >= plan.configuration.exchanges.length || turn.slot === undefined) counters.count("inputsStray");
  else noteWay(turn.node, turn.transaction, exchange, turn.slot, available);
}

function receiveGateway(turn: Turn, gateway: number, event: number): void {
  const { plan, tables, counters } = turn.node;
  if (gateway >= plan.configuration.gateways.length) {
    counters.count("inputsStray");
    return;
  }
  const row = turn.transaction.edit(tables.gateway, gateway);
  // Its calls are released afterwards, a few a commit; until then it gets no new ones.
  if (event === gatewayEvent.restarted) Object.assign(row, { restarted: true, unreachable: false });
  if (event === gatewayEvent.unreachable) row.unreachable = true;
  if (event === gatewayEvent.reachable) row.unreachable = false;
}
