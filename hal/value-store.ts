import type { StorageOutcome } from "./storage.ts";

/**
 * Small values that a card keeps through a restart and a power failure (blocking states): octets by key. Keys are as the names of
 * files in storage.ts.
 *
 * Never blocks: a disk may take a second over what it confirms, and a card may not stand still for so long. What is confirmed
 * outlives the power. Of what is not, the old or the new value is there afterwards, whole. What the device has damaged is said to
 * be "corrupt", and replaced by the next put.
 */
export interface ValueStore {
  /** The value confirmed last, or found when the store was opened. The caller owns it. */
  get(key: string): StorageOutcome<Uint8Array>;

  /**
   * Replaces the value by a copy of these octets. `done` is called once, after `put` has returned and in the order of the puts; on
   * failure the old value stays.
   */
  put(key: string, value: Uint8Array, done: (outcome: StorageOutcome<void>) => void): void;
}
