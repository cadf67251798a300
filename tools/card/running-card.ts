/** A card that runs: the application processor in this thread, the communication processor in another, and what looks at both. */
import { writeFileSync } from "node:fs";
import type { Worker } from "node:worker_threads";
import type { Application } from "../../firmware/card/application.ts";
import { ApplicationRunner } from "../../firmware/card/application-runner.ts";
import type { Card, RackConfiguration } from "../../firmware/configuration/rack-schema.ts";
import type { Board } from "../../boards/board.ts";
import { linuxClock } from "../../hal/linux/clock.ts";
import { linuxDatagramSockets } from "../../hal/linux/datagram-socket.ts";
import { type ProcessorLinkMemory, processorLink } from "../../hal/linux/processor-link.ts";
import { linuxStreamSockets } from "../../hal/linux/stream-socket.ts";
import { linuxBundleStore, type OwnProgram } from "../../hal/linux/bundle-store.ts";
import { communicationStatus } from "../../firmware/card/card-status.ts";
import { UpgradeDesk } from "../../firmware/upgrade/upgrade-desk.ts";
import type { SocketAddress } from "../../hal/socket-address.ts";
import { CardAlarms } from "./card-alarms.ts";
import type { Disk } from "./card-application.ts";
import { consolesOf } from "./card-board.ts";
import type { CardMetrics } from "./card-metrics.ts";
import type { CardOptions } from "./card-options.ts";
import type { CardReport, CardRequest, ThreadRequest } from "./card-start.ts";
import { CardConsole } from "./console.ts";
import { attendToConsoles, enquireAtConsole } from "./console-enquiries.ts";
import { openFrontPanel, runFrontPanel } from "./front-panel.ts";
import { restartExitCode } from "./restart.ts";

const statusMillis = 200;
/** A card that is told to end leaves the group first; not if nobody can take its place within this time. */
const leaveWithinMillis = 3_000;
/** For what was reported last to get out. */
const lastWordsMillis = 50;

export interface CardParts {
  readonly options: CardOptions;
  readonly card: Card;
  readonly configuration: RackConfiguration;
  readonly board: Board | undefined;
  readonly application: Application;
  readonly disk: Disk;
  readonly program: OwnProgram;
  /** Of the communication processor; it waits for a message before it begins. */
  readonly thread: Worker;
  readonly memory: ProcessorLinkMemory;
  /** Where figures are told to Prometheus. */
  readonly metricsAt: SocketAddress | undefined;
  /** To whoever watches over the card. */
  report(what: CardReport): void;
}

export class RunningCard {
  readonly #parts: CardParts;
  readonly #clock = linuxClock();
  readonly #runner: ApplicationRunner;
  readonly #alarms: CardAlarms;
  readonly #upgrades: UpgradeDesk;
  readonly #shell: CardConsole;
  readonly #darken: (() => void) | undefined;
  #metrics: CardMetrics | undefined;
  #isEnding = false;
  #hasLeft = false;
  /** Waits for it. */
  #onceLeft: (() => void) | undefined;

  constructor(parts: CardParts) {
    this.#parts = parts;
    const { options, card, configuration, board, report } = parts;
    this.#runner = this.#newRunner();
    this.#alarms = new CardAlarms(card.slot, configuration.cards, this.#clock, report);
    this.#upgrades = this.#newUpgradeDesk();
    this.#shell = this.#newConsole();
    for (const where of consolesOf(options.console, board)) this.#shell.open(where);
    this.#darken = this.#lightPanel();
    this.#hear();
  }

  /** Lets the card begin. */
  async begin(): Promise<void> {
    const { metricsAt, thread, application, report } = this.#parts;
    if (metricsAt !== undefined) this.#metrics = await this.#openMetrics(metricsAt);
    thread.postMessage("ready");
    setInterval(() => {
      const status = application.status();
      this.#alarms.application(status);
      report({ kind: "application", status });
    }, statusMillis);
  }

  // --- its parts

