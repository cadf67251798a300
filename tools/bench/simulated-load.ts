/** Racks of the simulator under load, for benches that need exact bits, recorded events, or very many pulls. */
import { CallServer } from "../../firmware/call-server/call-server.ts";
import type { Card, RackConfiguration } from "../../firmware/configuration/rack-schema.ts";
import { assert } from "../../firmware/result.ts";
import type { SimulatedRack } from "../simulator/simulated-rack.ts";

/** A rack has two cards of every kind when it is full. */
const fullRackCards = 6;
const spareKinds = ["lim", "transporter"] as const;
const startWithinMillis = 10_000;
const quietWithinMillis = 60_000;

/** The configuration with as many cards as a full rack has: those that it lacks stand by. */
export function withSixCards(configuration: RackConfiguration): RackConfiguration {
  const cards: Card[] = [...configuration.cards];
  for (let slot = 1; cards.length < fullRackCards; slot++) {
    if (cards.some((card) => card.slot === slot)) continue;
    cards.push({ slot, kind: spareKinds[cards.length % spareKinds.length] });
  }
  return { ...configuration, cards };
}

/** Lets time pass until the circuits are in service and the primary has a backup. */
export function bringIntoService(rack: SimulatedRack): void {
  waitFor(rack, startWithinMillis, "service", () => isProtected(rack) && circuitsInReset(rack) === 0);
}

/** Calls from all exchanges together, evenly, from now on; a rate of 0 stops them. */
export function offerCalls(rack: SimulatedRack, callsPerSecond: number): void {
  const each = callsPerSecond / rack.exchanges.size;
  for (const exchange of rack.exchanges.values()) exchange.step({ kind: "generate", callsPerSecond: each });
}

/** Lets time pass until the last call is over. */
export function endCalls(rack: SimulatedRack): void {
  offerCalls(rack, 0);
  waitFor(rack, quietWithinMillis, "quiet", () => [...rack.exchanges.values()].every(({ core }) => core.isQuiet));
}

export interface CallCount {
  readonly attempted: number;
  /** Attempted and not completed as planned. */
  readonly lost: number;
}

/** Calls of all exchanges so far; to be asked when all are over. */
export function countCalls(rack: SimulatedRack): CallCount {
  const now = rack.clock.nowMicros();
  const readings = [...rack.exchanges.values()].map(({ core }) => core.statistics(now));
  const attempted = readings.reduce((sum, { attempts, noCircuit }) => sum + attempts + noCircuit, 0);
  return { attempted, lost: attempted - readings.reduce((sum, { completed }) => sum + completed, 0) };
}

/** One primary, and the other call servers of its group complete. */
export function isProtected(rack: SimulatedRack): boolean {
  const roles = rack.slotsOf("call-server").map((slot) => {
    const card = rack.card(slot);
    return card.pulled ? "pulled" : card.communication.status().role;
  });
  return (
    roles.filter((role) => role === "primary").length === 1 &&
    roles.every((role) => role === "primary" || role === "backup")
  );
}

/** Lets time pass, a millisecond at a time, until it is so. */
export function waitFor(rack: SimulatedRack, withinMillis: number, what: string, isSo: () => boolean): void {
  for (let waited = 0; !isSo(); waited++) {
    assert(waited < withinMillis, `no ${what} within ${withinMillis} ms: ${rack.log.slice(-3).join("; ")}`);
    rack.run(1);
  }
}

function circuitsInReset(rack: SimulatedRack): number {
  const [primary] = rack.primaries();
  const application = rack.card(primary).application;
  return application instanceof CallServer ? Number(application.status().circuitsInReset) : 0;
}
