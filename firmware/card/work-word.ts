/** What the application works on, in one word of shared memory: the input that is to blame if it never comes back from it. */
import { lowBits } from "../backplane/sequence-number.ts";

/** Bits of an input's number in the word. */
export const workNumberBits = 24;
const slotUnit = 2 ** workNumberBits;

/** Nothing that could be to blame. */
export const noWork = 0;

export function workWord(slot: number, number: number): number {
  return (slot + 1) * slotUnit + lowBits(number, workNumberBits);
}

/** `number` is the low bits of the input's. */
export function workOf(word: number): { readonly slot: number; readonly number: number } | undefined {
  return word === noWork ? undefined : { slot: Math.floor(word / slotUnit) - 1, number: word % slotUnit };
}
