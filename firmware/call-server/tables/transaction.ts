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

export class Transaction {
  readonly tables: NodeTables;
  readonly sequence: number;
  /** New rows by table and key; `undefined` for one that goes away. */
  readonly #drafts = new Map<AnyTable, Map<number, AnyRow | undefined>>();

  constructor(tables: NodeTables, sequence: number) {
    this.tables = tables;
    this.sequence = sequence;
  }

  /** The row as this transaction leaves it. */
  get<R>(table: Table<R>, key: number): Readonly<R> {
    const drafts = this.#drafts.get(table as unknown as AnyTable);
    if (!drafts?.has(key)) return table.get(key);
    return (drafts.get(key) as Readonly<R> | undefined) ?? table.initial;
  }

  has<R>(table: Table<R>, key: number): boolean {
    const drafts = this.#drafts.get(table as unknown as AnyTable);
    return drafts?.has(key) ? drafts.get(key) !== undefined : table.has(key);
  }

  /** The row to write into; it comes into being when there is none. */
  edit<R>(table: Table<R>, key: number): R {
    const drafts = this.#draftsOf(table as unknown as AnyTable);
    let draft = drafts.get(key);
    if (draft === undefined) {
      draft = drafts.has(key) ? { ...(table.initial as AnyRow) } : { ...(table.get(key) as AnyRow) };
      drafts.set(key, draft);
    }
    return draft as R;
  }

  remove<R>(table: Table<R>, key: number): void {
    this.#draftsOf(table as unknown as AnyTable).set(key, undefined);
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
  changes(): Change[] {
    const changes: Change[] = [];
    for (const table of this.tables.all) {
      for (const [key, after] of this.#drafts.get(table) ?? []) {
        const before = table.has(key) ? table.get(key) : undefined;
        if (after === before || (after && before && sameRow(table, before, after))) continue;
        changes.push({ table, key, before, after });
      }
    }
    return changes;
  }

  #draftsOf(table: AnyTable): Map<number, AnyRow | undefined> {
    let drafts = this.#drafts.get(table);
    if (drafts === undefined) {
      drafts = new Map();
      this.#drafts.set(table, drafts);
    }
    return drafts;
  }
}

/** Puts the rows in their places. */
export function apply(changes: readonly Change[]): void {
  for (const { table, key, after } of changes) table.put(key, after);
}

function sameRow(table: AnyTable, a: Readonly<AnyRow>, b: Readonly<AnyRow>): boolean {
  return table.columns.every(({ name, column }) => column.equal(a[name], b[name]));
}
