/** The console of the card that runs here: sessions on its lines, and what they see of the card and do to it. */
import { loadavg } from "node:os";
import type { Application } from "../../firmware/card/application.ts";
import type { ApplicationRunner } from "../../firmware/card/application-runner.ts";
import { applicationStatus, communicationStatus } from "../../firmware/card/card-status.ts";
import type { Card, RackConfiguration } from "../../firmware/configuration/rack-schema.ts";
import type { CardActions, CardView, ConsoleAlarm, TracedPart, TraceSource } from "../../firmware/console/card-view.ts";
import type { CardFirmware, Received, UpgradeActions } from "../../firmware/upgrade/upgrade-actions.ts";
import type { Answer, Enquirer } from "../../firmware/console/enquiry.ts";
import { LoginGuard } from "../../firmware/console/login.ts";
import { answerConsole } from "../../firmware/console/remote-console.ts";
import { ConsoleSession, type SessionAction, type SessionEvent } from "../../firmware/console/session.ts";
import type { Clock } from "../../hal/clock.ts";
import type { SerialLine } from "../../hal/serial-line.ts";
import { readConfiguration, UserError } from "../configuration/read-configuration.ts";
import type { TappedPart } from "./bus-tap.ts";
import { BusTrace } from "./bus-trace.ts";
import { type ConsoleLines, serialConsole, socketConsole, standardConsole } from "./console-line.ts";
import { isPassword } from "./password.ts";

const microsPerMinute = 60_000_000;
/** Between two parts of an output, so that calls go on between them. */
const betweenPartsMicros = 1000;

export interface ConsoleParts {
  readonly card: Card;
  readonly configuration: RackConfiguration;
  readonly configurationFile: string;
  /** Of the firmware. */
  readonly version: string;
  readonly clock: Clock;
  readonly application: Application;
  readonly runner: ApplicationRunner;
  log(severity: "info" | "warning" | "alarm", text: string): void;
  /** Ends the process so that whoever watches over it starts it anew. */
  restart(): void;
  alarms(): readonly ConsoleAlarm[];
  /** The planes are to be listened in on, or not any more. */
  tapBus(on: boolean): void;
  /** Firmware for this card and others, and what runs on each. */
  readonly upgrade: UpgradeActions;
  firmware(): readonly CardFirmware[];
  /** How other cards are asked; absent: not at all. */
  readonly enquire?: ((slot: number, request: Uint8Array, answer: (answer: Answer) => void) => () => void) | undefined;
}

export class CardConsole {
  readonly #parts: ConsoleParts;
  readonly #sessions = new Set<LiveSession>();
  readonly #guard = new LoginGuard();
  readonly #view: CardView;
  readonly #actions: CardActions;
  readonly #bus: BusTrace;
  #communication: unknown;
  #afterLeaving: "stay" | "restart" = "stay";
  #hasLeft = false;

  constructor(parts: ConsoleParts) {
    this.#parts = parts;
    this.#bus = new BusTrace(parts.configuration, (on) => parts.tapBus(on));
    this.#view = this.#viewOf(parts);
    this.#actions = {
      operate: (command) => parts.runner.command(command).join("\n"),
      leave: (then) => {
        this.#afterLeaving = then;
        if (this.#hasLeft && then === "restart") parts.restart();
        else parts.runner.leave();
      },
      stay: () => {
        this.#afterLeaving = "stay";
        parts.runner.stay();
      },
      restartNow: () => parts.restart(),
      inhibitPlane: (plane, on) => parts.runner.inhibitPlane(plane, on),
      upgrade: parts.upgrade,
    };
  }

  /** As `--console` says: `stdin`, `socket:<path>`, `group-socket:<path>`, or a device with its rate, such as /dev/ttyAMA0:115200. */
  open(where: string): void {
    const lines: ConsoleLines = {
      opened: (name, line, endsWithSession) => this.#open(name, line, endsWithSession),
      log: (severity, text) => this.#parts.log(severity, text),
    };
    const [, device, rate] = /^(.+?)(?::(\d+))?$/.exec(where) ?? [];
    if (where === "stdin") standardConsole(lines);
    else if (where.startsWith("socket:")) socketConsole(where.slice("socket:".length), "user", lines);
    else if (where.startsWith("group-socket:")) socketConsole(where.slice("group-socket:".length), "group", lines);
    else serialConsole(device, Number(rate ?? 115_200), lines);
  }

