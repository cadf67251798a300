/**
 * What is allocated for a call and for a frame. Runs in processes of their own whose collector has nothing to do meanwhile: so what the
 * heap has grown by is what was allocated.
 */
import { assert } from "../../firmware/result.ts";
import { readConfiguration } from "../configuration/read-configuration.ts";
import { applicationOf } from "./card-application.ts";
import { readCardRecording } from "./card-recording.ts";
import { answer, ask } from "./own-process.ts";
import { CommunicationReplay } from "./recorded-communication.ts";
import { comeIntoService, liveCalls } from "./recorded-events.ts";

/** Octets. */
export interface Allocation {
  readonly slot: number;
  /** By the card's application, a call. */
  readonly applicationCall: number;
  /** By its communication processor, a frame that it hears. */
  readonly communicationFrame: number;
}

/** The first ones are for the machine to compile what is used often: that leaves less on the heap. */
const warmUpRuns = 16;
const flags = ["--expose-gc", "--min-semi-space-size=512", "--max-semi-space-size=512"];

interface Question {
  readonly config: string;
  readonly slot: number;
  /** Written by `writeCardRecording`. */
  readonly recording: string;
  readonly what: "application" | "communication";
}

export function allocation(of: Omit<Question, "what">): Allocation {
  const asked = (what: Question["what"]) => ask(import.meta.filename, flags, { ...of, what }) as number;
  return {
    slot: of.slot,
    applicationCall: asked("application"),
    communicationFrame: asked("communication"),
  };
}

function measure({ config, slot, recording, what }: Question): number {
  const { configuration } = readConfiguration(config);
  const { calls, application: events, communication } = readCardRecording(recording);
  if (what === "communication") {
    const octets = last(() => {
      const each = new CommunicationReplay(communication);
      each.comeIntoService();
      return () => each.carryCalls();
    });
    return octets / communication.framesHeard;
  }
  const octets = last(() => {
    const each = applicationOf(configuration, slot);
    comeIntoService(each, events);
    return () => liveCalls(each, events);
  });
  return octets / calls;
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

answer(import.meta.filename, (question) => measure(question as Question));
