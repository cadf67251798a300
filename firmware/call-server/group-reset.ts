/** Reset of a group of circuits (Q.764 2.9.3.2), in both directions. */
import { isLocallyBlocked } from "./blocking-states.ts";
import { fireBlocking } from "./local-blocking.ts";
import { groupResetAcknowledgement } from "./own-messages.ts";
import { noCircuit } from "./tables/column.ts";
import type { Turn } from "./turn.ts";

/** The range field says how many circuits beside the first; 0 is reserved, more than 31 are too many (Q.764 2.9.3.2). */
export const groupRangeMax = 31;

/** GRS: every circuit of the group becomes idle; the answer says which ones this node has blocked. */
export function resetGroup(turn: Turn, first: number): void {
  if (turn.message?.type !== "GRS") return;
  const { range } = turn.message.parameters.rangeAndStatus;
  if (range < 1 || range > groupRangeMax) {
    turn.node.counters.count("messagesMalformed");
    return;
  }
  const circuits = groupFrom(turn, first, range);
  const blocked = circuits.map((circuit) => circuit !== noCircuit && isLocallyBlocked(turn.blocking(circuit)));
  // A call in set-up goes another way, perhaps on a circuit of this very group: after the answer, and on one that is not to be
  // reset any more.
  turn.send(first, groupResetAcknowledgement(blocked));
  const present = circuits.filter((circuit) => circuit !== noCircuit);
  const settingUp = present.filter((circuit) => turn.endpoint(circuit).state === "outgoing-wait-acm");
  for (const circuit of present) if (!settingUp.includes(circuit)) turn.fireCircuit(circuit, "reset");
  for (const circuit of settingUp) turn.fireCircuit(circuit, "reset");
}

/** GRA: the circuits are idle at both ends, some of them blocked by the other. */
export function acknowledgeGroup(turn: Turn, first: number): void {
  if (turn.message?.type !== "GRA") return;
  const { range, status } = turn.message.parameters.rangeAndStatus;
  if (range !== turn.endpoint(first).range) {
    turn.node.counters.count("messagesUnexpected");
    return;
  }
  const circuits = groupFrom(turn, first, range);
  const reset = circuits.filter((circuit, index) => {
    if (circuit === noCircuit || !turn.fireCircuit(circuit, "reset-acknowledged")) return false;
    const blocked = (((status?.[index >> 3] ?? 0) >> (index & 7)) & 1) === 1;
    turn.setBlocking(circuit, { remoteMaintenance: blocked });
    return true;
  });
  fireBlocking(turn, reset, "reset");
}

/** `range` + 1 circuits by consecutive CICs; `noCircuit` where the group of call servers has none. */
export function groupFrom(turn: Turn, first: number, range: number): number[] {
  const { plan } = turn.node;
  const exchange = plan.exchangeOf(first);
  const cic = plan.circuits.cicOf(first);
  return Array.from({ length: range + 1 }, (_, index) => {
    const circuit = plan.circuits.find(exchange, cic + index) ?? noCircuit;
    return plan.has(circuit) ? circuit : noCircuit;
  });
}
