/** What one commit does to the tables, kept apart from them until it is whole. */
import type { NodeTables } from "./node-tables.ts";
import type { AnyRow, AnyTable, Table } from "./table.ts";

/** A row that changed; `undefined` where there is none. */
export interface Change {
  readonly table: AnyTable;
  readonly key: number;
  readonly before: Readonly<AnyRow> | undefined;
  readonly after: Readonly<AnyRow> | undefined;
}

/** A row that may be written into, or is to go. */
interface Draft extends Change {
  after: AnyRow | undefined;
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
      return this.#draft(table as unknown as AnyTable, key, { ...table.get(key) } as AnyRow) as R;
    draft.after ??= { ...table.initial } as AnyRow;
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
    return this.#drafts.filter(isDifferent);
  }

  #find(table: AnyTable, key: number): Draft | undefined {
    for (const draft of this.#drafts) if (draft.key === key && draft.table === table) return draft;
    return undefined;
  }

  #draft(table: AnyTable, key: number, after: AnyRow | undefined): AnyRow | undefined {
    const drafts = this.#drafts;
    let place = drafts.length;
    for (; place > 0 && drafts[place - 1].table.tag > table.tag; place--) drafts[place] = drafts[place - 1];
    drafts[place] = { table, key, before: table.find(key), after };
    return after;
  }
}

/** Puts the rows in their places. */
export function apply(changes: readonly Change[]): void {
  for (const { table, key, after } of changes) table.put(key, after);
}

function isDifferent({ table, before, after }: Change): boolean {
  if (before === undefined || after === undefined) return before !== after;
  for (const { name, column } of table.columns) if (!column.equal(before[name], after[name])) return true;
  return false;
}
