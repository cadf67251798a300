/** `npm run console -- 3`: this terminal becomes that of a card of the rack that runs in this folder, or of the one at a socket. */
import { connect } from "node:net";
import { join, relative, resolve } from "node:path";
import { Command, InvalidArgumentError } from "commander";
import { consoleSocket } from "./console-socket.ts";

/** ^] */
const leaveOctet = 0x1d;

interface Options {
  readonly run: string;
  readonly socket?: string;
}

/** A card's console: where it is, and how it is called. */
interface ConsolePlace {
  readonly path: string;
  readonly name: string;
  /** Said when there is nothing at the path. */
  readonly absent: string;
}

export async function runConsole(argv: readonly string[]): Promise<void> {
  const command = new Command("console")
    .description("Puts you in front of a card of the running rack, or of the card at a socket. ^] leaves.")
    .argument("[slot]", "the slot of the card", slotOf)
    .option("--run <folder>", "folder of the run", ".run/latest")
    .option("--socket <path>", "instead of a slot: the socket of a card's console, such as /run/tandem/console.sock");
  command.parse([...argv]);
  const [slot] = command.processedArgs as [number | undefined];
  const { run, socket } = command.opts<Options>();
  if ((slot === undefined) === (socket === undefined)) {
    process.stderr.write("console: name the slot of a card, or its --socket\n");
    process.exitCode = 2;
    return;
  }
  process.exitCode = await attach(slot === undefined ? atSocket(socket ?? "") : ofRun(run, slot));
}

function ofRun(run: string, slot: number): ConsolePlace {
  return {
    path: relative(process.cwd(), join(resolve(run), `slot-${slot}`, consoleSocket)),
    name: `slot ${slot}`,
    absent: `slot ${slot} has no console here: does a rack run in this folder, with such a card?`,
  };
}

function atSocket(path: string): ConsolePlace {
  return { path, name: `the card at ${path}`, absent: "there is no console here: does a card run on this machine?" };
}

function slotOf(text: string): number {
  if (!/^\d{1,2}$/.test(text) || Number(text) > 63) throw new InvalidArgumentError("a slot is a number from 0 to 63.");
  return Number(text);
}

/** Resolves with the exit code when either end is done. */
function attach(place: ConsolePlace): Promise<number> {
  const { stdin, stdout } = process;
  const { path, name } = place;
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
        stdout.write(`${name}; ^] leaves\r\n`);
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
    socket.on("error", (error: NodeJS.ErrnoException) => end(isConnected ? 1 : 2, `${reasonOf(error, place)}\n`));
    socket.on("close", () => end(0, ""));
  });
}

function reasonOf({ code, message }: NodeJS.ErrnoException, { path, name, absent }: ConsolePlace): string {
  if (code === "ENOENT") return `${path}: ${absent}`;
  if (code === "ECONNREFUSED") return `${path}: nobody answers: ${name} does not run`;
  if (code === "EACCES") return `${path}: only the user who runs the card, or its group, may do this`;
  return `${path}: ${message}`;
}
