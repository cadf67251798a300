/**
 * The lines of a card's files on their way to its disk. What the disk does not take waits in memory, in order, and goes out when it
 * does; calls go on meanwhile. Memory is bounded: of what is too much for it the file says that it is lost, a line for a line, so
 * that the lines after it keep their numbers.
 */
import type { Storage, StorageFailure } from "../../hal/storage.ts";
import { countLines, truncateLines } from "./line-file.ts";

/** Lines of one file that may wait: call detail records of about five minutes at 50 calls a second, in some 5 MB. */
export const linesWaitingMax = 16_384;
/** Lines that are handed to the disk at once. */
const linesAtOnce = 256;
/** What stands in the file for a line that was lost. */
export const lostLine = '{"lost":true}';

interface Waiting {
  lines: string[];
  /** Lines that came after these and found no room. */
  lost: number;
}

export class LineWriter {
  readonly #storage: Storage;
  readonly #log: (severity: "info" | "warning" | "alarm", text: string) => void;
  /** By file, only those for which something waits. */
  readonly #waiting = new Map<string, Waiting>();
  #hasFailed = false;

  constructor(storage: Storage, log: (severity: "info" | "warning" | "alarm", text: string) => void) {
    this.#storage = storage;
    this.#log = log;
  }

  /** Whether `retry` is to be called in a while. */
  get isBehind(): boolean {
    return this.#waiting.size > 0;
  }

  append(file: string, line: string): void {
    const waiting = this.#waiting.get(file);
    if (waiting === undefined) {
      const outcome = this.#storage.append(file, `${line}\n`);
      if (outcome.ok) return;
      this.#waiting.set(file, { lines: [line], lost: 0 });
      this.#failed(outcome.error);
      return;
    }
    if (waiting.lost === 0 && waiting.lines.length < linesWaitingMax) {
      waiting.lines.push(line);
    } else if (waiting.lost++ === 0) {
      this.#log("alarm", `${linesWaitingMax} lines of ${file} wait for the disk: further ones are lost`);
    }
    this.retry();
  }

  /** Cuts a file to its first `lines` lines, those that wait and those that are lost counted. */
  truncate(file: string, lines: number): void {
    const waiting = this.#waiting.get(file);
    if (waiting !== undefined) {
      const inFile = countLines(this.#storage, file);
      const kept = Math.max(0, lines - inFile);
      waiting.lost = Math.min(waiting.lost, Math.max(0, kept - waiting.lines.length));
      waiting.lines.splice(kept);
      if (kept > 0) return;
      this.#waiting.delete(file);
    }
    const error = truncateLines(this.#storage, file, lines);
    if (error) this.#failed(error);
  }

  /** Tries again what the disk has refused. */
  retry(): void {
    for (const [file, waiting] of this.#waiting) {
      const error = this.#writeOut(file, waiting);
      if (error) {
        this.#failed(error);
        return;
      }
      this.#waiting.delete(file);
    }
    if (!this.#hasFailed) return;
    this.#hasFailed = false;
    this.#log("info", "storage works again");
  }

  #writeOut(file: string, waiting: Waiting): StorageFailure | undefined {
    while (waiting.lines.length > 0 || waiting.lost > 0) {
      const isLost = waiting.lines.length === 0;
      const count = Math.min(linesAtOnce, isLost ? waiting.lost : waiting.lines.length);
      const lines = isLost ? new Array<string>(count).fill(lostLine) : waiting.lines.slice(0, count);
      const outcome = this.#storage.append(file, lines.map((line) => `${line}\n`).join(""));
      if (!outcome.ok) return outcome.error;
      if (isLost) waiting.lost -= count;
      else waiting.lines.splice(0, count);
    }
    return undefined;
  }

  /** Said once, until it works again. */
  #failed({ name, kind }: StorageFailure): void {
    if (!this.#hasFailed) this.#log("alarm", `storage of ${name} fails: ${kind}`);
    this.#hasFailed = true;
  }
}
