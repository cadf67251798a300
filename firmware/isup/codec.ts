/**
 * ISUP messages from and to octets, from the message type octet on (the CIC stays outside).
 *
 * One walk over the tables of a dialect serves all messages. What makes a message unreadable is what Q.764 2.9.5.1 calls a
 * message format error; an optional parameter that cannot be read is passed on as octets and costs nothing but itself.
 */
import type { DecodeError, Result } from "../result.ts";
import { assert, fail, ok } from "../result.ts";
import type { Dialect, MessageIn, MessageLayout, NamedParameter, OutgoingIn, Part, Q763 } from "./dialect.ts";
import { q763 } from "./dialect.ts";
import type { AnyValue } from "./format-codec.ts";
import { decodeValue, encodeValue } from "./format-codec.ts";
import type { UnreadParameter } from "./message-table.ts";
import type { OptionalValue } from "./parameter.ts";

/** What the optional part ends with, Q.763 1.8. */
const endOfOptionalParameters = 0;
/** The most that a length octet or a pointer can say. */
const octetMax = 255;

/** A message as the walk sees it; the types of the tables say more. */
export interface AnyMessage {
  readonly type: string;
  readonly parameters: AnyValue;
  readonly unknown?: readonly UnreadParameter[];
}

/** The acronym of the message, undefined when the dialect has no row for its code. Looks at one octet. */
export function messageTypeOf<D extends Dialect = Q763>(
  octets: Uint8Array,
  dialect: D | Q763 = q763,
): MessageIn<D>["type"] | undefined {
  const code = octets[0];
  const layout = code === undefined ? undefined : dialect.layoutByCode.get(code);
  return layout?.row.type as MessageIn<D>["type"] | undefined;
}

/**
 * Reads a whole message. Fails on a type without a row ("unknown-type"), on pointers and lengths that leave the message
 * or run back into it, and on mandatory parameters that are absent or cannot be read. Octets after the last part are ignored.
 */
export function decodeMessage<D extends Dialect = Q763>(
  octets: Uint8Array,
  dialect: D | Q763 = q763,
): Result<MessageIn<D>, DecodeError> {
  const layout = layoutFor(octets, dialect);
  if (!layout.ok) return layout;
  const parameters: Record<string, unknown> = {};
  const unknown: UnreadParameter[] = [];
  let place = 0;
  const error = walk(octets, layout.value, (part, parameter, code, start, end) => {
    const optional = part === "optional" ? place++ : undefined;
    const known = parameter !== undefined && (parameters[parameter.name] === undefined || parameter.repeatable);
    const decoded = known ? decodeValue(parameter.format, octets, start, end) : undefined;
    if (optional === undefined && decoded?.ok === false) return { ...decoded.error, ...nameOf(parameter) };
    if (parameter !== undefined && decoded?.ok) addValue(parameters, parameter, decoded.value, part);
    else {
      const reason = reasonFor(code, parameter, known, dialect);
      unknown.push({ code, octets: octets.slice(start, end), place: optional ?? 0, reason });
    }
    return "next";
  });
  if (error !== undefined) return fail(error);
  const { type, code } = layout.value.row;
  return ok({ type, code, parameters, unknown } as unknown as MessageIn<D>);
}

/** Reads one parameter and no more of the message than it must to find it; undefined when an optional parameter is not there. */
export function readParameter<N extends keyof D["parameters"] & string, D extends Dialect = Q763>(
  octets: Uint8Array,
  name: N,
  dialect: D | Q763 = q763,
): Result<OptionalValue<D["parameters"][N]> | undefined, DecodeError> {
  const layout = layoutFor(octets, dialect);
  if (!layout.ok) return layout;
  const found: Record<string, unknown> = {};
  const error = walk(octets, layout.value, (part, parameter, _, start, end) => {
    if (parameter?.name !== name) return "next";
    const decoded = decodeValue(parameter.format, octets, start, end);
    if (!decoded.ok && part !== "optional") return { ...decoded.error, parameter: name };
    if (decoded.ok) addValue(found, parameter, decoded.value, part);
    return parameter.repeatable || !decoded.ok ? "next" : "done";
  });
  if (error !== undefined) return fail(error);
  return ok(found[name] as OptionalValue<D["parameters"][N]> | undefined);
}

/** The octets of a message. Asserts that mandatory parameters are there, that optional ones belong to it and that values fit. */
export function encodeMessage<D extends Dialect = Q763>(outgoing: OutgoingIn<D>, dialect: D | Q763 = q763): Uint8Array {
  const message = outgoing as unknown as AnyMessage;
  const layout = dialect.layoutByType.get(message.type);
  assert(layout !== undefined, `no row for ${message.type}`);
  const octets = [layout.row.code];
  for (const parameter of layout.fixed) octets.push(...encodeValue(parameter.format, mandatory(message, parameter)));
  const pointersAt = octets.length;
  for (const _ of layout.variable) octets.push(0);
  if (layout.optional !== undefined) octets.push(0);
  layout.variable.forEach((parameter, index) => {
    setPointer(octets, pointersAt + index);
    putContents(octets, encodeValue(parameter.format, mandatory(message, parameter)));
  });
  const entries = optionalEntries(message, layout);
  if (entries.length > 0) {
    assert(layout.optional !== undefined, `${message.type} has no optional part`);
    setPointer(octets, pointersAt + layout.variable.length);
    for (const { code, contents } of entries) {
      octets.push(code);
      putContents(octets, contents);
    }
    octets.push(endOfOptionalParameters);
  }
  return Uint8Array.from(octets);
}

/**
 * Told where the contents of a parameter are; says whether to go on. `parameter` is undefined in the optional part when the message has
 * no row for the code.
 */
