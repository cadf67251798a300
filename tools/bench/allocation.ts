/**
 * What is allocated for a call and for a frame. Runs in a process of its own whose collector has nothing to do meanwhile: so what the
 * heap has grown by is what was allocated.
 */
import type { Application } from "../../firmware/card/application.ts";
import { CallServer } from "../../firmware/call-server/call-server.ts";
import type { Card } from "../../firmware/configuration/rack-schema.ts";
import { LinkInterfaceModule } from "../../firmware/lim/link-interface-module.ts";
import { assert } from "../../firmware/result.ts";
import { Transporter } from "../../firmware/transporter/transporter.ts";
import { readConfiguration } from "../configuration/read-configuration.ts";
import { answer, ask } from "./own-process.ts";
import { CommunicationReplay } from "./recorded-communication.ts";
import { comeIntoService, recordRack, liveCalls } from "./recorded-events.ts";

/** Octets. */
export interface Allocation {
  readonly slot: number;
  /** By the card's application, a call. */
  readonly applicationCall: number;
  /** By its communication processor, a frame that it hears. */
  readonly communicationFrame: number;
}

const callsPerSecond = 100;
const millis = 5000;
/** The first ones are for the machine to compile what is used often: that leaves less on the heap. */
const warmUpRuns = 6;
const flags = ["--expose-gc", "--min-semi-space-size=512", "--max-semi-space-size=512"];

export function allocations(config: string): readonly Allocation[] {
  return ask(import.meta.filename, flags, config) as readonly Allocation[];
}

function measure(config: string): readonly Allocation[] {
  const { configuration } = readConfiguration(config);
  const recording = recordRack(configuration, callsPerSecond, millis);
  const applicationOf = ({ kind, slot }: Card): Application => {
    if (kind === "lim") return new LinkInterfaceModule(configuration, slot);
    return kind === "transporter" ? new Transporter(configuration, slot) : new CallServer(configuration, slot);
  };
  return configuration.cards.map((card) => {
    const { slot } = card;
    const events = recording.bySlot.get(slot);
    const communication = recording.communication.get(slot);
    assert(events !== undefined && communication !== undefined, `slot ${slot} was recorded`);
    const application = last(() => {
      const each = applicationOf(card);
      comeIntoService(each, events);
      return () => liveCalls(each, events);
    });
    const processor = last(() => {
      const each = new CommunicationReplay(communication);
      each.comeIntoService();
      return () => each.carryCalls();
    });
    return {
      slot,
      applicationCall: application / recording.calls,
      communicationFrame: processor / communication.framesHeard,
    };
  });
}

/** Octets that the last of several runs allocates. */
function last(prepare: () => () => unknown): number {
  for (let warmUp = 0; warmUp < warmUpRuns; warmUp++) prepare()();
  const run = prepare();
  assert(globalThis.gc !== undefined, "garbage can be collected on demand");
  globalThis.gc();
  const before = heapOctets();
  run();
  return heapOctets() - before;
}

function heapOctets(): number {
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

answer(import.meta.filename, (config) => measure(config as string));
