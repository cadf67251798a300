/**
 * A replicated table: rows by key, columns declared as data. Rows are values: a change puts a new row in the old one's
 * place, so a snapshot is a list of references and costs nothing while calls go on.
 */
import { BitWriter } from "./bit-string.ts";
import type { ChangeContext } from "./change-context.ts";
import type { Column, ValueOfColumn } from "./column.ts";

// biome-ignore lint/suspicious/noExplicitAny: a column of whatever type; RowOf recovers it.
type AnyColumn = Column<any>;
type Columns = Readonly<Record<string, AnyColumn>>;
export type RowOf<D> = D extends TableDeclaration<infer C> ? { -readonly [N in keyof C]: ValueOfColumn<C[N]> } : never;

/** What a value will mostly be, from what both cards know: saying so costs one bit. Undefined: no idea. */
type Prediction<T, R> = (context: ChangeContext, before: R) => T | undefined;

export interface TableDeclaration<C extends Columns = Columns> {
  readonly name: string;
  /** The first one is what changes alone most often; the bus has a short form for that. */
  readonly columns: C;
  /** Keys that a change mostly has; at most three. */
  readonly keys: readonly ((context: ChangeContext) => number | undefined)[];
  readonly predictions: {
    readonly [N in keyof C]?: Prediction<ValueOfColumn<C[N]>, { readonly [M in keyof C]: ValueOfColumn<C[M]> }>;
  };
}

export function table<const C extends Columns>(
  name: string,
  columns: C,
  coding: Partial<Pick<TableDeclaration<C>, "keys" | "predictions">> = {},
): TableDeclaration<C> {
  return { name, columns, keys: coding.keys ?? [], predictions: coding.predictions ?? {} };
}

/** A row as the engine sees it. */
export type AnyRow = Record<string, unknown>;
export type AnyTable = Table<AnyRow>;

interface Entry<R> {
  row: Readonly<R>;
  /** Undefined until somebody asks for a digest. */
  hash: number | undefined;
}

const writer = new BitWriter(512);

export class Table<R> {
  readonly name: string;
  /** Its place among the tables: what it is called on the bus. */
  readonly tag: number;
  readonly columns: readonly {
    readonly name: string;
    readonly column: AnyColumn;
    readonly prediction: Prediction<unknown, AnyRow> | undefined;
  }[];
  readonly keys: TableDeclaration["keys"];
  /** Bits that say which of `keys` it is, or none of them. */
  readonly keyBits: number;
  /** What a row holds before anything is said of it. */
  readonly initial: Readonly<R>;
  readonly #entries = new Map<number, Entry<R>>();
  /** Of the rows whose hashes are known. */
  #sumOfHashes = 0;
  /** Keys of rows whose hashes are not, and of some that are gone. */
  #withoutHash: number[] = [];

  // biome-ignore lint/suspicious/noExplicitAny: a declaration of whatever columns; the engine knows them by name only.
  constructor(declaration: TableDeclaration<any>, tag: number) {
    this.name = declaration.name;
    this.tag = tag;
    this.columns = Object.entries(declaration.columns as Columns).map(([name, column]) => ({
      name,
      column,
      prediction: declaration.predictions[name],
    }));
    this.keys = declaration.keys;
    this.keyBits = Math.ceil(Math.log2(this.keys.length + 1));
    this.initial = Object.freeze(
      Object.fromEntries(this.columns.map(({ name, column }) => [name, column.initial])),
    ) as R;
  }

  get size(): number {
    return this.#entries.size;
  }

  has(key: number): boolean {
    return this.#entries.has(key);
  }

  /** The row, or the initial one where there is none. */
  get(key: number): Readonly<R> {
    return this.#entries.get(key)?.row ?? this.initial;
  }

  /** The row, if there is one. */
  find(key: number): Readonly<R> | undefined {
    return this.#entries.get(key)?.row;
  }

  /** `undefined` takes the row away. */
  put(key: number, row: Readonly<R> | undefined): void {
    const entry = this.#entries.get(key);
    const hash = entry?.hash;
    if (hash !== undefined) this.#sumOfHashes = (this.#sumOfHashes - hash) >>> 0;
    if (row === undefined) {
      this.#entries.delete(key);
      return;
    }
    if (entry === undefined || hash !== undefined) this.#withoutHash.push(key);
    if (entry === undefined) {
      this.#entries.set(key, { row, hash: undefined });
    } else {
      entry.row = row;
      entry.hash = undefined;
    }
  }

  *rows(): IterableIterator<readonly [key: number, row: Readonly<R>]> {
    for (const [key, entry] of this.#entries) yield [key, entry.row];
  }

  clear(): void {
    this.#entries.clear();
    this.#sumOfHashes = 0;
    this.#withoutHash = [];
  }

  /**
   * The sum of the rows' hashes, 32 bits: the same whatever the order in which they came. It costs what has changed since it was
   * asked for last, however many rows there are.
   */
  digest(): number {
    for (const key of this.#withoutHash) {
      const entry = this.#entries.get(key);
      if (entry === undefined || entry.hash !== undefined) continue;
      entry.hash = this.#hash(key, entry.row);
      this.#sumOfHashes = (this.#sumOfHashes + entry.hash) >>> 0;
    }
    this.#withoutHash = [];
    return this.#sumOfHashes;
  }

  /** FNV-1a over the row as it would be written out. */
  #hash(key: number, row: Readonly<R>): number {
    writer.unsigned(this.tag, 8);
    writer.variable(key);
    for (const { name, column } of this.columns) column.write(writer, (row as AnyRow)[name]);
    let hash = 0x811c9dc5;
    for (const octet of writer.finish()) hash = Math.imul(hash ^ octet, 0x01000193) >>> 0;
    return hash;
  }
}
