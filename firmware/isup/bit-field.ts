/**
 * Bit fields, named by the letters of Q.763: A is bit 1 of the first octet, H its bit 8, I is bit 1 of the second octet.
 * A field is declared by the letters it occupies, most significant first, as the Recommendation prints them: `"BA"`, `"PO"`.
 */
import { assert } from "../result.ts";

/** Names of the values of a field; a value without a name stays a number. */
export type ValueNames = Readonly<Record<number, string>>;

/** A name from the table, or the number of a value that the table leaves out (spare, reserved, national). */
export type Enumerated<T extends ValueNames> = T[keyof T] | number;

interface BitField {
  /** Position of the least significant bit, 0 for A. */
  readonly shift: number;
  /** Number of bits. */
  readonly width: number;
}

export interface UnsignedField extends BitField {
  readonly kind: "unsigned";
  /** For display only: the value stays a number. */
  readonly labels: ValueNames | undefined;
}

export interface FlagField extends BitField {
  readonly kind: "flag";
}

export interface EnumeratedField<T extends ValueNames = ValueNames> extends BitField {
  readonly kind: "enumerated";
  readonly names: T;
  readonly values: ReadonlyMap<string, number>;
}

/** The odd/even indicator of a number. It follows from the digits and is not part of the parsed value. */
export interface OddEvenField extends BitField {
  readonly kind: "odd-even";
}

/** An extension bit: 0 when the next octet belongs to the group. It follows from what is present and is not part of the parsed value. */
export interface ExtensionField extends BitField {
  readonly kind: "extension";
}

/** The extension bit of an octet after which the group has nothing that is described: sent as 1, kept as it came. */
export interface LastOctetField extends BitField {
  readonly kind: "last-octet";
}

export type Field = UnsignedField | FlagField | EnumeratedField | OddEvenField | ExtensionField | LastOctetField;

/** What a field is in a parsed value; `never` for fields that follow from the rest. */
export type FieldValue<F> = F extends { readonly kind: "flag" }
  ? boolean
  : F extends { readonly kind: "unsigned" }
    ? number
    : F extends EnumeratedField<infer T>
      ? Enumerated<T>
      : never;

/** An unsigned binary number; `labels` say what its values mean to a reader. */
export function unsigned(letters: string, labels?: ValueNames): UnsignedField {
  return { kind: "unsigned", ...occupied(letters), labels };
}

/** One bit: 0 is false. */
export function flag(letter: string): FlagField {
  return { kind: "flag", ...occupied(letter) };
}

/** A value with a name. */
export function enumerated<const T extends ValueNames>(letters: string, names: T): EnumeratedField<T> {
  const values = new Map(Object.entries(names).map(([value, name]) => [name, Number(value)]));
  assert(values.size === Object.keys(names).length, `two values with one name in ${letters}`);
  return { kind: "enumerated", ...occupied(letters), names, values };
}

/** The odd/even indicator of the digits that follow. */
export function oddEven(letter: string): OddEvenField {
  return { kind: "odd-even", ...occupied(letter) };
}

/** The extension bit of an octet that the group may continue after. */
export function extension(letter: string): ExtensionField {
  return { kind: "extension", ...occupied(letter) };
}

/** The extension bit of the last octet that is described. */
export function lastOctet(letter: string): LastOctetField {
  return { kind: "last-octet", ...occupied(letter) };
}

/** Reads the bits of `field`, where letter A is bit 1 of `octets[start]`. */
export function readBits(octets: Uint8Array, start: number, field: Field): number {
  let value = 0;
  for (let index = (field.shift + field.width - 1) >> 3; index >= field.shift >> 3; index--) {
    value = (value << 8) | (octets[start + index] ?? 0);
  }
  return (value >>> (field.shift & 7)) & mask(field);
}

/** Reads `field` as it stands in a parsed value. */
export function readField(octets: Uint8Array, start: number, field: Field): unknown {
  const bits = readBits(octets, start, field);
  if (field.kind === "flag") return bits === 1;
  if (field.kind === "enumerated") return field.names[bits] ?? bits;
  return bits;
}

/** The bits that stand for a parsed value; nothing given is 0. */
export function bitsOf(field: Field, value: unknown): number {
  if (value === undefined || value === false) return 0;
  if (value === true) return 1;
  const bits = field.kind === "enumerated" && typeof value === "string" ? field.values.get(value) : value;
  assert(typeof bits === "number" && (bits & mask(field)) === bits, `${String(value)} does not fit the field`);
  return bits;
}

/** Sets the bits of `field`, which were zero, where letter A is bit 1 of `octets[start]`. */
export function writeBits(octets: number[], start: number, field: Field, bits: number): void {
  let value = bits << (field.shift & 7);
  for (let index = start + (field.shift >> 3); value !== 0; index++) {
    octets[index] = (octets[index] ?? 0) | (value & 0xff);
    value >>>= 8;
  }
}

/** The bits of one octet, counted from the start of the piece, that `field` occupies. */
export function octetMask(field: Field, octet: number): number {
  const shift = field.shift - octet * 8;
  return (shift >= 0 ? mask(field) << shift : mask(field) >>> -shift) & 0xff;
}

function mask(field: BitField): number {
  return (1 << field.width) - 1;
}

function occupied(letters: string): BitField {
  const shift = letters.charCodeAt(letters.length - 1) - 65;
  for (let index = 0; index < letters.length; index++) {
    assert(letters.charCodeAt(index) - 65 === shift + letters.length - 1 - index, `bits ${letters} are not contiguous`);
  }
  return { shift, width: letters.length };
}
