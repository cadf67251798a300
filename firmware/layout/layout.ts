/**
 * Records as tables of fields: one declaration gives the type, the encoder, the decoder and what the trace prints.
 *
 *     const request = layout("request", bits({ group: 4, urgent: 4 }), { sequence: u16 }, { names: list(octets) });
 *     type Request = ValueOf<typeof request>;     // { group: number; urgent: number; sequence: number; names: Uint8Array[] }
 */
import { assert, type DecodeError, fail, ok, type Result } from "../result.ts";
import { OctetReader } from "./octet-reader.ts";
import { type OctetsInPlace, OctetWriter } from "./octet-writer.ts";

/** How a value lies in octets, as data: for those who read it without this file, such as another program's dissector. */
export type Shape =
  | { readonly form: "unsigned"; readonly octets: number }
  | { readonly form: "varint" | "flag" | "octets" | "rest" }
  | { readonly form: "list"; readonly item: Shape }
  | { readonly form: "layout"; readonly parts: readonly PartShape[] }
  | { readonly form: "variants"; readonly shared: BitWidths; readonly cases: readonly CaseShape[] };

type BitWidths = Readonly<Record<string, number>>;
type FieldShapes = Readonly<Record<string, Shape>>;

/** `when`: the fields are there only where the number of that name is not zero. */
export type PartShape = { readonly bits: BitWidths } | { readonly when?: string; readonly fields: FieldShapes };

export interface CaseShape {
  readonly kind: string;
  readonly tag: number;
  readonly parts: readonly PartShape[];
}

/** How one value lies in octets. */
export interface Field<T> {
  readonly name: string;
  readonly shape: Shape;
  write(writer: OctetWriter, value: T): void;
  /** Never throws: the reader keeps the first error. `parameter` names the field in it. */
  read(reader: OctetReader, parameter: string): T;
  /** Reads past a value, with the same errors and no value made. */
  skip(reader: OctetReader, parameter: string): void;
}

export type ValueOf<F> = F extends Field<infer T> ? T : never;

function unsigned(octets: number): Field<number> {
  return {
    name: `u${8 * octets}`,
    shape: { form: "unsigned", octets },
    write: (writer, value) => writer.unsigned(value, octets),
    read: (reader, parameter) => reader.unsigned(octets, parameter),
    skip: (reader, parameter) => reader.skip(octets, parameter),
  };
}

/** Unsigned, big endian. */
export const u8 = unsigned(1);
export const u16 = unsigned(2);
export const u24 = unsigned(3);
export const u32 = unsigned(4);
export const u48 = unsigned(6);

/** Unsigned, one octet below 128, two below 16,384, and so on. */
export const varint: Field<number> = {
  name: "varint",
  shape: { form: "varint" },
  write: (writer, value) => writer.varint(value),
  read: (reader, parameter) => reader.varint(parameter),
  skip: (reader, parameter) => void reader.varint(parameter),
};

/** An octet: 0 for false. */
export const flag: Field<boolean> = {
  name: "flag",
  shape: { form: "flag" },
  write: (writer, value) => writer.u8(value ? 1 : 0),
  read: (reader, parameter) => reader.u8(parameter) !== 0,
  skip: (reader, parameter) => reader.skip(1, parameter),
};

/** A varint length and that many octets. Reading gives a copy. */
export const octets: Field<Uint8Array> = {
  name: "octets",
  shape: { form: "octets" },
  write: (writer, value) => {
    writer.varint(value.length);
    writer.octets(value);
  },
  read: (reader, parameter) => reader.octets(reader.varint(parameter), parameter),
  skip: (reader, parameter) => reader.skip(reader.varint(parameter), parameter),
};

/** All octets up to the end. Reading gives a copy. */
export const rest: Field<Uint8Array> = {
  name: "rest",
  shape: { form: "rest" },
  write: (writer, value) => writer.octets(value),
  read: (reader, parameter) => reader.octets(reader.remaining, parameter),
  skip: (reader, parameter) => reader.skip(reader.remaining, parameter),
};

/** A varint count and that many values, each of at least one octet. */
export function list<T>(item: Field<T>): Field<T[]> {
  return {
    name: `list of ${item.name}`,
    shape: { form: "list", item: item.shape },
    write: (writer, values) => {
      writer.varint(values.length);
      for (const value of values) item.write(writer, value);
    },
    read: (reader, parameter) => {
      const count = countIn(reader, parameter);
      const values: T[] = [];
      for (let i = 0; i < count && !reader.error; i++) values.push(item.read(reader, parameter));
      return values;
    },
    skip: (reader, parameter) => {
      const count = countIn(reader, parameter);
      for (let i = 0; i < count && !reader.error; i++) item.skip(reader, parameter);
    },
  };
}

/** Of values that have an octet each at least. */
function countIn(reader: OctetReader, parameter: string): number {
  const count = reader.varint(parameter);
  if (count > reader.remaining) reader.fail("truncated", parameter);
  return count;
}

