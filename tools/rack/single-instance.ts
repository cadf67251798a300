/** One rack a folder: the second one is told of the first. */
import { createHash } from "node:crypto";
import { realpathSync } from "node:fs";
import { connect, createServer, type Server } from "node:net";

/** Held until the process ends, however it ends: the kernel takes an abstract socket back. */
export interface InstanceLock {
  release(): void;
}

/**
 * Takes the folder for this process.
 * @returns the number of the process that has it already, where there is one
 */
export async function lockFolder(folder: string): Promise<InstanceLock | { readonly heldBy: string }> {
  const path = `\0tandem-rack-${createHash("sha256").update(realpathSync(folder)).digest("hex").slice(0, 32)}`;
  const server = createServer((socket) => {
    socket.on("error", () => socket.destroy());
    socket.end(String(process.pid));
  });
  return (await listen(server, path)) ? { release: () => server.close() } : { heldBy: await whoHolds(path) };
}

function listen(server: Server, path: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EADDRINUSE") resolve(false);
      else reject(error);
    });
    server.listen(path, () => resolve(true));
    server.unref();
  });
}

const answerWithinMillis = 1000;

function whoHolds(path: string): Promise<string> {
  return new Promise((resolve) => {
    let said = "";
    const socket = connect(path);
    socket.setTimeout(answerWithinMillis, () => socket.destroy());
    socket.on("data", (octets) => {
      said += octets.toString("latin1");
    });
    socket.on("error", () => undefined);
    socket.on("close", () => resolve(/^\d+$/.test(said) ? `process ${said}` : "another process"));
  });
}
