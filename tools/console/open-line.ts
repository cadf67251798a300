/** The way to a card's console: a serial line, a pseudo-terminal, a Unix socket or a TCP connection. */
import { statSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { openSerialLine } from "../../hal/linux/serial-line.ts";
import { UserError } from "../configuration/read-configuration.ts";

export interface OpenLineListener {
  octets(octets: Uint8Array): void;
  /** The line is gone; nothing follows. @param reason a sentence */
  dropped(reason: string): void;
}

export interface OpenLine {
  write(text: string): void;
  close(): void;
}

/** Where a console is. */
export type LineAddress =
  | { readonly kind: "serial"; readonly path: string; readonly baudRate: number }
  | { readonly kind: "socket"; readonly path: string }
  | { readonly kind: "tcp"; readonly host: string; readonly port: number };

/** @throws UserError */
export function lineAddress(text: string, baudRate: number): LineAddress {
  const tcp = /^tcp:\/\/(\[[^\]]+\]|[^:/]+):(\d+)\/?$/.exec(text);
  if (tcp !== null) {
    const port = Number(tcp[2]);
    if (port < 1 || port > 65_535) throw new UserError(`${text}: a port is 1 to 65535`);
    return { kind: "tcp", host: tcp[1].replace(/^\[|\]$/g, ""), port };
  }
  if (text.includes("://"))
    throw new UserError(`${text}: a console is at /dev/..., at a socket, or at tcp://host:port`);
  const found = statSync(text, { throwIfNoEntry: false });
  // A USB adapter may be plugged in later; a path that is a file of another kind never becomes a line.
  if (found?.isDirectory() || found?.isFile()) throw new UserError(`${text}: is no serial line and no socket`);
  return found?.isSocket() ? { kind: "socket", path: text } : { kind: "serial", path: text, baudRate };
}

/** Rejects with a sentence where nobody is there. */
export async function openLine(address: LineAddress, listener: OpenLineListener): Promise<OpenLine> {
  if (address.kind !== "serial") return await openSocket(address, listener);
  const line = await openSerialLine(address.path, address.baudRate);
  line.listen({ octets: (octets) => listener.octets(octets), closed: (reason) => listener.dropped(reason) });
  return { write: (text) => void line.write(Buffer.from(text)), close: () => line.close() };
}

function openSocket(address: Exclude<LineAddress, { kind: "serial" }>, listener: OpenLineListener): Promise<OpenLine> {
  const where = address.kind === "tcp" ? `${address.host}:${address.port}` : address.path;
  return new Promise((resolve, reject) => {
    const socket: Socket = address.kind === "tcp" ? connect(address.port, address.host) : connect(address.path);
    let failure = "the other end has hung up";
    let isOpen = false;
    socket.on("connect", () => {
      isOpen = true;
      resolve({ write: (text) => void socket.write(text), close: () => socket.destroy() });
    });
    socket.on("data", (octets) => listener.octets(octets));
    socket.on("error", (error: NodeJS.ErrnoException) => {
      failure = error.code ?? error.message;
    });
    socket.on("close", () => {
      if (isOpen) listener.dropped(`${where}: ${failure}`);
      else reject(new Error(`${where} cannot be reached: ${failure}`));
    });
  });
}