  #newRunner(): ApplicationRunner {
    const { application, disk, memory, report } = this.#parts;
    return new ApplicationRunner(application, {
      clock: this.#clock,
      link: processorLink(memory, "application"),
      streams: linuxStreamSockets(),
      datagrams: linuxDatagramSockets(),
      storage: disk.storage,
      values: disk.values,
      log: this.#log,
      unusable: (why) => {
        report({ kind: "unusable", text: why });
        this.#end(2);
      },
    });
  }

  #newUpgradeDesk(): UpgradeDesk {
    const { options, card, configuration, program } = this.#parts;
    return new UpgradeDesk({
      ...{ clock: this.#clock, desk: this.#runner.management, slot: card.slot, cards: configuration.cards },
      store: linuxBundleStore(options.storage, program),
      card: {
        leave: (left) => {
          this.#onceLeft = left;
          if (this.#hasLeft) left();
          else this.#runner.leave();
        },
        restart: this.#restart,
        log: (severity, text) => {
          this.#log(severity, text);
          if (severity === "alarm")
            this.#alarms.tell("upgrade-failed", { object: `firmware of slot ${card.slot}`, text });
        },
      },
    });
  }

  #newConsole(): CardConsole {
    const { card, configuration, options, application, thread } = this.#parts;
    const { management } = this.#runner;
    const shell = new CardConsole({
      ...{ card, configuration, configurationFile: options.config, application },
      ...{ clock: this.#clock, runner: this.#runner, restart: this.#restart },
      log: (severity, text) => {
        this.#log(severity, text);
        if (severity === "alarm") this.#alarms.tell("login-failures", { object: `console of slot ${card.slot}`, text });
      },
      version: this.#parts.program.version,
      upgrade: this.#upgrades,
      firmware: () => this.#upgrades.firmware(),
      alarms: () => this.#alarms.list(),
      tapBus: (on) => thread.postMessage((on ? "listen-in" : "listen-no-more") satisfies ThreadRequest),
      enquire: (slot, request, answer) => enquireAtConsole(management, slot, request, answer),
    });
    attendToConsoles(management, this.#clock, (request) => shell.answer(request));
    return shell;
  }

  #lightPanel(): (() => void) | undefined {
    const { options, board, thread, application } = this.#parts;
    const panel = options.frontPanel ?? board?.frontPanel;
    if (panel === undefined) return undefined;
    return runFrontPanel(panel, {
      ...{ clock: this.#clock, runner: this.#runner, thread, log: this.#log, restart: this.#restart },
      open: openFrontPanel,
      applicationStatus: () => application.status(),
    });
  }

  /** The library is loaded only where it is asked for: that takes as long as some heartbeats. */
  async #openMetrics(at: SocketAddress): Promise<CardMetrics> {
    const { CardMetrics } = await import("./card-metrics.ts");
    const metrics = new CardMetrics(this.#alarms, this.#parts.configuration.name);
    metrics.serve(at, (text) => this.#log("alarm", text));
    return metrics;
  }

  // --- what comes in

  #hear(): void {
    const { thread, report, application } = this.#parts;
    thread.on("message", (message: CardReport) => this.#told(message));
    thread.on("error", (error) => {
      console.error(error);
      process.exit(1);
    });
    process.once("SIGTERM", () => {
      this.#isEnding = true;
      this.#runner.leave();
      if (this.#hasLeft) this.#end(0);
      else setTimeout(() => this.#end(0), leaveWithinMillis);
    });
    process.on("message", (request: CardRequest) => {
      if (request.kind === "leave") this.#runner.leave();
      else if (request.kind === "operator") this.#runner.command(request.command);
      else report({ kind: "ladder", request: request.request, entries: application.ladder(request) });
    });
    // A card whose rack is gone has nobody to serve.
    process.on("disconnect", () => process.exit(0));
  }

  #told(message: CardReport): void {
    if (message.kind === "frames") {
      this.#shell.frames(message);
      return;
    }
    this.#parts.report(message);
    switch (message.kind) {
      case "ready":
        if (this.#parts.options.readyFile !== undefined) writeFileSync(this.#parts.options.readyFile, "");
        break;
      case "communication":
        this.#alarms.communication(message.status);
        this.#shell.communication(message.status);
        this.#upgrades.communication(communicationStatus(message.status));
        break;
      case "failed":
        setTimeout(() => process.exit(1), lastWordsMillis);
        break;
      case "unusable":
        this.#end(2);
        break;
      case "milestone":
        this.#metrics?.count(message.step);
        if (message.step === "left") this.#left();
        break;
    }
  }

  #left(): void {
    this.#hasLeft = true;
    this.#shell.left();
    this.#onceLeft?.();
    if (this.#isEnding) this.#end(0);
  }

  readonly #log = (severity: "info" | "warning" | "alarm", text: string): void =>
    this.#parts.report({ kind: "log", severity, text, atMicros: this.#clock.nowMicros() });

  readonly #restart = (): void => {
    this.#parts.report({ kind: "restarting" });
    this.#end(restartExitCode);
  };

  /** On purpose. One that is to be started again is waited for by its watchdog: it restarts the machine when it does not come. */
  #end(code: number): void {
    if (code !== restartExitCode) this.#parts.thread.postMessage("ends");
    this.#darken?.();
    setTimeout(() => process.exit(code), lastWordsMillis);
  }
}
