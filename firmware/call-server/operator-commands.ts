/** What a primary does at an operator's command. */
import { commandText, type OperatorCommand } from "../card/operator-command.ts";
import { fireBlocking } from "./local-blocking.ts";
import type { Turn } from "./turn.ts";

/** Circuits of one command: what it changes and says has to fit one commit. */
const circuitsMax = 256;
/** Each is told by a message of its own. */
const resetsMax = 32;

/** Does it, or does nothing. @returns what the operator is told */
export function obey(turn: Turn, command: OperatorCommand): string {
  const { plan } = turn.node;
  const { exchange: name, firstCic, lastCic, verb } = command;
  const exchange = plan.configuration.exchanges.findIndex((one) => one.name === name);
  if (exchange < 0) return refusal(command, `there is no exchange ${name}`);
  const count = lastCic - firstCic + 1;
  if (!(count >= 1 && count <= circuitsMax)) return refusal(command, `1 to ${circuitsMax} circuits at a time`);
  const circuits = Array.from({ length: count }, (_, place) => plan.circuits.find(exchange, firstCic + place)).filter(
    (circuit) => circuit !== undefined && plan.has(circuit),
  ) as number[];
  if (circuits.length === 0) return refusal(command, "this group has no such circuit");
  if (verb === "reset") return reset(turn, command, circuits);
  fireBlocking(turn, circuits, verb);
  const done = verb === "block" ? "blocked" : "unblocked";
  return `operator: ${commandText(command)}: ${circuits.length} ${circuits.length === 1 ? "circuit is" : "circuits are"} being ${done}`;
}

/** Circuits with a call are left alone: their reset would release it (Q.764 2.9.3.1). */
function reset(turn: Turn, command: OperatorCommand, circuits: readonly number[]): string {
  if (circuits.length > resetsMax) return refusal(command, `1 to ${resetsMax} circuits at a time`);
  const done = circuits.filter((circuit) => {
    if (!turn.fireCircuit(circuit, "reset-wanted")) return false;
    // Of a hardware failure the other end speaks before it answers (2.9.3).
    turn.setBlocking(circuit, { remoteHardware: false });
    return true;
  });
  const left = circuits.length - done.length;
  if (done.length === 0) return refusal(command, "no such circuit is without a call or a reset that is on");
  const rest = left === 0 ? "" : `; ${left} with a call or a reset that is on ${left === 1 ? "is" : "are"} left alone`;
  return `operator: ${commandText(command)}: ${done.length} ${done.length === 1 ? "circuit is" : "circuits are"} being reset${rest}`;
}

function refusal(command: OperatorCommand, why: string): string {
  return `operator: cannot ${commandText(command)}: ${why}`;
}
