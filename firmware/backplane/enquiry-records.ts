/**
 * Enquiries from card to card, and their answers: the records of class bulk, which leave calls alone. Other than the records of a group
 * they are for one card. Slot and incarnation are those of who is spoken to and of who enquires: what is of a former life of either is
 * of no use to anybody.
 */
import { flag, layout, rest, u8, u16, type ValueOf, variants, varint } from "../layout/layout.ts";
import type { EnquiryFailure } from "../card/enquiry.ts";

/** `number`: of the enquiry among those that a card sends in its life. */
const named = { slot: u8, incarnation: u16, number: varint } as const;

export const enquiryRecord = variants("enquiry", {
  /** "Answer this." Repeated until something is heard of it, and done once. */
  enquiry: [0, layout("enquiry", { ...named, octets: rest })],
  /**
   * "I have all pieces below `from`", and those above it whose bit is set, bit 0 for `from` + 1: the next ones may come. `again`: those
   * that have come and are not named here are lost.
   */
  ask: [1, layout("ask", { ...named, from: varint, held: u8, again: flag })],
  /** A piece of the answer, numbered from 0. `life`: the incarnation of who answers. */
  piece: [2, layout("piece", { ...named, life: u16, index: varint, last: flag, octets: rest })],
  /** "I have the enquiry, and nothing to say yet." */
  pending: [3, layout("pending", { ...named, life: u16 })],
  /** There will be no answer, or no more of it: place of the reason in `refusals`. */
  refused: [4, layout("refused", { ...named, life: u16, reason: u8 })],
  /** "I want nothing more of this answer." */
  over: [5, layout("over", { ...named })],
});

export type EnquiryRecord = ValueOf<typeof enquiryRecord>;
export type EnquiryName = Pick<EnquiryRecord, "slot" | "incarnation" | "number">;
export type AskRecord = EnquiryRecord & { readonly kind: "ask" };
export type PieceRecord = EnquiryRecord & { readonly kind: "piece" };

/** Why a card refuses. `restarted`: it knows nothing of the enquiry. */
export const refusals = ["restarted", "busy", "unattended", "too-long"] as const satisfies readonly EnquiryFailure[];
export type Refusal = (typeof refusals)[number];

/** Every record says in its second octet whom it is for; one that is too short to say it is for nobody. */
export function addresseeOf(record: Uint8Array): number | undefined {
  return record.length < 2 ? undefined : record[1];
}

/** Octets of a piece: the longest record that is lent without an array of its own. */
export const pieceOctetsMax = 240;
/** Pieces of an answer that may be on their way. */
export const piecesUnderWayMax = 4;
