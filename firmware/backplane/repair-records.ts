/** Asking for what was missed, and giving it. */
import { layout, octets, rest, u8, u16, type ValueOf, variants, varint } from "../layout/layout.ts";

/** The payload of the input that a commit refers to travels with it: whoever missed the commit may have missed the input. */
const whole = { sequence: varint, commit: octets, input: octets } as const;

export const repairRecord = variants(
  "repair",
  {
    /** To the primary of the day: `count` commits from this sequence on. */
    "ask commits": [0, layout("ask commits", { from: varint, count: u8 })],
    /** To whoever holds them: `count` inputs of a slot from this number on. */
    "ask inputs": [1, layout("ask inputs", { slot: u8, incarnation: u16, from: varint, count: u8 })],
    /** The primary of `term` gives a commit again, whichever term it is of. */
    commit: [2, layout("commit again", { term: varint, ...whole })],
    /** An input again, by its sender or by a call server that holds it. */
    input: [3, layout("input again", { slot: u8, incarnation: u16, number: varint, payload: rest })],
    /** One of the commits that a claimant lacks: the `index`th in the answer to the claim of `term` whose last commit is `after`. */
    salvage: [4, layout("salvage", { term: varint, claimant: u8, after: varint, index: u16, ...whole })],
    /** The primary no longer has the commits asked for: the asker must begin anew. */
    "too old": [5, layout("too old", { slot: u8, from: varint })],
  },
  { group: 4 },
);

export type RepairRecord = ValueOf<typeof repairRecord>;
