/** What a bench is: it measures, says what it measured as a table, and whether that reaches its floor. */
export interface Bench {
  readonly name: string;
  readonly about: string;
  /** `tell` hears how it gets on. */
  run(settings: BenchSettings, tell: (text: string) => void): Promise<BenchResult>;
}

export interface BenchSettings {
  /** The rack.yaml to use. */
  readonly config: string;
  /** How often a bench that pulls the primary does so. */
  readonly pulls: number;
}

export interface BenchResult {
  /** Rows of cells, the heading first. */
  readonly table: readonly (readonly string[])[];
  /** Sentences under the table. */
  readonly remarks: readonly string[];
  /** The same as data. */
  readonly figures: unknown;
  readonly reachesFloor: boolean;
}

/** Columns as wide as their widest cell; numbers to the right, the first column to the left. */
export function tableText(table: BenchResult["table"]): string {
  const columns = Math.max(...table.map((row) => row.length));
  const widths = Array.from({ length: columns }, (_, column) =>
    Math.max(...table.map((row) => row[column]?.length ?? 0)),
  );
  const cell = (text: string, column: number) =>
    column === 0 ? text.padEnd(widths[column]) : text.padStart(widths[column]);
  return table.map((row) => `${row.map(cell).join("  ").trimEnd()}\n`).join("");
}
