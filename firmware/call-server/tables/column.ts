/** The kinds of columns a table can have: how a value lies in bits, and what a row holds that says nothing of it. */
import type { BitReader, BitWriter } from "./bit-string.ts";
import { hashNumber, hashOctets, hashWide } from "./value-hash.ts";

export interface Column<T> {
  readonly initial: T;
  write(writer: BitWriter, value: T): void;
  read(reader: BitReader): T;
  /** A hash with this value added to it (`value-hash.ts`). */
  hash(hash: number, value: T): number;
  /** Where equal values may be different things. */
  equal?(a: T, b: T): boolean;
}

export type ValueOfColumn<C> = C extends Column<infer T> ? T : never;

/** An unsigned number of `width` bits, at first 0. */
export function unsigned(width: number): Column<number> {
  return {
    initial: 0,
    write: (writer, value) => writer.unsigned(value, width),
    read: (reader) => reader.unsigned(width),
    hash: width > 32 ? hashWide : hashNumber,
  };
}

/** An unsigned number that is mostly small, at first 0. */
export const variable: Column<number> = {
  initial: 0,
  write: (writer, value) => writer.variable(value),
  read: (reader) => reader.variable(),
  hash: hashWide,
};

export const flag: Column<boolean> = {
  initial: false,
  write: (writer, value) => writer.unsigned(value ? 1 : 0, 1),
  read: (reader) => reader.unsigned(1) === 1,
  hash: (hash, value) => hashNumber(hash, value ? 1 : 0),
};

/** The number of a circuit, at first none. */
export const noCircuit = -1;
export const circuitNumber: Column<number> = {
  initial: noCircuit,
  write: (writer, value) => writer.variable(value + 1),
  read: (reader) => reader.variable() - 1,
  hash: (hash, value) => hashWide(hash, value + 1),
};

/** One of some words, at first the first of them. */
export function oneOf<const W extends readonly string[]>(words: W): Column<W[number]> {
  const width = Math.max(1, Math.ceil(Math.log2(words.length)));
  return {
    initial: words[0],
    write: (writer, value) => writer.unsigned(words.indexOf(value), width),
    read: (reader) => words[reader.unsigned(width)] ?? words[0],
    hash: (hash, value) => hashNumber(hash, words.indexOf(value)),
  };
}

const nothing = new Uint8Array(0);

/** At most 4095 octets, at first none. Values are never changed in place. */
export const octetString: Column<Uint8Array> = {
  initial: nothing,
  write: (writer, value) => {
    writer.variable(value.length);
    writer.octets(value);
  },
  read: (reader) => reader.octets(reader.variable()),
  hash: hashOctets,
  equal: (a, b) => {
    if (a.length !== b.length) return false;
    for (let index = 0; index < a.length; index++) if (a[index] !== b[index]) return false;
    return true;
  },
};
