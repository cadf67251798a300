/** Who belongs to the groups that a card has a part in. */
import type { GroupPlan } from "../backplane/membership.ts";
import { groupsOf } from "./groups.ts";
import type { Card, RackConfiguration } from "./rack-schema.ts";

/** A call server is in one group; LIMs and transporters are witnesses of every group of the rack, in ascending order. */
export function groupPlans(configuration: RackConfiguration, card: Card): GroupPlan[] {
  const { cards } = configuration;
  const witnesses = ascending(cards.filter(({ kind }) => kind !== "call-server").map(({ slot }) => slot));
  const groups = card.kind === "call-server" ? [card.group] : groupsOf(configuration);
  return groups.map((group) => {
    const callServers = cards.filter((other) => other.kind === "call-server" && other.group === group);
    return { group, callServers: ascending(callServers.map(({ slot }) => slot)), witnesses };
  });
}

function ascending(slots: number[]): number[] {
  return slots.sort((a, b) => a - b);
}
