/**
 * A person at a console of a card: login, lines, commands, pages. Sans-I/O: octets and time come in by method, what is to be done goes
 * out. With nobody logged in there is nothing to do and no deadline.
 */
import type { Bundle } from "../../hal/bundle-store.ts";
import type { ConsoleUser } from "../configuration/rack-schema.ts";
import { type Micros, microsPerMilli } from "../time.ts";
import type { Received } from "../upgrade/upgrade-actions.ts";
import type { CardActions, CardView } from "./card-view.ts";
import { type CommandContext, consoleGrammar, isWish, type SessionWish } from "./commands.ts";
import { type Answer, type Enquirer, encodeRequest } from "./enquiry.ts";
import { FirmwareReceiver, type ReceptionStep } from "./firmware-receiver.ts";
import type { Role } from "./grammar.ts";
import { type LineEvent, LineEditor, lineOctetsMax } from "./line-editor.ts";
import type { LoginGuard } from "./login.ts";
import { MonitorTeller } from "./monitor-teller.ts";
import { Output } from "./output.ts";
import { type Key, TerminalKeys } from "./terminal-keys.ts";
import { TraceWatch } from "./trace-watch.ts";
import { octetsOfText } from "./utf8.ts";

export interface SessionOptions {
  /** As the log calls it, such as `console on ttyAMA0`. */
  readonly line: string;
  /** Whoever uses it stands in front of the card, or is somebody whom its host lets in. */
  readonly isLocal: boolean;
  readonly users: readonly ConsoleUser[];
  /** Whoever does nothing for so long is logged out. */
  readonly idleMicros: Micros;
  readonly view: CardView;
  readonly actions: CardActions;
  /** Of the card. */
  readonly guard: LoginGuard;
  readonly enquirer: Enquirer;
}

export type SessionEvent =
  /** Somebody may be there now. */
  | { readonly kind: "opened" }
  | { readonly kind: "octets"; readonly octets: Uint8Array }
  | { readonly kind: "deadline" }
  /** What `check` has come to. */
  | { readonly kind: "checked"; readonly right: boolean }
  | { readonly kind: "answer"; readonly enquiry: number; readonly answer: Answer }
  /** What has come of `receive` or `append`, in the order that they were asked in. */
  | { readonly kind: "received"; readonly received: Received }
  /** Something that whoever is there should know. */
  | { readonly kind: "notice"; readonly text: string }
  | { readonly kind: "closed" };

export type SessionAction =
  | { readonly kind: "write"; readonly octets: Uint8Array }
  /** Compare a password; `stored` undefined: there is no such user, and it must take as long to say no. */
  | { readonly kind: "check"; readonly stored: string | undefined; readonly password: string }
  | { readonly kind: "log"; readonly severity: "info" | "warning" | "alarm"; readonly text: string }
  /** This firmware is to come over the line. */
  | { readonly kind: "receive"; readonly bundle: Bundle }
  /** The octets that follow. */
  | { readonly kind: "append"; readonly octets: Uint8Array }
  /** Whoever was there has gone. */
  | { readonly kind: "hang-up" };

/** Whoever comes in where no users are configured. */
const anybody: ConsoleUser = { name: "admin", role: "administrator", password: "" };
/** For a name and a password. */
const loginMicros: Micros = 60_000 * microsPerMilli;
/** Keys that are kept while a command is done. */
const keysAheadMax = lineOctetsMax;

/** Between two reports to a monitor. */
const monitorMicros: Micros = 1000 * microsPerMilli;

type State = "closed" | "name" | "password" | "checking" | "delayed" | "line" | "output" | "monitor" | "receiving";

export class ConsoleSession {
  readonly #options: SessionOptions;
  readonly #keys = new TerminalKeys();
  readonly #editor = new LineEditor();
  readonly #output = new Output();
  readonly #trace: TraceWatch;
  #state: State = "closed";
  #user: ConsoleUser | undefined;
  /** Of the program that listens, and when it is told next. */
  #monitor: { readonly teller: MonitorTeller; at: Micros } | undefined;
  #receiver: FirmwareReceiver | undefined;
  /** Whatever the card still does of `receive` and `append`; not always for who is there now. */
  #receptionsUnderWay = 0;
  /** The name that was typed. */
  #name = "";
  /** The slot that does the commands, if it is another. */
  #connectedTo: number | undefined;
  #ahead: Key[] = [];
  #enquiry = 0;
  #idleAt: Micros = 0;
  #now: Micros = 0;
  #wallMillis = 0;
  #actions: SessionAction[] = [];
  #text = "";

