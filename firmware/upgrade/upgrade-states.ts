/** Where a card stands with another firmware. */
import type { Micros } from "../time.ts";

export const upgradeStates = [
  /** Runs what it is to run, and waits for nothing. */
  "settled",
  /** Room is made for the bundle that was offered, or what is held of it is looked up. */
  "opening",
  "fetching",
  /** Who offered it did not answer; tried again. */
  "interrupted",
  /** All is there: is it what was offered? */
  "verifying",
  /** It is, and may be activated. */
  "staged",
  /** To be booted next: written down. */
  "arming",
  /** Leaves its group, so that nothing is lost with it. */
  "leaving",
  "restarting",
  /** Has booted another version, and is to come into service with it. */
  "trial",
  /** Is in service with it: written down. */
  "keeping",
] as const;

export type UpgradeState = (typeof upgradeStates)[number];

/** How long a state lasts; what is longer is an event. */
export const upgradeTimers: Readonly<
  Partial<Record<UpgradeState, { readonly event: "retry" | "late"; readonly micros: Micros }>>
> = {
  interrupted: { event: "retry", micros: 5_000_000 },
  trial: { event: "late", micros: 120_000_000 },
};

/** A source that has not answered so often in a row is gone. What was fetched stays, for the next offer of the same. */
export const retriesMax = 60;
