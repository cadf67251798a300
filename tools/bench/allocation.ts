/** What is allocated for a call, and by the way for every frame that comes with it. */
import { readConfiguration } from "../configuration/read-configuration.ts";
import { applicationOf } from "./card-application.ts";
import { readCardRecording } from "./card-recording.ts";
import { heapGrowth, heapGrowthFlags } from "./heap-growth.ts";
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

interface Question {
  readonly config: string;
  readonly slot: number;
  /** Written by `writeCardRecording`. */
  readonly recording: string;
  readonly what: "application" | "communication";
}

export function allocation(of: Omit<Question, "what">): Allocation {
  const asked = (what: Question["what"]) => ask(import.meta.filename, heapGrowthFlags, { ...of, what }) as number;
  return {
    slot: of.slot,
    applicationCall: asked("application"),
    communicationFrame: asked("communication"),
  };
}

async function measure({ config, slot, recording, what }: Question): Promise<number> {
  const { configuration } = readConfiguration(config);
  const { calls, application: events, communication } = readCardRecording(recording);
  if (what === "communication") {
    const octets = await heapGrowth(() => {
      const each = new CommunicationReplay(communication);
      each.comeIntoService();
      return () => each.carryCalls();
    });
    return octets / communication.framesHeard;
  }
  const octets = await heapGrowth(() => {
    const each = applicationOf(configuration, slot);
    comeIntoService(each, events);
    return () => liveCalls(each, events);
  });
  return octets / calls;
}

answer(import.meta.filename, (question) => measure(question as Question));