type Visit = (
  part: Part,
  parameter: NamedParameter | undefined,
  code: number,
  start: number,
  end: number,
) => "next" | "done" | DecodeError;

/** Walks the three parts of a message. Pointers must rise, so that no two elements share octets (Q.763 1.5). */
function walk(octets: Uint8Array, layout: MessageLayout, visit: Visit): DecodeError | undefined {
  let position = 1;
  for (const parameter of layout.fixed) {
    const end = position + parameter.format.octetsMin;
    if (end > octets.length) return { kind: "truncated", offset: octets.length, parameter: parameter.name };
    const verdict = visit("fixed", parameter, parameter.code, position, end);
    if (verdict !== "next") return verdict === "done" ? undefined : verdict;
    position = end;
  }
  let floor = position + layout.variable.length + (layout.optional === undefined ? 0 : 1);
  if (floor > octets.length) return { kind: "truncated", offset: octets.length };
  for (const parameter of layout.variable) {
    const { name, code } = parameter;
    const lengthAt = position + (octets[position] ?? 0);
    if (lengthAt === position) return { kind: "missing", offset: position, parameter: name };
    if (lengthAt < floor || lengthAt >= octets.length)
      return { kind: "bad-pointer", offset: position, parameter: name };
    const end = lengthAt + 1 + (octets[lengthAt] ?? 0);
    if (end > octets.length) return { kind: "truncated", offset: lengthAt, parameter: name };
    const verdict = visit("variable", parameter, code, lengthAt + 1, end);
    if (verdict !== "next") return verdict === "done" ? undefined : verdict;
    floor = end;
    position++;
  }
  return layout.optional && walkOptional(octets, layout.optional, position, floor, visit);
}

function walkOptional(
  octets: Uint8Array,
  optional: ReadonlyMap<number, NamedParameter>,
  pointerAt: number,
  floor: number,
  visit: Visit,
): DecodeError | undefined {
  const pointer = octets[pointerAt] ?? 0;
  if (pointer === 0) return undefined;
  let position = pointerAt + pointer;
  if (position < floor || position >= octets.length) return { kind: "bad-pointer", offset: pointerAt };
  for (;;) {
    const code = octets[position];
    if (code === endOfOptionalParameters) return undefined;
    const length = octets[position + 1];
    if (code === undefined || length === undefined) return { kind: "truncated", offset: octets.length };
    const start = position + 2;
    const parameter = optional.get(code);
    if (start + length > octets.length) return { kind: "truncated", offset: position + 1, ...nameOf(parameter) };
    const verdict = visit("optional", parameter, code, start, start + length);
    if (verdict !== "next") return verdict === "done" ? undefined : verdict;
    position = start + length;
  }
}

function layoutFor(octets: Uint8Array, dialect: Dialect): Result<MessageLayout, DecodeError> {
  const code = octets[0];
  if (code === undefined) return fail({ kind: "truncated", offset: 0 });
  const layout = dialect.layoutByCode.get(code);
  return layout === undefined ? fail({ kind: "unknown-type", offset: 0 }) : ok(layout);
}

function nameOf(parameter: NamedParameter | undefined): { readonly parameter?: string } {
  return parameter === undefined ? {} : { parameter: parameter.name };
}

function addValue(values: Record<string, unknown>, parameter: NamedParameter, value: AnyValue, part: Part): void {
  const listed = part === "optional" && parameter.repeatable;
  values[parameter.name] = listed ? [...((values[parameter.name] ?? []) as readonly AnyValue[]), value] : value;
}

function reasonFor(
  code: number,
  parameter: NamedParameter | undefined,
  read: boolean,
  dialect: Dialect,
): NonNullable<UnreadParameter["reason"]> {
  if (parameter === undefined) return dialect.parameterByCode.has(code) ? "unexpected" : "unknown";
  return read ? "malformed" : "repeated";
}

function mandatory(message: AnyMessage, parameter: NamedParameter): AnyValue {
  const value = message.parameters[parameter.name];
  assert(value !== undefined, `${message.type} without ${parameter.name}`);
  return value as AnyValue;
}

interface Entry {
  readonly code: number;
  readonly contents: ArrayLike<number>;
}

/** The optional part in the order to send: known parameters as they stand, passed-on ones at their places among them. */
function optionalEntries(message: AnyMessage, layout: MessageLayout): readonly Entry[] {
  const entries: Entry[] = [];
  for (const name of Object.keys(message.parameters)) {
    const value = message.parameters[name];
    if (value === undefined) continue;
    const placed = layout.byName.get(name);
    assert(placed !== undefined, `${name} does not belong to ${message.type}`);
    if (placed.part !== "optional") continue;
    const { code, format, repeatable } = placed.parameter;
    const values = (repeatable ? value : [value]) as readonly AnyValue[];
    for (const one of values) entries.push({ code, contents: encodeValue(format, one) });
  }
  for (const { code, octets, place } of message.unknown ?? []) {
    assert(code !== endOfOptionalParameters && code <= octetMax, `${code} is no parameter code`);
    entries.splice(place ?? entries.length, 0, { code, contents: octets });
  }
  return entries;
}

/** Makes the pointer at `pointerAt` point to what is put next. */
function setPointer(octets: number[], pointerAt: number): void {
  const pointer = octets.length - pointerAt;
  assert(pointer <= octetMax, "a pointer reaches too far");
  octets[pointerAt] = pointer;
}

function putContents(octets: number[], contents: ArrayLike<number>): void {
  assert(contents.length <= octetMax, "a parameter is too long");
  octets.push(contents.length);
  for (let index = 0; index < contents.length; index++) octets.push(contents[index] ?? 0);
}
