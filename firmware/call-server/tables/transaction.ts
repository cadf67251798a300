/** What one commit does to the tables, kept apart from them until it is whole. */
import type { NodeTables } from "./node-tables.ts";
import { type AnyRow, type AnyTable, differences, type Table } from "./table.ts";

/** A row that changed; `undefined` where there is none. */
export interface Change {
  readonly table: AnyTable;
  readonly key: number;
  readonly before: Readonly<AnyRow> | undefined;
  readonly after: Readonly<AnyRow> | undefined;
  /** The columns that differ, from the initial row where there was none: a bitmap (`differences`). 0 for a row that goes. */
  readonly differs: number;
}

/** A row that may be written into, or is to go. */
interface Draft extends Change {
  after: AnyRow | undefined;
  differs: number;
}

export class Transaction {
  readonly tables: NodeTables;
  readonly sequence: number;
  /** By table, then in the order in which they were first touched. A handful: looking through them is quicker than a map. */
  readonly #drafts: Draft[] = [];

  constructor(tables: NodeTables, sequence: number) {
    this.tables = tables;
    this.sequence = sequence;
  }

  /** The row as this transaction leaves it. */
  get<R>(table: Table<R>, key: number): Readonly<R> {
    const draft = this.#find(table as unknown as AnyTable, key);
    return draft === undefined ? table.get(key) : ((draft.after as Readonly<R> | undefined) ?? table.initial);
  }

  has<R>(table: Table<R>, key: number): boolean {
    const draft = this.#find(table as unknown as AnyTable, key);
    return draft === undefined ? table.has(key) : draft.after !== undefined;
  }

  /** The row to write into; it comes into being when there is none. */
  edit<R>(table: Table<R>, key: number): R {
    const draft = this.#find(table as unknown as AnyTable, key);
    if (draft === undefined)
      return this.#draft(table as unknown as AnyTable, key, table.copy(table.get(key)) as AnyRow) as R;
    draft.after ??= table.copy(table.initial) as AnyRow;
    return draft.after as R;
  }

  remove<R>(table: Table<R>, key: number): void {
    const draft = this.#find(table as unknown as AnyTable, key);
    if (draft === undefined) this.#draft(table as unknown as AnyTable, key, undefined);
    else draft.after = undefined;
  }

  /** A reference for a call or connection that this commit makes. */
  newReference(): number {
    const { state, connection } = this.tables;
    return this.tables.freeReference(
      this.sequence,
      (candidate) => this.has(state, candidate) || this.has(connection, candidate),
    );
  }

  /** Rows that are different now, table by table, in the order in which they were first touched. */
  changes(): readonly Change[] {
    for (const draft of this.#drafts) {
      const { table, before, after } = draft;
      draft.differs = after === undefined ? 0 : differences(table, before ?? table.initial, after);
    }
    return this.#drafts.filter(isChange);
  }

  #find(table: AnyTable, key: number): Draft | undefined {
    for (const draft of this.#drafts) if (draft.key === key && draft.table === table) return draft;
    return undefined;
  }

  #draft(table: AnyTable, key: number, after: AnyRow | undefined): AnyRow | undefined {
    const drafts = this.#drafts;
    let place = drafts.length;
    for (; place > 0 && drafts[place - 1].table.tag > table.tag; place--) drafts[place] = drafts[place - 1];
    drafts[place] = { table, key, before: table.find(key), after, differs: 0 };
    return after;
  }
}

/** Puts the rows in their places. */
export function apply(changes: readonly Change[]): void {
  for (const { table, key, after } of changes) table.put(key, after);
}

function isChange({ before, after, differs }: Draft): boolean {
  return before === undefined || after === undefined ? before !== after : differs !== 0;
}
