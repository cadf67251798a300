/** Sweeps: a scenario once for every frame and disturbance; and the whole catalogue, spread over the machine's processors. */
import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import type { RackConfiguration } from "../../../firmware/configuration/rack-schema.ts";
import { redundantRack } from "../one-call.ts";
import { catalogue } from "./catalogue.ts";
import { deviationsOf, differenceOf } from "./comparison.ts";
import { type DeviationName, deviations } from "./deviations.ts";
import { type Disturbance, disturbances } from "./disturbances.ts";
import type { Scenario } from "./scenario.ts";
import { type RunOptions, runScenario, type ScenarioRun } from "./scenario-run.ts";

export interface Sweep {
  readonly runs: number;
  readonly failures: readonly string[];
  /** Runs in which something was otherwise that may be. */
  readonly deviating: Readonly<Partial<Record<DeviationName, number>>>;
  /** Of processor time. */
  readonly seconds: number;
}

/** A piece of the catalogue, small enough to spread evenly. */
export interface SweepJob {
  readonly scenario: string;
  readonly disturbance: string;
  /** Every `every`th frame from `first` on. */
  readonly every: number;
  readonly first: number;
}

/** A rack a run makes much garbage that dies young. */
const resourceLimits = { maxYoungGenerationSizeMb: 96 };
/** More of the same tell nothing new. */
const failuresMax = 3;
/** By rack. */
const undisturbed = new Map<RackConfiguration, Map<Scenario, ScenarioRun>>();

function undisturbedRun(scenario: Scenario, configuration: RackConfiguration): ScenarioRun {
  const known = undisturbed.get(configuration) ?? new Map<Scenario, ScenarioRun>();
  undisturbed.set(configuration, known);
  const run = known.get(scenario) ?? runScenario(scenario, configuration);
  known.set(scenario, run);
  return run;
}

/** One scenario and one disturbance, at every `every`th frame from `first` on. */
export function sweep(
  scenario: Scenario,
  disturbance: Disturbance,
  { every = 1, first = 0 } = {},
  options: RunOptions = {},
): Sweep {
  const before = process.threadCpuUsage();
  const { configuration } = disturbance;
  const expected = undisturbedRun(scenario, configuration);
  const end = disturbance.calm ? expected.calmTransmissions : expected.transmissions;
  const failures: string[] = [];
  const deviating: Partial<Record<DeviationName, number>> = {};
  let runs = 0;
  for (let transmission = first; transmission < end && failures.length < failuresMax; transmission += every) {
    const run = runScenario(scenario, configuration, { disturbance, transmission }, options);
    runs++;
    for (const name of new Set(deviationsOf(run))) deviating[name] = (deviating[name] ?? 0) + 1;
    const what = run.failures[0] ?? differenceOf(expected, run) ?? missedText(disturbance, run);
    if (what === undefined) continue;
    const repeat = `npm run catalogue -- --scenario "${scenario.name}" --disturbance "${disturbance.name}"`;
    failures.push(
      `${scenario.name}, ${disturbance.name} at frame ${transmission}: ${what}\n  ${repeat} --frame ${transmission}`,
    );
  }
  const { user, system } = process.threadCpuUsage(before);
  return { runs, failures, deviating, seconds: (user + system) / 1e6 };
}

/** Where nothing is otherwise from the beginning on, what was undisturbed until then has as many frames. */
function missedText({ begin }: Disturbance, { struck }: ScenarioRun): string | undefined {
  return struck || begin !== undefined ? undefined : "the frame never came";
}

export function named<T extends { readonly name: string }>(rows: readonly T[], name: string): T {
  const row = rows.find((each) => each.name === name);
  if (row === undefined) throw new Error(`no such row: ${name}`);
  return row;
}

export interface CatalogueReport {
  readonly runs: number;
  readonly failures: readonly string[];
  /** Of wall time. */
  readonly seconds: number;
  /** By scenario. */
  readonly sweeps: ReadonlyMap<string, Sweep>;
}

