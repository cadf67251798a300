/** Files of lines on a card's storage. */
import type { Storage, StorageFailure, StorageOutcome } from "../../hal/storage.ts";

const newline = 0x0a;
const readOctets = 65_536;

/** Octet offset of the end of the first `lines` lines, or of the file when it has fewer. */
function endOfLine(storage: Storage, name: string, lines: number): StorageOutcome<number> {
  let left = lines;
  let offset = 0;
  while (left > 0) {
    const piece = storage.read(name, offset, readOctets);
    if (!piece.ok) return piece;
    if (piece.value.length === 0) break;
    for (let index = 0; index < piece.value.length; index++) {
      if (piece.value[index] === newline && --left === 0) return { ok: true, value: offset + index + 1 };
    }
    offset += piece.value.length;
  }
  return { ok: true, value: offset };
}

/** Cuts a file to its first `lines` lines. Of a file that is not there nothing need be cut. */
export function truncateLines(storage: Storage, name: string, lines: number): StorageFailure | undefined {
  // A file that cannot be read keeps what it has: better a line too many than all of them lost.
  const end = endOfLine(storage, name, lines);
  const cut = end.ok ? storage.truncate(name, end.value) : end;
  return cut.ok || cut.error.kind === "not-found" ? undefined : cut.error;
}

/** How many whole lines a file has; 0 when there is none. */
export function countLines(storage: Storage, name: string): number {
  let lines = 0;
  for (let offset = 0; ; ) {
    const piece = storage.read(name, offset, readOctets);
    if (!piece.ok || piece.value.length === 0) return lines;
    for (const octet of piece.value) if (octet === newline) lines++;
    offset += piece.value.length;
  }
}

/** The whole lines of a file of ASCII text; what a power cut left half at the end is cut off. None when there is no file. */
export function readLines(storage: Storage, name: string): string[] {
  const lines: string[] = [];
  let line = "";
  let offset = 0;
  for (;;) {
    const piece = storage.read(name, offset, readOctets);
    if (!piece.ok) return lines;
    if (piece.value.length === 0) break;
    offset += piece.value.length;
    for (const octet of piece.value) {
      if (octet === newline) {
        lines.push(line);
        line = "";
      } else {
        line += String.fromCharCode(octet);
      }
    }
  }
  if (line !== "") truncateLines(storage, name, lines.length);
  return lines;
}
