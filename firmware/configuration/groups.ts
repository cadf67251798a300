/** The groups of call servers of a rack. */
import type { RackConfiguration } from "./rack-schema.ts";

/** Their numbers, ascending. */
export function groupsOf({ cards }: Pick<RackConfiguration, "cards">): number[] {
  const groups = new Set(cards.flatMap((card) => (card.kind === "call-server" ? [card.group] : [])));
  return [...groups].sort((a, b) => a - b);
}
