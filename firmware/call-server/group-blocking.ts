/** Blocking and unblocking of groups of circuits by the exchange at the other end (Q.764 2.8.2.2), and its answers to our own. */
import { groupFrom } from "./group-reset.ts";
import { fireBlocking } from "./local-blocking.ts";
import { groupSupervision } from "./own-messages.ts";
import { noCircuit } from "./tables/column.ts";
import type { Turn } from "./turn.ts";

/** A message names at most so many circuits (Q.763 3.43), and at least two of consecutive CICs are a group. */
const namedMax = 32;
const rangeMin = 1;

interface NamedGroup {
  readonly kind: "maintenance" | "hardware-failure";
  /** Circuits that the message is about, and are here. */
  readonly circuits: readonly number[];
  /** For the answer: a bit a circuit of the range. */
  readonly named: readonly boolean[];
}

/** CGB: every call may go on where it is for maintenance; for a hardware failure the calls are gone with their circuits. */
export function blockGroup(turn: Turn, first: number): void {
  const group = namedGroup(turn, first);
  if (group === undefined) return;
  const { kind, circuits, named } = group;
  const isHardware = kind === "hardware-failure";
  for (const circuit of circuits) {
    turn.setBlocking(circuit, isHardware ? { remoteHardware: true } : { remoteMaintenance: true });
  }
  turn.send(first, groupSupervision("CGBA", kind, named));
  if (isHardware) for (const circuit of circuits) turn.fireCircuit(circuit, "hardware-failed");
}

/** CGU lifts the blocking of its own kind. */
export function unblockGroup(turn: Turn, first: number): void {
  const group = namedGroup(turn, first);
  if (group === undefined) return;
  const { kind, circuits, named } = group;
  for (const circuit of circuits) {
    turn.setBlocking(circuit, kind === "hardware-failure" ? { remoteHardware: false } : { remoteMaintenance: false });
  }
  turn.send(first, groupSupervision("CGUA", kind, named));
}

/** CGBA, CGUA: what they name is blocked, or unblocked, at the other end. The rest is asked for again. */
export function groupAcknowledged(turn: Turn, first: number, event: "BLA" | "UBA"): void {
  const group = namedGroup(turn, first);
  if (group === undefined) return;
  // This node blocks nothing for a hardware failure.
  const isExpected = group.kind === "maintenance" && fireBlocking(turn, group.circuits, event);
  if (!isExpected) turn.node.counters.count("messagesUnexpected");
}

function namedGroup(turn: Turn, first: number): NamedGroup | undefined {
  const { message } = turn;
  const isOfGroup =
    message?.type === "CGB" || message?.type === "CGU" || message?.type === "CGBA" || message?.type === "CGUA";
  if (!isOfGroup) return undefined;
  const { circuitGroupSupervisionMessageType, rangeAndStatus } = message.parameters;
  const { range, status = new Uint8Array(0) } = rangeAndStatus;
  const { type: kind } = circuitGroupSupervisionMessageType;
  const asked = Array.from({ length: range + 1 }, (_, place) => (((status[place >> 3] ?? 0) >> (place & 7)) & 1) === 1);
  const isKnown = kind === "maintenance" || kind === "hardware-failure";
  // Discarded (2.8.2.3).
  if (range < rangeMin || asked.filter((bit) => bit).length > namedMax || !isKnown) {
    turn.node.counters.count("messagesMalformed");
    return undefined;
  }
  const all = groupFrom(turn, first, range);
  const named = asked.map((bit, place) => bit && all[place] !== noCircuit);
  return { kind, named, circuits: all.filter((_, place) => named[place]) };
}
