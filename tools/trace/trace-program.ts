/** The trace tool: logs of candump, CAN interfaces or a rack on this machine in, a line a record out. */
import { createReadStream, createWriteStream, statSync } from "node:fs";
import type { Readable } from "node:stream";
import { finished } from "node:stream/promises";
import { createInterface } from "node:readline";
import { Command, CommanderError, InvalidArgumentError, Option } from "commander";
import { recordClassNames, slotMax } from "../../firmware/backplane/frame-identifier.ts";
import { Circuits } from "../../firmware/configuration/circuits.ts";
import { readConfiguration, UserError } from "../configuration/read-configuration.ts";
import type { RecordClassName } from "../decode/record-tree.ts";
import { frameInLine, lineOfFrame } from "./candump-line.ts";
import { followHub, followInterface, type FrameListener, type FrameSource, hubsOfRack } from "./frame-source.ts";
import type { TimedFrame } from "./timed-frame.ts";
import { Tracer } from "./tracer.ts";

/** What the program has of the world. */
export interface Surroundings {
  /** The folder that names are relative to, and where a rack may run. */
  readonly folder: string;
  readonly input: Readable;
  /** @returns false when it has more than it can pass on: wait for `drained` */
  write(text: string): boolean;
  drained(): Promise<void>;
  writeError(text: string): void;
  /** Resolves when whoever watches has enough. */
  readonly interrupted: Promise<void>;
}

export const exitCodes = { traced: 0, defective: 1, usage: 2 } as const;

interface Options {
  readonly slot: readonly number[];
  readonly class: readonly RecordClassName[];
  readonly isup: boolean;
  readonly mgcp: boolean;
  readonly beats: boolean;
  readonly copies: boolean;
  readonly json: boolean;
  readonly planes: readonly string[];
  readonly rack?: string;
  readonly write?: string;
}

const planeNames = ["A", "B"] as const;
const interfaceName = /^[A-Za-z][\w-]{0,14}$/;
/** The same, in a network namespace: `can0@slot-3`. */
const interfaceInNamespace = /^[A-Za-z][\w-]{0,14}(?:@[\w-]+)?$/;

const examples = `
Examples:
  npm run -s trace                                the rack that runs in this folder
  npm run -s trace -- can0 can1 --isup            two interfaces of the kernel, planes A and B
  npm run -s trace -- bus.log --slot 2 --class commit
  candump -ta can0 | npm run -s trace -- -

Exit code: 0 all was readable, 1 something was not, 2 wrong usage, or no such source.`;

/** Runs the program. Never throws on whatever arguments and input; gives the exit code. */
export async function runTrace(words: readonly string[], world: Surroundings): Promise<number> {
  let exitCode: number = exitCodes.traced;
  const program = command(world).action(async (sources: readonly string[], options: Options) => {
    exitCode = await new TraceProgram(options, world).run(sources);
  });
  try {
    await program.parseAsync(words, { from: "user" });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.traced : exitCodes.usage;
    if (!(error instanceof UserError)) throw error;
    world.writeError(`trace: ${error.message}\n`);
    return exitCodes.usage;
  }
}

function command({ write, writeError }: Surroundings): Command {
  const collect = (value: string, before: readonly string[]) => [...before, value];
  return new Command("trace")
    .description(
      "Shows what goes over the bus: a line a record. Heartbeats are left out unless --beats or --class says so.",
    )
    .argument("[sources...]", "logs of candump (- is the standard input), CAN interfaces, sockets of hubs", collect, [])
    .option("--slot <n...>", "only what the cards in these slots say", slotOf, [])
    .addOption(new Option("--class <class...>", "only records of these classes").choices(recordClassNames).default([]))
    .option("--isup", "only what carries ISUP messages", false)
    .option("--mgcp", "only what concerns media gateways", false)
    .option("--beats", "heartbeats as well", false)
    .option("--copies", "the second copy of each record as well, from the other plane", false)
    .option("--json", "a line of JSON a record, with all its fields", false)
    .option("--rack <file>", "rack.yaml: circuits by their names")
    .option("--write <file>", "write every frame to a log, as candump does")
    .option("--planes <names>", "what planes A and B are called in a log", planesOf, ["can0", "can1"])
    .addHelpText("after", examples)
    .exitOverride()
    .configureOutput({ writeOut: write, writeErr: writeError });
}