  constructor(options: SessionOptions) {
    this.#options = options;
    this.#trace = new TraceWatch(options.view);
  }

  /** Who is logged in. */
  get user(): string | undefined {
    return this.#user?.name;
  }

  step(event: SessionEvent, now: Micros, wallMillis: number): readonly SessionAction[] {
    this.#now = now;
    this.#wallMillis = wallMillis;
    this.#take(event);
    this.#flush();
    const actions = this.#actions;
    this.#actions = [];
    return actions;
  }

  /** Undefined: nothing is to be done before somebody types. */
  nextDeadline(): Micros | undefined {
    switch (this.#state) {
      case "closed":
      case "checking":
        return undefined;
      case "name":
        return this.#idleAt === 0 ? undefined : this.#idleAt;
      case "password":
        return this.#idleAt;
      case "delayed":
        return this.#options.guard.closedUntil;
      case "output":
        return this.#output.isReady ? this.#now : this.#idleAt;
      case "monitor":
        return this.#monitor?.at;
      case "receiving":
        return Math.min(this.#idleAt, this.#receiver?.nextDeadline() ?? this.#idleAt);
      case "line":
        return Math.min(this.#idleAt, this.#trace.nextDeadline() ?? this.#idleAt);
    }
  }

  #take(event: SessionEvent): void {
    switch (event.kind) {
      case "opened":
        this.#greet();
        break;
      case "octets":
        if (this.#state === "closed") break;
        this.#idleAt = this.#now + (this.#user === undefined ? loginMicros : this.#options.idleMicros);
        for (const octet of event.octets) {
          const key = this.#keys.take(octet);
          if (this.#state === "receiving") this.#receive(octet, key);
          else if (key !== undefined) this.#key(key);
        }
        break;
      case "deadline":
        this.#due();
        break;
      case "checked":
        if (this.#state === "checking") this.#checked(event.right);
        break;
      case "answer":
        this.#answered(event.enquiry, event.answer);
        break;
      case "received":
        this.#received(event.received);
        break;
      case "notice":
        if (this.#state === "line") this.#above(`% ${event.text}`);
        else if (this.#user !== undefined) this.#write(`\n% ${event.text}\n`);
        break;
      case "closed":
        this.#leave("the line has gone");
        this.#state = "closed";
        break;
    }
  }

  #due(): void {
    if (this.#state === "closed") return;
    if (this.#state === "delayed") {
      if (this.#now >= this.#options.guard.closedUntil) this.#askName();
      return;
    }
    // Whoever listens is there.
    if (this.#state === "monitor") {
      this.#tellMonitor();
      return;
    }
    if (this.#state === "receiving") this.#reception(this.#receiver?.due(this.#now));
    if (this.#now >= this.#idleAt && this.#state !== "checking" && this.#idleAt > 0) {
      this.#timeOut();
      return;
    }
    if (this.#state === "output") this.#pump();
    else if (this.#state === "line") this.#traceOn();
  }

  #timeOut(): void {
    if (this.#user === undefined) this.#write("\n");
    else this.#write("\nlogged out: nothing was typed for too long\n");
    this.#leave("idle");
    this.#end();
  }

  // --- login

  #greet(): void {
    const { view, users, isLocal } = this.#options;
    const { name } = view.configuration;
    this.#write(`\n${name}, slot ${view.card.slot}, ${view.card.kind}\n`);
    if (users.length === 0) {
      const way = isLocal
        ? `log in as ${anybody.name}, without a password (rack.yaml: console.users)`
        : "nobody may log in over this line (rack.yaml: console.users)";
      this.#write(`No users are configured: ${way}.\n`);
    }
    this.#askName();
  }

  #askName(): void {
    this.#state = "name";
    this.#name = "";
    this.#idleAt = 0;
    this.#ahead = [];
    this.#editor.begin("login: ", { hidden: false, commands: false });
    this.#flushEditor();
  }

  #named(name: string): void {
    this.#name = name.trim();
    const { users, isLocal, guard } = this.#options;
    if (this.#name === "") {
      this.#askName();
      return;
    }
    if (users.length === 0) {
      if (isLocal && this.#name === anybody.name && this.#now >= guard.closedUntil) this.#admit(anybody);
      else this.#refuse();
      return;
    }
    this.#state = "password";
    this.#editor.begin("password: ", { hidden: true, commands: false });
  }

  #passwordTyped(password: string, tooLong: boolean): void {
    const { users, guard } = this.#options;
    // Whoever is to wait is not heard at all, on whatever line.
    if (tooLong || this.#now < guard.closedUntil) {
      this.#refuse();
      return;
    }
    this.#state = "checking";
    const stored = users.find(({ name }) => name === this.#name)?.password;
    this.#actions.push({ kind: "check", stored, password });
  }

  #checked(right: boolean): void {
    const user = this.#options.users.find(({ name }) => name === this.#name);
    if (right && user !== undefined) this.#admit(user);
    else this.#refuse();
  }

  #refuse(): void {
    const { guard, users, line } = this.#options;
    const known = users.some(({ name }) => name === this.#name) ? this.#name : undefined;
    this.#actions.push({ kind: "log", ...guard.refused(known, line, this.#now) });
    this.#state = "delayed";
    const seconds = Math.round((guard.closedUntil - this.#now) / 1_000_000);
    this.#write(`wrong login; the next may be tried in ${seconds} s\n`);
  }

  #admit(user: ConsoleUser): void {
    const { guard, line, idleMicros } = this.#options;
    const wrong = guard.admitted();
    this.#user = user;
    this.#idleAt = this.#now + idleMicros;
    this.#actions.push({ kind: "log", severity: "info", text: `${line}: ${user.name} has logged in as ${user.role}` });
    if (wrong > 0) this.#write(`Wrong logins since the last right one: ${wrong}.\n`);
    this.#write("Type ? for what can be done here.\n");
    this.#prompt();
  }

  #leave(why: string): void {
    const { line } = this.#options;
    if (this.#user !== undefined) {
      this.#actions.push({
        kind: "log",
        severity: "info",
        text: `${line}: ${this.#user.name} has logged out (${why})`,
      });
    }
    this.#abandon();
    this.#trace.offAll();
    this.#monitor = undefined;
    this.#receiver = undefined;
    this.#user = undefined;
    this.#connectedTo = undefined;
    this.#ahead = [];
  }

  /** The next may log in. Whoever was there is told everything before. */
  #end(): void {
    this.#flush();
    this.#actions.push({ kind: "hang-up" });
    this.#askName();
  }

  // --- keys

  #key(key: Key): void {
    switch (this.#state) {
      case "checking":
      case "delayed":
      case "closed":
        return;
      case "output":
        this.#keyDuringOutput(key);
        return;
      case "monitor":
        if (!("name" in key && key.name === "interrupt")) return;
        this.#write("^C\n");
        this.#monitor = undefined;
        this.#prompt();
        return;
      default: {
        const event = this.#editor.take(key);
        if (event !== undefined) this.#lineEvent(event);
      }
    }
  }

  #keyDuringOutput(key: Key): void {
    const { pager } = this.#output;
    if ("name" in key && key.name === "interrupt") {
      this.#write(pager.isStopped ? (pager.take(key)?.output ?? "") : "^C\n");
      this.#abandon();
      this.#ahead = [];
      this.#prompt();
      return;
    }
    if (!pager.isStopped) {
      if (this.#ahead.length < keysAheadMax) this.#ahead.push(key);
      return;
    }
    const taken = pager.take(key);
    if (taken === undefined) return;
    this.#write(taken.output);
    if (!taken.quit) return;
    this.#abandon();
    this.#prompt();
  }

  #lineEvent(event: LineEvent): void {
    this.#flushEditor();
    if (this.#state !== "line") {
      if (event.kind === "line" && this.#state === "name") this.#named(event.tooLong ? "?" : event.text);
      else if (event.kind === "line") this.#passwordTyped(event.text, event.tooLong);
      else if (event.kind === "end-of-input") {
        this.#write("\n");
        this.#end();
      } else this.#askName();
      return;
    }
    switch (event.kind) {
      case "line":
        this.#command(event.text, event.tooLong);
        break;
      case "help":
        this.#help(event.before);
        break;
      case "complete":
        this.#complete(event.before);
        break;
      case "interrupt":
        this.#prompt();
        break;
      case "end-of-input":
        this.#write("\n");
        this.#leave("end of input");
        this.#end();
        break;
    }
  }

  // --- commands

  #context(): CommandContext {
    const { view, actions } = this.#options;
    return { view, actions, nowMillis: this.#wallMillis };
  }

  #role(): Role {
    return this.#user?.role ?? "operator";
  }

  #command(line: string, tooLong: boolean): void {
    if (tooLong) {
      this.#write(`nothing was done: the line is longer than ${lineOctetsMax} octets\n`);
      this.#prompt();
      return;
    }
    if (line.trim() === "") {
      this.#prompt();
      return;
    }
    const parsed = consoleGrammar.parse(line, this.#role(), this.#context());
    if (!parsed.ok) {
      this.#write(`${parsed.error}\n`);
      this.#prompt();
      return;
    }
    const { run, values, text } = parsed.value;
    if (this.#connectedTo !== undefined && !isOfSession(text)) {
      this.#ask(this.#connectedTo, text);
      return;
    }
    this.#logAction(text);
    const result = run(values, this.#context());
    if (isWish(result)) this.#wish(result);
    else this.#show(result);
  }

  /** Who has done what to the card is found in its log. */
  #logAction(text: string): void {
    const { line } = this.#options;
    if (!isAction(text) || this.#user === undefined) return;
    this.#actions.push({ kind: "log", severity: "info", text: `${line}: ${this.#user.name}: ${text}` });
  }

  #show(pieces: Iterable<string>): void {
    this.#state = "output";
    this.#output.begin(pieces);
    this.#pump();
  }

  #wish(wish: SessionWish): void {
    switch (wish.kind) {
      case "log-out":
        this.#leave("logout");
        this.#end();
        return;
      case "help":
        this.#show(instructions.map((text) => `${text}\n`));
        return;
      case "history":
        this.#show(this.#editor.history().map((text) => `${text}\n`));
        return;
      case "length":
        this.#output.pager.length = wish.lines;
        break;
      case "width":
        this.#editor.width = wish.columns;
        break;
      case "ask":
        if (wish.slot === this.#options.view.card.slot) this.#command(wish.command, false);
        else this.#ask(wish.slot, wish.command);
        return;
      case "connect":
        this.#connectedTo = wish.slot === this.#options.view.card.slot ? undefined : wish.slot;
        break;
      case "disconnect":
        this.#connectedTo = undefined;
        break;
      case "trace":
        this.#trace.set(wish.source, wish.on, wish.filters, this.#now);
        break;
      case "trace-off":
        this.#trace.offAll();
        break;
      case "monitor":
        this.#state = "monitor";
        this.#monitor = { teller: new MonitorTeller(), at: this.#now };
        return;
      case "receive":
        this.#beginReception(wish.bundle);
        return;
    }
    this.#prompt();
  }

  #tellMonitor(): void {
    const { view } = this.#options;
    if (this.#monitor === undefined || this.#now < this.#monitor.at) return;
    const report = this.#monitor.teller.report(view, view.startedAt, this.#now, this.#wallMillis);
    this.#write(`${JSON.stringify(report)}\n`);
    this.#monitor.at = this.#now + monitorMicros;
  }

  // --- firmware over the line

  #beginReception(bundle: Bundle): void {
    this.#state = "receiving";
    this.#receiver = new FirmwareReceiver(bundle.octets);
    this.#receptionsUnderWay++;
    this.#actions.push({ kind: "receive", bundle });
  }

  #receive(octet: number, key: Key | undefined): void {
    const isInterrupt = key !== undefined && "name" in key && key.name === "interrupt";
    this.#reception(isInterrupt ? this.#receiver?.giveUp() : this.#receiver?.take(octet, this.#now));
  }

