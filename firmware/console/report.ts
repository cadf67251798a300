/** What `show` commands show: a table, as text for people or as one line of JSON for programs, both made a row at a time. */
import { utcTime } from "../call-server/utc-time.ts";
import { printable } from "./utf8.ts";

export type Row = Readonly<Record<string, unknown>>;

export interface ReportColumn {
  /** Of the rows. */
  readonly key: string;
  readonly heading: string;
  /** Characters; what is longer pushes the rest to the right. */
  readonly width: number;
}

export interface Report {
  readonly columns: readonly ReportColumn[];
  /** Read only as far as somebody looks. */
  readonly rows: Iterable<Row>;
  /** Said when there is no row. */
  readonly none: string;
}

/** Output in pieces; a piece without a line end at its end is gone on with. */
export type Pieces = Iterable<string>;

export function* textOf({ columns, rows, none }: Report): Pieces {
  let isFirst = true;
  for (const row of rows) {
    if (isFirst) yield `${line(columns.map((column) => [column, column.heading]))}\n`;
    isFirst = false;
    yield `${line(columns.map((column) => [column, shown(row[column.key])]))}\n`;
  }
  if (isFirst) yield `${none}\n`;
}

/** `{"show":"calls","slot":3,"rows":[...]}` */
export function* jsonOf(name: string, slot: number, { rows }: Report): Pieces {
  yield `{"show":${JSON.stringify(name)},"slot":${slot},"rows":[`;
  let separator = "";
  for (const row of rows) {
    yield `${separator}${JSON.stringify(row, jsonValue)}`;
    separator = ",";
  }
  yield "]}\n";
}

function line(cells: readonly (readonly [ReportColumn, string])[]): string {
  return cells
    .map(([{ width }, text]) => text.padEnd(width))
    .join("  ")
    .trimEnd();
}

function shown(value: unknown): string {
  if (value === undefined || value === null || value === "") return "-";
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (typeof value === "object") {
    const pairs = Object.entries(value).map(([name, each]) => `${name} ${shown(each)}`);
    return printable(pairs.join(", ")) || "-";
  }
  return printable(String(value));
}

/** Octets as hexadecimal digits; control characters are JSON's own affair. */
function jsonValue(_: string, value: unknown): unknown {
  if (!(value instanceof Uint8Array)) return value;
  return [...value].map((octet) => octet.toString(16).padStart(2, "0")).join("");
}

/** Of UTC in milliseconds: the time of day, with the date where it is another day's. No time for 0. */
export function timeText(millis: unknown, nowMillis: number): string | undefined {
  if (typeof millis !== "number" || millis === 0) return undefined;
  const [date, time] = utcTime(millis).slice(0, 19).split("T");
  return utcTime(nowMillis).startsWith(date) ? time : `${date} ${time}`;
}
