/** What people and programs at a card's console see of upgrades, and do. */
import type { Bundle } from "../../hal/bundle-store.ts";
import type { UpgradeStatus } from "./upgrade-records.ts";

/** A card of the rack and its firmware. */
export interface CardFirmware {
  readonly slot: number;
  /** As the card has told last; undefined: it has not, since it is heard. */
  readonly status: UpgradeStatus | undefined;
  /** What has become of the order to upgrade it that was given here last, if it was meant: a word or two. */
  readonly order: string | undefined;
}

/** How many octets of a bundle are here, or a sentence that says why no more is taken. */
export type Received = number | string;

/** Firmware for this card and others. `done` is called once, maybe before the method has returned. */
export interface UpgradeActions {
  /** This bundle is to come over a line; what has come of it before counts. */
  receive(bundle: Bundle, done: (received: Received) => void): void;
  /** The octets that follow. */
  append(octets: Uint8Array, done: (received: Received) => void): void;
  /**
   * Has these slots run what is here, one after the other; the own one last. Cards that no other stands in for, whose calls are lost
   * while they restart, only if `atAllCosts`.
   * @returns a sentence
   */
  give(slots: readonly number[], atAllCosts: boolean): string;
  /** No further card is upgraded. @returns a sentence */
  stop(): string;
}
