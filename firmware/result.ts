/**
 * How the firmware speaks of failure.
 *
 * What comes from outside fails with a value: a closed set of kinds, the place, and what the protocol's own answer needs.
 * A broken invariant of ours is a programming error: `assert` stops the card and its mate takes over. There is no third way.
 */

/** A value, or the reason why there is none. */
export type Result<T, E> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: E };

/** What can be wrong with octets (or text) from a peer. */
export type DecodeErrorKind =
  /** The octets end before the element does. */
  | "truncated"
  /** A length says less or more than the standard allows for the element. */
  | "bad-length"
  /** A pointer points outside the message or back into it. */
  | "bad-pointer"
  /** A value outside the range the standard gives. */
  | "bad-value"
  /** A mandatory element is not there. */
  | "missing"
  /** An element that may be there once is there twice. */
  | "duplicate"
  /** A type that no table has a row for. */
  | "unknown-type"
  /** A version of the protocol that is not spoken here. */
  | "unsupported-version"
  /** Text that does not follow the grammar. */
  | "bad-syntax"
  /** Octets left over after the end. */
  | "trailing";

/** What is wrong with octets from a peer, and where. */
export interface DecodeError {
  readonly kind: DecodeErrorKind;
  /** Offset in octets (in characters for a text protocol) from the start of what was decoded. */
  readonly offset: number;
  /** The element that was being decoded, by its name in the tables. */
  readonly parameter?: string;
}

export function ok<T>(value: T): { readonly ok: true; readonly value: T } {
  return { ok: true, value };
}

export function fail<E>(error: E): { readonly ok: false; readonly error: E } {
  return { ok: false, error };
}

/** A broken invariant: a programming error, never the reaction to input from outside. */
export class AssertionError extends Error {
  override name = "AssertionError";
}

/** Stops the card when `condition` does not hold. */
export function assert(condition: boolean, message: string): asserts condition {
  if (!condition) throw new AssertionError(message);
}
