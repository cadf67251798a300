/** The commit record: one consumed input (or timer, or command) with everything that follows from it, all or nothing. */
import { bits, decode, encode, layout, rest, u8, u16, u24, u48, type ValueOf, varint, when } from "../layout/layout.ts";
import { type DecodeError, fail, ok, type Result } from "../result.ts";
import { lowBits, nearest } from "./sequence-number.ts";

/** What a commit consumed. */
export type Consumed =
  /** Input `number` of the card in `slot`, of the incarnation that the group admitted last. */
  | { readonly kind: "input"; readonly slot: number; readonly number: number }
  /** A timer that expired at the primary, or nothing from outside at all: an operator's command, work after a takeover. */
  | { readonly kind: "internal" }
  /** The first commit of a term: it confirms every commit before it, the last of which is of the term `afterTerm`. */
  | { readonly kind: "begin"; readonly cold: boolean; readonly afterTerm: number }
  /** From here on the card in `slot`, in this incarnation, takes part: a newcomer, or one that had been dismissed. */
  | { readonly kind: "admit"; readonly slot: number; readonly incarnation: number }
  /** The card in `slot` was found dead, and others do its work: of what it has not performed yet it performs nothing any more. */
  | { readonly kind: "dismiss"; readonly slot: number };

/** A commit in its place in the group's one sequence. */
export interface Commit {
  readonly group: number;
  readonly term: number;
  readonly sequence: number;
  readonly consumed: Consumed;
  /** Whether the body needs the payload of the consumed input to be understood. */
  readonly refersToInput: boolean;
  /** UTC in milliseconds at the primary; 0 where nobody needs to know. */
  readonly timeMillis: number;
  readonly body: Uint8Array;
}

/** As the record counts them. `card` is an ADMIT; where the incarnation is 0, which no card has, it is a DISMISS. */
export const consumedKinds = ["internal", "input", "begin", "card"] as const;
const kindNumbers = { internal: 0, input: 1, begin: 2, admit: 3, dismiss: 3 } as const satisfies Record<
  Consumed["kind"],
  number
>;

/** Shortened on the bus: sequence to 16 bits, input number to 16, time to 24 (4.6 h), all made whole by what went before. */
export const commitRecord = layout(
  "commit",
  bits({ group: 4, refers: 1, timed: 1, consumed: 2 }),
  { term: varint, sequence: u16 },
  when("consumed", { consumedSlot: u8, consumedNumber: u16 }),
  when("timed", { time: u24 }),
  { body: rest },
);

/** BEGIN, ADMIT and DISMISS give time and sequence whole, for the later ones to refer to. Their body is that and nothing else. */
export const anchor = layout("anchor", { timeMillis: u48, sequence: u48 });
export const beginning = layout("beginning", { timeMillis: u48, sequence: u48, afterTerm: varint });
const nothing = new Uint8Array(0);

export type CommitRecord = ValueOf<typeof commitRecord>;

export function encodeCommit(commit: Commit): Uint8Array {
  const { consumed } = commit;
  const timed = !isAnchor(consumed.kind) && commit.timeMillis > 0;
  return encode(commitRecord, {
    group: commit.group,
    refers: commit.refersToInput ? 1 : 0,
    timed: timed ? 1 : 0,
    consumed: kindNumbers[consumed.kind],
    term: commit.term,
    sequence: lowBits(commit.sequence, 16),
    consumedSlot: "slot" in consumed ? consumed.slot : 0,
    consumedNumber:
      consumed.kind === "input"
        ? lowBits(consumed.number, 16)
        : consumed.kind === "admit"
          ? consumed.incarnation
          : consumed.kind === "begin" && consumed.cold
            ? 1
            : 0,
    time: lowBits(commit.timeMillis, 24),
    body: bodyOf(commit),
  });
}

/** Whether commits of a kind give time and sequence whole. */
export function isAnchor(kind: Consumed["kind"]): boolean {
  return kind === "begin" || kind === "admit" || kind === "dismiss";
}

function bodyOf({ consumed, timeMillis, sequence, body }: Commit): Uint8Array {
  if (consumed.kind === "begin") return encode(beginning, { timeMillis, sequence, afterTerm: consumed.afterTerm });
  return isAnchor(consumed.kind) ? encode(anchor, { timeMillis, sequence }) : body;
}

function ofCard(slot: number, incarnation: number): Consumed {
  return incarnation === 0 ? { kind: "dismiss", slot } : { kind: "admit", slot, incarnation };
}

/** What the shortened numbers of a commit record are measured against. */
export interface CommitContext {
  /** A commit sequence near the one expected. */
  readonly sequence: number;
  /** The time at the primary, as well as it is known. */
  readonly timeMillis: number;
  /** The number of the last input of this slot that was heard or consumed. */
  inputNumber(slot: number): number;
}

export function decodeCommit(octets: Uint8Array, context: CommitContext): Result<Commit, DecodeError> {
  const decoded = decode(commitRecord, octets);
  if (!decoded.ok) return decoded;
  const record = decoded.value;
  const slot = record.consumedSlot ?? 0;
  const number = record.consumedNumber ?? 0;
  const kind = consumedKinds[record.consumed];
  let timeMillis = record.timed ? nearest(context.timeMillis, record.time ?? 0, 24) : 0;
  let sequence = nearest(context.sequence, record.sequence, 16);
  let body = record.body;
  let afterTerm = 0;
  if (kind === "begin" || kind === "card") {
    const anchored: Result<{ timeMillis: number; sequence: number; afterTerm?: number }, DecodeError> =
      kind === "begin" ? decode(beginning, record.body) : decode(anchor, record.body);
    if (!anchored.ok) {
      const { error } = anchored;
      return fail({ ...error, offset: octets.length - record.body.length + error.offset });
    }
    ({ timeMillis, sequence, afterTerm = 0 } = anchored.value);
    body = nothing;
  }
  const consumed: Consumed =
    kind === "input"
      ? { kind, slot, number: nearest(context.inputNumber(slot), number, 16) }
      : kind === "card"
        ? ofCard(slot, number)
        : kind === "begin"
          ? { kind, cold: number === 1, afterTerm }
          : { kind: "internal" };
  return ok({
    group: record.group,
    term: record.term,
    sequence,
    consumed,
    refersToInput: record.refers === 1,
    timeMillis,
    body,
  });
}
