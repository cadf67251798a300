/** The test exchange on real sockets and the host's clock. */
import { createWriteStream, type WriteStream } from "node:fs";
import type { Micros } from "../../firmware/time.ts";
import { microsPerMilli } from "../../firmware/time.ts";
import type { Clock } from "../../hal/clock.ts";
import type { CallPlan } from "./call-plan.ts";
import type { CallRecord } from "./circuit.ts";
import type { CircuitCheckResult } from "./circuit-check.ts";
import {
  Exchange,
  type ExchangeAction,
  type ExchangeConfiguration,
  type ExchangeEvent,
  type ExchangeReport,
} from "./exchange.ts";
import type { FirstMessage } from "../measurement/message-history.ts";
import { type CutConnection, type SentMessage, SignallingLink, type SignallingLinkOptions } from "./signalling-link.ts";
import type { ExchangeStatistics } from "./statistics.ts";
import { type VoicePorts, VoiceSockets } from "./voice-sockets.ts";

export interface ExchangeProgramOptions {
  readonly exchange: ExchangeConfiguration;
  readonly link: SignallingLinkOptions;
  readonly voice: readonly VoicePorts[];
  /** Every call of our own goes into this file when it is over, a JSON line each. */
  readonly callsFile?: string | undefined;
}

export interface SentInCall extends SentMessage {
  /** Of the call that is on the circuit now. */
  readonly calling: string | undefined;
}

/** What a running exchange tells without being asked. */
export type ExchangeNotice =
  | { readonly event: "ready"; readonly listeningPort?: number }
  | { readonly event: "link"; readonly available: boolean; readonly atMicros: Micros }
  | { readonly event: "lost"; readonly call: CallRecord }
  /** A connection to this port of the node has ended. The messages sent on it last, the oldest first. */
  | { readonly event: "cut"; readonly port: number; readonly sent: readonly SentInCall[] }
  | { readonly event: "note"; readonly text: string };

/** What a program tells beside the core's statistics. */
export interface ProgramStatistics extends ExchangeStatistics {
  readonly link: { readonly available: boolean; readonly discarded: number; readonly misdirected: number };
  /** Processor time of this process since its start. */
  readonly processorMillis: number;
}

/** Calls kept for `takeCalls`; when nobody takes them, the oldest go first. */
const callsKeptMax = 200_000;
const quietPollMillis = 50;

export class ExchangeProgram {
  readonly #exchange: Exchange;
  readonly #link: SignallingLink;
  readonly #voice: VoiceSockets;
  readonly #clock: Clock;
  readonly #notify: (notice: ExchangeNotice) => void;
  readonly #callsFile: WriteStream | undefined;
  #calls: CallRecord[] = [];
  #waitingForLink: (() => void)[] = [];
  #waitingForMark: { readonly after: Micros; readonly resolve: (first: FirstMessage) => void }[] = [];
  #waitingForCheck: ((result: CircuitCheckResult) => void)[] = [];
  #disarm: (() => void) | undefined;
  #armedFor: Micros | undefined;

  constructor(
    options: ExchangeProgramOptions,
    clock: Clock,
    chance: () => number,
    notify: (notice: ExchangeNotice) => void,
  ) {
    this.#clock = clock;
    this.#notify = notify;
    this.#exchange = new Exchange(options.exchange, chance);
    this.#voice = new VoiceSockets(options.voice, this.#exchange.voice, clock);
    this.#callsFile = options.callsFile === undefined ? undefined : createWriteStream(options.callsFile);
    const owner = {
      received: (octets: Uint8Array) => this.#step({ kind: "message", octets }),
      availability: (available: boolean) => this.#availability(available),
      note: (text: string) => notify({ event: "note", text }),
      cut: (connection: CutConnection) => this.#cut(connection),
    };
    this.#link = new SignallingLink(options.link, owner, clock);
  }

  /** Opens the sockets; fails when one cannot be had. */
  async open(): Promise<void> {
    await this.#voice.open();
    const listeningPort = await this.#link.open();
    this.#notify(listeningPort === undefined ? { event: "ready" } : { event: "ready", listeningPort });
  }

  /** Resolves when the file of calls is written. */
  async close(): Promise<void> {
    this.#disarm?.();
    this.#link.close();
    this.#voice.close();
    const file = this.#callsFile;
    if (file !== undefined) await new Promise<void>((resolve) => file.end(() => resolve()));
  }

