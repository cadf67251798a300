/**
 * Walks the pieces of a format over octets, both ways.
 *
 * Decoding then encoding gives the same octets, whatever they are: what the fields do not cover travels in `spare`.
 */
import type { DecodeError, DecodeErrorKind, Result } from "../result.ts";
import { assert, fail, ok } from "../result.ts";
import { bitsOf, readBits, readField, writeBits } from "./bit-field.ts";
import type { BitsPiece, Format, ListPiece, Piece } from "./format.ts";

/** A parsed value as the walk sees it; the types of the tables say more. */
export type AnyValue = Readonly<Record<string, unknown>>;

const hexDigits = "0123456789abcdef";
/** By octet: the two digits in it, that in the lower half first. */
const digitPairs = Array.from({ length: 256 }, (_, octet) => `${hexDigits[octet & 15]}${hexDigits[octet >> 4]}`);
const extensionBit = 0x80;

interface Reader {
  readonly octets: Uint8Array;
  readonly start: number;
  readonly end: number;
  position: number;
  readonly value: Record<string, unknown>;
  /** What the odd/even indicator said. */
  odd: boolean;
  /** What the last extension bit said: the group goes on. */
  extended: boolean;
  /** Something that no field covers is not as this codec would send it. */
  irregular: boolean;
  /** Where uncovered bits are gathered, on the second walk over an irregular value. */
  readonly spare: Uint8Array | undefined;
}

/** Parses `octets` from `start` up to `end` as one value. Error offsets count from the start of `octets`. */
export function decodeValue(
  format: Format,
  octets: Uint8Array,
  start: number,
  end: number,
): Result<AnyValue, DecodeError> {
  if (end - start < format.octetsMin) return fail({ kind: "bad-length", offset: start });
  const reader = readerOver(octets, start, end, undefined);
  const error = readPieces(reader, format);
  if (error !== undefined) return fail({ kind: error, offset: reader.position });
  if (reader.irregular || reader.position < end) reader.value.spare = spareOf(format, octets, start, end);
  return ok(reader.value);
}

/** The octets of a parsed value. Asserts that every field fits. */
export function encodeValue(format: Format, value: AnyValue): readonly number[] {
  const octets: number[] = [];
  writeValue(octets, format, value);
  return octets;
}

function readerOver(octets: Uint8Array, start: number, end: number, spare: Uint8Array | undefined): Reader {
  return { octets, start, end, position: start, value: {}, odd: false, extended: false, irregular: false, spare };
}

/** Walks once more over octets that were read without error, and gathers what the fields do not cover. */
function spareOf(format: Format, octets: Uint8Array, start: number, end: number): Uint8Array {
  const spare = new Uint8Array(end - start);
  const reader = readerOver(octets, start, end, spare);
  readPieces(reader, format);
  spare.set(octets.subarray(reader.position, end), reader.position - start);
  return spare;
}

function readPieces(reader: Reader, format: Format): DecodeErrorKind | undefined {
  for (const piece of format.pieces) {
    const error = readPiece(reader, piece);
    if (error !== undefined) return error;
  }
  return undefined;
}

function readPiece(reader: Reader, piece: Piece): DecodeErrorKind | undefined {
  const left = reader.end - reader.position;
  switch (piece.kind) {
    case "bits":
      return readBitsPiece(reader, piece);
    case "number":
      if (left < piece.count) return "bad-length";
      reader.value[piece.name] = readNumber(reader, piece.count);
      return undefined;
    case "hex":
      if (left < piece.count) return "bad-length";
      reader.value[piece.name] = toHex(take(reader, piece.count));
      return undefined;
    case "digits":
      return readDigits(reader, piece.name);
    case "rest":
      if (left < piece.min || left > piece.max) return "bad-length";
      if (left > 0) reader.value[piece.name] = take(reader, left);
      return undefined;
    case "group":
      return readGroup(reader, piece.name);
    case "list":
      return readList(reader, piece as ListPiece);
  }
}

function readBitsPiece(reader: Reader, piece: BitsPiece): DecodeErrorKind | undefined {
  const { octets, position } = reader;
  if (piece.presence === "if-present" && position === reader.end) return undefined;
  if (piece.presence === "if-extended" && !reader.extended) return undefined;
  if (position + piece.count > reader.end) return "bad-length";
  reader.extended = false;
  for (const { name, field } of piece.fields) {
    if (field.kind === "odd-even") reader.odd = readBits(octets, position, field) === 1;
    else if (field.kind === "extension") reader.extended = readBits(octets, position, field) === 0;
    else reader.value[name] = readField(octets, position, field);
  }
  for (let index = 0; index < piece.count; index++) {
    const uncovered = (octets[position + index] ?? 0) & ~(piece.covered[index] ?? 0);
    if (uncovered !== piece.idle[index]) reader.irregular = true;
    if (reader.spare !== undefined) reader.spare[position + index - reader.start] = uncovered;
  }
  reader.position += piece.count;
  return undefined;
}

function readDigits(reader: Reader, name: string): DecodeErrorKind | undefined {
  if (reader.odd && reader.position === reader.end) return "bad-length";
  let text = "";
  for (let index = reader.position; index < reader.end; index++) {
    text += digitPairs[reader.octets[index]];
  }
  if (reader.odd) {
    const filler = (reader.octets[reader.end - 1] ?? 0) & 0xf0;
    if (filler !== 0) reader.irregular = true;
    if (reader.spare !== undefined) reader.spare[reader.end - 1 - reader.start] = filler;
    text = text.slice(0, -1);
  }
  reader.value[name] = text;
  reader.position = reader.end;
  return undefined;
}

