/** The program behind `npm start`: brings a rack up, lets calls run, does what was planned, and ends without leaving anything. */
import { closeSync, createWriteStream, openSync, writeFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { type Micros, microsPerMilli } from "../../firmware/time.ts";
import { readConfiguration, UserError } from "../configuration/read-configuration.ts";
import { closeRun } from "./closing.ts";
import { parseRackCommandLine, type RackCommandLine } from "./options.ts";
import { watchForOrphanhood } from "./orphan-watch.ts";
import { neededPorts, portFault } from "./port-check.ts";
import { Rack, type RackEvent } from "./rack.ts";
import { viewOf } from "./rack-view.ts";
import { judge } from "./report.ts";
import { makeRunFolder } from "./run-folder.ts";
import { actionText, type PlannedAction } from "./schedule.ts";
import { Screen } from "./screen.ts";
import { lockFolder } from "./single-instance.ts";
import { sinceText, statusLine } from "./status-line.ts";
import { summaryText } from "./summary.ts";
import { monotonicMicros } from "../measurement/monotonic-micros.ts";

const baseFolder = ".run";
const statusEveryMillis = 5000;
const eventsKept = 500;
const rateMax = 1000;
const sameWithinMicros: Micros = 200_000;

/** Runs a rack as the arguments say, and ends this process. */
export async function runRack(argv: readonly string[]): Promise<void> {
  const outcome = parseRackCommandLine(argv, {
    out: (text) => process.stdout.write(text),
    error: (text) => process.stderr.write(text),
  });
  if (outcome.kind === "done") {
    process.exitCode = outcome.exitCode;
    return;
  }
  try {
    process.exit(await new RackProgram(outcome.options).run());
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(2);
  }
}

class RackProgram {
  readonly #options: RackCommandLine;
  readonly #events: RackEvent[] = [];
  readonly #startedMicros = monotonicMicros();
  #screen: Screen | undefined;
  #log: (event: RackEvent) => void = () => undefined;
  #show: (event: RackEvent) => void = () => undefined;
  /** Resolved with the exit code when a person, or a signal, ends the run. */
  readonly #ended = Promise.withResolvers<number>();

  constructor(options: RackCommandLine) {
    this.#options = options;
  }

  async run(): Promise<number> {
    const rack = await this.#prepare();
    try {
      return await Promise.race([this.#live(rack), this.#ended.promise]);
    } finally {
      this.#screen?.close();
      rack.stop();
    }
  }

  /** Everything that can be wrong is found before anything is started. */
  async #prepare(): Promise<Rack> {
    const { config, bus, startWithin, exchange, gateway, rehearsal, metrics, voiceCallsMax } = this.#options;
    const { ring, hold, report } = this.#options;
    const { configuration } = readConfiguration(config);
    if (report !== undefined) checkWritable(report);
    const lock = await lockFolder(process.cwd());
    if ("heldBy" in lock) {
      throw new UserError(
        `A rack is running in this folder already (${lock.heldBy}): end it first, or start this one in another folder.`,
      );
    }
    const run = { exchanges: exchange, gateways: gateway, metricsPort: metrics };
    const fault = await portFault(neededPorts(configuration, run), config);
    if (fault !== undefined) throw new UserError(fault);
    const runFolder = makeRunFolder(resolve(baseFolder), new Date());
    const rack = new Rack(
      {
        configuration,
        configurationFile: resolve(config),
        runFolder,
        cacheFolder: resolve(baseFolder, "compiled"),
        bus,
        startWithinMillis: startWithin / microsPerMilli,
        exchanges: exchange,
        gateways: gateway,
        rehearsal,
        metricsPort: metrics,
        voiceCallsMax,
        ring: ring.text,
        hold: hold.text,
      },
      (event) => this.#happened(event),
    );
    this.#endWithEverything(rack);
    this.#openLog(join(runFolder, "rack.log"));
    const where = `logs and call detail records: ${relative(process.cwd(), runFolder)}`;
    if (process.stdout.isTTY && this.#options.screen) this.#openScreen(rack, where);
    else this.#openLines(where);
    return rack;
  }

  async #live(rack: Rack): Promise<number> {
    await rack.start();
    const planes = await rack.readPlanes();
    const beginning = { atMicros: monotonicMicros(), attempts: 0, planes };
    if (rack.surroundings.exchanges.length > 0) {
      await rack.surroundings.setRate(this.#options.rate);
      this.#tell(`calls run: ${this.#options.rate} a second`);
    }
    if (this.#screen === undefined) this.#printStatus(rack);
    const { forMicros } = this.#options;
    const plan = this.#playSchedule(rack, beginning.atMicros);
    if (forMicros === undefined) return await this.#ended.promise;

    await until(beginning.atMicros + forMicros);
    await plan;
    const longestCallMillis = (this.#options.ring.max + this.#options.hold.max) / microsPerMilli;
    const limits = { longestCallMillis, checkCallsPerSecond: this.#options.checkRate };
    const report = await closeRun(rack, beginning, limits, (what) => this.#tell(what));
    this.#screen?.close();
    process.stdout.write(`\n${summaryText(report)}`);
    const { report: file } = this.#options;
    if (file !== undefined) writeFileSync(file, `${JSON.stringify(report, undefined, 2)}\n`);
    return judge(report).exitCode;
  }

  async #playSchedule(rack: Rack, begin: Micros): Promise<void> {
    const doing: Promise<void>[] = [];
    for (const planned of this.#options.schedule) {
      await until(begin + planned.at);
      doing.push(this.#perform(rack, planned));
    }
    await Promise.all(doing);
  }

  async #perform(rack: Rack, planned: PlannedAction): Promise<void> {
    await rack.perform(planned).catch((error: Error) => this.#tell(`${actionText(planned)}: ${error.message}`));
  }

  // --- what is seen

  /** Everything goes into the log; what several cards say of the same thing is shown once. */
  #happened(event: RackEvent): void {
    this.#log(event);
    if (event.isForTheLog) return;
    if (this.#events.some((shown) => isSame(shown, event))) return;
    this.#events.push(event);
    if (this.#events.length > eventsKept) this.#events.splice(0, eventsKept / 2);
    this.#show(event);
  }

  #tell(text: string): void {
    this.#happened({ atMicros: monotonicMicros(), severity: "info", text });
  }

  #openLog(file: string): void {
    const log = createWriteStream(file);
    log.on("error", () => undefined);
    this.#log = ({ severity, text }) => log.write(`${new Date().toISOString()} ${severity.padEnd(7)} ${text}\n`);
  }

  #openLines(where: string): void {
    process.stdout.write(`${where}\n`);
    this.#show = ({ severity, text, atMicros }) => {
      const mark = { info: " ", warning: "!", alarm: "*" }[severity];
      process.stdout.write(`${sinceText(atMicros - this.#startedMicros)} ${mark} ${text}\n`);
    };
  }

  #printStatus(rack: Rack): void {
    setInterval(() => {
      const view = viewOf(rack, this.#startedMicros, []);
      process.stdout.write(`${sinceText(view.upMicros)}   ${statusLine(view)}\n`);
    }, statusEveryMillis).unref();
  }

  #openScreen(rack: Rack, where: string): void {
    this.#tell(where);
    this.#screen = new Screen({
      view: () => viewOf(rack, this.#startedMicros, this.#events),
      perform: (action) => void rack.perform(action).catch((error: Error) => this.#tell(error.message)),
      changeRate: (factor) => {
        const rate = Math.min(Math.max(Math.round(rack.surroundings.callsPerSecond * factor), 1), rateMax);
        void rack.surroundings.setRate(rate).catch(() => undefined);
      },
      ladder: () => rack.lastCallLadder(),
      quit: () => this.#ended.resolve(this.#interrupted),
    });
  }

  // --- the end

  /** A run without an end of its own is ended by a person. */
  get #interrupted(): number {
    return this.#options.forMicros === undefined ? 0 : 130;
  }

  /** Whatever ends this process, or whoever started it, ends every card with it. */
  #endWithEverything(rack: Rack): void {
    const signals = { SIGINT: this.#interrupted, SIGTERM: 143, SIGHUP: 129 } as const;
    for (const [signal, exitCode] of Object.entries(signals)) process.on(signal, () => this.#ended.resolve(exitCode));
    // What is said of a mistake of our own is to be seen.
    process.on("uncaughtExceptionMonitor", () => this.#screen?.close());
    watchForOrphanhood(() => this.#ended.resolve(signals.SIGHUP));
    // A terminal that is gone cannot be written to, and that is no reason to leave anything behind.
    process.stdout.on("error", () => this.#ended.resolve(signals.SIGHUP));
    process.on("exit", () => {
      this.#screen?.close();
      rack.stop();
    });
  }
}

/** Whether a card says what another has just said. */
function isSame(shown: RackEvent, event: RackEvent): boolean {
  const said = ({ text }: RackEvent) => text.replace(/^slot \d+: /, "");
  return Math.abs(shown.atMicros - event.atMicros) < sameWithinMicros && said(shown) === said(event);
}

async function until(at: Micros): Promise<void> {
  await pause(Math.max(0, (at - monotonicMicros()) / microsPerMilli));
}

/** A report that cannot be written is better known before the run than after it. */
function checkWritable(file: string): void {
  try {
    closeSync(openSync(file, "a"));
  } catch (error) {
    throw new UserError(`${file}: the report cannot be written: ${(error as NodeJS.ErrnoException).code ?? error}`);
  }
}
