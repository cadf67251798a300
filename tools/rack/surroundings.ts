/** What stands around a rack: test exchanges that make calls, and media gateways; and what they have seen of the rack. */
import type { ChildProcess } from "node:child_process";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { type Micros, microsPerMilli } from "../../firmware/time.ts";
import { UserError } from "../configuration/read-configuration.ts";
import type { ExchangeNotice, ProgramStatistics } from "../exchange/exchange-program.ts";
import { sessionWeights } from "../../hal/linux/session-weight.ts";
import { ExchangeProcess } from "../exchange/exchange-process.ts";
import type { FirstMessage } from "../measurement/message-history.ts";
import { rackExchangeArguments } from "./call-plan-arguments.ts";
import { GatewayProcess } from "./gateway-process.ts";
import type { RackOptions } from "./rack.ts";
import { startChild, weigh } from "./supervised-process.ts";

export interface SurroundingsOwner {
  /** A process of this name has been started. */
  started(name: string, child: ChildProcess): void;
  noticed(exchange: string, notice: ExchangeNotice): void;
}

/** The first message of the node after a moment, and the longest silence of it around that moment. */
export interface FirstSign {
  /** At whatever exchange or gateway got it first. */
  readonly atMicros: Micros;
  /** At the exchanges. */
  readonly longestGapMillis: number;
}

/** Nobody waits longer than this to learn how many calls are in set-up. */
const countWithinMillis = 300;
const firstMessageWithinMillis = 10_000;
const gatewayToSayMillis = 100;
const gatewayProgram = fileURLToPath(new URL("../gateway/main.ts", import.meta.url));

export class Surroundings {
  exchanges: readonly { readonly name: string; readonly exchange: ExchangeProcess }[] = [];
  gateways: readonly GatewayProcess[] = [];
  /** Calls a second that the exchanges make, all together. */
  callsPerSecond = 0;
  /** The last readings, in the order of `exchanges`. */
  traffic: readonly ProgramStatistics[] = [];
  readonly #options: RackOptions;
  readonly #environment: Readonly<Record<string, string>>;
  readonly #owner: SurroundingsOwner;

  constructor(options: RackOptions, environment: Readonly<Record<string, string>>, owner: SurroundingsOwner) {
    this.#options = options;
    this.#environment = environment;
    this.#owner = owner;
  }

