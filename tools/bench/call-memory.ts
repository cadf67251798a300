/** What calls in progress need of a call server's heap. Measured in a process of its own. */
import { assert } from "../../firmware/result.ts";
import { CallFeeder } from "./call-feeder.ts";
import { nodeFor } from "./many-circuits.ts";
import { answer, ask } from "./own-process.ts";

interface Question {
  readonly config: string;
  readonly callsInProgress: readonly number[];
}

/** Octets a call, after garbage collection. */
export function callMemory(config: string, callsInProgress: readonly number[]): readonly number[] {
  const flags = ["--expose-gc", "--max-old-space-size=6000"];
  return ask(import.meta.filename, flags, { config, callsInProgress } satisfies Question) as readonly number[];
}

/** Every number of calls in turn, the fewest first: calls are added, none ends. */
function measure({ config, callsInProgress }: Question): readonly number[] {
  const feeder = new CallFeeder(nodeFor(config, callsInProgress), false);
  const before = heapOctets();
  let inProgress = 0;
  return callsInProgress.map((wanted) => {
    feeder.fill(wanted - inProgress);
    inProgress = wanted;
    return (heapOctets() - before) / wanted;
  });
}

function heapOctets(): number {
  assert(globalThis.gc !== undefined, "garbage can be collected on demand");
  globalThis.gc();
  globalThis.gc();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

answer(import.meta.filename, (question) => measure(question as Question));
