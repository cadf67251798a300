/** A row of a parameter table. */
import type { Format, Piece, ValueOf } from "./format.ts";
import { format } from "./format.ts";

export interface Parameter<F extends Format = Format, R extends boolean = boolean> {
  /** The parameter name code, Q.763 table 5. */
  readonly code: number;
  readonly clause: string;
  readonly format: F;
  /** May be in the optional part of one message more than once: its value is then a list, in the order received. */
  readonly repeatable: R;
}

/** Parameters by their names in the tables. */
export type ParameterTable = Readonly<Record<string, Parameter>>;

/** The parsed value of a parameter (of one occurrence of a repeatable one). */
export type ParameterValue<P> = P extends Parameter<infer F> ? ValueOf<F> : never;

/** What an optional part holds of a parameter. */
export type OptionalValue<P> =
  P extends Parameter<infer F, true> ? readonly ValueOf<F>[] : P extends Parameter<infer F> ? ValueOf<F> : never;

/** A parameter that a message has once. */
export function parameter<const P extends readonly Piece[]>(
  code: number,
  clause: string,
  ...pieces: P
): Parameter<Format<P>, false> {
  return { code, clause, format: format(...pieces), repeatable: false };
}

/** A parameter that a message may have several times. */
export function repeatable<const P extends readonly Piece[]>(
  code: number,
  clause: string,
  ...pieces: P
): Parameter<Format<P>, true> {
  return { code, clause, format: format(...pieces), repeatable: true };
}
