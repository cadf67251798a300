/** The tables of a call server, as small as they can be and still show what a resynchronisation can spoil. */

/**
 * A row is a set of columns: 0 when it does not exist, otherwise its existence (column 0) and the inputs that wrote to it. The first
 * two inputs write to columns of the same row, the second to another row as well; the third removes the first row.
 */
const changesOf: Readonly<Record<number, readonly { readonly row: number; readonly remove?: true }[]>> = {
  1: [{ row: 0 }],
  2: [{ row: 0 }, { row: 1 }],
  3: [{ row: 0, remove: true }],
  4: [{ row: 0 }],
};

export function touches(input: number, row: number): boolean {
  return changesOf[input].some((change) => change.row === row);
}

/** The value of a row after the commit of an input. */
export function rowAfter(value: number, row: number, input: number): number {
  const change = changesOf[input].find((candidate) => candidate.row === row);
  if (!change) return value;
  return change.remove ? 0 : value | 1 | (1 << input);
}
