/** Processor time of one processor of a card, a call. Runs in a process of its own, as a processor does. */
import type { Micros } from "../../firmware/time.ts";
import { readConfiguration } from "../configuration/read-configuration.ts";
import { applicationOf } from "./card-application.ts";
import { type CardRecording, readCardRecording } from "./card-recording.ts";
import { type CommitEncoding, commitEncoding } from "./commit-encoding.ts";
import { median } from "./median.ts";
import { answer, ask } from "./own-process.ts";
import { CommunicationReplay } from "./recorded-communication.ts";
import { replay } from "./recorded-events.ts";

/** The first ones are for the machine to compile what is used often. */
const warmUpRuns = 8;
export const runs = 7;
/** What is compiled how is chance, and one process in five or so is a half dearer for it: a median of several has none of these. */
export const processes = 3;

interface Question {
  readonly config: string;
  readonly slot: number;
  /** Written by `writeCardRecording`. */
  readonly recording: string;
  readonly what: "application" | "communication" | "encoding";
}

/** Microseconds of one processor a call. */
export interface CardCosts {
  readonly application: Micros;
  /** The logic alone: not what the host needs for ports and links. */
  readonly communication: Micros;
}

export function cardCosts(of: Omit<Question, "what">): CardCosts {
  return {
    application: inSeveral({ ...of, what: "application" }),
    communication: inSeveral({ ...of, what: "communication" }),
  };
}

/** What the primary spends on its commits. @param of the backup, which was given them */
export function encodingCosts(of: Omit<Question, "what">): CommitEncoding {
  return asked<CommitEncoding>({ ...of, what: "encoding" });
}

function inSeveral(question: Question): Micros {
  return median(Array.from({ length: processes }, () => asked<Micros>(question)));
}

function asked<T>(question: Question): T {
  return ask(import.meta.filename, [], question) as T;
}

function measure({ config, slot, recording: file, what }: Question): Micros | CommitEncoding {
  const { configuration } = readConfiguration(config);
  const recording = readCardRecording(file);
  const { calls, application, communication } = recording;
  if (what === "application") return ofRuns(() => replay(applicationOf(configuration, slot), application)) / calls;
  if (what === "communication") return ofRuns(() => new CommunicationReplay(communication).carryAllCalls()) / calls;
  return encodingOf(configuration, recording);
}

function encodingOf(configuration: Parameters<typeof commitEncoding>[0], recording: CardRecording): CommitEncoding {
  const { calls, application } = recording;
  const all = Array.from({ length: warmUpRuns + runs }, () => commitEncoding(configuration, application));
  const measured = all.slice(warmUpRuns);
  const ofCall = (part: keyof CommitEncoding) => median(measured.map((each) => each[part])) / calls;
  return { bodies: ofCall("bodies"), changes: ofCall("changes"), digests: ofCall("digests") };
}

function ofRuns(run: () => Micros): Micros {
  for (let warmUp = 0; warmUp < warmUpRuns; warmUp++) run();
  return median(Array.from({ length: runs }, run));
}

answer(import.meta.filename, (question) => measure(question as Question));
