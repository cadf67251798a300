/**
 * One walk over parameters for messages and for parameters that hold parameters.
 *
 * A body is a list of names in the order of the RFC's figure: `name` is mandatory, `name?` optional, `name+` comes once or
 * more, `name*` any number of times (both are arrays in the value).
 */
import { type DecodeError, type DecodeErrorKind, fail, ok, type Result } from "../result.ts";
import { type FormatValue, type ParameterFormat, readU16, writeU16 } from "./parameter-formats.ts";

/** Tag and length. */
export const parameterHeaderOctets = 4;

interface TableRow {
  readonly tag: number;
  readonly format: unknown;
}
interface Table {
  readonly [name: string]: TableRow;
}

/** A parameter that the message has no row for, kept as it came. `value` is a view. */
export interface OtherParameter {
  readonly tag: number;
  readonly value: Uint8Array;
}

type NameOf<Entry> = Entry extends `${infer Name}${"?" | "+" | "*"}` ? Name : Entry;
type ValueIn<T extends Table, Name> = Name extends keyof T ? FormatValue<T[Name]["format"]> : never;
type Flat<T> = { [K in keyof T]: T[K] };

/** The value of a body with the parameters of a table. */
export type BodyOf<T extends Table, Entries extends readonly string[]> = Flat<
  {
    readonly [E in Entries[number] as E extends `${string}${"?" | "+" | "*"}` ? never : E]: ValueIn<T, E>;
  } & {
    readonly [E in Entries[number] as E extends `${string}?` ? NameOf<E> : never]?: ValueIn<T, NameOf<E>>;
  } & {
    readonly [E in Entries[number] as E extends `${string}+` ? NameOf<E> : never]: readonly ValueIn<T, NameOf<E>>[];
  } & {
    readonly [E in Entries[number] as E extends `${string}*` ? NameOf<E> : never]?: readonly ValueIn<T, NameOf<E>>[];
  } & { readonly others?: readonly OtherParameter[] }
>;

interface Slot {
  readonly name: string;
  readonly tag: number;
  readonly format: ParameterFormat<unknown>;
  readonly mandatory: boolean;
  readonly repeated: boolean;
}

/** A body made ready to be walked. */
export interface Body {
  readonly slots: readonly Slot[];
  readonly byTag: ReadonlyMap<number, Slot>;
}

type Values = Readonly<Record<string, unknown>>;

export function body(table: Table, entries: readonly string[]): Body {
  const slots = entries.map((entry): Slot => {
    const mark = /[?+*]$/.exec(entry)?.[0] ?? "";
    const name = mark ? entry.slice(0, -1) : entry;
    const { tag, format } = table[name];
    return {
      name,
      tag,
      format: format as ParameterFormat<unknown>,
      mandatory: mark === "" || mark === "+",
      repeated: mark === "+" || mark === "*",
    };
  });
  return { slots, byTag: new Map(slots.map((slot) => [slot.tag, slot])) };
}

/** The octets that the parameters take, padding included. */
export function bodyOctets(of: Body, value: Values): number {
  let octets = 0;
  for (const [slot, each] of present(of, value)) octets += padded(parameterHeaderOctets + slot.format.octets(each));
  for (const other of others(value)) octets += padded(parameterHeaderOctets + other.value.length);
  return octets;
}

/** Writes the parameters to octets that are still zero. */
export function writeBody(of: Body, value: Values, into: Uint8Array, start: number): void {
  let offset = start;
  for (const [slot, each] of present(of, value)) {
    const length = parameterHeaderOctets + slot.format.octets(each);
    writeHeader(into, offset, slot.tag, length);
    slot.format.write(each, into, offset + parameterHeaderOctets);
    offset += padded(length);
  }
  for (const other of others(value)) {
    const length = parameterHeaderOctets + other.value.length;
    writeHeader(into, offset, other.tag, length);
    into.set(other.value, offset + parameterHeaderOctets);
    offset += padded(length);
  }
}

/**
 * Reads the parameters from `start` to before `end` into `value`. The last one may lack its padding (RFC 4666 3.1.4).
 * A tag that the body does not name goes to `others`.
 */
export function readBody(
  of: Body,
  octets: Uint8Array,
  start: number,
  end: number,
  value: Record<string, unknown>,
): Result<undefined, DecodeError> {
  const unnamed: OtherParameter[] = [];
  for (let offset = start; offset < end; ) {
    const length = parameterLength(octets, offset, end);
    const slot = of.byTag.get(end - offset >= 2 ? readU16(octets, offset) : -1);
    if (typeof length !== "number") return fail({ kind: length, offset, parameter: slot?.name });
    const valueStart = offset + parameterHeaderOctets;
    if (slot) {
      const read = slot.format.read(octets, valueStart, offset + length);
      if (!read.ok) return fail({ parameter: slot.name, ...read.error });
      if (slot.repeated) {
        const values = (value[slot.name] as unknown[] | undefined) ?? [];
        value[slot.name] = values;
        values.push(read.value);
      } else if (slot.name in value) return fail({ kind: "duplicate", offset, parameter: slot.name });
      else value[slot.name] = read.value;
    } else {
      unnamed.push({ tag: readU16(octets, offset), value: octets.subarray(valueStart, offset + length) });
    }
    offset += padded(length);
  }
  const missing = of.slots.find((slot) => slot.mandatory && !(slot.name in value));
  if (missing) return fail({ kind: "missing", offset: end, parameter: missing.name });
  if (unnamed.length > 0) value.others = unnamed;
  return ok(undefined);
}

/** The length of the parameter at `offset` without its padding, or what is wrong with it. */
export function parameterLength(octets: Uint8Array, offset: number, end: number): number | DecodeErrorKind {
  if (end - offset < parameterHeaderOctets) return "truncated";
  const length = readU16(octets, offset + 2);
  if (length < parameterHeaderOctets) return "bad-length";
  return offset + length > end ? "truncated" : length;
}

/** The next multiple of four octets. */
export function padded(octets: number): number {
  return (octets + 3) & ~3;
}

/** A parameter whose value is parameters (RFC 4666 3.6). */
export function group<T extends Table, const Entries extends readonly string[]>(
  table: T,
  entries: Entries,
): ParameterFormat<BodyOf<T, Entries>> {
  const inner = body(table, entries);
  return {
    octets: (value) => bodyOctets(inner, value as Values),
    write: (value, into, offset) => writeBody(inner, value as Values, into, offset),
    read: (octets, start, end) => {
      const value: Record<string, unknown> = {};
      const read = readBody(inner, octets, start, end, value);
      return read.ok ? ok(value as BodyOf<T, Entries>) : read;
    },
  };
}

function writeHeader(into: Uint8Array, offset: number, tag: number, length: number): void {
  writeU16(into, offset, tag);
  writeU16(into, offset + 2, length);
}

function* present(of: Body, value: Values): Generator<readonly [Slot, unknown]> {
  for (const slot of of.slots) {
    const given = value[slot.name];
    if (given === undefined) continue;
    if (slot.repeated) for (const each of given as readonly unknown[]) yield [slot, each];
    else yield [slot, given];
  }
}

function others(value: Values): readonly OtherParameter[] {
  return (value.others as readonly OtherParameter[] | undefined) ?? [];
}
