/** What a hunt adds up to. */
import { tableText } from "../bench/bench.ts";
import type { InvariantName } from "../simulator/invariants.ts";
import { type FaultName, faultNames } from "../simulator/random-faults.ts";
import type { SeedReport } from "./seed-play.ts";

/** A seed that went wrong. */
export interface HuntFailure {
  readonly seed: number;
  readonly invariant: InvariantName;
  readonly what: string;
  /** The command that plays it again. */
  readonly again: string;
  readonly trace: readonly string[];
}

export interface HuntFigures {
  readonly seeds: number;
  readonly seconds: number;
  readonly seedsPerSecond: number;
  readonly calls: number;
  readonly faults: Readonly<Partial<Record<FaultName, number>>>;
  readonly failures: readonly HuntFailure[];
}

export class HuntTally {
  readonly #again: (seed: number) => string;
  readonly #struck: Partial<Record<FaultName, number>> = {};
  readonly #failures: HuntFailure[] = [];
  #seeds = 0;
  #calls = 0;

  /** `again`: the command that plays a seed again. */
  constructor(again: (seed: number) => string) {
    this.#again = again;
  }

  /** @returns what went wrong, if anything did */
  add({ seed, calls, struck, breaches, trace }: SeedReport): HuntFailure | undefined {
    this.#seeds++;
    this.#calls += calls;
    for (const name of faultNames) {
      if (struck[name] !== undefined) this.#struck[name] = (this.#struck[name] ?? 0) + struck[name];
    }
    const [first] = breaches;
    if (first === undefined) return undefined;
    const failure = { seed, ...first, again: this.#again(seed), trace };
    this.#failures.push(failure);
    return failure;
  }

  figures(seconds: number): HuntFigures {
    const perSecond = seconds > 0 ? this.#seeds / seconds : 0;
    return {
      seeds: this.#seeds,
      seconds: Math.round(seconds * 10) / 10,
      seedsPerSecond: Math.round(perSecond * 10) / 10,
      calls: this.#calls,
      faults: { ...this.#struck },
      failures: [...this.#failures].sort((one, other) => one.seed - other.seed),
    };
  }
}

export function progressText({ seeds, seedsPerSecond, calls, failures }: HuntFigures): string {
  return `${seeds} seeds, ${seedsPerSecond} a second, ${calls} calls, ${failures.length} wrong`;
}

export function figuresText(figures: HuntFigures): string {
  const { seeds, seconds, seedsPerSecond, calls, faults, failures } = figures;
  const rows = [
    ["seeds played", `${seeds}`],
    ["seconds", `${seconds}`],
    ["seeds a second", `${seedsPerSecond}`],
    ["calls", `${calls}`],
    ["faults", `${Object.values(faults).reduce((sum, count) => sum + count, 0)}`],
    ...faultNames.flatMap((name) => (faults[name] === undefined ? [] : [[`  ${name}`, `${faults[name]}`]])),
    ["seeds that went wrong", `${failures.length}`],
    ...failures.map(({ seed, invariant }) => [`  ${seed}`, invariant]),
  ];
  return tableText(rows);
}

/** What was wrong, how to see it again, and the story. */
export function failureText({ seed, invariant, what, again, trace }: HuntFailure): string {
  const story = trace.map((line) => `  ${line}\n`).join("");
  return `\nseed ${seed}: ${invariant}: ${what}\nagain: ${again}\n\n${story}\n`;
}
