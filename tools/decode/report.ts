/** What is wrong with octets that somebody wants to see decoded. */
import type { DecodeError } from "../../firmware/result.ts";

/** An error in its place: `offset` counts from the first octet that was given, whatever layer the error is in. */
export interface Defect extends DecodeError {
  /** The layer that cannot be read. */
  readonly subject: string;
}

/** Takes an error of `subject`, whose offset counts from the first octet of `part`; `part` is a view of what was given. */
export type Report = (subject: string, error: DecodeError, part: Uint8Array) => void;

/** Collects into `defects` what is wrong with `whole`. */
export function reportInto(defects: Defect[], whole: Uint8Array): Report {
  return (subject, error, part) => {
    const base = part.buffer === whole.buffer ? part.byteOffset - whole.byteOffset : 0;
    defects.push({ ...error, subject, offset: base + error.offset });
  };
}

/** `isup: truncated at offset 7, in calledPartyNumber.` */
export function sentence({ subject, kind, offset, parameter }: Defect): string {
  return `${subject}: ${kind} at offset ${offset}${parameter === undefined ? "" : `, in ${parameter}`}.`;
}
