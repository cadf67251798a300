/** An ISUP message from the exchange at the other end of a circuit. */
import { decodeMessage, messageTypeOf } from "../isup/codec.ts";
import type { MessageType } from "../isup/dialect.ts";
import { knownWithoutRow } from "../isup/messages.ts";
import { releaseCall } from "./call-release.ts";
import { otherCircuit } from "./circuit-actions.ts";
import { inCall } from "./circuit-states.ts";
import { turnsAway } from "./local-blocking.ts";
import { dispositionOf } from "./message-compatibility.ts";
import { scopeOf } from "./message-scope.ts";
import { confusion } from "./own-messages.ts";
import { releaseCause } from "./release-causes.ts";
import { noteWay } from "./signalling-routes.ts";
import { noCircuit } from "./tables/column.ts";
import type { Turn } from "./turn.ts";

/** What a signalling information field can hold (Q.703 2.3.8). */
const messageOctetsMax = 272;

export function receiveIsup(turn: Turn, circuit: number, octets: Uint8Array): void {
  const { plan, tables, counters } = turn.node;
  if (!plan.has(circuit)) {
    counters.count("inputsStray");
    return;
  }
  const exchange = plan.exchangeOf(circuit);
  // Whoever is heard from can be reached; an association that was said to be down stays so until its LIM takes it back.
  if (turn.transaction.get(tables.exchange, exchange).heardOf === 0 && turn.slot !== undefined) {
    noteWay(turn.node, turn.transaction, exchange, turn.slot, true);
  }
  const code = octets[0];
  const type = messageTypeOf(octets);
  if (type === undefined && code !== undefined && octets.length <= messageOctetsMax) {
    if (knownWithoutRow.has(code)) passOnWithoutProcedure(turn, circuit);
    else receiveUnknown(turn, circuit, code, octets);
    return;
  }
  const decoded = decodeMessage(octets);
  if (type === undefined || !decoded.ok || octets.length > messageOctetsMax) {
    // Too short or not to be read: discarded (Q.764 2.9.5.2).
    counters.count("messagesMalformed");
    return;
  }
  turn.message = decoded.value;
  if (turnsAway(turn, circuit)) return;
  if (!turn.fireCircuit(circuit, type)) receiveUnexpected(turn, circuit, type);
}

/** No row for the message in this state. */
function receiveUnexpected(turn: Turn, circuit: number, type: MessageType): void {
  const scope = scopeOf(type);
  const { state } = turn.endpoint(circuit);
  if (scope === "call" && inCall(state) && !(state === "outgoing-wait-acm" && type === "CPG")) {
    if (type !== "CFN") passOnWithoutProcedure(turn, circuit);
    else passOn(turn, circuit);
    return;
  }
  turn.node.counters.count("messagesUnexpected");
  if (scope !== "circuit" && type !== "CFN") turn.fireCircuit(circuit, "unreasonable");
}

function passOnWithoutProcedure(turn: Turn, circuit: number): void {
  turn.node.counters.count("messagesPassedOnWithoutProcedure");
  passOn(turn, circuit);
}

/** False when there is nobody to pass it on to. */
function passOn(turn: Turn, circuit: number): boolean {
  const other = otherCircuit(turn, circuit);
  if (other === noCircuit || turn.consumed === undefined || !inCall(turn.endpoint(other).state)) return false;
  if (!inCall(turn.endpoint(circuit).state)) return false;
  turn.send(other, turn.consumed);
  return true;
}

/** A type that Q.763 does not know (Q.764 2.9.5.3.1). */
function receiveUnknown(turn: Turn, circuit: number, code: number, octets: Uint8Array): void {
  turn.node.counters.count("messagesUnknown");
  if (!inCall(turn.endpoint(circuit).state)) return;
  const { verdict, notify, otherwise } = dispositionOf(octets);
  const outcome = verdict === "pass-on" && !passOn(turn, circuit) ? otherwise : verdict;
  if (notify) turn.send(circuit, confusion(code));
  if (outcome !== "release") return;
  const { call } = turn.endpoint(circuit);
  releaseCall(turn, call, { by: "exchange", cause: releaseCause.messageTypeNotImplemented });
}
