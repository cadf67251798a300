/**
 * How the inside of a parameter is declared: a format is a row of pieces, read from the first octet to the last.
 * The type of the parsed value follows from the pieces.
 */
import { assert } from "../result.ts";
import type { Field, FieldValue } from "./bit-field.ts";
import { octetMask } from "./bit-field.ts";

export type Fields = Readonly<Record<string, Field>>;

/** Whether the octets of a piece are there: always, as long as octets are left, or when the extension bit before them is 0. */
export type Presence = "always" | "if-present" | "if-extended";

/** Bit fields in `count` octets. */
export interface BitsPiece<F extends Fields = Fields, P extends Presence = Presence> {
  readonly kind: "bits";
  readonly presence: P;
  readonly count: number;
  readonly fields: readonly { readonly name: string; readonly field: Field }[];
  /** Per octet, the bits that fields cover. */
  readonly covered: readonly number[];
  /** Per octet, what the other bits are when nothing else is known. */
  readonly idle: readonly number[];
  /** Carries the type only. */
  readonly declared?: F;
}

/** An unsigned number, most significant octet first. */
export interface NumberPiece<N extends string = string> {
  readonly kind: "number";
  readonly name: N;
  readonly count: number;
}

/** Hexadecimal digits, two an octet, the first in bits 8 to 5. */
export interface HexPiece<N extends string = string> {
  readonly kind: "hex";
  readonly name: N;
  readonly count: number;
}

/** Address signals to the end, two an octet, the first in bits 4 to 1; the odd/even indicator says whether the last half is filler. */
export interface DigitsPiece<N extends string = string> {
  readonly kind: "digits";
  readonly name: N;
}

/** All octets that are left. */
export interface RestPiece<N extends string = string, Min extends 0 | 1 = 0 | 1> {
  readonly kind: "rest";
  readonly name: N;
  /** 0: the value has no such property when nothing is left. */
  readonly min: Min;
  readonly max: number;
}

/** The octets of an extension group that no other piece describes; the last has its extension bit set. */
export interface GroupPiece<N extends string = string> {
  readonly kind: "group";
  readonly name: N;
}

/** The same pieces again and again, to the end. */
export interface ListPiece<N extends string = string, P extends readonly Piece[] = readonly Piece[]> {
  readonly kind: "list";
  readonly name: N;
  readonly item: Format<P>;
}

export type Piece = BitsPiece | NumberPiece | HexPiece | DigitsPiece | RestPiece | GroupPiece | ListPieceOfAny;
interface ListPieceOfAny {
  readonly kind: "list";
  readonly name: string;
  readonly item: Format;
}

/** The declaration of a parameter's contents. */
export interface Format<P extends readonly Piece[] = readonly Piece[]> {
  readonly pieces: P;
  /** Octets that must be there; exactly so many in the mandatory fixed part. */
  readonly octetsMin: number;
  /** A piece takes whatever is left, so that nothing can follow the known part. */
  readonly takesRest: boolean;
  /** The piece that the odd/even indicator speaks of. */
  readonly digitsName: string | undefined;
}

/** What every parsed value may carry beside its fields. */
export interface Spare {
  /**
   * Bits and octets that no field covers (spare, reserved, from a later edition), each at its place, with the covered bits zero.
   * Present only when they are not what this codec would send; the encoder takes them from here.
   */
  readonly spare?: Uint8Array;
}

/** The parsed value of a format. */
export type ValueOf<F> = F extends Format<infer P> ? Flat<Both<PieceValue<P[number]>> & Spare> : never;

type Named<F extends Fields> = {
  readonly [K in keyof F as [FieldValue<F[K]>] extends [never] ? never : K]: FieldValue<F[K]>;
};
type PieceValue<P> =
  P extends BitsPiece<infer F, "always">
    ? Named<F>
    : P extends BitsPiece<infer F, "if-present" | "if-extended">
      ? Partial<Named<F>>
      : P extends NumberPiece<infer N>
        ? { readonly [K in N]: number }
        : P extends HexPiece<infer N> | DigitsPiece<infer N>
          ? { readonly [K in N]: string }
          : P extends RestPiece<infer N, 1>
            ? { readonly [K in N]: Uint8Array }
            : P extends RestPiece<infer N, 0> | GroupPiece<infer N>
              ? { readonly [K in N]?: Uint8Array }
              : P extends ListPiece<infer N, infer I>
                ? { readonly [K in N]: readonly ValueOf<Format<I>>[] }
                : never;
type Both<U> = (U extends unknown ? (one: U) => void : never) extends (all: infer I) => void ? I : never;
type Flat<T> = { readonly [K in keyof T]: T[K] };

