/**
 * What a card does before it goes into service: calls through a rack of its own making, the primary pulled in the middle.
 *
 * A program runs slowly until the machine has compiled what is used often. A backup never runs the call logic before the moment
 * when it must, and then it has the calls of a whole rack waiting; so it practises. What is compiled belongs to one thread: its
 * two processors do so each for itself. The communication processors of all cards take part in a takeover, and have never seen one
 * before the first.
 */
import { groupsOf } from "../../firmware/configuration/groups.ts";
import type { RackConfiguration } from "../../firmware/configuration/rack-schema.ts";
import { SimulatedRack } from "../simulator/simulated-rack.ts";

export interface Rehearsal {
  readonly callsAnswered: number;
  readonly takenOver: boolean;
}

const startMillis = 200;
const callsPerSecond = 200;
/** Before the pull, and after it. */
const actMillis = 100;
/** In each trunk group: room for the calls of both acts. */
const circuitsMax = 64;
const mix = { ringMicros: 30_000, holdMicros: 50_000 };

/**
 * The machine compiles for what it has seen. What was the same in all objects so far it takes for constant, and compiles anew when
 * the next rack comes with objects of its own; the third rack is nothing new any more.
 */
const rounds = 3;

/** Rehearses until the calling thread has nothing to compile any more. */
export function practise(configuration: RackConfiguration, group: number): void {
  for (let round = 0; round < rounds; round++) rehearse(configuration, group);
}

/** With the call servers of one group alone, and as few others as it can do with. */
export function rehearse(configuration: RackConfiguration, group: number = groupsOf(configuration)[0]): Rehearsal {
  const rack = new SimulatedRack(smallest(configuration, group), { mix });
  rack.run(startMillis);
  const exchanges = [...rack.exchanges.values()];
  for (const exchange of exchanges) exchange.step({ kind: "generate", callsPerSecond });
  rack.run(actMillis);
  const [primary] = rack.primaries();
  if (primary !== undefined) rack.pull(primary);
  rack.run(actMillis);
  const now = rack.clock.nowMicros();
  return {
    callsAnswered: exchanges.reduce((sum, { core }) => sum + core.statistics(now).answered, 0),
    takenOver: primary !== undefined && rack.primaries().some((slot) => slot !== primary),
  };
}

/** What belongs to other groups, second cards and most circuits would only have to be computed, too. */
function smallest(configuration: RackConfiguration, group: number): RackConfiguration {
  const trunkGroups = configuration.trunkGroups
    .filter((each) => each.group === group)
    .map((each) => ({ ...each, lastCic: Math.min(each.lastCic, each.firstCic + circuitsMax - 1) }));
  const isReached = (name: string) => trunkGroups.some(({ exchange }) => exchange === name);
  const isOwn = (name: string) => trunkGroups.some((each) => each.name === name);
  const exchanges = configuration.exchanges
    .filter(({ name }) => isReached(name))
    .map((each) => ({ ...each, associations: each.associations.slice(0, 1) }));
  const gateways = configuration.gateways.map((each) => ({ ...each, callAgents: each.callAgents.slice(0, 1) }));
  const slots = new Set([
    ...exchanges.flatMap(({ associations }) => associations.map(({ lim }) => lim)),
    ...gateways.flatMap(({ callAgents }) => callAgents.map(({ transporter }) => transporter)),
  ]);
  return {
    ...configuration,
    cards: configuration.cards.filter((card) =>
      card.kind === "call-server" ? card.group === group : slots.has(card.slot),
    ),
    exchanges,
    gateways,
    trunkGroups,
    routes: configuration.routes.filter((route) => route.trunkGroups.every(isOwn)),
  };
}
