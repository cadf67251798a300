/** Hunts each mutation until it is caught. */
import { tableText } from "../bench/bench.ts";
import type { Breach } from "../simulator/invariants.ts";
import { type Mutation, mutationSeedsMax, mutations } from "./mutations.ts";
import type { SeedReport, SeedTask } from "./seed-play.ts";
import { type SeedRange, seedsOf } from "./seed-range.ts";
import { playOnThreads, type ThreadOptions } from "./seed-threads.ts";

export interface MutationFigures {
  readonly name: string;
  /** Seeds up to the one that caught it; all of them when none did. */
  readonly seeds: number;
  /** The seed that caught it, and what it saw. */
  readonly caught: (Breach & { readonly seed: number }) | undefined;
}

/** One mutation, caught by the lowest of the seeds that catches it. */
export async function huntMutation(
  { name, withoutRules, faults, config }: Mutation,
  range: SeedRange,
  threads: ThreadOptions,
): Promise<MutationFigures> {
  let catcher: SeedReport | undefined;
  const tasks = function* (): Generator<SeedTask> {
    for (const seed of seedsOf(range)) yield { seed, faults, withoutRules };
  };
  const crew = config === undefined ? threads : { ...threads, config };
  await playOnThreads(tasks(), crew, (report) => {
    if (report.breaches.length > 0 && report.seed < (catcher?.seed ?? Number.POSITIVE_INFINITY)) catcher = report;
    return catcher === undefined;
  });
  if (catcher === undefined) return { name, seeds: range.last - range.first + 1, caught: undefined };
  const { seed, breaches } = catcher;
  return { name, seeds: seed - range.first + 1, caught: { ...breaches[0], seed } };
}

export async function huntMutations(
  range: SeedRange | undefined,
  threads: ThreadOptions,
  tell: (text: string) => void,
): Promise<readonly MutationFigures[]> {
  const figures: MutationFigures[] = [];
  for (const mutation of mutations) {
    tell(`mutation: ${mutation.name}`);
    figures.push(await huntMutation(mutation, range ?? { first: 1, last: mutationSeedsMax }, threads));
  }
  return figures;
}

export function mutationsText(figures: readonly MutationFigures[]): string {
  const rows = figures.map(({ name, seeds, caught }) => [name, `${seeds}`, caught ? caught.invariant : "NOT CAUGHT"]);
  return tableText([["mutation", "seeds", "caught by"], ...rows]);
}
