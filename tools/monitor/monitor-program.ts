/** The monitor: a rack on a terminal of a PC, over the console line of one of its cards. */
import { Command, CommanderError, InvalidArgumentError } from "commander";
import type { MonitorReport } from "../../firmware/console/monitor-report.ts";
import { UserError } from "../configuration/read-configuration.ts";
import { lineAddress } from "../console/open-line.ts";
import { Terminal } from "../rack/terminal.ts";
import { ConsoleDialogue } from "./console-dialogue.ts";
import { monitorPicture, type MonitorView } from "./monitor-picture.ts";
import { MonitorLine } from "./monitor-line.ts";
import { type RecordedPart, readSession, SessionRecorder } from "./recorded-session.ts";
import { reportLine } from "./report-line.ts";

interface Options {
  readonly user: string;
  readonly baud: number;
  readonly record?: string;
  readonly replay?: string;
  readonly speed: number;
}

const drawMillis = 250;
const outputLinesMax = 500;
const typedCharactersMax = 1000;
const exitCodes = { done: 0, usage: 2 } as const;

const notes = `
The password is taken from the environment (TANDEM_PASSWORD), or typed when the console asks for it.
Keys: what is typed is a command of the console; ^U deletes the line, ^C ends.

Examples:
  npm run monitor -- /dev/ttyUSB0
  npm run monitor -- tcp://10.0.0.7:2300 --record session.jsonl
  npm run monitor -- --replay session.jsonl --speed 4`;

/** Runs the monitor until a person has enough. @returns the exit code */
export async function runMonitor(words: readonly string[], writeError: (text: string) => void): Promise<number> {
  const command = new Command("monitor")
    .description("Shows a rack over the serial console of one of its cards.")
    .argument("[line]", "/dev/ttyUSB0, a pseudo-terminal, a Unix socket, or tcp://host:port")
    .option("--user <name>", "who logs in", "admin")
    .option("--baud <rate>", "of a serial line", positive, 115_200)
    .option("--record <file>", "keep what comes over the line")
    .option("--replay <file>", "play what was kept")
    .option("--speed <factor>", "how much faster it is played", positive, 1)
    .addHelpText("after", notes)
    .exitOverride()
    .configureOutput({ writeErr: writeError });
  try {
    command.parse(words, { from: "user" });
    const [line] = command.args;
    const options = command.opts<Options>();
    if ((line === undefined) === (options.replay === undefined)) {
      throw new UserError("name the line to a console, or a session to --replay");
    }
    if (options.replay !== undefined && options.record !== undefined) {
      throw new UserError("a session that is replayed is not recorded again");
    }
    await new Monitor(options).run(line);
    return exitCodes.done;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.done : exitCodes.usage;
    if (!(error instanceof UserError)) throw error;
    writeError(`monitor: ${error.message}\n`);
    return exitCodes.usage;
  }
}

function positive(text: string): number {
  const number = Number(text);
  if (!Number.isFinite(number) || number <= 0) throw new InvalidArgumentError("It is a number above 0.");
  return number;
}

class Monitor {
  readonly #options: Options;
  readonly #dialogue: ConsoleDialogue;
  readonly #ended = Promise.withResolvers<void>();
  #line: MonitorLine | undefined;
  #recorder: SessionRecorder | undefined;
  #terminal: Terminal | undefined;
  #report: MonitorReport | undefined;
  #reportAt = 0;
  #lineText = "opens";
  #isLineUp = false;
  #output: string[] = [];
  #typed = "";

  constructor(options: Options) {
    this.#options = options;
    const credentials = { user: options.user, password: process.env.TANDEM_PASSWORD };
    const listener = {
      send: (text: string) => this.#line?.write(text),
      report: (report: MonitorReport) => this.#reported(report),
      text: (text: string) => this.#said(text),
    };
    this.#dialogue = new ConsoleDialogue(credentials, listener, Date.now());
  }

