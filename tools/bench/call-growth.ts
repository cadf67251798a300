/** What calls in progress cost: memory each of them, and what they add to the time of every other call. Runs in processes of its own. */
import { CallFeeder } from "./call-feeder.ts";
import { callMemory } from "./call-memory.ts";
import { nodeFor, spareCircuits } from "./many-circuits.ts";
import { mean, median, quartiles, type Quartiles } from "./median.ts";
import { answerAgain, interview } from "./own-process.ts";

/** What one more call costs when so many are in progress. */
export interface CallGrowth {
  readonly callsInProgress: number;
  /** Heap of a call server, after garbage collection, by call. */
  readonly memoryOctets: number;
  readonly primaryMicros: number;
  readonly backupMicros: number;
  /** Half of the portions of calls cost between these. */
  readonly primarySpread?: Quartiles;
  readonly backupSpread?: Quartiles;
}

/** So often new processes are started: no two compile alike. */
const rounds = 3;
/** Calls from IAM to RLC are made in so many portions of so many. */
const portions = 25;
const portionCalls = spareCircuits;
/** Until all that calls need is compiled. */
const warmUpPortions = 30;

interface Question {
  readonly config: string;
  /** The node has circuits for the most of them, whatever is asked: only calls differ. */
  readonly callsInProgress: readonly number[];
  /** Which of them. */
  readonly index: number;
}

/** Microseconds by call, of a portion. */
interface Times {
  readonly primary: number;
  readonly backup: number;
}

/**
 * Every number of calls in a process of its own. They take turns, portion by portion, and a machine that others use too is the same for
 * all of them. Within a round the mean counts: a collection of the whole heap comes seldom, costs the more the more there is in it, and
 * must not be left out as a disturbance.
 */
export async function callGrowth(config: string, callsInProgress: readonly number[]): Promise<readonly CallGrowth[]> {
  const memory = callMemory(config, callsInProgress);
  const times: (readonly (readonly Times[])[])[] = [];
  for (let round = 0; round < rounds; round++) times.push(await inTurn(config, callsInProgress));
  return callsInProgress.map((count, index) => {
    const of = (server: keyof Times) => times.map((round) => round[index].map((portion) => portion[server]));
    const [primary, backup] = [of("primary"), of("backup")];
    return {
      callsInProgress: count,
      memoryOctets: memory[index],
      primaryMicros: median(primary.map(mean)),
      backupMicros: median(backup.map(mean)),
      primarySpread: quartiles(primary.flat()),
      backupSpread: quartiles(backup.flat()),
    };
  });
}

/** @returns the portions of every number of calls */
async function inTurn(config: string, callsInProgress: readonly number[]): Promise<readonly (readonly Times[])[]> {
  const interviews = callsInProgress.map((_, index) =>
    interview(import.meta.filename, ["--max-old-space-size=6000"], {
      config,
      callsInProgress,
      index,
    } satisfies Question),
  );
  const times: Times[][] = callsInProgress.map(() => []);
  for (let portion = 0; portion < warmUpPortions + portions; portion++) {
    for (const [index, each] of interviews.entries()) times[index].push((await each.again()) as Times);
  }
  for (const each of interviews) each.end();
  return times.map((all) => all.slice(warmUpPortions));
}

answerAgain(import.meta.filename, (given) => {
  const { config, callsInProgress, index } = given as Question;
  const feeder = new CallFeeder(nodeFor(config, callsInProgress), true);
  feeder.fill(callsInProgress[index]);
  return (): Times => {
    const { primaryMicros, backupMicros } = feeder;
    feeder.release(feeder.setUp(portionCalls));
    return {
      primary: (feeder.primaryMicros - primaryMicros) / portionCalls,
      backup: (feeder.backupMicros - backupMicros) / portionCalls,
    };
  };
});