/** Several small numbers that share octets, the first in the most significant bits. The widths add up to whole octets. */
export interface BitGroup<W extends Readonly<Record<string, number>>> {
  readonly bits: W;
}

export function bits<const W extends Readonly<Record<string, number>>>(widths: W): BitGroup<W> {
  return { bits: widths };
}

/** Fields that are there only when a number read before them is not zero. */
export interface Conditional<Name extends string, Parts extends NamedFields> {
  readonly when: Name;
  readonly fields: Parts;
}

export function when<const Name extends string, Parts extends NamedFields>(
  name: Name,
  fields: Parts,
): Conditional<Name, Parts> {
  return { when: name, fields };
}

// biome-ignore lint/suspicious/noExplicitAny: a field of whatever type; ValueOf recovers it.
type AnyField = Field<any>;

/** A field of several parts, which can be read into a value that has others already. */
export interface Layout<T> extends Field<T> {
  readonly shape: Extract<Shape, { readonly form: "layout" }>;
  readInto(reader: OctetReader, into: Record<string, unknown>): void;
}

// biome-ignore lint/suspicious/noExplicitAny: a layout of whatever type; ValueOf recovers it.
type AnyLayout = Layout<any>;
type NamedFields = { readonly [name: string]: AnyField };
type Part = NamedFields | BitGroup<Readonly<Record<string, number>>> | Conditional<string, NamedFields>;
type PartValue<P> =
  P extends BitGroup<infer W>
    ? { -readonly [K in keyof W]: number }
    : P extends Conditional<string, infer F>
      ? { -readonly [K in keyof F]?: ValueOf<F[K]> | undefined }
      : { -readonly [K in keyof P]: ValueOf<P[K]> };
type Intersection<U> = (U extends unknown ? (u: U) => void : never) extends (i: infer I) => void ? I : never;
type Flat<T> = { [K in keyof T]: T[K] };
type PartsValue<Parts extends readonly Part[]> = Flat<Intersection<PartValue<Parts[number]>>>;

type Values = Record<string, unknown>;

interface CompiledPart {
  write(writer: OctetWriter, value: Values): void;
  read(reader: OctetReader, into: Values): void;
  /** None where what was read before says whether there is anything. */
  readonly skip?: (reader: OctetReader) => void;
}

function compile(part: Part): CompiledPart {
  if (isBits(part)) {
    const widths = Object.entries(part.bits);
    const spans = widths.map(([name, width]) => ({ name, span: 2 ** width }));
    const total = widths.reduce((sum, [, width]) => sum + width, 0) / 8;
    assert(Number.isInteger(total), `${widths.map(([, width]) => width).join(" + ")} bits are no whole octets`);
    return {
      write: (writer, value) => {
        let packed = 0;
        for (const { name, span } of spans) packed = packed * span + ((value[name] as number) % span);
        writer.unsigned(packed, total);
      },
      read: (reader, into) => {
        let packed = reader.unsigned(total, widths[0]?.[0] ?? "bits");
        for (let i = spans.length - 1; i >= 0; i--) {
          const { name, span } = spans[i];
          into[name] = packed % span;
          packed = Math.floor(packed / span);
        }
      },
      skip: (reader) => reader.skip(total, widths[0]?.[0] ?? "bits"),
    };
  }
  if (isConditional(part)) {
    const flag = part.when;
    const inner = compile(part.fields);
    return {
      write: (writer, value) => {
        if (value[flag]) inner.write(writer, value);
      },
      read: (reader, into) => {
        if (into[flag]) inner.read(reader, into);
      },
    };
  }
  const fields = Object.entries(part as NamedFields).map(([name, field]) => ({ name, field }));
  return {
    write: (writer, value) => {
      for (const { name, field } of fields) field.write(writer, value[name]);
    },
    read: (reader, into) => {
      for (const { name, field } of fields) into[name] = field.read(reader, name);
    },
    skip: (reader) => {
      for (const { name, field } of fields) field.skip(reader, name);
    },
  };
}

function shapeOf(part: Part): PartShape {
  if (isBits(part)) return { bits: part.bits };
  if (isConditional(part)) return { when: part.when, fields: shapesOf(part.fields) };
  return { fields: shapesOf(part as NamedFields) };
}

function shapesOf(fields: NamedFields): FieldShapes {
  return Object.fromEntries(Object.entries(fields).map(([name, { shape }]) => [name, shape]));
}

function isBits(part: Part): part is BitGroup<BitWidths> {
  return "bits" in part && typeof part.bits === "object" && !("read" in part.bits);
}

function isConditional(part: Part): part is Conditional<string, NamedFields> {
  return "when" in part && typeof part.when === "string";
}