  /** Resolves when the node can be reached. */
  async available(): Promise<void> {
    if (this.#link.isAvailable) return;
    await new Promise<void>((resolve) => this.#waitingForLink.push(resolve));
  }

  /** Makes calls at a rate, from now on: for a time, or until told otherwise. A rate of 0 stops. */
  generate(callsPerSecond: number, forMillis?: number): void {
    const duration = forMillis === undefined ? {} : { duration: forMillis * microsPerMilli };
    this.#step({ kind: "generate", callsPerSecond, ...duration });
  }

  call(plan: Partial<CallPlan>): void {
    this.#step({ kind: "call", plan });
  }

  reset(): void {
    this.#step({ kind: "reset" });
  }

  /** Whether all calls are over, within the time given. */
  async quiet(withinMillis: number): Promise<boolean> {
    const end = this.#clock.nowMicros() + withinMillis * microsPerMilli;
    while (!this.#exchange.isQuiet) {
      if (this.#clock.nowMicros() >= end) return false;
      await new Promise((resolve) => setTimeout(resolve, quietPollMillis));
    }
    return true;
  }

  /** Seizes every circuit once, all at the same time. */
  async check(callsPerSecond?: number): Promise<CircuitCheckResult> {
    const result = new Promise<CircuitCheckResult>((resolve) => this.#waitingForCheck.push(resolve));
    this.#step(callsPerSecond === undefined ? { kind: "check" } : { kind: "check", callsPerSecond });
    return await result;
  }

  /** The first message that came or comes later than this moment of the host's monotonic clock (now, when left out). */
  async mark(afterMicros?: Micros): Promise<FirstMessage> {
    const after = afterMicros ?? this.#clock.nowMicros();
    const first = new Promise<FirstMessage>((resolve) => this.#waitingForMark.push({ after, resolve }));
    this.#step({ kind: "mark", after });
    return await first;
  }

  /** Own calls that ended since the last time. */
  takeCalls(): readonly CallRecord[] {
    const calls = this.#calls;
    this.#calls = [];
    return calls;
  }

  statistics(): ProgramStatistics {
    const { tally } = this.#exchange.voice;
    tally.hostDrops = this.#voice.hostDrops();
    const { user, system } = process.cpuUsage();
    const { isAvailable: available, discarded, misdirected } = this.#link;
    return {
      ...this.#exchange.statistics(this.#clock.nowMicros()),
      link: { available, discarded, misdirected },
      processorMillis: Math.round((user + system) / microsPerMilli),
    };
  }

  #step(event: ExchangeEvent): void {
    for (const action of this.#exchange.step(event, this.#clock.nowMicros())) this.#perform(action);
    this.#arm();
  }

  #perform(action: ExchangeAction): void {
    if (action.kind === "send") this.#link.send(action.cic, action.octets);
    else if (action.kind === "voice") this.#voice.send(action.cic, action.octets);
    else this.#reported(action.report);
  }

  #reported(report: ExchangeReport): void {
    switch (report.kind) {
      case "call":
        this.#callOver(report.call);
        break;
      case "marked":
        this.#marked(report.first);
        break;
      case "checked":
        for (const resolve of this.#waitingForCheck.splice(0)) resolve(report.result);
        break;
    }
  }

  #marked(first: FirstMessage): void {
    for (const { after, resolve } of this.#waitingForMark) if (after === first.afterMicros) resolve(first);
    this.#waitingForMark = this.#waitingForMark.filter(({ after }) => after !== first.afterMicros);
  }

  #callOver(call: CallRecord): void {
    this.#calls.push(call);
    if (this.#calls.length > callsKeptMax) this.#calls.splice(0, callsKeptMax / 2);
    this.#callsFile?.write(`${JSON.stringify(call)}\n`);
    if (call.outcome === "lost-setup" || call.outcome === "lost-stable") this.#notify({ event: "lost", call });
  }

  #cut({ port, sent }: CutConnection): void {
    if (port === undefined) return;
    this.#notify({
      event: "cut",
      port,
      sent: sent.map((message) => ({ ...message, calling: this.#exchange.callingOn(message.cic) })),
    });
  }

  #availability(available: boolean): void {
    this.#notify({ event: "link", available, atMicros: this.#clock.nowMicros() });
    if (available) for (const resolve of this.#waitingForLink.splice(0)) resolve();
  }

  /**
   * A timer that comes too early does no harm; only one that would come too late is replaced. What lies in the sockets came before it:
   * where the host kept us from running, it is not to be judged as if it had not come.
   */
  #arm(): void {
    const deadline = this.#exchange.nextDeadline();
    if (deadline === undefined || (this.#armedFor !== undefined && this.#armedFor <= deadline)) return;
    this.#disarm?.();
    this.#armedFor = deadline;
    this.#disarm = this.#clock.at(deadline, () => {
      setImmediate(() => {
        this.#armedFor = undefined;
        this.#step({ kind: "deadline" });
      });
    });
  }
}
