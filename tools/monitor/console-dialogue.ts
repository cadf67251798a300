/**
 * The PC's side of a card's console: logs in, has reports told, and hands commands in between. Sans-I/O: octets and time come in, octets
 * go out. The line may lose octets or bring garbage: what cannot be read is counted, and a prompt that does not come is asked for again.
 */
import { type MonitorReport, monitorReport } from "../../firmware/console/monitor-report.ts";
import { enter, interrupt, prompt, shown, typedAtPrompt } from "../console/console-text.ts";

export type DialogueState =
  /** Nothing has been heard that says where the console is. */
  | "looking"
  /** A name or a password has been given. */
  | "logging-in"
  /** The password has to be typed by whoever sits at the monitor. */
  | "password"
  | "monitoring"
  /** The reports are being stopped, so that a command can be done. */
  | "interrupting"
  | "command";

export interface DialogueListener {
  send(text: string): void;
  report(report: MonitorReport): void;
  /** A line that is no report: what a command says, or the console of itself. */
  text(line: string): void;
}

export interface Credentials {
  readonly user: string;
  /** Undefined: it is typed when the console asks for it. */
  readonly password: string | undefined;
}

/** A prompt is one when nothing has come behind it for so long. */
const settledMillis = 100;
/** Reports come every second. */
const silenceMillis = 4000;
/** A command may ask another card, and wait for it. */
const commandSilenceMillis = 15_000;
const lineCharactersMax = 256 * 1024;
/** Where the console does not know the command, it is not given again at once. */
const refusedPauseMillis = 10_000;

export class ConsoleDialogue {
  readonly #credentials: Credentials;
  readonly #listener: DialogueListener;
  #state: DialogueState = "looking";
  /** What has come of the line that is not ended. */
  #line = "";
  #isOverlong = false;
  /** What came last has been answered, if it was a prompt. */
  #isAnswered = false;
  #now: number;
  #heardAt: number;
  /** When what was awaited has come last: a report, a line of a command's output, a prompt. */
  #progressAt: number;
  #commands: string[] = [];
  #password: string | undefined;
  /** Output of this session does not stop after a page. */
  #isUnpaged = false;
  /** Since `monitor` was given last. */
  #hasReport = false;
  #monitorAt = Number.NEGATIVE_INFINITY;
  readonly #decoder = new TextDecoder("utf-8");
  reports = 0;
  /** Lines that look like a report and are none. */
  unreadable = 0;

  constructor(credentials: Credentials, listener: DialogueListener, nowMillis: number) {
    this.#credentials = credentials;
    this.#password = credentials.password;
    this.#listener = listener;
    this.#now = this.#heardAt = this.#progressAt = nowMillis;
  }

  get state(): DialogueState {
    return this.#state;
  }

  /** The line is there (again): nobody knows what the console waits for. */
  begin(nowMillis: number): void {
    this.#state = "looking";
    this.#monitorAt = Number.NEGATIVE_INFINITY;
    this.#line = "";
    this.#isOverlong = false;
    this.#now = this.#heardAt = this.#progressAt = nowMillis;
    this.#listener.send(interrupt + enter);
  }

  /** Octets of the line, whatever they are. */
  octets(octets: Uint8Array, nowMillis: number): void {
    this.#now = this.#heardAt = nowMillis;
    for (const part of this.#decoder.decode(octets, { stream: true }).split(/(\n)/)) {
      if (part === "\n") this.#ended();
      else this.#append(part);
    }
    this.#isAnswered = false;
  }

  /** To be called a few times a second. */
  tick(nowMillis: number): void {
    this.#now = nowMillis;
    if (!this.#isAnswered && nowMillis - this.#heardAt >= settledMillis) this.#lookForPrompt();
    const patienceMillis = this.#state === "command" ? commandSilenceMillis : silenceMillis;
    if (this.#state === "password" || nowMillis - this.#progressAt < patienceMillis) return;
    this.#progressAt = nowMillis;
    this.#isUnpaged = false;
    this.#state = "looking";
    this.#listener.send(interrupt + enter);
  }

  /** A command, to be done as soon as the console takes one. */
  command(text: string): void {
    if (this.#state === "password") {
      this.#givePassword(text);
      return;
    }
    this.#commands.push(text);
    if (this.#state !== "monitoring") return;
    this.#state = "interrupting";
    this.#listener.send(interrupt);
  }

  // --- lines

  #append(text: string): void {
    if (this.#isOverlong) return;
    this.#line += text;
    if (this.#line.length <= lineCharactersMax) return;
    this.#line = "";
    this.#isOverlong = true;
  }

  #ended(): void {
    const line = shown(this.#line);
    const isOverlong = this.#isOverlong;
    this.#line = "";
    this.#isOverlong = false;
    if (isOverlong) this.unreadable++;
    else if (line.trim() !== "") this.#whole(line);
  }

  #whole(line: string): void {
    if (/^\s*\{/.test(line) || line.includes('"monitor":')) {
      this.#reportIn(line);
      return;
    }
    // The console says again what was typed.
    if (typedAtPrompt.test(line) || line.startsWith("login: ") || line.startsWith("password: ")) return;
    if (line.startsWith("wrong login")) {
      // Not given again: a console counts, and waits longer each time.
      this.#password = undefined;
      this.#state = "looking";
    }
    if (line.startsWith("^C")) return;
    this.#progressAt = this.#now;
    this.#listener.text(line);
  }

  #reportIn(line: string): void {
    const report = reportIn(line);
    if (report === undefined) {
      this.unreadable++;
      return;
    }
    this.reports++;
    this.#hasReport = true;
    // One that is to be interrupted goes on only because the interrupt is lost.
    if (this.#state === "looking" && this.#commands.length === 0) this.#state = "monitoring";
    if (this.#state === "monitoring") this.#progressAt = this.#now;
    this.#listener.report(report);
  }

  // --- prompts

  #lookForPrompt(): void {
    const line = shown(this.#line);
    if (line === "login: ") {
      this.#isUnpaged = false;
      this.#answer("logging-in", this.#credentials.user);
    } else if (line === "password: ") {
      if (this.#password === undefined) this.#state = "password";
      else this.#answer("logging-in", this.#password);
    } else if (prompt.test(line)) this.#prompted();
  }

  #givePassword(password: string): void {
    this.#password = password;
    this.#answer("logging-in", password);
  }

  #answer(state: DialogueState, text: string): void {
    this.#state = state;
    this.#isAnswered = true;
    this.#progressAt = this.#now;
    this.#listener.send(text + enter);
  }

  #prompted(): void {
    const command = this.#commands.shift();
    if (command !== undefined) {
      this.#answer("command", command);
      return;
    }
    if (!this.#isUnpaged) {
      this.#isUnpaged = true;
      this.#answer("command", "terminal length 0");
      return;
    }
    // A console that has just refused to monitor would do so again.
    if (!this.#hasReport && this.#now - this.#monitorAt < refusedPauseMillis) return;
    this.#hasReport = false;
    this.#monitorAt = this.#now;
    this.#answer("monitoring", "monitor");
  }
}

function reportIn(line: string): MonitorReport | undefined {
  try {
    return monitorReport.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
}
