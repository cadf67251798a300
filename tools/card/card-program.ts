/** Starts a card: application processor here, communication processor in a thread of its own. */
import { flushCompileCache } from "node:module";
import { Worker } from "node:worker_threads";
import { changeText } from "../../firmware/alarms/alarm-list.ts";
import { configurationDigest } from "../../firmware/configuration/digest.ts";
import { groupPlans } from "../../firmware/configuration/group-plan.ts";
import { groupsOf } from "../../firmware/configuration/groups.ts";
import type { Card, RackConfiguration } from "../../firmware/configuration/rack-schema.ts";
import { type ProcessorLinkMemory, processorLinkMemory } from "../../hal/linux/processor-link.ts";
import { nameThread } from "../../hal/linux/real-time.ts";
import { linuxStorage } from "../../hal/linux/storage.ts";
import { openLinuxValueStore } from "../../hal/linux/value-store.ts";
import { readConfiguration, UserError } from "../configuration/read-configuration.ts";
import { createApplication } from "./card-application.ts";
import { boardOf, planesOf, watchdogOf } from "./card-board.ts";
import { type CardOptions, parseCardOptions } from "./card-options.ts";
import type { CardReport, CommunicationStart } from "./card-start.ts";
import { failing, failOverVariable } from "./failing-application.ts";
import { firmwareVersion } from "./firmware-version.ts";
import { metricsAddress } from "./metrics-address.ts";
import { practise } from "./rehearsal.ts";
import { RunningCard } from "./running-card.ts";

const microsPerMilli = 1000;

export async function runCard(argv: readonly string[]): Promise<void> {
  const options = parseCardOptions(argv);
  try {
    await start(options);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    report({ kind: "unusable", text: error.message });
    process.exitCode = 2;
  }
}

function report(what: CardReport): void {
  if (process.connected) process.send?.(what);
  else if (what.kind === "log" || what.kind === "unusable") console.log(what.text);
  else if (what.kind === "alarm") console.log(changeText(what));
}

async function start(options: CardOptions): Promise<void> {
  const { configuration, text } = readConfiguration(options.config);
  const slot = Number(options.slot);
  const card = configuration.cards.find((candidate) => candidate.slot === slot);
  if (!card) throw new UserError(`${options.config}: no card is configured for slot ${options.slot}`);
  const metricsAt = metricsAddress(options.metrics, configuration.metrics, slot);
  const board = boardOf(options.board, card);
  nameThread(`card ${slot}`);
  const memory = processorLinkMemory();
  const workerData: CommunicationStart = {
    ...communicationOf(card, configuration, configurationDigest(text), memory),
    planes: planesOf([options.planeA, options.planeB], board),
    realTimePriority: Number(options.realTimePriority),
    watchdog: watchdogOf(options.watchdog, board),
    rehearsal: options.rehearsal
      ? { configuration, group: card.kind === "call-server" ? card.group : groupsOf(configuration)[0] }
      : undefined,
  };
  const thread = new Worker(new URL("./communication-thread.ts", import.meta.url), { workerData });
  if (options.rehearsal && card.kind === "call-server") practise(configuration, card.group);
  const storage = linuxStorage(options.storage);
  const values = card.kind === "call-server" ? await openLinuxValueStore(options.storage) : undefined;
  const disk = { storage, values };
  const application = failing(await createApplication(card, configuration, disk), process.env[failOverVariable]);
  const program = { version: firmwareVersion(import.meta.dirname), folder: import.meta.dirname };
  const parts = { program, options, card, configuration, board, application, disk, thread, memory, metricsAt, report };
  const running = new RunningCard(parts);
  // A card that is pulled does not come to do it at its end, and the next in its slot would have everything to compile.
  flushCompileCache();
  await running.begin();
}

/** What the communication processor is to know of the rack. */
function communicationOf(
  card: Card,
  configuration: RackConfiguration,
  digest: number,
  memory: ProcessorLinkMemory,
): Pick<CommunicationStart, "options" | "memory" | "bus"> {
  const { heartbeat, bus, cards } = configuration;
  return {
    options: {
      slot: card.slot,
      kind: card.kind,
      plans: groupPlans(configuration, card),
      frameOctets: bus.frames === "fd" ? 64 : 8,
      rates: bus,
      timing: {
        primaryMicros: heartbeat.primaryMillis * microsPerMilli,
        othersMicros: heartbeat.othersMillis * microsPerMilli,
        missesToDeath: heartbeat.missesToDeath,
      },
      configurationDigest: digest,
      kinds: Object.fromEntries(cards.map(({ slot, kind }) => [slot, kind])),
      groups: groupsOf(configuration),
    },
    memory,
    bus,
  };
}
