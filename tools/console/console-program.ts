/** `npm run console -- 3`: this terminal becomes that of a card of the rack that runs in this folder. */
import { connect } from "node:net";
import { join, relative, resolve } from "node:path";
import { Command, InvalidArgumentError } from "commander";
import { consoleSocket } from "./console-socket.ts";

/** ^] */
const leaveOctet = 0x1d;

interface Options {
  readonly run: string;
}

export async function runConsole(argv: readonly string[]): Promise<void> {
  const command = new Command("console")
    .description("Puts you in front of a card of the running rack. ^] leaves.")
    .argument("<slot>", "the slot of the card", slotOf)
    .option("--run <folder>", "folder of the run", ".run/latest");
  command.parse([...argv]);
  const [slot] = command.processedArgs as [number];
  const path = join(resolve(command.opts<Options>().run), `slot-${slot}`, consoleSocket);
  process.exitCode = await attach(relative(process.cwd(), path), slot);
}

function slotOf(text: string): number {
  if (!/^\d{1,2}$/.test(text) || Number(text) > 63) throw new InvalidArgumentError("a slot is a number from 0 to 63.");
  return Number(text);
}

/** Resolves with the exit code when either end is done. */
function attach(path: string, slot: number): Promise<number> {
  const { stdin, stdout } = process;
  const socket = connect(path);
  return new Promise((done) => {
    let isConnected = false;
    const end = (code: number, text: string) => {
      if (stdin.isTTY) stdin.setRawMode(false);
      stdin.pause();
      socket.destroy();
      (code === 0 ? stdout : process.stderr).write(text);
      done(code);
    };
    socket.on("connect", () => {
      isConnected = true;
      if (stdin.isTTY) {
        stdin.setRawMode(true);
        stdout.write(`slot ${slot}; ^] leaves\r\n`);
      }
      stdin.on("data", (octets: Buffer) => {
        const end_ = stdin.isTTY ? octets.indexOf(leaveOctet) : -1;
        socket.write(end_ < 0 ? octets : octets.subarray(0, end_));
        if (end_ >= 0) end(0, "\r\n");
      });
      stdin.on("end", () => socket.end());
    });
    socket.on("data", (octets) => {
      if (stdout.write(octets)) return;
      socket.pause();
      stdout.once("drain", () => socket.resume());
    });
    socket.on("error", (error: NodeJS.ErrnoException) => end(isConnected ? 1 : 2, `${reasonOf(error, slot, path)}\n`));
    socket.on("close", () => end(0, ""));
  });
}

function reasonOf({ code, message }: NodeJS.ErrnoException, slot: number, path: string): string {
  if (code === "ENOENT")
    return `${path}: slot ${slot} has no console here: does a rack run in this folder, with such a card?`;
  if (code === "ECONNREFUSED") return `${path}: nobody answers: the card in slot ${slot} does not run`;
  if (code === "EACCES") return `${path}: only the user who runs the rack may do this`;
  return `${path}: ${message}`;
}
