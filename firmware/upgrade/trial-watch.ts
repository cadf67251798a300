/** Whether a card that runs other firmware than before does its work with it, and so keeps it. */
import type { CommunicationStatus } from "../card/card-status.ts";
import type { Micros } from "../time.ts";

/** A card that has been in service for so long stays there. */
const inServiceMicros: Micros = 10_000_000;
/** Where there is no rack in service that it could join, it is enough that it runs. */
const aloneMicros: Micros = 30_000_000;
const inService: ReadonlySet<string> = new Set(["primary", "backup", "witness"]);

export class TrialWatch {
  /** Since when it is so, without a break. */
  #inServiceSince: Micros | undefined;
  #aloneSince: Micros | undefined;

  /** Looks at what the card tells of itself. @returns whether the trial has succeeded */
  look(status: CommunicationStatus, now: Micros): boolean {
    const serves = isInService(status);
    const isAlone = !serves && !hearsPrimary(status);
    this.#inServiceSince = serves ? (this.#inServiceSince ?? now) : undefined;
    this.#aloneSince = isAlone ? (this.#aloneSince ?? now) : undefined;
    return isOver(this.#inServiceSince, inServiceMicros, now) || isOver(this.#aloneSince, aloneMicros, now);
  }
}

/** It has a part in every group that it is to have one in. */
export function isInService({ groups = [], outOfService, hung }: CommunicationStatus): boolean {
  if (outOfService !== undefined || hung === true) return false;
  return groups.length > 0 && groups.every(({ role }) => inService.has(role));
}

function hearsPrimary({ cards = [] }: CommunicationStatus): boolean {
  return cards.some(({ alive, role }) => alive && role === "primary");
}

function isOver(since: Micros | undefined, micros: Micros, now: Micros): boolean {
  return since !== undefined && now - since >= micros;
}
