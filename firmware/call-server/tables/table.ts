/**
 * A replicated table: rows by key, columns declared as data. Rows are values: a change puts a new row in the old one's
 * place, so a snapshot is a list of references and costs nothing while calls go on.
 */
import type { ChangeContext } from "./change-context.ts";
import type { Column, ValueOfColumn } from "./column.ts";
import { KeyIndex } from "./key-index.ts";
import { hashBasis, hashNumber, hashWide } from "./value-hash.ts";

// biome-ignore lint/suspicious/noExplicitAny: a column of whatever type; RowOf recovers it.
type AnyColumn = Column<any>;
type Columns = Readonly<Record<string, AnyColumn>>;
export type RowOf<D> = D extends TableDeclaration<infer C> ? { -readonly [N in keyof C]: ValueOfColumn<C[N]> } : never;

/** What a value will mostly be, from what both cards know: saying so costs one bit. Undefined: no idea. */
type Prediction<T, R> = (context: ChangeContext, before: R) => T | undefined;

/** A row of its own with the same columns. */
type Copy<R> = (row: Readonly<R>) => R;
type ColumnValues<C extends Columns> = { -readonly [N in keyof C]: ValueOfColumn<C[N]> };

export interface TableDeclaration<C extends Columns = Columns> {
  readonly name: string;
  /** The first one is what changes alone most often; the bus has a short form for that. */
  readonly columns: C;
  /** Keys that a change mostly has; at most three. */
  readonly keys: readonly ((context: ChangeContext) => number | undefined)[];
  readonly predictions: {
    readonly [N in keyof C]?: Prediction<ValueOfColumn<C[N]>, { readonly [M in keyof C]: ValueOfColumn<C[M]> }>;
  };
  /**
   * Written out with every table, because the runtime learns at each such place how the rows look that come by: one place for the rows
   * of all tables costs ten times as much.
   */
  readonly copy: Copy<ColumnValues<C>>;
}

export function table<const C extends Columns>(
  name: string,
  columns: C,
  copy: Copy<ColumnValues<C>>,
  coding: Partial<Pick<TableDeclaration<C>, "keys" | "predictions">> = {},
): TableDeclaration<C> {
  return { name, columns, copy, keys: coding.keys ?? [], predictions: coding.predictions ?? {} };
}

/** A row as the engine sees it. */
export type AnyRow = Record<string, unknown>;
export type AnyTable = Table<AnyRow>;

/** No hash is negative. */
const notHashed = -1;

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
  readonly copy: Copy<R>;
  readonly #index = new KeyIndex();
  /** By place. */
  readonly #rows: (Readonly<R> | undefined)[] = [];
  /** By place: of a row; `notHashed` until somebody asks for a digest. */
  readonly #hashes: number[] = [];
  /** Of the rows whose hashes are known. */
  #sumOfHashes = 0;
  /** Keys of rows whose hashes are not, and of some that are gone. */
  readonly #withoutHash: number[] = [];

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
    this.copy = declaration.copy as unknown as Copy<R>;
    // A copy looks to the runtime like all rows after it.
    this.initial = this.copy(Object.fromEntries(this.columns.map(({ name, column }) => [name, column.initial])) as R);
  }

  get size(): number {
    return this.#index.size;
  }

  has(key: number): boolean {
    return this.#index.find(key) >= 0;
  }

  /** The row, or the initial one where there is none. */
  get(key: number): Readonly<R> {
    return this.find(key) ?? this.initial;
  }

  /** The row, if there is one. */
  find(key: number): Readonly<R> | undefined {
    const place = this.#index.find(key);
    return place < 0 ? undefined : this.#rows[place];
  }

  /** `undefined` takes the row away. */
  put(key: number, row: Readonly<R> | undefined): void {
    const place = this.#index.find(key);
    if (place >= 0) this.#replace(place, key, row);
    else if (row !== undefined) this.#add(key, row);
  }

  #add(key: number, row: Readonly<R>): void {
    const place = this.#index.add(key);
    this.#rows[place] = row;
    this.#hashes[place] = notHashed;
    this.#withoutHash.push(key);
  }

  #replace(place: number, key: number, row: Readonly<R> | undefined): void {
    const hash = this.#hashes[place];
    if (hash !== notHashed) this.#sumOfHashes = (this.#sumOfHashes - hash) >>> 0;
    this.#rows[place] = row;
    this.#hashes[place] = notHashed;
    if (row === undefined) this.#index.remove(key);
    else if (hash !== notHashed) this.#withoutHash.push(key);
  }

  *rows(): IterableIterator<readonly [key: number, row: Readonly<R>]> {
    for (const [key, place] of this.#index.all()) yield [key, this.#rows[place] ?? this.initial];
  }

  clear(): void {
    this.#index.clear();
    this.#rows.length = 0;
    this.#hashes.length = 0;
    this.#sumOfHashes = 0;
    this.#withoutHash.length = 0;
  }

  /**
   * The sum of the rows' hashes, 32 bits: the same whatever the order in which they came. It costs what has changed since it was
   * asked for last, however many rows there are.
   */
  digest(): number {
    for (const key of this.#withoutHash) {
      const place = this.#index.find(key);
      const row = place < 0 ? undefined : this.#rows[place];
      if (row === undefined || this.#hashes[place] !== notHashed) continue;
      this.#hashes[place] = this.#hash(key, row);
      this.#sumOfHashes = (this.#sumOfHashes + this.#hashes[place]) >>> 0;
    }
    this.#withoutHash.length = 0;
    return this.#sumOfHashes;
  }

  #hash(key: number, row: Readonly<R>): number {
    let hash = hashWide(hashNumber(hashBasis, this.tag), key);
    for (const { name, column } of this.columns) hash = column.hash(hash, (row as AnyRow)[name]);
    return hash >>> 0;
  }
}

/** The columns in which two rows differ: a bitmap, the first column in the most significant of as many bits as there are columns. */
export function differences({ columns }: AnyTable, one: Readonly<AnyRow>, other: Readonly<AnyRow>): number {
  let differs = 0;
  for (const { name, column } of columns) {
    const [a, b] = [one[name], other[name]];
    differs = (differs << 1) | (a === b || column.equal?.(a, b) === true ? 0 : 1);
  }
  return differs;
}