/** Every how manieth frame: of a disturbance, whichever; and of one in the rack with two of each card. */
export interface Thinning {
  readonly every: number;
  readonly everyOfTwo?: number;
}

/** The whole catalogue, or every so manieth frame of it: each disturbance begins at another one. */
export async function sweepCatalogue(
  { every, everyOfTwo = every }: Thinning,
  scenarios: readonly Scenario[] = catalogue,
): Promise<CatalogueReport> {
  const began = performance.now();
  const jobs: SweepJob[] = scenarios.flatMap((scenario) =>
    disturbances.map(({ name, configuration }, number) => {
      const own = configuration === redundantRack ? everyOfTwo : every;
      return { scenario: scenario.name, disturbance: name, every: own, first: (number * 5) % own };
    }),
  );
  const sweeps = new Map<string, Sweep>(
    scenarios.map(({ name }) => [name, { runs: 0, failures: [], deviating: {}, seconds: 0 }]),
  );
  const threads = Math.min(availableParallelism(), jobs.length);
  await Promise.all(Array.from({ length: threads }, () => workOff(jobs, sweeps)));
  const all = [...sweeps.values()];
  return {
    runs: all.reduce((sum, { runs }) => sum + runs, 0),
    failures: all.flatMap(({ failures }) => failures),
    seconds: (performance.now() - began) / 1000,
    sweeps,
  };
}

/** A thread that takes one job after the other until none is left. */
function workOff(jobs: SweepJob[], sweeps: Map<string, Sweep>): Promise<void> {
  return new Promise((resolve, reject) => {
    const thread = new Worker(new URL("./sweep-thread.ts", import.meta.url), { resourceLimits });
    let job: SweepJob | undefined;
    const next = (): void => {
      job = jobs.shift();
      if (job !== undefined) thread.postMessage(job);
      else void thread.terminate().then(() => resolve());
    };
    thread.on("error", reject);
    thread.on("message", (done: Sweep) => {
      const name = job?.scenario ?? "";
      const before = sweeps.get(name);
      sweeps.set(name, {
        runs: (before?.runs ?? 0) + done.runs,
        failures: [...(before?.failures ?? []), ...done.failures],
        deviating: sumOf([before?.deviating ?? {}, done.deviating]),
        seconds: (before?.seconds ?? 0) + done.seconds,
      });
      next();
    });
    next();
  });
}

function sumOf(counts: readonly Sweep["deviating"][]): Sweep["deviating"] {
  const sum: Partial<Record<DeviationName, number>> = {};
  for (const { name } of deviations) {
    const all = counts.reduce((total, each) => total + (each[name] ?? 0), 0);
    if (all > 0) sum[name] = all;
  }
  return sum;
}

/** The summary that people read. */
export function reportText(
  { runs, failures, seconds, sweeps }: CatalogueReport,
  { every, everyOfTwo = every }: Thinning,
): string {
  const slowest = [...sweeps].reduce((one, other) => (other[1].seconds > one[1].seconds ? other : one));
  const [name, { runs: its, seconds: taken }] = slowest;
  const processorSeconds = [...sweeps.values()].reduce((sum, each) => sum + each.seconds, 0);
  const deviating = Object.entries(sumOf([...sweeps.values()].map((each) => each.deviating)));
  const frames = (of: number) => (of === 1 ? "every frame" : `every ${of}th frame`);
  const ofTwo = everyOfTwo === every ? "" : ` (${frames(everyOfTwo)} where there are two of each card)`;
  return [
    `catalogue: ${sweeps.size} scenarios, ${frames(every)}${ofTwo}: ${runs} runs, ${failures.length} with another outcome`,
    `${seconds.toFixed(1)} s, of processor time ${processorSeconds.toFixed(1)} s, ${((1000 * processorSeconds) / runs).toFixed(2)} ms a run`,
    `slowest scenario: ${name}, ${its} runs in ${taken.toFixed(1)} s of processor time`,
    ...deviating.map(([name, count]) => `${count} runs with what may be otherwise: ${name}`),
  ].join("\n");
}
