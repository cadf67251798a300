/**
 * The time of a group: UTC at its cold start, and from then on even, whatever becomes of the cards' clocks. A clock that is set, or
 * that of another card after a takeover, changes only what is added to it for people: so calls in a record last as long as they did.
 */
import type { Micros } from "../time.ts";
import type { NodeTables } from "./tables/node-tables.ts";
import type { Transaction } from "./tables/transaction.ts";

/** A clock that differs by more than this is followed. */
const toleranceMillis = 1000;

export class GroupTime {
  #baseMillis = 0;
  #baseAt: Micros = 0;

  /** It is `timeMillis` now. */
  begin(timeMillis: number, now: Micros): void {
    this.#baseMillis = timeMillis;
    this.#baseAt = now;
  }

  /** Never 0, which is no time. */
  at(now: Micros): number {
    return Math.max(1, this.#baseMillis + Math.floor((now - this.#baseAt) / 1000));
  }
}

/** UTC, for a time of the group's. */
export function utcMillis(tables: NodeTables, timeMillis: number): number {
  const { ahead, behind } = tables.group.get(0);
  return timeMillis + ahead - behind;
}

/** By how much a card's clock differs from what UTC is taken for at this time of the group's; 0 when it hardly does. */
export function clockError(tables: NodeTables, timeMillis: number, wallMillis: number): number {
  const error = wallMillis - utcMillis(tables, timeMillis);
  return Math.abs(error) > toleranceMillis ? error : 0;
}

/** From now on UTC is later by so much. */
export function correctUtc(tables: NodeTables, transaction: Transaction, millis: number): void {
  const row = transaction.edit(tables.group, 0);
  const shift = row.ahead - row.behind + millis;
  row.ahead = Math.max(0, shift);
  row.behind = Math.max(0, -shift);
}
