/** The groups of call servers of a rack. */
import type { Card } from "./rack-schema.ts";

/** Their numbers, ascending. */
export function groupsOf({ cards }: { readonly cards: readonly Card[] }): number[] {
  const groups = new Set(cards.flatMap((card) => (card.kind === "call-server" ? [card.group] : [])));
  return [...groups].sort((a, b) => a - b);
}