  async run(address: string | undefined): Promise<void> {
    const { replay, record, baud } = this.#options;
    const parts = replay === undefined ? undefined : readSession(replay);
    const where = address === undefined ? undefined : lineAddress(address, baud);
    if (record !== undefined) {
      this.#recorder = await SessionRecorder.to(record, Date.now(), (reason) => this.#said(reason));
    }
    if (process.stdout.isTTY) this.#openTerminal(address ?? replay ?? "");
    process.once("SIGINT", () => this.#ended.resolve());
    process.once("SIGTERM", () => this.#ended.resolve());
    const timer = setInterval(() => {
      if (this.#isLineUp && parts === undefined) this.#dialogue.tick(Date.now());
      this.#terminal?.draw();
    }, drawMillis);
    try {
      if (where !== undefined) this.#openLine(where);
      if (parts !== undefined) void this.#play(parts);
      await this.#ended.promise;
    } finally {
      clearInterval(timer);
      this.#line?.close();
      this.#terminal?.close();
      await this.#recorder?.close();
    }
  }

  // --- the line

  #openLine(where: ReturnType<typeof lineAddress>): void {
    this.#line = new MonitorLine(where, {
      opened: () => {
        this.#isLineUp = true;
        this.#lineText = "up";
        this.#dialogue.begin(Date.now());
      },
      octets: (octets) => {
        this.#recorder?.octets(octets, Date.now());
        this.#dialogue.octets(octets, Date.now());
      },
      dropped: (reason) => {
        if (this.#isLineUp || this.#lineText === "opens") this.#said(`${reason}; tried again every second`);
        this.#isLineUp = false;
        this.#lineText = "down";
      },
    });
  }

  async #play(parts: readonly RecordedPart[]): Promise<void> {
    const { speed } = this.#options;
    const startMillis = Date.now();
    this.#isLineUp = true;
    this.#lineText = speed === 1 ? "replay" : `replay x${speed}`;
    for (const { atMillis, octets } of parts) {
      const waitMillis = startMillis + atMillis / speed - Date.now();
      if (waitMillis > 0) await new Promise((resolve) => setTimeout(resolve, waitMillis));
      this.#dialogue.octets(octets, Date.now());
    }
    this.#lineText = "replay, end";
    this.#terminal?.draw();
    if (this.#terminal === undefined) this.#ended.resolve();
  }

  #reported(report: MonitorReport): void {
    this.#report = report;
    this.#reportAt = Date.now();
    if (this.#terminal === undefined) process.stdout.write(`${reportLine(report)}\n`);
  }

  #said(text: string): void {
    // What a terminal would obey is not for a line of the screen.
    this.#output.push(text.replaceAll(/\p{Cc}/gu, " "));
    if (this.#output.length > outputLinesMax) this.#output = this.#output.slice(-outputLinesMax / 2);
    if (this.#terminal === undefined) process.stderr.write(`${this.#output.at(-1)}\n`);
  }

  // --- the screen

  #openTerminal(address: string): void {
    this.#terminal = new Terminal({
      lines: (size) => monitorPicture(this.#view(address), size),
      pressed: (key) => this.#pressed(key),
      ended: () => this.#ended.resolve(),
    });
    this.#terminal.draw();
  }

  #view(address: string): MonitorView {
    const nowMillis = Date.now();
    const isReplay = this.#options.replay !== undefined;
    return {
      ...{ report: this.#report, address, nowMillis, output: this.#output, unreadable: this.#dialogue.unreadable },
      ageMillis: isReplay ? 0 : nowMillis - this.#reportAt,
      ...{ lineText: this.#lineText, isLineUp: this.#isLineUp },
      typed: isReplay ? undefined : this.#typed,
      isPassword: this.#dialogue.state === "password",
    };
  }

  #pressed(key: string): void {
    if (key === "\x03" || (key === "\x04" && this.#typed === "")) this.#ended.resolve();
    else if (this.#options.replay !== undefined) return;
    else if (key === "\r" || key === "\n") this.#enter();
    else if (key === "\x15") this.#typed = "";
    else if (key === "\x7f" || key === "\b") this.#typed = this.#typed.slice(0, -1);
    else if (/^\P{Cc}$/u.test(key) && this.#typed.length < typedCharactersMax) this.#typed += key;
  }

  #enter(): void {
    const text = this.#typed;
    this.#typed = "";
    if (this.#dialogue.state !== "password") {
      if (text.trim() === "") return;
      this.#said(`> ${text}`);
      if (!this.#isLineUp) this.#said("the line is down: nothing was done");
    }
    if (this.#isLineUp) this.#dialogue.command(text);
  }
}
