/** Starts a card: application processor here, communication processor in a thread of its own. */
import { flushCompileCache } from "node:module";
import { Worker } from "node:worker_threads";
import { Command } from "commander";
import { changeText } from "../../firmware/alarms/alarm-list.ts";
import type { Application } from "../../firmware/card/application.ts";
import { ApplicationRunner } from "../../firmware/card/application-runner.ts";
import { readLines } from "../../firmware/card/line-file.ts";
import { configurationDigest } from "../../firmware/configuration/digest.ts";
import { groupPlans } from "../../firmware/configuration/group-plan.ts";
import { groupsOf } from "../../firmware/configuration/groups.ts";
import type { Card, RackConfiguration } from "../../firmware/configuration/rack-schema.ts";
import { linuxClock } from "../../hal/linux/clock.ts";
import { linuxDatagramSockets } from "../../hal/linux/datagram-socket.ts";
import { processorLink, processorLinkMemory } from "../../hal/linux/processor-link.ts";
import { nameThread } from "../../hal/linux/real-time.ts";
import { linuxStorage } from "../../hal/linux/storage.ts";
import { linuxStreamSockets } from "../../hal/linux/stream-socket.ts";
import { openLinuxValueStore } from "../../hal/linux/value-store.ts";
import type { SocketAddress } from "../../hal/socket-address.ts";
import type { Storage } from "../../hal/storage.ts";
import type { ValueStore } from "../../hal/value-store.ts";
import { readConfiguration, UserError } from "../configuration/read-configuration.ts";
import { CardAlarms } from "./card-alarms.ts";
import type { CardMetrics } from "./card-metrics.ts";
import { boardOf, consolesOf, planesOf } from "./card-board.ts";
import type { CardReport, CardRequest, CommunicationStart } from "./card-start.ts";
import { CardConsole } from "./console.ts";
import { attendToConsoles, enquireAtConsole } from "./console-enquiries.ts";
import { failing, failOverVariable } from "./failing-application.ts";
import { metricsAddress } from "./metrics-address.ts";
import { practise } from "./rehearsal.ts";

const statusMillis = 200;
/** A card that is told to end leaves the group first; not if nobody can take its place within this time. */
const leaveWithinMillis = 3_000;
/** For what was reported last to get out. */
const lastWordsMillis = 50;

interface CardOptions {
  readonly config: string;
  readonly slot: string;
  readonly board?: string;
  readonly planeA?: string;
  readonly planeB?: string;
  readonly storage: string;
  readonly rehearsal: boolean;
  readonly realTimePriority: string;
  readonly metrics?: string;
  readonly console: readonly string[];
}

function report(what: CardReport): void {
  if (process.connected) process.send?.(what);
  else if (what.kind === "log" || what.kind === "unusable") console.log(what.text);
  else if (what.kind === "alarm") console.log(changeText(what));
}

/** What a card keeps: files of lines, and values where its application has any. */
interface Disk {
  readonly storage: Storage;
  readonly values: ValueStore | undefined;
}

async function createApplication(card: Card, configuration: RackConfiguration, disk: Disk): Promise<Application> {
  switch (card.kind) {
    case "lim": {
      const { LinkInterfaceModule } = await import("../../firmware/lim/link-interface-module.ts");
      return new LinkInterfaceModule(configuration, card.slot);
    }
    case "transporter": {
      const { Transporter } = await import("../../firmware/transporter/transporter.ts");
      return new Transporter(configuration, card.slot);
    }
    case "call-server": {
      const { CallServer } = await import("../../firmware/call-server/call-server.ts");
      const { blockingKey } = await import("../../firmware/call-server/blocking-disk.ts");
      const { callDetailFile } = await import("../../firmware/call-server/call-detail-log.ts");
      const storedBlocking = disk.values?.get(blockingKey);
      return new CallServer(configuration, card.slot, {
        storedCdrs: readLines(disk.storage, callDetailFile),
        ...(storedBlocking && { storedBlocking }),
      });
    }
  }
}

export async function runCard(argv: readonly string[]): Promise<void> {
  const command = new Command("card")
    .description(
      "Runs one card of a rack as a process. The rack starts its cards itself; by hand it is useful on a card alone.",
    )
    .requiredOption("--config <file>", "rack.yaml")
    .requiredOption("--slot <number>", "the slot this card is in")
    .requiredOption("--storage <folder>", "where the card keeps what outlives it")
    .option("--board <name>", "the board it is on; otherwise as rack.yaml says")
    .option("--plane-a <plane>", "can0, can0@namespace, slcan:/dev/ttyACM0, or a hub's socket; else the board's")
    .option("--plane-b <plane>", "the same for plane B")
    .option("--no-rehearsal", "go into service without practising: the first takeover is slower")
    .option("--real-time-priority <number>", "of the thread that beats, 1 to 99", "50")
    .option("--metrics <address:port>", "tell figures to Prometheus there; otherwise only if rack.yaml says so")
    .option(
      "--console <line...>",
      "stdin, socket:<path>, or a serial line such as /dev/ttyAMA0:115200; else the board's",
      [],
    );
  command.parse([...argv]);
  try {
    await start(command.opts<CardOptions>());
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    report({ kind: "unusable", text: error.message });
    process.exitCode = 2;
  }
}

