/**
 * What wakes a thread's event loop from another thread: a pipe, in which an octet is a ring of the bell.
 *
 * What JavaScript has for it (messages, `Atomics.notify`) takes locks in the runtime. A thread at real-time priority that wants
 * such a lock while another thread has been interrupted within it waits until that one gets a processor again, and others of
 * the machine may come first. Nobody holds anything while he writes to a pipe.
 */
import { execFileSync } from "node:child_process";
import { constants, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Makes a bell. Its number is good in all threads of this process. */
export function newBell(): number {
  const folder = mkdtempSync(join(tmpdir(), "bell-"));
  try {
    const path = join(folder, "pipe");
    execFileSync("mkfifo", [path]);
    return openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const ring = new Uint8Array(1);

export function ringBell(bell: number): void {
  try {
    writeSync(bell, ring);
  } catch (error) {
    // As many rings as a pipe holds have not been heard yet: one more says nothing new.
    if ((error as NodeJS.ErrnoException).code !== "EAGAIN") throw error;
  }
}

/**
 * Calls `heard` from this thread's event loop after a ring, once for any number of them, and keeps the thread alive meanwhile.
 * @returns what ends that, and the bell with it
 */
export function hearBell(bell: number, heard: () => void): () => void {
  const callback = () => {
    heard();
    return true;
  };
  const socket = new Socket({
    fd: bell,
    readable: true,
    writable: false,
    onread: { buffer: new Uint8Array(64), callback },
  });
  return () => socket.destroy();
}