function readGroup(reader: Reader, name: string): DecodeErrorKind | undefined {
  if (!reader.extended) return undefined;
  let length = 1;
  while (((reader.octets[reader.position + length - 1] ?? 0) & extensionBit) === 0) {
    if (reader.position + length >= reader.end) return "bad-length";
    length++;
  }
  if (reader.position + length > reader.end) return "bad-length";
  reader.value[name] = take(reader, length);
  reader.extended = false;
  return undefined;
}

function readList(reader: Reader, piece: ListPiece): DecodeErrorKind | undefined {
  const items: AnyValue[] = [];
  while (reader.position < reader.end) {
    const item = readerOver(reader.octets, reader.position, reader.end, undefined);
    const error = readPieces(item, piece.item);
    if (error !== undefined) return error;
    if (item.irregular) item.value.spare = spareOf(piece.item, reader.octets, reader.position, item.position);
    items.push(item.value);
    reader.position = item.position;
  }
  reader.value[piece.name] = items;
  return undefined;
}

function take(reader: Reader, count: number): Uint8Array {
  reader.position += count;
  return reader.octets.slice(reader.position - count, reader.position);
}

function readNumber(reader: Reader, count: number): number {
  return take(reader, count).reduce((sum, octet) => sum * 256 + octet, 0);
}

function writeValue(octets: number[], format: Format, value: AnyValue): void {
  const start = octets.length;
  const spare = value.spare as Uint8Array | undefined;
  format.pieces.forEach((piece, index) => {
    switch (piece.kind) {
      case "bits":
        if (isPresent(format, index, value)) writeBitsPiece(octets, start, format, index, piece, value);
        break;
      case "number":
        writeNumber(octets, piece.count, value[piece.name]);
        break;
      case "hex":
        writeHex(octets, piece.count, value[piece.name]);
        break;
      case "digits":
        writeDigits(octets, start, value[piece.name], spare);
        break;
      case "rest":
      case "group":
        for (const octet of (value[piece.name] ?? []) as Iterable<number>) octets.push(octet);
        break;
      case "list":
        for (const item of value[piece.name] as Iterable<AnyValue>) writeValue(octets, piece.item, item);
        break;
    }
  });
  if (!format.takesRest) for (const octet of spare?.subarray(octets.length - start) ?? []) octets.push(octet);
}

/** Whether the octets of the piece at `index` are to be sent. */
function isPresent(format: Format, index: number, value: AnyValue): boolean {
  const piece = format.pieces[index];
  if (piece?.kind === "group") return value[piece.name] !== undefined;
  if (piece?.kind !== "bits") return false;
  if (piece.presence === "always") return true;
  if (piece.fields.some(({ name }) => value[name] !== undefined)) return true;
  return piece.presence === "if-extended" && goesOn(format, index + 1, value);
}

/** Whether the extension group goes on with the piece at `index`. */
function goesOn(format: Format, index: number, value: AnyValue): boolean {
  const piece = format.pieces[index];
  const inGroup = piece?.kind === "group" || (piece?.kind === "bits" && piece.presence === "if-extended");
  return inGroup && isPresent(format, index, value);
}

function writeBitsPiece(
  octets: number[],
  start: number,
  format: Format,
  index: number,
  piece: BitsPiece,
  value: AnyValue,
): void {
  const position = octets.length;
  const spare = value.spare as Uint8Array | undefined;
  for (let octet = 0; octet < piece.count; octet++) {
    const uncovered = spare?.[position - start + octet] ?? piece.idle[octet] ?? 0;
    octets.push(uncovered & ~(piece.covered[octet] ?? 0) & 0xff);
  }
  for (const { name, field } of piece.fields) {
    if (field.kind === "odd-even")
      writeBits(octets, position, field, String(value[format.digitsName ?? ""]).length & 1);
    else if (field.kind === "extension") writeBits(octets, position, field, goesOn(format, index + 1, value) ? 0 : 1);
    else writeBits(octets, position, field, bitsOf(field, value[name]));
  }
}

function writeNumber(octets: number[], count: number, value: unknown): void {
  assert(
    Number.isInteger(value) && Number(value) >= 0 && Number(value) < 256 ** count,
    `${value} is no ${count} octets`,
  );
  for (let index = count - 1; index >= 0; index--) octets.push(Math.floor(Number(value) / 256 ** index) & 0xff);
}

function writeHex(octets: number[], count: number, value: unknown): void {
  const text = String(value);
  assert(text.length === count * 2, `${text} is no ${count} octets`);
  for (let index = 0; index < text.length; index += 2)
    octets.push((digitOf(text, index) << 4) | digitOf(text, index + 1));
}

function writeDigits(octets: number[], start: number, value: unknown, spare: Uint8Array | undefined): void {
  const text = String(value);
  for (let index = 0; index < text.length; index += 2) {
    const filler = ((spare?.[octets.length - start] ?? 0) & 0xf0) >> 4;
    const second = index + 1 < text.length ? digitOf(text, index + 1) : filler;
    octets.push((second << 4) | digitOf(text, index));
  }
}

function digitOf(text: string, index: number): number {
  const digit = hexDigits.indexOf(text[index] ?? " ");
  assert(digit >= 0, `${text} is not made of hexadecimal digits`);
  return digit;
}

/** Octets as hexadecimal digits, two an octet. */
export function toHex(octets: Uint8Array): string {
  let text = "";
  for (const octet of octets) text += `${hexDigits[octet >> 4]}${hexDigits[octet & 15]}`;
  return text;
}
