/** What calls in progress cost: memory each of them, and what they add to the time of every other call. Runs in processes of its own. */
import { readConfiguration } from "../configuration/read-configuration.ts";
import { assert } from "../../firmware/result.ts";
import { CallFeeder } from "./call-feeder.ts";
import { circuitsPerExchange, withManyCircuits } from "./many-circuits.ts";
import { median, quartiles, type Quartiles } from "./median.ts";
import { answer, ask } from "./own-process.ts";

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

/** Every number of calls is measured so many times, in turn: a machine that others use too is not the same all the time. */
const rounds = 2;
/** Until all that calls need is compiled. */
const warmUpPortions = 50;
/** Calls from IAM to RLC are made in so many portions of so many. */
const portions = 20;
const portionCalls = 400;

interface Question {
  readonly config: string;
  /** The node has circuits for the most of them, whatever is asked: only calls differ. */
  readonly callsInProgress: readonly number[];
  /** For the time: which of them. */
  readonly index?: number;
}

/** Microseconds by call, of every portion. */
interface Times {
  readonly primary: readonly number[];
  readonly backup: readonly number[];
}

/** Each in a process that nothing else has left its mark on. */
export function callGrowth(config: string, callsInProgress: readonly number[]): readonly CallGrowth[] {
  const memory = asked<readonly number[]>({ config, callsInProgress });
  const times = Array.from({ length: rounds }, () =>
    callsInProgress.map((_, index) => asked<Times>({ config, callsInProgress, index })),
  );
  return callsInProgress.map((count, index) => {
    const primary = times.flatMap((round) => round[index].primary);
    const backup = times.flatMap((round) => round[index].backup);
    return {
      callsInProgress: count,
      memoryOctets: memory[index],
      primaryMicros: median(primary),
      backupMicros: median(backup),
      primarySpread: quartiles(primary),
      backupSpread: quartiles(backup),
    };
  });
}

function asked<T>(question: Question): T {
  return ask(import.meta.filename, ["--expose-gc", "--max-old-space-size=6000"], question) as T;
}

/** Every number of calls in turn, the fewest first: calls are added, none ends. */
function memoryGrowth(configuration: Configuration, callsInProgress: readonly number[]): readonly number[] {
  const feeder = new CallFeeder(configuration, false);
  const before = heapOctets();
  let inProgress = 0;
  return callsInProgress.map((wanted) => {
    inProgress = fill(feeder, inProgress, wanted);
    return (heapOctets() - before) / wanted;
  });
}

/** Calls come and go beside those that stay. */
function timeGrowth(configuration: Configuration, callsInProgress: number): Times {
  const feeder = new CallFeeder(configuration, true);
  fill(feeder, 0, callsInProgress);
  for (let done = 0; done < warmUpPortions; done++) portion(feeder);
  const times = Array.from({ length: portions }, () => portion(feeder));
  return { primary: times.map(({ primary }) => primary), backup: times.map(({ backup }) => backup) };
}

/** @returns `to` */
function fill(feeder: CallFeeder, from: number, to: number): number {
  for (let inProgress = from; inProgress < to; inProgress += portionCalls) {
    feeder.setUp(Math.min(portionCalls, to - inProgress));
  }
  return to;
}

/** @returns microseconds by call */
function portion(feeder: CallFeeder): { readonly primary: number; readonly backup: number } {
  const { primaryMicros, backupMicros } = feeder;
  feeder.release(feeder.setUp(portionCalls));
  return {
    primary: (feeder.primaryMicros - primaryMicros) / portionCalls,
    backup: (feeder.backupMicros - backupMicros) / portionCalls,
  };
}

type Configuration = ReturnType<typeof withManyCircuits>;

function heapOctets(): number {
  assert(globalThis.gc !== undefined, "garbage can be collected on demand");
  globalThis.gc();
  globalThis.gc();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

answer(import.meta.filename, (given) => {
  const { config, callsInProgress, index } = given as Question;
  const pairs = Math.ceil((Math.max(...callsInProgress) + portionCalls) / circuitsPerExchange);
  const configuration = withManyCircuits(readConfiguration(config).configuration, pairs);
  return index === undefined
    ? memoryGrowth(configuration, callsInProgress)
    : timeGrowth(configuration, callsInProgress[index]);
});
