/** A serial line without a wire: a pseudo-terminal, whose other end is in the test (`script` of util-linux holds it). */
import { spawn } from "node:child_process";
import { readlinkSync } from "node:fs";

export interface PseudoTerminal {
  /** What a program opens as its serial line. */
  readonly path: string;
  write(octets: Uint8Array): void;
  listen(octets: (octets: Uint8Array) => void): void;
  /** The line is unplugged. */
  hangUp(): void;
}

const readyMark = "raw";

export async function openPseudoTerminal(): Promise<PseudoTerminal> {
  // What is written there by the shell is the last that is not raw.
  const shell = `stty raw -echo; echo "$$ ${readyMark}"; exec sleep 1000`;
  const holder = spawn("script", ["--quiet", "--flush", "--command", shell, "/dev/null"], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  let heard: ((octets: Uint8Array) => void) | undefined;
  const shellProcess = await new Promise<number>((resolve, reject) => {
    let text = "";
    holder.once("error", reject);
    holder.stdout.on("data", (octets: Buffer) => {
      if (heard !== undefined) return heard(octets);
      text += octets.toString("latin1");
      const said = new RegExp(`(\\d+) ${readyMark}\\s`).exec(text);
      if (said === null) return;
      heard = () => undefined;
      resolve(Number(said[1]));
    });
  });
  return {
    path: readlinkSync(`/proc/${shellProcess}/fd/0`),
    write: (octets) => holder.stdin.write(octets),
    listen: (octets) => {
      heard = octets;
    },
    hangUp: () => {
      holder.stdin.destroy();
      holder.kill("SIGKILL");
      try {
        process.kill(shellProcess, "SIGKILL");
      } catch {
        // Its terminal has gone before it, and it with it.
      }
    },
  };
}