/** Bit fields in octets that must be there; letter A is bit 1 of the first of them. */
export function bits<const F extends Fields>(count: number, fields: F): BitsPiece<F, "always"> {
  return bitsPiece("always", count, fields);
}

/** Bit fields in octets that an older edition, or the sender's choice, leaves out. */
export function bitsIfPresent<const F extends Fields>(count: number, fields: F): BitsPiece<F, "if-present"> {
  return bitsPiece("if-present", count, fields);
}

/** Bit fields in an octet that is there when the extension bit of the octet before is 0. */
export function bitsIfExtended<const F extends Fields>(fields: F): BitsPiece<F, "if-extended"> {
  return bitsPiece("if-extended", 1, fields);
}

/** An unsigned number of `count` octets (at most 4), most significant octet first. */
export function number<const N extends string>(name: N, count: number): NumberPiece<N> {
  return { kind: "number", name, count };
}

/** Hexadecimal digits in `count` octets, the first in bits 8 to 5, as a string. */
export function hex<const N extends string>(name: N, count: number): HexPiece<N> {
  return { kind: "hex", name, count };
}

/** Address signals to the end, as a string of 0-9 and a-f (b and c are code 11 and 12, f is ST). */
export function digits<const N extends string>(name: N): DigitsPiece<N> {
  return { kind: "digits", name };
}

/** All octets that are left: one at least, `max` at most. */
export function rest<const N extends string>(name: N, max = 255): RestPiece<N, 1> {
  return { kind: "rest", name, min: 1, max };
}

/** All octets that are left, if any. */
export function restIfPresent<const N extends string>(name: N, max = 255): RestPiece<N, 0> {
  return { kind: "rest", name, min: 0, max };
}

/** The remaining octets of an extension group, if any. */
export function group<const N extends string>(name: N): GroupPiece<N> {
  return { kind: "group", name };
}

/** A list, to the end, of values that have the same pieces. */
export function list<const N extends string, const P extends readonly Piece[]>(name: N, ...pieces: P): ListPiece<N, P> {
  const item = format(...pieces);
  assert(item.octetsMin > 0 && !item.takesRest, `an item of ${name} has no end`);
  return { kind: "list", name, item };
}

/** Puts pieces together. Only the last may take the rest. */
export function format<const P extends readonly Piece[]>(...pieces: P): Format<P> {
  const takers = pieces.filter(takesRest);
  assert(
    takers.length === 0 || (takers.length === 1 && takers[0] === pieces.at(-1)),
    "only the last piece takes the rest",
  );
  return {
    pieces,
    octetsMin: pieces.reduce((sum, piece) => sum + octetsMin(piece), 0),
    takesRest: takers.length > 0,
    digitsName: pieces.find((piece) => piece.kind === "digits")?.name,
  };
}

function takesRest(piece: Piece): boolean {
  return piece.kind === "digits" || piece.kind === "rest" || piece.kind === "list";
}

function octetsMin(piece: Piece): number {
  switch (piece.kind) {
    case "bits":
      return piece.presence === "always" ? piece.count : 0;
    case "number":
    case "hex":
      return piece.count;
    case "rest":
      return piece.min;
    case "list":
      return piece.item.octetsMin;
    default:
      return 0;
  }
}

function bitsPiece<F extends Fields, P extends Presence>(presence: P, count: number, declared: F): BitsPiece<F, P> {
  const fields = Object.entries(declared).map(([name, field]) => ({ name, field }));
  const octets = Array.from({ length: count }, (_, octet) => octet);
  const maskOf = (kept: readonly Field[], octet: number) =>
    kept.reduce((sum, field) => sum | octetMask(field, octet), 0);
  const covering = fields.map(({ field }) => field).filter((field) => field.kind !== "last-octet");
  const idling = fields.map(({ field }) => field).filter((field) => field.kind === "last-octet");
  const width = fields.reduce((sum, { field }) => sum + field.width, 0);
  const covered = octets.map((octet) => maskOf(covering, octet));
  const idle = octets.map((octet) => maskOf(idling, octet));
  const used = octets.map((octet) => bitCount((covered[octet] ?? 0) | (idle[octet] ?? 0)));
  assert(width === used.reduce((sum, bitsUsed) => sum + bitsUsed, 0), "fields overlap or lie outside their octets");
  return {
    kind: "bits",
    presence,
    count,
    fields: fields.filter(({ field }) => field.kind !== "last-octet"),
    covered,
    idle,
  };
}

function bitCount(octet: number): number {
  let count = 0;
  for (let left = octet; left !== 0; left >>= 1) count += left & 1;
  return count;
}
