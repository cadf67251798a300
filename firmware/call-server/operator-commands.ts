/** What a primary does at an operator's command. */
import { commandText, type OperatorCommand } from "../card/operator-command.ts";
import { fireBlocking } from "./local-blocking.ts";
import type { Turn } from "./turn.ts";

/** Circuits of one command: what it changes and says has to fit one commit. */
const circuitsMax = 256;

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
  fireBlocking(turn, circuits, verb);
  const done = verb === "block" ? "blocked" : "unblocked";
  return `operator: ${commandText(command)}: ${circuits.length} ${circuits.length === 1 ? "circuit is" : "circuits are"} being ${done}`;
}

function refusal(command: OperatorCommand, why: string): string {
  return `operator: cannot ${commandText(command)}: ${why}`;
}
