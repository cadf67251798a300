/** How an inserted call server gets the group's state, and how it is seen whether all have the same. */
import { layout, list, octets, rest, u8, u16, u32, type ValueOf, variants, varint } from "../layout/layout.ts";

/** One sender of inputs as the group knows it: incarnation admitted last, highest number consumed. */
export const inputMark = layout("mark", { slot: u8, incarnation: u16, number: varint });

export const resynchronisationRecord = variants(
  "resynchronisation",
  {
    /** "Give me the state." `attempt` tells repetitions from new wishes, and those of one life of the card from those of another. */
    want: [0, layout("want", { attempt: u16, request: octets })],
    /** What the backplane itself must know: commits up to `sequence` (of `lastTerm`) are in the pieces, later ones are not. */
    head: [
      1,
      layout("head", {
        slot: u8,
        attempt: u16,
        term: varint,
        sequence: varint,
        lastTerm: varint,
        timeMillis: u32,
        timeUpper: u16,
        marks: list(inputMark),
      }),
    ],
    /** A piece of the application's snapshot, numbered from 0. */
    piece: [2, layout("piece", { slot: u8, attempt: u16, number: u16, sequence: varint, last: u8, piece: rest })],
    /** "I have all pieces below `from`": the next ones may come. Said again, those from there on are given again. */
    ask: [3, layout("ask", { attempt: u16, from: u16 })],
    /** "I know nothing (any more) of this attempt." */
    gone: [4, layout("gone", { slot: u8, attempt: u16 })],
    /** What the tables of a call server that follows or leads `term` come to at a commit: whether the state is the same everywhere. */
    digest: [5, layout("digest", { term: varint, sequence: varint, digest: u32 })],
  },
  { group: 4 },
);

export type ResynchronisationRecord = ValueOf<typeof resynchronisationRecord>;
