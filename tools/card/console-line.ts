/** The lines that a card's console is on: a serial line, standard input, or whoever connects to a socket. */
import { chmodSync, rmSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { relative } from "node:path";
import type { Readable, Writable } from "node:stream";
import { openSerialLine } from "../../hal/linux/serial-line.ts";
import type { SerialLine, SerialLineListener } from "../../hal/serial-line.ts";

/** A serial line that drops is opened again so long after. */
const reopenAfterMillis = 1000;
/** Connections to one card's socket at a time. */
const connectionsMax = 8;

export interface ConsoleLines {
  /** Somebody may be there. @param endsWithSession whether the line is of no more use when its user has logged out */
  opened(name: string, line: SerialLine, endsWithSession: boolean): void;
  log(severity: "info" | "warning" | "alarm", text: string): void;
}

/** ^D. */
const endOfInput = Uint8Array.of(0x04);
const endAgainMillis = 1000;

/** Standard input and output, or a connection. */
export class StreamLine implements SerialLine {
  readonly #input: Readable;
  readonly #output: Writable;
  readonly #answersToTheEnd: boolean;
  #isClosed = false;

  /** @param answersToTheEnd whoever has said all still wants to hear: the end of the input is ^D, and ^D again until it is heard */
  constructor(input: Readable, output: Writable, answersToTheEnd: boolean) {
    this.#input = input;
    this.#output = output;
    this.#answersToTheEnd = answersToTheEnd;
  }

  write(octets: Uint8Array): boolean {
    return this.#isClosed || !this.#output.writable || this.#output.write(octets);
  }

  listen(listener: SerialLineListener): void {
    const closed = (reason: string) => {
      if (this.#isClosed) return;
      this.#isClosed = true;
      listener.closed(reason);
    };
    this.#input.on("data", (octets: Uint8Array) => {
      if (!this.#isClosed) listener.octets(octets);
    });
    this.#output.on("drain", () => listener.writable?.());
    this.#input.on("end", () => {
      if (this.#answersToTheEnd) this.#endInput(listener);
      else closed("the end of the input");
    });
    for (const stream of [this.#input, this.#output]) {
      stream.on("close", () => closed("the line is closed"));
      stream.on("error", (error: Error) => closed(error.message));
    }
  }

  #endInput(listener: SerialLineListener): void {
    if (this.#isClosed) return;
    listener.octets(endOfInput);
    setTimeout(() => this.#endInput(listener), endAgainMillis).unref();
  }

  close(): void {
    this.#isClosed = true;
    this.#output.end();
  }
}

/** Opens the line, and again whenever it has dropped. What cannot be opened is said once. */
export function serialConsole(device: string, baudRate: number, lines: ConsoleLines): void {
  let isSaid = false;
  const open = async () => {
    try {
      const line = await openSerialLine(device, baudRate);
      if (isSaid) lines.log("info", `console: ${device} is open again`);
      isSaid = false;
      lines.opened(device, watched(line, again), false);
    } catch (error) {
      again(error instanceof Error ? error.message : String(error));
    }
  };
  const again = (reason: string) => {
    if (!isSaid) lines.log("warning", `console: ${reason}; ${device} is tried again every second`);
    isSaid = true;
    setTimeout(open, reopenAfterMillis).unref();
  };
  void open();
}

/** The same line, with somebody more who hears of its end. */
function watched(line: SerialLine, closed: (reason: string) => void): SerialLine {
  return {
    write: (octets) => line.write(octets),
    close: () => line.close(),
    listen: (listener) =>
      line.listen({
        octets: (octets) => listener.octets(octets),
        writable: () => listener.writable?.(),
        closed: (reason) => {
          listener.closed(reason);
          closed(reason);
        },
      }),
  };
}

export function standardConsole(lines: ConsoleLines): void {
  const { stdin, stdout } = process;
  if (stdin.isTTY) stdin.setRawMode(true);
  lines.opened("standard input", new StreamLine(stdin, stdout, false), false);
}

const socketModes = { user: 0o600, group: 0o660 } as const;

/** A socket that nobody may connect to but the user who started the card, or whoever is in the group that it runs in. */
export function socketConsole(where: string, lets: keyof typeof socketModes, lines: ConsoleLines): Server {
  // The kernel takes 107 octets: from here it may be shorter.
  const path = relative(process.cwd(), where);
  rmSync(path, { force: true });
  const server = createServer({ allowHalfOpen: true }, (socket: Socket) => {
    lines.opened("socket", new StreamLine(socket, socket, true), true);
  });
  server.maxConnections = connectionsMax;
  server.on("error", (error) => lines.log("warning", `console: ${path}: ${error.message}`));
  server.listen(path, () => chmodSync(path, socketModes[lets]));
  server.unref();
  return server;
}
