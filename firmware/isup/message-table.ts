/** A row of a message table, and the type of the message that follows from it. */
import type { OptionalValue, ParameterTable, ParameterValue } from "./parameter.ts";

export interface MessageRow<
  T extends string = string,
  F extends readonly string[] = readonly string[],
  V extends readonly string[] = readonly string[],
  O extends readonly string[] = readonly string[],
> {
  /** The acronym of Q.762. */
  readonly type: T;
  readonly code: number;
  readonly clause: string;
  /** Mandatory fixed part, in this order. */
  readonly fixed: F;
  /** Mandatory variable part, in the order of the pointers. */
  readonly variable: V;
  /** What the optional part may contain, in any order. Without it the message has no pointer to an optional part. */
  readonly optional: O | undefined;
}

/** An optional parameter that is passed on unread. */
export interface UnreadParameter {
  readonly code: number;
  /** Its contents, without name and length. */
  readonly octets: Uint8Array;
  /** How many optional parameters stood before it; it is sent at the end when this is left out. */
  readonly place?: number;
  /** Why it was not read: no row for it, not one of this message, there a second time, or contents that its format does not allow. */
  readonly reason?: "unknown" | "unexpected" | "repeated" | "malformed";
}

/** The message of a row. Optional parameters are sent in the order in which they were put into `parameters`. */
export type MessageOf<R, P extends ParameterTable> =
  R extends MessageRow<infer T, infer F, infer V, infer O>
    ? {
        readonly type: T;
        readonly code: number;
        readonly parameters: { readonly [N in F[number] | V[number]]: ParameterValue<P[N]> } & {
          readonly [N in O[number]]?: OptionalValue<P[N]>;
        };
        readonly unknown: readonly UnreadParameter[];
      }
    : never;

interface Parts<F, V, O> {
  readonly fixed?: F;
  readonly variable?: V;
  readonly optional?: O;
}

/** Declares a message. */
export function message<
  const T extends string,
  const F extends readonly string[] = readonly [],
  const V extends readonly string[] = readonly [],
  const O extends readonly string[] = readonly [],
>(type: T, code: number, clause: string, parts: Parts<F, V, O>): MessageRow<T, F, V, O> {
  const none: readonly string[] = [];
  return {
    type,
    code,
    clause,
    fixed: parts.fixed ?? (none as F),
    variable: parts.variable ?? (none as V),
    optional: parts.optional,
  };
}
