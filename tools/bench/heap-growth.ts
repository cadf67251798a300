/** What a piece of work allocates: what the heap grows by in a process whose collector has nothing to do meanwhile. */
import { setTimeout } from "node:timers/promises";
import { assert } from "../../firmware/result.ts";

/** Flags of a process that measures this. */
export const heapGrowthFlags = ["--expose-gc", "--min-semi-space-size=512", "--max-semi-space-size=512"];

/** The first ones are for the machine to compile what is used often: that leaves less on the heap. */
const warmUpRuns = 16;
/** The collector gives buffers back in a thread of its own, some time after. */
const collections = 5;
const collectionMillis = 50;

/** Octets that the last of several runs allocates. `prepare` gives what is to be measured. */
export async function heapGrowth(prepare: () => () => unknown): Promise<number> {
  for (let warmUp = 0; warmUp < warmUpRuns; warmUp++) prepare()();
  const run = prepare();
  for (let collection = 0; collection < collections; collection++) {
    assert(globalThis.gc !== undefined, "garbage can be collected on demand");
    globalThis.gc();
    await setTimeout(collectionMillis);
  }
  const before = heapOctets();
  run();
  return heapOctets() - before;
}

function heapOctets(): number {
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}
