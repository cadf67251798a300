/** The hunt's command line: what to play, what to print, and the exit code. */
import { Command } from "commander";
import { readConfiguration, UserError } from "../configuration/read-configuration.ts";
import { invariants } from "../simulator/invariants.ts";
import { defaultFaultNames, type FaultName, faultNames, faults } from "../simulator/random-faults.ts";
import { failureText, figuresText, HuntTally, progressText } from "./hunt-tally.ts";
import { huntMutations, mutationsText } from "./mutation-hunt.ts";
import type { SeedTask } from "./seed-play.ts";
import { parseSeedRange, type SeedRange, seedsOf } from "./seed-range.ts";
import { playOnThreads, type ThreadOptions } from "./seed-threads.ts";

interface HuntOptions {
  readonly seeds?: string;
  readonly seed?: string;
  readonly minutes?: string;
  readonly faults?: string;
  readonly mutate: boolean;
  readonly json: boolean;
  readonly threads?: string;
  readonly config: string;
}

const exitCode = { nothingFound: 0, found: 1, wrongUsage: 2 } as const;
const seedsByDefault: SeedRange = { first: 1, last: 1000 };
const configByDefault = "boards/simulated/rack.yaml";
const progressMillis = 2_000;

const say = (text: string) => process.stdout.write(text);
const tell = (text: string) => process.stderr.write(`hunt: ${text}\n`);

function table(rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, text]) => `  ${name.padEnd(width)}  ${text}`).join("\n");
}

function help(): string {
  const watched = Object.entries(invariants).map(([name, { when, meaning }]) => [name, `${when}: ${meaning}`] as const);
  const known = faultNames.map((name) => {
    const fault = faults[name];
    return [name, "unless" in fault ? `only when asked for: ${fault.unless}` : "by default"] as const;
  });
  return `
Faults:
${table(known)}

Invariants, and when they are looked at:
${table(watched)}

Exit code: 0 nothing found (with --mutate: every mutation caught), 1 something found, 2 wrong usage.`;
}

function command(): Command {
  return new Command("hunt")
    .description("Plays racks with calls and faults drawn from seeds, and looks for what must not happen.")
    .option("--seeds <first..last>", "the seeds to play", "1..1000")
    .option("--seed <number>", "this seed alone")
    .option("--minutes <number>", "begin no other seed after this time")
    .option("--faults <names>", "draw from these faults alone, separated by commas")
    .option("--mutate", "hunt mechanisms that are broken on purpose, each until it is caught", false)
    .option("--threads <number>", "play so many seeds at a time (one a processor)")
    .option("--config <file>", "rack.yaml", configByDefault)
    .option("--json", "print the figures as JSON", false)
    .addHelpText("after", help());
}

/** What the options mean. @throws UserError */
function understood(options: HuntOptions, seedsGiven: boolean) {
  const text = options.seed ?? options.seeds ?? "";
  const range = parseSeedRange(text);
  if (!range) throw new UserError(`--seeds ${text}: is neither a seed nor first..last`);
  const positive = (name: string, value: string | undefined) => {
    const number = value === undefined ? undefined : Number(value);
    if (number !== undefined && !(number > 0)) throw new UserError(`--${name} ${value}: is no positive number`);
    return number;
  };
  const asked = options.faults?.split(",").map((name) => name.trim());
  const unknown = asked?.find((name) => !(name in faults));
  if (unknown !== undefined) throw new UserError(`--faults: there is no fault "${unknown}"; see --help`);
  readConfiguration(options.config);
  const threads = positive("threads", options.threads);
  const crew: ThreadOptions = { config: options.config, ...(threads === undefined ? {} : { threads }) };
  return {
    range: seedsGiven ? range : undefined,
    minutes: positive("minutes", options.minutes),
    faults: (asked as readonly FaultName[] | undefined) ?? defaultFaultNames,
    /** What else than the seed the command says that plays one again. */
    settingText: [
      asked ? ` --faults "${asked.join(",")}"` : "",
      options.config === configByDefault ? "" : ` --config ${options.config}`,
    ].join(""),
    crew,
  };
}

/** @returns the exit code */
export async function runHunt(argv: readonly string[]): Promise<number> {
  const program = command().exitOverride((error) => {
    process.exit(error.exitCode === 0 ? 0 : exitCode.wrongUsage);
  });
  program.parse([...argv]);
  const options = program.opts<HuntOptions>();
  const seedsGiven = options.seed !== undefined || program.getOptionValueSource("seeds") === "cli";
  try {
    const wanted = understood(options, seedsGiven);
    return options.mutate ? await huntBroken(wanted, options.json) : await huntWhole(wanted, options.json);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    process.stderr.write(`${error.message}\n`);
    return exitCode.wrongUsage;
  }
}

type Wanted = ReturnType<typeof understood>;

async function huntWhole({ range, minutes, faults, settingText, crew }: Wanted, json: boolean): Promise<number> {
  const tally = new HuntTally((seed) => `npm run hunt -- --seed ${seed}${settingText}`);
  const started = performance.now();
  const seconds = () => (performance.now() - started) / 1000;
  const progress = setInterval(() => tell(progressText(tally.figures(seconds()))), progressMillis);
  const tasks = function* (): Generator<SeedTask> {
    for (const seed of seedsOf(range ?? seedsByDefault)) yield { seed, faults, withoutRules: [] };
  };
  await playOnThreads(tasks(), crew, (report) => {
    const failure = tally.add(report);
    if (failure && !json) say(failureText(failure));
    if (failure && json) tell(`seed ${failure.seed}: ${failure.invariant}: ${failure.what}`);
    return minutes === undefined || seconds() < 60 * minutes;
  });
  clearInterval(progress);
  const figures = tally.figures(seconds());
  say(json ? `${JSON.stringify(figures, undefined, 2)}\n` : figuresText(figures));
  return figures.failures.length > 0 ? exitCode.found : exitCode.nothingFound;
}

async function huntBroken({ range, crew }: Wanted, json: boolean): Promise<number> {
  const figures = await huntMutations(range, crew, tell);
  say(json ? `${JSON.stringify(figures, undefined, 2)}\n` : mutationsText(figures));
  return figures.every(({ caught }) => caught !== undefined) ? exitCode.nothingFound : exitCode.found;
}