  /** The answer to what was asked last is awaited; those before it were for somebody who has given up. */
  #received(received: Received): void {
    this.#receptionsUnderWay--;
    if (this.#receptionsUnderWay === 0) this.#reception(this.#receiver?.received(received, this.#now));
  }

  #reception(step: ReceptionStep | undefined): void {
    switch (step?.kind) {
      case undefined:
        return;
      case "append":
        this.#receptionsUnderWay++;
        this.#actions.push(step);
        return;
      case "tell":
        this.#write(`${step.text}\n`);
        return;
      case "over":
        this.#receiver = undefined;
        this.#write(`${step.text}\n`);
        this.#prompt();
        return;
    }
  }

  #ask(slot: number, command: string): void {
    this.#logAction(`slot ${slot} ${command}`);
    this.#state = "output";
    this.#output.beginRemote();
    this.#enquiry++;
    this.#options.enquirer.enquire(this.#enquiry, slot, encodeRequest({ role: this.#role(), command }));
  }

  #answered(enquiry: number, answer: Answer): void {
    if (enquiry !== this.#enquiry || this.#state !== "output" || !this.#output.isAwaiting) return;
    if (!this.#output.take(answer)) this.#options.enquirer.abandon(enquiry);
    this.#pump();
  }

  #abandon(): void {
    if (this.#output.isAwaiting) this.#options.enquirer.abandon(this.#enquiry);
    this.#output.end();
  }

  /** A little of the output; the rest when the next deadline is kept. */
  #pump(): void {
    this.#write(this.#output.next());
    if (!this.#output.isDone) return;
    this.#prompt();
    const ahead = this.#ahead;
    this.#ahead = [];
    for (const key of ahead) this.#key(key);
  }

  #prompt(): void {
    const { view } = this.#options;
    const sign = this.#role() === "administrator" ? "#" : ">";
    const where = this.#connectedTo === undefined ? "" : ` -> slot ${this.#connectedTo}`;
    this.#state = "line";
    this.#editor.begin(`${this.#user?.name}@slot ${view.card.slot}${where}${sign} `, { hidden: false, commands: true });
    this.#flushEditor();
  }

  // --- help

  #help(before: string): void {
    const found = consoleGrammar.help(before, this.#role(), this.#context());
    const text = found.ok
      ? found.value.map(({ word, help }) => `  ${word.padEnd(16)} ${help}\n`).join("")
      : `${found.error}\n`;
    this.#write(`?\n${text}`);
    this.#editor.redraw();
  }

  #complete(before: string): void {
    const { prefix, words } = consoleGrammar.completions(before, this.#role(), this.#context());
    const [first] = words;
    if (first === undefined) {
      this.#editor.ring();
      return;
    }
    const shared = words.reduce((beginning, word) => sharedBeginning(beginning, word));
    const isWhole = words.length === 1 && !first.endsWith("/");
    if (shared.length > prefix.length || isWhole) {
      this.#editor.insert(shared.slice(prefix.length) + (isWhole ? " " : ""));
      return;
    }
    this.#write(`\n${words.join("  ")}\n`);
    this.#editor.redraw();
  }

  // --- output

  #traceOn(): void {
    const lines = this.#trace.poll(this.#now);
    if (lines.length > 0) this.#above(lines.join("\n"));
  }

  /** Lines that come while a command is typed stand above it. */
  #above(text: string): void {
    this.#flushEditor();
    this.#write(`\r\x1b[K${text}\n`);
    this.#editor.redraw();
  }

  #flush(): void {
    this.#flushEditor();
    if (this.#text !== "") this.#actions.push({ kind: "write", octets: octetsOfText(this.#text) });
    this.#text = "";
  }

  #flushEditor(): void {
    this.#text += this.#editor.output();
  }

  #write(text: string): void {
    this.#text += text.replaceAll("\n", "\r\n");
  }
}

const instructions = [
  "? shows what can be typed next; tab completes a word; words may be shortened as long as they mean one thing.",
  "Up and down bring earlier lines back; ^A ^E ^U ^W ^L edit; ^C gives up what is being shown; ^D logs out.",
  "Behind show ..., json gives one line for programs. slot 3 show calls asks another card.",
];

/** What the session does itself, whichever card it is connected to. */
function isOfSession(text: string): boolean {
  return /^(?:connect|disconnect|slot|terminal|help|show history|trace|monitor|exit|logout)\b/.test(text);
}

function isAction(text: string): boolean {
  return !/^(?:show|connect|disconnect|terminal|help|monitor|configuration|exit|logout|slot \d+ (?:sh|c))/.test(text);
}

function sharedBeginning(one: string, other: string): string {
  let length = 0;
  while (length < one.length && one[length] === other[length]) length++;
  return one.slice(0, length);
}
