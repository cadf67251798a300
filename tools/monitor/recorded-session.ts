/** A session of the monitor in a file: what came over the line, and when. A line of JSON each: milliseconds since the start, and text. */
import { createWriteStream, readFileSync, type WriteStream } from "node:fs";
import { UserError } from "../configuration/read-configuration.ts";

export interface RecordedPart {
  readonly atMillis: number;
  readonly octets: Uint8Array;
}

/** Says what the file is, and how parts are written: an octet a character. */
const heading = { tandemMonitor: 1, octets: "latin1" } as const;

export class SessionRecorder {
  readonly #stream: WriteStream;
  readonly #startMillis: number;

  private constructor(stream: WriteStream, startMillis: number) {
    this.#stream = stream;
    this.#startMillis = startMillis;
    this.#stream.write(`${JSON.stringify(heading)}\n`);
  }

  /** @param failed told once, when the file can be written no more. @throws UserError */
  static async to(file: string, nowMillis: number, failed: (reason: string) => void): Promise<SessionRecorder> {
    const stream = createWriteStream(file);
    await new Promise<void>((resolve, reject) => {
      stream.once("open", () => resolve());
      stream.once("error", (error: NodeJS.ErrnoException) => {
        reject(new UserError(`${file}: cannot be written: ${error.code ?? error}`));
      });
    });
    stream.on("error", (error: NodeJS.ErrnoException) => failed(`${file}: the session is not whole: ${error.code}`));
    return new SessionRecorder(stream, nowMillis);
  }

  octets(octets: Uint8Array, nowMillis: number): void {
    const text = Buffer.from(octets).toString("latin1");
    this.#stream.write(`${JSON.stringify([Math.round(nowMillis - this.#startMillis), text])}\n`);
  }

  close(): Promise<void> {
    return new Promise((resolve) => this.#stream.end(() => resolve()));
  }
}

/** @throws UserError with file and line */
export function readSession(file: string): readonly RecordedPart[] {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    throw new UserError(`${file}: cannot be read: ${(error as NodeJS.ErrnoException).code ?? error}`);
  }
  const [first, ...lines] = text.split("\n");
  if (!isHeading(first)) throw new UserError(`${file}, line 1: is no recorded session`);
  return lines.flatMap((line, place) => {
    if (line === "") return [];
    const part = partIn(line);
    if (part === undefined) throw new UserError(`${file}, line ${place + 2}: is no part of a session`);
    return [part];
  });
}

function isHeading(line: string): boolean {
  const found = parsed(line);
  return typeof found === "object" && found !== null && "tandemMonitor" in found && found.tandemMonitor === 1;
}

function partIn(line: string): RecordedPart | undefined {
  const found = parsed(line);
  if (!Array.isArray(found)) return undefined;
  const [atMillis, text] = found as readonly unknown[];
  if (typeof atMillis !== "number" || typeof text !== "string") return undefined;
  return { atMillis, octets: Buffer.from(text, "latin1") };
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
