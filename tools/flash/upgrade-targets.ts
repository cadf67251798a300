/** The cards that are upgraded, and in which order. */
import { UserError } from "../configuration/read-configuration.ts";
import type { CardRow } from "./console-reports.ts";

/** `--card`: slots, or every card that is there. */
export type WantedCards = "all" | readonly number[];

/** Other ways than this upgrade the card at the line. */
export const overBus = "bus";

/** @throws UserError */
export function wantedCards(text: string): WantedCards {
  if (text === "all") return text;
  if (!/^\d{1,2}(,\d{1,2})*$/.test(text))
    throw new UserError(`--card ${text}: allowed is a slot, or several such as 2,3, or all`);
  return [...new Set(text.split(",").map(Number))];
}

export interface Targets {
  /** In the order in which they are upgraded. */
  readonly slots: readonly number[];
  /** Not there, where all are meant. */
  readonly absent: readonly number[];
}

/**
 * @param own the slot of the card at the line, and what it tells of all
 * @throws UserError
 */
export function targetsOf(wanted: WantedCards, over: string, own: number, cards: readonly CardRow[]): Targets {
  const absent = cards.filter(({ slot, state }) => slot !== own && state === "absent").map(({ slot }) => slot);
  const slots = wanted === "all" ? cards.map(({ slot }) => slot).filter((slot) => !absent.includes(slot)) : wanted;
  if (over !== overBus && (slots.length !== 1 || slots[0] !== own))
    throw new UserError(`the card at this line is slot ${own}: use --over ${overBus}`);
  for (const slot of slots) {
    if (cards.every((card) => card.slot !== slot))
      throw new UserError(`this rack has no slot ${slot}; its slots: ${cards.map((card) => card.slot).join(", ")}`);
    if (absent.includes(slot)) throw new UserError(`slot ${slot} is not heard: it cannot be upgraded now`);
  }
  const rankOf = (slot: number) => (slot === own ? ranks.length : ranks.findIndex((fits) => fits(cardIn(cards, slot))));
  return {
    slots: [...slots].sort((one, other) => rankOf(one) - rankOf(other) || one - other),
    absent: wanted === "all" ? absent : [],
  };
}

/**
 * Who comes before whom. A backup comes back before its primary leaves to it; the card at the line comes last, since whoever gives
 * firmware and tells how far all are must not restart meanwhile.
 */
const ranks: readonly ((card: CardRow | undefined) => boolean)[] = [
  (card) => card?.kind === "call-server" && card.role === "backup",
  (card) => card?.kind === "call-server",
  (card) => card?.kind === "lim",
  () => true,
];

function cardIn(cards: readonly CardRow[], slot: number): CardRow | undefined {
  return cards.find((card) => card.slot === slot);
}
