/**
 * Writes an image to a disk and reads it back. What a machine finds first, the partition table, is taken away at the beginning and
 * written at the end: a disk whose writing was interrupted holds nothing that boots.
 */
import { createHash } from "node:crypto";
import { closeSync, fsyncSync, openSync, readSync, writeSync } from "node:fs";
import { UserError } from "../configuration/read-configuration.ts";

/** Up to the first partition. */
export const tableOctets = 1024 * 1024;
const pieceOctets = 4 * 1024 * 1024;

export type WriteProgress = (done: "written" | "checked", octets: number, of: number) => void;

/** @throws UserError with what went wrong, and what is on the disk then */
export async function writeImage(image: string, disk: string, octets: number, progress: WriteProgress): Promise<void> {
  const unfinished = `${disk} holds no partition table now and does not boot: write it again`;
  const source = openSync(image, "r");
  try {
    await onDisk(disk, "r+", unfinished, async (target) => {
      writeAll(target, new Uint8Array(tableOctets), 0);
      fsyncSync(target);
      await copy(source, target, tableOctets, octets, progress);
      fsyncSync(target);
      writeAll(target, read(source, tableOctets, 0), 0);
      fsyncSync(target);
    });
    const expected = await digest(source, octets, () => undefined);
    // Opened anew: the kernel forgets what it kept of a disk that nobody has open.
    await onDisk(disk, "r", unfinished, async (target) => {
      const found = await digest(target, octets, (done) => progress("checked", done, octets));
      if (found !== expected)
        throw new UserError(`${disk} does not give back what was written: it is worn out, or no real one`);
    });
  } finally {
    closeSync(source);
  }
}

async function onDisk(
  disk: string,
  flags: "r" | "r+",
  unfinished: string,
  use: (descriptor: number) => Promise<void>,
): Promise<void> {
  let descriptor: number | undefined;
  try {
    descriptor = openSync(disk, flags);
    await use(descriptor);
    closeSync(descriptor);
  } catch (error) {
    if (error instanceof UserError) throw error;
    const { code = String(error) } = error as NodeJS.ErrnoException;
    if (descriptor === undefined) throw new UserError(`${disk} cannot be opened: ${code}`);
    throw new UserError(`${disk} fails with ${code}; ${unfinished}`);
  }
}

async function copy(
  source: number,
  target: number,
  from: number,
  until: number,
  progress: WriteProgress,
): Promise<void> {
  for (let at = from; at < until; at += pieceOctets) {
    const piece = read(source, Math.min(pieceOctets, until - at), at);
    writeAll(target, piece, at);
    // What is written is written, and a progress that is shown is one.
    fsyncSync(target);
    progress("written", at + piece.length, until);
    await turn();
  }
}

async function digest(file: number, octets: number, progress: (done: number) => void): Promise<string> {
  const hash = createHash("sha256");
  for (let at = 0; at < octets; at += pieceOctets) {
    hash.update(read(file, Math.min(pieceOctets, octets - at), at));
    progress(Math.min(at + pieceOctets, octets));
    await turn();
  }
  return hash.digest("hex");
}

/** For signals, between two pieces. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function read(file: number, octets: number, at: number): Uint8Array {
  const piece = new Uint8Array(octets);
  let done = 0;
  while (done < octets) {
    const count = readSync(file, piece, done, octets - done, at + done);
    if (count === 0) break;
    done += count;
  }
  return piece;
}

function writeAll(file: number, piece: Uint8Array, at: number): void {
  for (let done = 0; done < piece.length; ) done += writeSync(file, piece, done, piece.length - done, at + done);
}