function slotOf(text: string, before: readonly number[]): readonly number[] {
  const slot = Number(text);
  if (!Number.isInteger(slot) || slot < 0 || slot > slotMax) throw new InvalidArgumentError(`It is 0 to ${slotMax}.`);
  return [...before, slot];
}

function planesOf(text: string): readonly string[] {
  const names = text.split(",").map((name) => name.trim());
  if (names.length > planeNames.length || names.some((name) => !interfaceName.test(name))) {
    throw new InvalidArgumentError("It is the name of one interface, or of two: can0,can1.");
  }
  return names;
}

class TraceProgram {
  readonly #options: Options;
  readonly #world: Surroundings;
  readonly #tracer: Tracer;
  #log: ReturnType<typeof createWriteStream> | undefined;
  #logFault: string | undefined;
  #defects = 0;
  /** Frames that are none of the backplane's. */
  #others = 0;
  #isInterrupted = false;

  constructor(options: Options, world: Surroundings) {
    this.#options = options;
    this.#world = world;
    this.#tracer = new Tracer({
      ...options,
      slots: new Set(options.slot),
      classes: new Set(options.class),
      circuitName: circuitNames(options.rack),
    });
    world.interrupted.then(() => {
      this.#isInterrupted = true;
    });
  }

  async run(given: readonly string[]): Promise<number> {
    const sources = given.map((name) => ({ name, kind: kindOfSource(name) }));
    const live = sources.filter(({ kind }) => kind !== "log").map(({ name }) => name);
    if (live.length > 0 && live.length < sources.length) {
      throw new UserError("a log is read, or a bus is followed: not both at once");
    }
    if (live.length > planeNames.length) throw new UserError("a rack has two planes: name two of them at most");
    await this.#openLog();
    if (sources.length > live.length) for (const { name } of sources) await this.#readLog(name);
    else await this.#follow(sources);
    await this.#show(this.#tracer.end());
    return await this.#close();
  }

  // ------------------------------------------------------------------------------------------------------------------ logs

  async #readLog(name: string): Promise<void> {
    const shown = name === "-" ? "standard input" : name;
    const input = name === "-" ? this.#world.input : createReadStream(name);
    const failed = Promise.withResolvers<never>();
    // A file that cannot be read says so on its own, not to who reads its lines.
    input.once("error", (error: NodeJS.ErrnoException) => failed.reject(error));
    failed.promise.catch(() => undefined);
    const lines = createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY });
    try {
      await Promise.race([this.#readLines(lines, shown), failed.promise]);
    } catch (error) {
      throw new UserError(`${shown}: cannot be read: ${(error as NodeJS.ErrnoException).code ?? error}`);
    } finally {
      lines.close();
    }
  }

  async #readLines(lines: AsyncIterable<string>, name: string): Promise<void> {
    let number = 0;
    for await (const line of lines) {
      if (this.#isInterrupted) break;
      number++;
      const found = frameInLine(line);
      if (!found.ok) {
        this.#defects++;
        this.#world.writeError(`${name}, line ${number}: ${found.error}\n`);
      } else if (typeof found.value !== "string") {
        await this.#take({ ...found.value, plane: this.#planeOf(found.value.plane) }, found.value.plane);
      } else if (found.value === "other") this.#others++;
    }
  }

  #planeOf(name: string): string {
    return planeNames[this.#options.planes.indexOf(name)] ?? name;
  }

  // ------------------------------------------------------------------------------------------------------------------ live

  async #follow(sources: readonly { readonly name: string; readonly kind: SourceKind }[]): Promise<void> {
    const found = sources.length > 0 ? sources : this.#rackHere();
    const open: FrameSource[] = [];
    let running = found.length;
    const gone = Promise.withResolvers<void>();
    for (const [place, { name, kind }] of found.entries()) {
      const plane = planeNames[place];
      const listener: FrameListener = {
        frame: (frame) => void this.#take(frame, kind === "interface" ? name : this.#options.planes[place]),
        missed: (count) => this.#world.writeError(`trace: plane ${plane}: ${count} frames were missed so far.\n`),
        ended: (reason) => {
          this.#world.writeError(`trace: ${reason}.\n`);
          running--;
          if (running === 0) gone.resolve();
        },
      };
      open.push(kind === "hub" ? await followHub(name, plane, listener) : followInterface(name, plane, listener));
    }
    await Promise.race([gone.promise, this.#world.interrupted]);
    for (const source of open) source.close();
  }

  #rackHere(): readonly { readonly name: string; readonly kind: SourceKind }[] {
    const hubs = hubsOfRack(this.#world.folder);
    if (hubs !== undefined) return hubs.map((name) => ({ name, kind: "hub" }));
    throw new UserError(
      "no rack runs in this folder: start one with npm start, or name a log of candump, or a CAN interface",
    );
  }

  // ------------------------------------------------------------------------------------------------------------------- out

  /** @param logName of the plane in a log */
  async #take(frame: TimedFrame, logName: string): Promise<void> {
    this.#log?.write(`${lineOfFrame({ ...frame, plane: logName })}\n`);
    await this.#show(this.#tracer.frame(frame));
  }

  async #show(lines: readonly string[]): Promise<void> {
    if (lines.length === 0 || this.#isInterrupted) return;
    const { write, drained, interrupted } = this.#world;
    if (!write(`${lines.join("\n")}\n`)) await Promise.race([drained(), interrupted]);
  }

  async #openLog(): Promise<void> {
    const { write } = this.#options;
    if (write === undefined) return;
    const log = createWriteStream(write);
    await new Promise<void>((resolve, reject) => {
      log.once("open", () => resolve());
      log.once("error", (error: NodeJS.ErrnoException) => {
        reject(new UserError(`${write}: cannot be written: ${error.code ?? error}`));
      });
    });
    log.on("error", (error: NodeJS.ErrnoException) => {
      this.#logFault = error.code ?? String(error);
      this.#log = undefined;
    });
    this.#log = log;
  }

  async #close(): Promise<number> {
    const { writeError } = this.#world;
    const log = this.#log;
    log?.end();
    if (log !== undefined) await finished(log).catch(() => undefined);
    if (this.#logFault !== undefined) {
      writeError(`trace: ${this.#options.write}: the log is not whole: ${this.#logFault}.\n`);
      this.#defects++;
    }
    if (this.#others > 0) writeError(`trace: frames that are none of the backplane's: ${this.#others}.\n`);
    return this.#defects > 0 ? exitCodes.defective : exitCodes.traced;
  }
}

type SourceKind = "log" | "hub" | "interface";

/** By what there is; a name that nothing has is an interface if it can be one. @throws UserError */
function kindOfSource(name: string): SourceKind {
  if (name === "-") return "log";
  const found = statSync(name, { throwIfNoEntry: false });
  if (found?.isSocket()) return "hub";
  if (found?.isDirectory()) throw new UserError(`${name}: is a folder; a log is one file`);
  if (found !== undefined) return "log";
  if (interfaceInNamespace.test(name)) return "interface";
  throw new UserError(`${name}: there is no such file`);
}

function circuitNames(file: string | undefined): (circuit: number) => string {
  if (file === undefined) return (circuit) => `circuit ${circuit}`;
  const circuits = new Circuits(readConfiguration(file).configuration);
  return (circuit) => (circuit < circuits.count ? circuits.nameOf(circuit) : `circuit ${circuit}`);
}
