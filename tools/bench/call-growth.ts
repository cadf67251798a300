/** What calls in progress cost: memory each of them, and what they add to the time of every other call. Runs in a process of its own. */
import { spawnSync } from "node:child_process";
import { readConfiguration } from "../configuration/read-configuration.ts";
import { assert } from "../../firmware/result.ts";
import { CallFeeder } from "./call-feeder.ts";
import { circuitsPerExchange, withManyCircuits } from "./many-circuits.ts";
import { median } from "./median.ts";

/** What one more call costs when so many are in progress. */
export interface CallGrowth {
  readonly callsInProgress: number;
  /** Heap of a call server, after garbage collection, by call. */
  readonly memoryOctets: number;
  readonly primaryMicros: number;
  readonly backupMicros: number;
}

const warmUpPortions = 20;
/** Calls from IAM to RLC are made in so many portions of so many. */
const portions = 15;
const portionCalls = 400;

const question = "TANDEM_CALL_GROWTH";
type Question = {
  readonly config: string;
  readonly callsInProgress: readonly number[];
  readonly of: "memory" | "time";
};

/** Each kind in a process that nothing else has left its mark on. */
export function callGrowth(config: string, callsInProgress: readonly number[]): readonly CallGrowth[] {
  const [memory, time] = (["memory", "time"] as const).map((of) => ask({ config, callsInProgress, of }));
  return callsInProgress.map((_, index) => ({ ...memory[index], ...time[index] }) as CallGrowth);
}

function ask(asked: Question): readonly Partial<CallGrowth>[] {
  const args = ["--expose-gc", "--max-old-space-size=6000", import.meta.filename];
  const environment = { ...process.env, [question]: JSON.stringify(asked) };
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: "utf8", env: environment });
  assert(status === 0, `the measurement of ${asked.of} has failed: ${stderr}`);
  return JSON.parse(stdout) as readonly Partial<CallGrowth>[];
}

/** Every number of calls in turn, the fewest first: calls are added, none ends. */
function memoryGrowth(
  configuration: Configuration,
  callsInProgress: readonly number[],
): readonly Partial<CallGrowth>[] {
  const feeder = new CallFeeder(configuration, false);
  const before = heapOctets();
  let inProgress = 0;
  return callsInProgress.map((wanted) => {
    inProgress = fill(feeder, inProgress, wanted);
    return { callsInProgress: wanted, memoryOctets: (heapOctets() - before) / wanted };
  });
}

/** Calls come and go beside those that stay. */
function timeGrowth(configuration: Configuration, callsInProgress: readonly number[]): readonly Partial<CallGrowth>[] {
  const feeder = new CallFeeder(configuration, true);
  for (let done = 0; done < warmUpPortions; done++) portion(feeder);
  let inProgress = 0;
  return callsInProgress.map((wanted) => {
    inProgress = fill(feeder, inProgress, wanted);
    const times = Array.from({ length: portions }, () => portion(feeder));
    return {
      callsInProgress: wanted,
      primaryMicros: median(times.map(({ primary }) => primary)),
      backupMicros: median(times.map(({ backup }) => backup)),
    };
  });
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

const asked = process.env[question];
if (process.argv[1] === import.meta.filename && asked !== undefined) {
  const { config, callsInProgress, of } = JSON.parse(asked) as Question;
  const spare = portionCalls;
  const pairs = Math.ceil((Math.max(...callsInProgress) + spare) / circuitsPerExchange);
  const configuration = withManyCircuits(readConfiguration(config).configuration, pairs);
  const growth = of === "memory" ? memoryGrowth : timeGrowth;
  process.stdout.write(JSON.stringify(growth(configuration, callsInProgress)));
}