  // --- what the card tells

  communication(status: unknown): void {
    this.#communication = status;
  }

  frames(part: TappedPart): void {
    this.#bus.take(part);
  }

  /** The card has left its groups. */
  left(): void {
    this.#hasLeft = true;
    const restarts = this.#afterLeaving === "restart";
    const text = `this card has left: ${restarts ? "it begins anew" : "safe to pull"}`;
    for (const session of this.#sessions) session.step({ kind: "notice", text });
    if (restarts) this.#parts.restart();
  }

  /** What another card's console asks, answered a piece at a time. */
  answer(request: Uint8Array): Iterator<Uint8Array> {
    const { clock } = this.#parts;
    const context = { view: this.#view, actions: this.#actions, nowMillis: clock.wallMillis() };
    return answerConsole(request, context, (text) => this.#parts.log("info", text));
  }

  // --- sessions

  #open(name: string, line: SerialLine, endsWithSession: boolean): void {
    const { configuration, clock, enquire } = this.#parts;
    const { users, idleMinutes } = configuration.console;
    const abandonments = new Map<number, () => void>();
    const enquirer: Enquirer = {
      enquire: (enquiry, slot, request) => {
        const answer = (part: Answer) => queueMicrotask(() => live.step({ kind: "answer", enquiry, answer: part }));
        const abandon = enquire?.(slot, request, answer);
        if (abandon === undefined)
          answer({ kind: "failed", reason: `slot ${slot} cannot be asked: this card has no way to` });
        else abandonments.set(enquiry, abandon);
      },
      abandon: (enquiry) => {
        abandonments.get(enquiry)?.();
        abandonments.delete(enquiry);
      },
    };
    const session = new ConsoleSession({
      line: `console on ${name}`,
      isLocal: true,
      users,
      idleMicros: idleMinutes * microsPerMinute,
      view: this.#view,
      actions: this.#actions,
      guard: this.#guard,
      enquirer,
    });
    const live = new LiveSession(session, line, clock, endsWithSession, {
      log: (severity, text) => this.#parts.log(severity, text),
      upgrade: this.#actions.upgrade,
      ended: () => {
        for (const abandon of abandonments.values()) abandon();
        this.#sessions.delete(live);
      },
    });
    this.#sessions.add(live);
    live.step({ kind: "opened" });
  }

  #viewOf(parts: ConsoleParts): CardView {
    const { card, configuration, application } = parts;
    const started = parts.clock.nowMicros();
    return {
      card,
      configuration,
      startedAt: started,
      versions: { firmware: parts.version, node: process.versions.node, host: `${process.platform} ${process.arch}` },
      firmware: () => parts.firmware(),
      communication: () => communicationStatus(this.#communication),
      application: () => applicationStatus(application.status()),
      table: (request) => application.page?.(request) ?? [],
      alarms: () => parts.alarms(),
      performance: () => performanceOf(started, parts.clock),
      traceRefusal: (source) => this.#traceRefusal(source),
      traced: (source, from, most) => this.#traced(source, from, most),
      traceWanted: (source, on) => {
        if (source === "bus") this.#bus.want(on);
      },
      checkConfiguration: () => this.#checkConfiguration(),
    };
  }

  #traceRefusal(source: TraceSource): string | undefined {
    const { card, configuration } = this.#parts;
    const kind = ({ isup: "lim", mgcp: "transporter", bus: undefined } as const)[source];
    if (kind === undefined || kind === card.kind) return undefined;
    const slots = configuration.cards.filter((each) => each.kind === kind).map(({ slot }) => slot);
    return `${source} is traced at the console of a ${kind}: slot ${slots.join(", ")}`;
  }

  #traced(source: TraceSource, from: number | undefined, most: number): TracedPart {
    const { lines } = this.#bus;
    const since = source === "bus" ? lines.since(from, most) : this.#parts.application.traceSince?.(from, most);
    return since === undefined ? { lines: [], next: 0, lost: 0 } : { lines: since.entries, ...since };
  }