  /** @throws UserError */
  async startExchanges(): Promise<void> {
    if (!this.#options.exchanges) return;
    const { exchanges } = this.#options.configuration;
    this.exchanges = await Promise.all(exchanges.map(({ name }) => this.#startExchange(name)));
  }

  /**
   * Those that the configuration says to be of our own kind.
   * @throws UserError
   */
  async startGateways(): Promise<void> {
    if (!this.#options.gateways) return;
    const ours = this.#options.configuration.gateways.filter(({ profile }) => profile === "trunk-circuits");
    this.gateways = await Promise.all(ours.map(({ name }) => this.#startGateway(name)));
  }

  /** Whether every exchange can reach the node, and every gateway has told the node that it has just started. */
  async areKnown(): Promise<boolean> {
    const links = await Promise.all(this.exchanges.map(async ({ exchange }) => (await exchange.statistics()).link));
    const snapshots = await Promise.all(this.gateways.map((gateway) => gateway.snapshot()));
    return links.every(({ available }) => available) && snapshots.every(({ restartsAnswered }) => restartsAnswered > 0);
  }

  /** Makes so many calls a second, all exchanges together; 0 makes no more. */
  async setRate(callsPerSecond: number): Promise<void> {
    this.callsPerSecond = callsPerSecond;
    const each = callsPerSecond / Math.max(this.exchanges.length, 1);
    await Promise.all(this.exchanges.map(({ exchange }) => exchange.rate(each)));
  }

  /** Reads what the exchanges have counted. */
  async poll(): Promise<void> {
    this.traffic = await this.statistics().catch(() => this.traffic);
  }

  async statistics(): Promise<ProgramStatistics[]> {
    return await Promise.all(this.exchanges.map(({ exchange }) => exchange.statistics()));
  }

  /** As of the last reading. */
  get callsLost(): number {
    return this.traffic.reduce((total, { lost }) => total + lost.setup + lost.stable, 0);
  }

  /** As of the last reading. */
  get callsInSetup(): number {
    return this.traffic.reduce((total, { now }) => total + now.settingUp, 0);
  }

  /** Calls that the exchanges are setting up, as they say now, or as they said last when they do not answer at once. */
  async countCallsInSetup(): Promise<number> {
    await Promise.race([this.poll(), pause(countWithinMillis)]);
    return this.callsInSetup;
  }

  /** Undefined when no exchange got a message in time. */
  async firstSignAfter(moment: Micros): Promise<FirstSign | undefined> {
    const late = pause(firstMessageWithinMillis).then(() => undefined);
    const inTime = async (asked: Promise<FirstMessage>) => await Promise.race([asked.catch(() => undefined), late]);
    const messages = Promise.all(this.exchanges.map(({ exchange }) => inTime(exchange.mark(moment))));
    const commands = this.gateways.map((gateway) => inTime(gateway.firstCommandAfter(moment)));
    const atExchanges = (await messages).filter((first) => first !== undefined);
    if (atExchanges.length === 0) return undefined;
    // A gateway that has got no command by now has got none before the exchanges' first message.
    const atGateways = await Promise.all(commands.map((command) => Promise.race([command, pause(gatewayToSayMillis)])));
    await this.poll();
    const silence = atExchanges.map(
      ({ atMicros, beforeMicros = atMicros }) => (atMicros - beforeMicros) / microsPerMilli,
    );
    // A silence in which nothing was owed is none, and what was owed was never owed longer than this.
    const owed = this.traffic.map(({ longestServiceGapMillis }) => longestServiceGapMillis);
    const firsts = [...atExchanges, ...atGateways.filter((first) => first !== undefined)];
    return {
      atMicros: Math.min(...firsts.map(({ atMicros }) => atMicros)),
      longestGapMillis: Math.min(Math.max(...silence), Math.max(...owed)),
    };
  }

  async #startExchange(name: string): Promise<Surroundings["exchanges"][number]> {
    const { configuration, runFolder, voiceCallsMax, ring, hold } = this.#options;
    const voiceEach = Math.floor(voiceCallsMax / configuration.exchanges.length);
    const args = [...rackExchangeArguments(configuration, name, voiceEach), "--ring", ring, "--hold", hold];
    const logFile = join(runFolder, `exchange-${name}.log`);
    const launch = (program: string, given: readonly string[]) =>
      this.#launch(`exchange ${name}`, program, given, logFile);
    try {
      const notice = (noticed: ExchangeNotice) => this.#owner.noticed(name, noticed);
      const { exchange } = await ExchangeProcess.start(args, notice, launch);
      return { name, exchange };
    } catch {
      throw new UserError(`exchange ${name} did not start: see ${logFile}`);
    }
  }

  async #startGateway(name: string): Promise<GatewayProcess> {
    const { configurationFile, runFolder } = this.#options;
    const logFile = join(runFolder, `gateway-${name}.log`);
    const args = ["--rack", configurationFile, "--name", name];
    const child = this.#launch(`gateway ${name}`, gatewayProgram, args, logFile);
    return await GatewayProcess.started(name, child).catch(() => {
      throw new UserError(`gateway ${name} did not start: see ${logFile}`);
    });
  }

  #launch(name: string, program: string, args: readonly string[], logFile: string): ChildProcess {
    const child = startChild({ program, args, logFile, environment: this.#environment });
    weigh(child, sessionWeights.surroundings);
    this.#owner.started(name, child);
    return child;
  }
}
