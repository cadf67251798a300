/** Which group a record is of. All records but beats say it in their first octet, so that who has no part in the group reads no further. */
import { type RecordClass, recordClass } from "./frame-identifier.ts";

/** Commits and inputs have it in the upper four bits; the others, which come in kinds, below the kind. */
export function groupOf(kind: RecordClass, record: Uint8Array): number | undefined {
  if (record.length === 0) return undefined;
  const isPlain = kind === recordClass.commit || kind === recordClass.input;
  return isPlain ? record[0] >> 4 : record[0] & 15;
}