  #checkConfiguration(): string {
    const { configurationFile, configuration } = this.#parts;
    try {
      const read = readConfiguration(configurationFile);
      const isSame = JSON.stringify(read.configuration) === JSON.stringify(configuration);
      return `${configurationFile}: nothing is wrong with it${isSame ? "" : "; it is another than this card runs with"}`;
    } catch (error) {
      if (error instanceof UserError) return error.message;
      throw error;
    }
  }
}

function performanceOf(started: number, clock: Clock): Readonly<Record<string, number | string>> {
  const { user, system } = process.cpuUsage();
  const { rss, heapUsed } = process.memoryUsage();
  const mebibytes = (octets: number) => Math.round(octets / 1024 / 1024);
  return {
    "seconds in service": Math.round((clock.nowMicros() - started) / 1_000_000),
    "processor seconds": Math.round((user + system) / 1_000_000),
    "memory, MiB": mebibytes(rss),
    "heap, MiB": mebibytes(heapUsed),
    "load of the host": loadavg()
      .map((load) => load.toFixed(2))
      .join(" "),
  };
}

interface SessionOwner {
  log(severity: "info" | "warning" | "alarm", text: string): void;
  readonly upgrade: UpgradeActions;
  /** The line is gone. */
  ended(): void;
}

/** A session on a line and the card's clock. Of a line that takes nothing more nothing is asked until it does. */
class LiveSession {
  readonly #session: ConsoleSession;
  readonly #line: SerialLine;
  readonly #clock: Clock;
  readonly #owner: SessionOwner;
  readonly #endsWithSession: boolean;
  #isFull = false;
  #isOver = false;
  #disarm: (() => void) | undefined;

  constructor(session: ConsoleSession, line: SerialLine, clock: Clock, endsWithSession: boolean, owner: SessionOwner) {
    this.#session = session;
    this.#line = line;
    this.#clock = clock;
    this.#owner = owner;
    this.#endsWithSession = endsWithSession;
    line.listen({
      octets: (octets) => this.step({ kind: "octets", octets }),
      writable: () => {
        this.#isFull = false;
        this.#arm();
      },
      closed: () => {
        this.step({ kind: "closed" });
        this.#end();
      },
    });
  }

  step(event: SessionEvent): void {
    if (this.#isOver) return;
    const actions = this.#session.step(event, this.#clock.nowMicros(), this.#clock.wallMillis());
    for (const action of actions) this.#act(action);
    this.#arm();
  }

  #act(action: SessionAction): void {
    switch (action.kind) {
      case "write":
        if (!this.#line.write(action.octets)) this.#isFull = true;
        break;
      case "check":
        void isPassword(action.stored, action.password).then((right) => this.step({ kind: "checked", right }));
        break;
      case "log":
        this.#owner.log(action.severity, action.text);
        break;
      case "receive":
        this.#owner.upgrade.receive(action.bundle, this.#received);
        break;
      case "append":
        this.#owner.upgrade.append(action.octets, this.#received);
        break;
      case "hang-up":
        if (this.#endsWithSession) this.#end();
        break;
    }
  }

  /** Maybe known at once, when what was said before is still to be written. */
  readonly #received = (received: Received): void => queueMicrotask(() => this.step({ kind: "received", received }));

  #end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#disarm?.();
    this.#line.close();
    this.#owner.ended();
  }

  #arm(): void {
    this.#disarm?.();
    this.#disarm = undefined;
    const deadline = this.#session.nextDeadline();
    if (deadline === undefined || this.#isFull || this.#isOver) return;
    const at = Math.max(deadline, this.#clock.nowMicros() + betweenPartsMicros);
    this.#disarm = this.#clock.at(at, () => this.step({ kind: "deadline" }));
  }
}
