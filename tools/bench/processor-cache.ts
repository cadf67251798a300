/**
 * What a card is given to work on has come off its bus a moment ago, and is in the processor's cache. What was recorded lies in main
 * memory, tens of megabytes of it: a recording lived through as it is costs waiting for memory that no card waits for. So it is lived
 * through in portions, and each is looked at before the time is taken.
 */

/** What they consist of is a fraction of a cache of the second level (512 KiB). */
export const portionEvents = 128;

/** Looks at all of a value, every property and every octet. @returns something that depends on it */
export function fetchIntoCache(value: unknown): number {
  if (typeof value !== "object" || value === null) return 1;
  let sum = 0;
  if (value instanceof Uint8Array) for (const octet of value) sum += octet;
  else for (const each of Object.values(value)) sum += fetchIntoCache(each);
  return sum;
}