/** A record of parts in the order of its declaration. */
export function layout<const Parts extends readonly Part[]>(name: string, ...parts: Parts): Layout<PartsValue<Parts>> {
  const compiled = parts.map(compile);
  const readInto = (reader: OctetReader, into: Values): void => {
    for (const part of compiled) part.read(reader, into);
  };
  const skips = compiled.flatMap(({ skip }) => skip ?? []);
  const isSkipped = skips.length === compiled.length;
  return {
    name,
    shape: { form: "layout", parts: parts.map(shapeOf) },
    write: (writer, value) => {
      for (const part of compiled) part.write(writer, value as Values);
    },
    read: (reader) => {
      const value: Values = {};
      readInto(reader, value);
      return value as PartsValue<Parts>;
    },
    readInto,
    skip: (reader) => {
      if (isSkipped) for (const skip of skips) skip(reader);
      else readInto(reader, {});
    },
  };
}

interface Case {
  readonly kind: string;
  readonly tag: number;
  readonly layout: AnyLayout;
}
type Cases = { readonly [kind: string]: readonly [tag: number, layout: AnyLayout] };
type CaseValue<C extends Cases, Shared> = {
  [K in keyof C]: Flat<{ kind: K } & Shared & ValueOf<C[K][1]>>;
}[keyof C];

/**
 * One of several records, told apart by a tag: `tagBits` bits, followed in the same octet by the `shared` bits that every
 * case has. The value is a union discriminated by `kind`.
 */
export function variants<
  const C extends Cases,
  const W extends Readonly<Record<string, number>> = Record<never, number>,
>(name: string, cases: C, shared?: W): Field<CaseValue<C, { -readonly [K in keyof W]: number }>> {
  const sharedBits = Object.values(shared ?? {}).reduce((sum, width) => sum + width, 0);
  const tagSpan = 2 ** sharedBits;
  const sharedSpans = Object.entries(shared ?? {}).map(([name, width]) => ({ name, span: 2 ** width }));
  const tags = 2 ** (8 - sharedBits);
  const byKind: Record<string, Case> = {};
  const byTag = new Array<Case | undefined>(tags).fill(undefined);
  for (const [kind, [tag, each]] of Object.entries(cases)) {
    assert(tag < tags && byTag[tag] === undefined, `${name}: tag ${tag} of ${kind} is taken or too large`);
    byTag[tag] = byKind[kind] = { kind, tag, layout: each };
  }
  const caseShapes = Object.entries(cases).map(([kind, [tag, { shape }]]) => ({ kind, tag, parts: shape.parts }));
  return {
    name,
    shape: { form: "variants", shared: shared ?? {}, cases: caseShapes },
    write: (writer, value) => {
      const { tag, layout: each } = byKind[value.kind as string];
      let head = tag;
      for (const { name, span } of sharedSpans) head = head * span + (((value as Values)[name] as number) % span);
      writer.u8(head);
      each.write(writer, value);
    },
    read: (reader) => {
      const start = reader.offset;
      const value: Values = {};
      const head = reader.u8("tag");
      let below = tagSpan;
      for (const { name, span } of sharedSpans) {
        below /= span;
        value[name] = Math.floor(head / below) % span;
      }
      const found = byTag[Math.floor(head / tagSpan)];
      if (!found) {
        reader.fail("unknown-type", name, start);
        return value as never;
      }
      value.kind = found.kind;
      found.layout.readInto(reader, value);
      return value as never;
    },
    skip: (reader) => {
      const start = reader.offset;
      const found = byTag[Math.floor(reader.u8("tag") / tagSpan)];
      if (found) found.layout.skip(reader, found.kind);
      else reader.fail("unknown-type", name, start);
    },
  };
}

const writer = new OctetWriter(4096);

/** The octets of a value. */
export function encode<T>(field: Field<T>, value: T): Uint8Array {
  field.write(writer, value);
  return writer.finish();
}

/** The same for those who copy the octets anyway: they are valid until the next value is encoded. */
export function encodeInPlace<T>(field: Field<T>, value: T): Uint8Array {
  field.write(writer, value);
  return writer.finishInPlace();
}

/** The same for those who copy them at once, a few octets behind others. */
export function encodeWithoutView<T>(field: Field<T>, value: T): OctetsInPlace {
  field.write(writer, value);
  return writer.finishWithoutView();
}

const reader = new OctetReader(new Uint8Array(0));

/** The value in octets, all of them, put into one that there is already, for what comes thousands of times a second. */
export function decodeInto<T extends Record<string, unknown>>(
  field: Layout<T>,
  input: Uint8Array,
  into: T,
): DecodeError | undefined {
  reader.begin(input);
  field.readInto(reader, into);
  if (reader.remaining > 0) reader.fail("trailing", field.name);
  return reader.error;
}

/** The value in octets, all of them: what is left over is an error. Octet strings in the value are copies. */
export function decode<T>(field: Field<T>, input: Uint8Array): Result<T, DecodeError> {
  const reader = new OctetReader(input);
  const value = field.read(reader, field.name);
  if (reader.remaining > 0) reader.fail("trailing", field.name);
  return reader.error ? fail(reader.error) : ok(value);
}
