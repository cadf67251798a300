/** Who belongs to the group that a card is in. */
import type { GroupPlan } from "../backplane/membership.ts";
import type { Card, RackConfiguration } from "./rack-schema.ts";

/** LIMs and transporters are witnesses of every group; as long as a rack has one group, theirs is that one. */
export function groupPlan(configuration: RackConfiguration, card: Card): GroupPlan {
  const groups = configuration.cards.flatMap((other) => (other.kind === "call-server" ? [other.group] : []));
  const group = card.kind === "call-server" ? card.group : Math.min(...groups);
  const ascending = (slots: number[]) => slots.sort((a, b) => a - b);
  return {
    group,
    callServers: ascending(
      configuration.cards.flatMap((other) =>
        other.kind === "call-server" && other.group === group ? [other.slot] : [],
      ),
    ),
    witnesses: ascending(configuration.cards.flatMap((other) => (other.kind === "call-server" ? [] : [other.slot]))),
  };
}
