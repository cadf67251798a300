/** The console of a card as a line, by a program on another machine: what it reads and writes there comes over ssh. */
import { spawn } from "node:child_process";
import type { OpenLine, OpenLineListener } from "../console/open-line.ts";
import { UserError } from "../configuration/read-configuration.ts";

export interface SshConsole {
  /** The program: `ssh`. */
  readonly ssh: string;
  /** user@host */
  readonly host: string;
  /** What puts somebody in front of the console there. */
  readonly command: string;
}

const saidMax = 2000;

/** Nobody is asked for a password of that machine: a key lets in, or nothing does. */
export async function openSshLine({ ssh, host, command }: SshConsole, listener: OpenLineListener): Promise<OpenLine> {
  const child = spawn(ssh, ["-T", "-o", "BatchMode=yes", host, command], { stdio: ["pipe", "pipe", "pipe"] });
  let said = "";
  child.stderr.on("data", (octets: Buffer) => {
    said = (said + octets.toString()).slice(-saidMax);
  });
  child.stdout.on("data", (octets: Buffer) => listener.octets(octets));
  // Its end is told by the program itself.
  child.stdin.on("error", () => undefined);
  const started = await new Promise<NodeJS.ErrnoException | undefined>((resolve) => {
    child.once("spawn", () => resolve(undefined));
    child.on("error", resolve);
  });
  if (started !== undefined) throw new UserError(`${ssh} cannot be run: ${started.code ?? started.message}`);
  child.on("close", (code) => {
    const last = said.trim().split("\n").at(-1)?.trim();
    listener.dropped(`${host}: ${last === undefined || last === "" ? `${ssh} has ended with ${code}` : last}`);
  });
  return { write: (text) => void child.stdin.write(text), close: () => void child.kill() };
}