/** The library is loaded only where it is asked for: that takes as long as some heartbeats. */
async function openMetrics(at: SocketAddress, alarms: CardAlarms, { name }: RackConfiguration): Promise<CardMetrics> {
  const { CardMetrics } = await import("./card-metrics.ts");
  const metrics = new CardMetrics(alarms, name);
  metrics.serve(at, (text) => report({ kind: "log", severity: "alarm", text, atMicros: linuxClock().nowMicros() }));
  return metrics;
}

async function start(options: CardOptions): Promise<void> {
  const { configuration, text } = readConfiguration(options.config);
  const slot = Number(options.slot);
  const card = configuration.cards.find((candidate) => candidate.slot === slot);
  if (!card) throw new UserError(`${options.config}: no card is configured for slot ${options.slot}`);
  const metricsAt = metricsAddress(options.metrics, configuration.metrics, slot);
  const board = boardOf(options.board, card);
  nameThread(`card ${slot}`);
  const { heartbeat } = configuration;
  const memory = processorLinkMemory();
  const communication: CommunicationStart = {
    options: {
      slot,
      kind: card.kind,
      plans: groupPlans(configuration, card),
      frameOctets: configuration.bus.frames === "fd" ? 64 : 8,
      timing: {
        primaryMicros: heartbeat.primaryMillis * 1000,
        othersMicros: heartbeat.othersMillis * 1000,
        missesToDeath: heartbeat.missesToDeath,
      },
      configurationDigest: configurationDigest(text),
      kinds: Object.fromEntries(configuration.cards.map((one) => [one.slot, one.kind])),
      groups: groupsOf(configuration),
    },
    memory,
    planes: planesOf([options.planeA, options.planeB], board),
    bus: configuration.bus,
    realTimePriority: Number(options.realTimePriority),
    rehearsal: options.rehearsal
      ? { configuration, group: card.kind === "call-server" ? card.group : groupsOf(configuration)[0] }
      : undefined,
  };
  const storage = linuxStorage(options.storage);
  const thread = new Worker(new URL("./communication-thread.ts", import.meta.url), { workerData: communication });
  if (options.rehearsal && card.kind === "call-server") practise(configuration, card.group);
  const values = card.kind === "call-server" ? await openLinuxValueStore(options.storage) : undefined;
  const created = await createApplication(card, configuration, { storage, values });
  const application = failing(created, process.env[failOverVariable]);
  const clock = linuxClock();
  const log = (severity: "info" | "warning" | "alarm", logged: string) => {
    report({ kind: "log", severity, text: logged, atMicros: clock.nowMicros() });
  };
  const runner = new ApplicationRunner(application, {
    clock,
    link: processorLink(memory, "application"),
    streams: linuxStreamSockets(),
    datagrams: linuxDatagramSockets(),
    storage,
    values,
    log,
    unusable: (why) => {
      report({ kind: "unusable", text: why });
      setTimeout(() => process.exit(2), lastWordsMillis);
    },
  });
  const alarms = new CardAlarms(slot, configuration.cards, clock, report);
  const metrics = metricsAt && (await openMetrics(metricsAt, alarms, configuration));
  const restart = () => {
    report({ kind: "restarting" });
    setTimeout(() => process.exit(0), lastWordsMillis);
  };
  const configurationFile = options.config;
  const shell = new CardConsole({
    ...{ card, configuration, configurationFile, clock, application, runner, restart },
    log: (severity, logged) => {
      log(severity, logged);
      if (severity === "alarm") alarms.tell("login-failures", { object: `console of slot ${slot}`, text: logged });
    },
    alarms: () => alarms.list(),
    enquire: (to, request, answer) => enquireAtConsole(runner.management, to, request, answer),
  });
  attendToConsoles(runner.management, clock, (request) => shell.answer(request));
  for (const where of consolesOf(options.console, board)) shell.open(where);
  // A card that is pulled does not come to do it at its end, and the next in its slot would have everything to compile.
  flushCompileCache();
  thread.postMessage("ready");
  let isEnding = false;
  let hasLeft = false;
  thread.on("message", (message: CardReport) => {
    report(message);
    if (message.kind === "communication") {
      alarms.communication(message.status);
      shell.communication(message.status);
    }
    if (message.kind === "failed") setTimeout(() => process.exit(1), lastWordsMillis);
    if (message.kind === "unusable") setTimeout(() => process.exit(2), lastWordsMillis);
    if (message.kind === "milestone") metrics?.count(message.step);
    if (message.kind !== "milestone" || message.step !== "left") return;
    hasLeft = true;
    shell.left();
    if (isEnding) setTimeout(() => process.exit(0), lastWordsMillis);
  });
  process.once("SIGTERM", () => {
    isEnding = true;
    runner.leave();
    setTimeout(() => process.exit(0), hasLeft ? lastWordsMillis : leaveWithinMillis);
  });
  thread.on("error", (error) => {
    console.error(error);
    process.exit(1);
  });
  setInterval(() => {
    const status = application.status();
    alarms.application(status);
    report({ kind: "application", status });
  }, statusMillis);
  process.on("message", (request: CardRequest) => {
    if (request.kind === "leave") runner.leave();
    else if (request.kind === "operator") runner.command(request.command);
    else report({ kind: "ladder", request: request.request, entries: application.ladder(request) });
  });
  // A card whose rack is gone has nobody to serve.
  process.on("disconnect", () => process.exit(0));
}
