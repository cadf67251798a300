/**
 * A whole rack on this machine: planes, cards, gateways and exchanges, each a process. Starts them, does to them what a
 * person would do to a rack, and keeps what they tell. Knows nothing of terminals.
 */
import type { ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { changeText } from "../../firmware/alarms/alarm-list.ts";
import { type RackAlarm, rackAlarms } from "../../firmware/alarms/rack-alarms.ts";
import type { Severity } from "../../firmware/alarms/severity.ts";
import type { Milestone } from "../../firmware/backplane/membership.ts";
import { commandText, type OperatorCommand } from "../../firmware/card/operator-command.ts";
import { groupsOf } from "../../firmware/configuration/groups.ts";
import type { RackConfiguration } from "../../firmware/configuration/rack-schema.ts";
import { type Micros, microsPerMilli } from "../../firmware/time.ts";
import type { CardReport } from "../card/card-start.ts";
import { UserError } from "../configuration/read-configuration.ts";
import type { ExchangeNotice, SentInCall } from "../exchange/exchange-program.ts";
import { type CardOwner, CardSlot } from "./card-slot.ts";
import { InputTap } from "./input-tap.ts";
import { type KernelBackplane, layKernelBackplane } from "./kernel-backplane.ts";
import type { CallLadder } from "./ladder-picture.ts";
import { LadderQuestions } from "./ladder-questions.ts";
import { lastCall } from "./last-call.ts";
import type { Plane, PlaneReading } from "./plane.ts";
import type { CardAction, PlaneName, RackAction, Target } from "./schedule.ts";
import { monotonicMicros } from "../measurement/monotonic-micros.ts";
import { SoftwarePlane } from "./software-plane.ts";
import { hasEnded } from "./supervised-process.ts";
import { Surroundings } from "./surroundings.ts";
import { type Prompt, type Switchover, Switchovers } from "./switchovers.ts";
import { UndeliveredCalls } from "./undelivered-calls.ts";

export interface RackOptions {
  readonly configuration: RackConfiguration;
  /** Absolute path. */
  readonly configurationFile: string;
  /** Where logs and the cards' files go. */
  readonly runFolder: string;
  /** For the compiled programs, so that a start is quick. */
  readonly cacheFolder: string;
  /** What carries the planes: hubs, or CAN interfaces of the kernel. */
  readonly bus?: "software" | "socketcan";
  readonly startWithinMillis?: number;
  readonly exchanges: boolean;
  readonly gateways: boolean;
  /** Whether cards practise before they go into service (card/rehearsal.ts). */
  readonly rehearsal: boolean;
  /** Where the card in slot 0 tells its figures, another as many further as its slot. */
  readonly metricsPort?: number | undefined;
  /** Own calls with voice at the same time, of all exchanges together; 0 is no voice at all. */
  readonly voiceCallsMax: number;
  /** Ring and hold times, as the exchange's command line takes them. */
  readonly ring: string;
  readonly hold: string;
}

export interface RackEvent {
  readonly atMicros: Micros;
  readonly severity: "info" | "warning" | "alarm";
  readonly text: string;
  /** For the log alone: what is seen elsewhere. */
  readonly isForTheLog?: boolean;
}

/** What an alarm's severity is in the log. */
const alarmSeverities = { critical: "alarm", major: "alarm", minor: "warning", warning: "warning" } as const satisfies {
  readonly [severity in Severity]: RackEvent["severity"];
};

const defaultStartWithinMillis = 30_000;
const backupWithinMillis = 5000;
const pollMillis = 1000;
const lookMillis = 20;
const onBusWithinMillis = 100;

export class Rack {
  readonly options: RackOptions;
  readonly slots: readonly CardSlot[];
  /** Of call servers, in ascending order. */
  readonly groups: readonly number[];
  readonly surroundings: Surroundings;
  readonly switchovers = new Switchovers();
  readonly undelivered: UndeliveredCalls;
  /** Cards that ended without anybody's doing. */
  cardsFailed = 0;
  /** A and B. */
  planes: readonly Plane[] = [];
  isUp = false;
  /** The last readings and the ones before, in the order of `planes`. */
  readings: readonly PlaneReading[] = [];
  readingsBefore: readonly PlaneReading[] = [];
  readonly #socketFolder = mkdtempSync(join(tmpdir(), "tandem-"));
  readonly #children: { readonly name: string; readonly child: ChildProcess }[] = [];
  readonly #onEvent: (event: RackEvent) => void;
  readonly #measuring = new Set<Promise<void>>();
  readonly #ladders = new LadderQuestions();
  #tap: InputTap | undefined;
  #kernelBackplane: KernelBackplane | undefined;
  /** The cards that were pulled and frozen last. */
  #lastTaken: { pull?: CardSlot; freeze?: CardSlot } = {};
  /** Cards to be pulled by a plane, after a frame of a commit. */
  readonly #armed = new Set<CardSlot>();
  #unusable: string | undefined;
  #isStopping = false;

  constructor(options: RackOptions, onEvent: (event: RackEvent) => void) {
    this.options = options;
    this.#onEvent = onEvent;
    const owner: CardOwner = {
      reported: (slot, report) => this.#reported(slot, report),
      failed: (slot, how) => this.#cardFailed(slot, how),
    };
    const { configurationFile, runFolder, rehearsal, metricsPort } = options;
    const planesOf = (slot: number) => [this.planes[0].addressOf(slot), this.planes[1].addressOf(slot)] as const;
    const environment = this.#environment;
    const cabling = { configurationFile, planesOf, runFolder, rehearsal, metricsPort, environment };
    const cards = [...options.configuration.cards].sort((one, other) => one.slot - other.slot);
    this.slots = cards.map((card) => new CardSlot(card, cabling, owner));
    this.groups = groupsOf(options.configuration);
    this.undelivered = new UndeliveredCalls(options.configuration);
    this.surroundings = new Surroundings(options, this.#environment, {
      started: (name, child) => this.#follow(name, child),
      noticed: (exchange, notice) => this.#noticed(exchange, notice),
    });
  }

  // --- start and stop

  /**
   * Resolves when the rack is up and, where there are exchanges, can carry calls.
   * @throws UserError with a sentence for the user
   */
  async start(): Promise<void> {
    const { configuration } = this.options;
    this.planes = await (this.options.bus === "socketcan" ? this.#kernelPlanes() : this.#softwarePlanes());
    for (const plane of this.planes) plane.onSevered((slot, atMicros) => this.#severed(slot, atMicros));
    if (configuration.cards.filter(({ kind }) => kind === "lim").length > 1) {
      const taps = await Promise.all(this.planes.map((plane) => plane.tap()));
      this.#tap = new InputTap(taps, configuration.bus.frames === "fd" ? 64 : 8);
    }
    // The exchanges take long to start: nothing of theirs is to disturb the cards when those listen for each other.
    await this.surroundings.startExchanges();
    await Promise.all(this.slots.map((slot) => slot.insert()));
    await this.#until(() => this.slots.every((slot) => slot.isRunning), "the cards");
    await this.surroundings.startGateways();
    await this.#until(() => this.surroundings.areKnown(), "the links to exchanges and gateways");
    const isReady = (group: number) => {
      const primary = this.primaryOf(group);
      return primary !== undefined && (primary.application.circuitsInReset === 0 || !this.options.exchanges);
    };
    await this.#until(() => this.groups.every(isReady), "a primary call server with circuits in service");
    await Promise.all(this.surroundings.exchanges.map(({ exchange }) => exchange.quiet(this.#startWithinMillis)));
    // Calls may run without a backup, but that is not how a rack is meant to begin.
    await this.waitFor(() => this.groups.every((group) => this.backupOf(group) !== undefined), backupWithinMillis);
    await this.#poll();
    this.#pollAgain();
    this.isUp = true;
    this.#say("info", "the rack is up");
  }

  /** Ends every process, at once. May be called at any time, and more than once. */
  stop(): void {
    if (this.#isStopping) return;
    this.#isStopping = true;
    for (const slot of this.slots) if (slot.pid !== undefined) slot.pull();
    for (const { child } of this.#children) if (!hasEnded(child)) child.kill("SIGKILL");
    for (const plane of this.planes) plane.close();
    this.#kernelBackplane?.close();
    rmSync(this.#socketFolder, { recursive: true, force: true });
  }

  /** Every process of the rack that runs. */
  processes(): readonly { readonly name: string; readonly pid: number }[] {
    const cards = this.slots.map((slot) => ({ name: `slot ${slot.number} ${slot.card.kind}`, pid: slot.pid }));
    const others = this.#children.map(({ name, child }) => ({ name, pid: hasEnded(child) ? undefined : child.pid }));
    return [...others, ...cards].flatMap(({ name, pid }) => (pid === undefined ? [] : [{ name, pid }]));
  }

  // --- what a person does

  /** Does it, or says in the log why it cannot be done. */
  async perform(action: RackAction): Promise<void> {
    if ("plane" in action) {
      await this.#switchPlane(action.plane, action.action);
      return;
    }
    if ("command" in action) {
      this.#operate(action.command);
      return;
    }
    const slot = this.find(action.target, action.action);
    if (slot === undefined) {
      const what = typeof action.target === "number" ? `slot ${action.target} is not in this rack` : "no such card now";
      this.#say(
        "warning",
        `cannot ${action.action}: ${action.target === "last" ? "no card was taken that way" : what}`,
      );
      return;
    }
    switch (action.action) {
      case "pull":
        await this.pull(slot);
        break;
      case "freeze":
        await this.freeze(slot);
        break;
      case "insert":
        await this.insert(slot);
        break;
      case "thaw":
        this.thaw(slot);
        break;
      case "pull-at-commit":
        await this.pullAtCommit(slot, action.frames);
        break;
    }
  }

  /** The primary of every group that has circuits to the exchange, or else that of the first, says what it has done. */
  #operate(command: OperatorCommand): void {
    const { trunkGroups } = this.options.configuration;
    const concerned = this.groups.filter((group) =>
      trunkGroups.some((each) => each.exchange === command.exchange && each.group === group),
    );
    for (const group of concerned.length > 0 ? concerned : this.groups.slice(0, 1)) {
      const primary = this.primaryOf(group);
      if (primary) primary.ask({ kind: "operator", command });
      else this.#say("warning", `cannot ${commandText(command)}: there is no primary in group ${group}`);
    }
  }

  async pull(slot: CardSlot): Promise<void> {
    if (slot.pid === undefined) {
      this.#say("warning", `slot ${slot.number} is empty already`);
      return;
    }
    const callsInSetup = await this.surroundings.countCallsInSetup();
    const isSecondFault = this.#isAlone(slot);
    // Its commits are not waited for any more: the next card in the slot is not meant.
    if (this.#armed.delete(slot)) this.#disarm();
    this.#taken(slot, { cause: "pull", atMicros: slot.pull(), callsInSetup, isSecondFault });
  }

  async freeze(slot: CardSlot): Promise<void> {
    if (!slot.isRunning) {
      this.#say("warning", `slot ${slot.number} does not run`);
      return;
    }
    const callsInSetup = await this.surroundings.countCallsInSetup();
    const isSecondFault = this.#isAlone(slot);
    this.#taken(slot, { cause: "freeze", atMicros: slot.freeze(), callsInSetup, isSecondFault });
  }

  async insert(slot: CardSlot): Promise<void> {
    if (slot.pid !== undefined) {
      this.#say("warning", `slot ${slot.number} is not empty`);
      return;
    }
    this.#armed.delete(slot);
    for (const plane of this.planes) await plane.plug(slot.number).catch(() => undefined);
    this.#say("info", `${describe(slot)} put into slot ${slot.number}`);
    await slot.insert();
  }

  thaw(slot: CardSlot): void {
    if (slot.state !== "frozen") {
      this.#say("warning", `slot ${slot.number} is not frozen`);
      return;
    }
    slot.thaw();
    this.#say("info", `slot ${slot.number} thawed`);
  }

  /** The planes unplug the card right after the frame, each for itself; then its process is ended. */
  async pullAtCommit(slot: CardSlot, frames: number): Promise<void> {
    if (!slot.isRunning) {
      this.#say("warning", `slot ${slot.number} does not run`);
      return;
    }
    this.#armed.add(slot);
    await Promise.all(this.planes.map((plane) => plane.armPullAtCommit(slot.number, frames)));
    this.#say("info", `slot ${slot.number} will be pulled after its ${frames}. frame of commits`);
  }

  async #switchPlane(plane: PlaneName, action: "cut" | "mend"): Promise<void> {
    const meant = this.planes.find(({ name }) => name === plane);
    if (action === "cut") await meant?.cut();
    else await meant?.mend();
    await this.#pollPlanes();
    this.#say(action === "cut" ? "warning" : "info", `plane ${plane} ${action === "cut" ? "cut" : "mended"}`);
  }

  /** The card that a person means. */
  find(target: Target, action: CardAction | "pull-at-commit"): CardSlot | undefined {
    if (typeof target === "number") return this.slots.find((slot) => slot.number === target);
    if (target === "last") return action === "thaw" ? this.#lastTaken.freeze : this.#lastTaken.pull;
    if (target === "primary") return this.primary;
    if (target === "backup") return this.backup;
    if (typeof target === "object") {
      return target.role === "primary" ? this.primaryOf(target.group) : this.backupOf(target.group);
    }
    const isToBeTaken = action !== "insert" && action !== "thaw";
    const ofKind = this.slots.filter((slot) => slot.card.kind === target);
    return ofKind.find((slot) => slot.isRunning === isToBeTaken) ?? ofKind[0];
  }

  // --- what it is like

  /** Of the first group. */
  get primary(): CardSlot | undefined {
    return this.primaryOf(this.groups[0]);
  }

  get backup(): CardSlot | undefined {
    return this.backupOf(this.groups[0]);
  }

  /** Two may call themselves primary for a moment: the one of the higher term is. */
  primaryOf(group: number): CardSlot | undefined {
    const primaries = this.slots.filter((slot) => slot.group === group && slot.role === "primary");
    return primaries.sort((one, other) => (other.communication.term ?? 0) - (one.communication.term ?? 0))[0];
  }

  backupOf(group: number): CardSlot | undefined {
    const isFit = (slot: CardSlot) => slot.role === "backup" && slot.condition === undefined;
    return this.slots.find((slot) => slot.group === group && isFit(slot));
  }

  /** The alarms that stand, the worst first; what several cards tell is there once. */
  alarms(): readonly RackAlarm[] {
    return rackAlarms(this.slots.map((slot) => [slot.number, slot.alarms] as const));
  }

  /** What all cards remember of the last call that was answered and is over, in order. */
  async lastCallLadder(): Promise<CallLadder> {
    const call = this.primary && lastCall(this.primary.storage, this.options.configuration);
    if (call === undefined) return { title: "no call has ended yet", rungs: [] };
    const running = this.slots.filter((slot) => slot.isRunning);
    const rungs = await this.#ladders.ask(running, call.circuits);
    return {
      title: `${call.calling} calls ${call.called}: ${call.route}`,
      rungs: rungs.filter(({ atMicros }) => atMicros >= call.from && atMicros <= call.to),
    };
  }

  /** Resolves when all switchovers have their figures. */
  async measured(): Promise<void> {
    await Promise.all(this.#measuring);
  }

  /** Resolves with whether it came true in time. */
  async waitFor(condition: () => boolean | Promise<boolean>, withinMillis: number): Promise<boolean> {
    const end = monotonicMicros() + withinMillis * microsPerMilli;
    while (!(await condition())) {
      if (this.#isStopping || monotonicMicros() > end) return false;
      await pause(lookMillis);
    }
    return true;
  }

  // --- starting, in parts

  get #startWithinMillis(): number {
    return this.options.startWithinMillis ?? defaultStartWithinMillis;
  }

  get #environment(): Readonly<Record<string, string>> {
    return { NODE_COMPILE_CACHE: this.options.cacheFolder };
  }

  /** @throws UserError when it does not come true in time, or a card cannot do its work */
  async #until(condition: () => boolean | Promise<boolean>, what: string): Promise<void> {
    const hasFailed = () => this.#unusable !== undefined || this.cardsFailed > 0;
    const isTrue = await this.waitFor(async () => hasFailed() || (await condition()), this.#startWithinMillis);
    if (this.#unusable !== undefined) throw new UserError(this.#unusable);
    if (hasFailed()) throw new UserError(`a card has failed: the logs are in ${this.options.runFolder}`);
    if (isTrue || this.#isStopping) return;
    const seconds = this.#startWithinMillis / 1000;
    throw new UserError(`${what} did not come up within ${seconds} s: the logs are in ${this.options.runFolder}`);
  }

  async #softwarePlanes(): Promise<readonly Plane[]> {
    const { configuration, runFolder } = this.options;
    const surroundings = { runFolder, socketFolder: this.#socketFolder, environment: this.#environment };
    const start = async (name: PlaneName) => {
      const plane = await SoftwarePlane.start(name, { ...surroundings, bus: configuration.bus });
      this.#follow(`plane ${name}`, plane.hub.child);
      return plane;
    };
    return await Promise.all([start("A"), start("B")]);
  }

  async #kernelPlanes(): Promise<readonly Plane[]> {
    this.#kernelBackplane = await layKernelBackplane(this.options.configuration);
    return this.#kernelBackplane.planes;
  }

  #follow(name: string, child: ChildProcess): void {
    this.#children.push({ name, child });
    child.once("exit", (code, signal) => {
      if (!this.#isStopping) this.#say("alarm", `${name} has ended (${signal ?? `exit code ${code}`})`);
    });
  }

  // --- what comes in

  #pollAgain(): void {
    if (this.#isStopping) return;
    setTimeout(() => {
      void this.#poll().then(() => this.#pollAgain());
    }, pollMillis).unref();
  }

  async #poll(): Promise<void> {
    await this.surroundings.poll();
    await this.#pollPlanes();
  }

  /** What has gone over the planes so far, in the order of `planes`. */
  readPlanes(): Promise<readonly PlaneReading[]> {
    return Promise.all(this.planes.map((plane) => plane.reading()));
  }

  async #pollPlanes(): Promise<void> {
    const readings = await this.readPlanes().catch(() => undefined);
    if (readings === undefined) return;
    this.readingsBefore = this.readings.length === readings.length ? this.readings : readings;
    this.readings = readings;
  }

  #reported(slot: CardSlot, report: CardReport): void {
    switch (report.kind) {
      case "log":
        this.#say(report.severity, `slot ${slot.number}: ${report.text}`, report.atMicros);
        break;
      case "alarm": {
        const severity = report.change === "cleared" ? "info" : alarmSeverities[report.alarm.severity];
        const text = `slot ${slot.number}: ${changeText(report)}`;
        if (!this.#isStopping) this.#onEvent({ atMicros: report.atMicros, severity, text, isForTheLog: true });
        break;
      }
      case "milestone":
        this.#milestone(slot, report.step, report.term, report.atMicros);
        break;
      case "unusable":
        this.#unusable ??= report.text;
        this.#say("alarm", `slot ${slot.number}: ${report.text}`);
        break;
      case "ladder":
        this.#ladders.answered(report.request, report.entries);
        break;
    }
  }

  #cardFailed(slot: CardSlot, how: string): void {
    if (this.#isStopping) return;
    this.cardsFailed++;
    this.#lastTaken.pull = slot;
    this.#say("alarm", `the card in slot ${slot.number} has failed (${how}): see ${join(slot.storage, "card.log")}`);
  }

  #noticed(name: string, notice: ExchangeNotice): void {
    if (notice.event === "lost") {
      const { calling, cic, outcome, reason } = notice.call;
      const why = this.undelivered.has(calling) ? " (a message of it died with a LIM)" : "";
      this.#say("alarm", `call from ${calling} on ${name}/${cic}: ${outcome}, ${reason}${why}`);
    } else if (notice.event === "cut") {
      void this.#associationCut(name, notice.port, notice.sent);
    } else if (notice.event === "link") {
      const text = `exchange ${name}: the node can${notice.available ? "" : "not"} be reached`;
      this.#say(notice.available ? "info" : "warning", text, notice.atMicros);
    } else if (notice.event === "note") this.#say("info", `exchange ${name}: ${notice.text}`);
  }

  /** Where another LIM carries on, what is lost with one that is pulled is found out, and told apart from what the rack loses. */
  async #associationCut(exchange: string, port: number, sent: readonly SentInCall[]): Promise<void> {
    const lim = this.undelivered.limAt(exchange, port);
    const slot = this.slots.find(({ number }) => number === lim);
    if (slot?.state !== "pulled") return;
    // What is on its way is on the bus by then.
    await pause(onBusWithinMillis);
    this.undelivered.cut(exchange, sent, (message) => this.#tap?.hasHeard(slot.number, message) ?? true);
  }

  #disarm(): void {
    for (const plane of this.planes) void plane.disarm().catch(() => undefined);
  }

  #severed(number: number, atMicros: Micros): void {
    const slot = this.slots.find((candidate) => candidate.number === number && this.#armed.has(candidate));
    if (slot === undefined) return;
    this.#armed.delete(slot);
    const isSecondFault = this.#isAlone(slot);
    slot.pull();
    this.#disarm();
    this.#taken(slot, { cause: "pull", atMicros, callsInSetup: this.surroundings.callsInSetup, isSecondFault });
  }

  // --- switchovers

  #isAlone(slot: CardSlot): boolean {
    const { group } = slot;
    return group !== undefined && slot === this.primaryOf(group) && this.backupOf(group) === undefined;
  }

  #taken(slot: CardSlot, prompt: Omit<Prompt, "slot" | "group"> & { readonly cause: "pull" | "freeze" }): void {
    const { cause, atMicros, callsInSetup, isSecondFault } = prompt;
    this.#lastTaken[cause] = slot;
    this.switchovers.prompted({ ...prompt, slot: slot.number, group: slot.group });
    const how = cause === "pull" ? "pulled out of" : "frozen in";
    const alone = isSecondFault ? ", and no backup: a second fault" : "";
    this.#say(
      "warning",
      `${describe(slot)} ${how} slot ${slot.number}, ${callsInSetup} calls in set-up${alone}`,
      atMicros,
    );
  }

  /** On purpose, but not by this program's hand. */
  #leaves({ number, group }: CardSlot, atMicros: Micros): void {
    const { callsInSetup } = this.surroundings;
    this.switchovers.prompted({ cause: "leave", slot: number, group, atMicros, callsInSetup, isSecondFault: false });
  }

  #milestone(slot: CardSlot, step: Milestone, term: number, atMicros: Micros): void {
    const { number, group } = slot;
    if (step === "leave") this.#leaves(slot, atMicros);
    const switchover = this.switchovers.milestone(number, step, term, atMicros, group);
    if (switchover === undefined) return;
    switchover.lostBefore = this.surroundings.callsLost;
    const measuring = this.#measure(switchover).finally(() => this.#measuring.delete(measuring));
    this.#measuring.add(measuring);
  }

  /**
   * Exchanges and gateways say when the first message of the new primary came, and how long nothing had been heard. Where there are
   * several groups it may be another's, and only the BEGIN is sure.
   */
  async #measure(switchover: Switchover): Promise<void> {
    const sign = this.groups.length > 1 ? undefined : await this.surroundings.firstSignAfter(switchover.beginMicros);
    // A card that leaves may have been heard of meanwhile.
    const { atMicros, cause, from, to } = switchover;
    if (this.groups.length > 1) switchover.totalMillis = switchover.beginMillis;
    if (sign !== undefined) {
      switchover.totalMillis = (sign.atMicros - atMicros) / microsPerMilli;
      switchover.longestServiceGapMillis = sign.longestGapMillis;
    }
    const total = switchover.totalMillis ?? switchover.beginMillis;
    const why = cause === "unprompted" ? "without anybody's doing" : `after the ${cause}`;
    const severity = cause === "unprompted" ? "alarm" : "info";
    this.#say(severity, `switchover from slot ${from} to slot ${to} ${why}: ${total.toFixed(1)} ms`);
  }

  #say(severity: RackEvent["severity"], text: string, atMicros = monotonicMicros()): void {
    if (!this.#isStopping) this.#onEvent({ atMicros, severity, text });
  }
}

function describe(slot: CardSlot): string {
  return slot.card.kind === "call-server" ? "call server" : slot.card.kind === "lim" ? "LIM" : "transporter";
}
