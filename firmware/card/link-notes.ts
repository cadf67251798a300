/**
 * What an application notes in the memory that it shares with the communication processor: the input that it works on, which is to
 * blame if it never comes back from it, and how many commits of each group it has performed. The communication processor of a LIM or
 * transporter notes for it what it may do (work-gate.ts).
 */
import { lowBits } from "../backplane/sequence-number.ts";

/** The place of the work word; the commits of a group are counted at the place of its number, which is 1 at least. */
export const workNote = 0;

/** Of the communication processor: for how long it vouches. At the place of a group: what is void of what it has handed over. */
export const vouchNote = 0;

/** Commits are counted modulo 2 to this power. */
export const commitCountBits = 31;

/** Bits of an input's number in the work word. */
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
