/** What a card sees of the rack at a moment: what its two processors tell, and what rack.yaml says. */
import type { ApplicationStatus, CommunicationStatus } from "../card/card-status.ts";
import { groupsOf } from "../configuration/groups.ts";
import type { Card } from "../configuration/rack-schema.ts";

export interface CardSight {
  readonly slot: number;
  readonly cards: readonly Card[];
  readonly communication: CommunicationStatus;
  readonly application: ApplicationStatus;
}

type Heard = NonNullable<CommunicationStatus["cards"]>[number];

/** The other cards of rack.yaml, with what is heard of each; nothing when this card hears nobody, and can say nothing of others. */
export function othersOf({ slot, cards, communication }: CardSight): readonly { slot: number; heard?: Heard }[] {
  const { cards: roster } = communication;
  if (roster === undefined || communication.deaf === true) return [];
  return cards.flatMap((card) => {
    if (card.slot === slot) return [];
    const heard = roster.find((each) => each.slot === card.slot);
    return [heard === undefined ? { slot: card.slot } : { slot: card.slot, heard }];
  });
}

export interface GroupSight {
  readonly group: number;
  readonly hasPrimary: boolean;
  readonly hasBackup: boolean;
}

/** The groups of call servers that this card has a part in: of others it does not hear who is what. */
export function groupsSeen(sight: CardSight): readonly GroupSight[] {
  const { groups = [], deaf } = sight.communication;
  if (deaf === true) return [];
  return groupsOf(sight).flatMap((group) => {
    if (!groups.some((each) => each.group === group)) return [];
    const has = (role: string) => sight.cards.some((card) => isInGroup(card, group) && roleOf(sight, card) === role);
    return [{ group, hasPrimary: has("primary"), hasBackup: has("backup") }];
  });
}

function isInGroup(card: Card, group: number): boolean {
  return card.kind === "call-server" && card.group === group;
}

/** Of a call server, if it is to be counted on. */
function roleOf({ slot, communication }: CardSight, card: Card): string | undefined {
  if (card.slot !== slot) {
    const heard = communication.cards?.find((each) => each.slot === card.slot);
    const isWell = heard?.alive === true && heard.hung !== true && heard.deaf !== true;
    return isWell && heard.objection === undefined ? heard.role : undefined;
  }
  const { hung, mute, outOfService, role } = communication;
  return hung === true || mute === true || outOfService !== undefined ? undefined : role;
}
