/** A slot of the rack, and the card in it: a process that can be pulled, put back, frozen and thawed. */
import type { ChildProcess } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Alarm, AlarmChange } from "../../firmware/alarms/alarm-list.ts";
import type { Card } from "../../firmware/configuration/rack-schema.ts";
import type { Micros } from "../../firmware/time.ts";
import type { CardReport, CardRequest } from "../card/card-start.ts";
import {
  type ApplicationStatus,
  applicationStatus,
  type CommunicationStatus,
  communicationStatus,
} from "../../firmware/card/card-status.ts";
import { consoleSocket } from "../console/console-socket.ts";
import { sessionWeights } from "../../hal/linux/session-weight.ts";
import { monotonicMicros } from "../measurement/monotonic-micros.ts";
import { ended, hasEnded, startChild, vanish, weigh } from "./supervised-process.ts";

/** `failed`: it ended without anybody's doing. */
export type SlotState = "empty" | "starting" | "running" | "frozen" | "pulled" | "failed";

export interface CardSurroundings {
  readonly configurationFile: string;
  /** What the card in a slot is to plug into, planes A and B. */
  readonly planesOf: (slot: number) => readonly [string, string];
  readonly runFolder: string;
  readonly rehearsal: boolean;
  /** Of slot 0. */
  readonly metricsPort?: number | undefined;
  readonly environment: Readonly<Record<string, string>>;
}

export interface CardOwner {
  reported(slot: CardSlot, report: CardReport): void;
  /** It ended without having been pulled. */
  failed(slot: CardSlot, how: string): void;
}

/** Figures are for this machine alone, unless rack.yaml says otherwise. */
export const metricsAddress = "127.0.0.1";

const program = fileURLToPath(new URL("../card/main.ts", import.meta.url));

export class CardSlot {
  readonly card: Card;
  /** Keeps the card's files, whichever process is in the slot. */
  readonly storage: string;
  readonly #surroundings: CardSurroundings;
  readonly #owner: CardOwner;
  #child: ChildProcess | undefined;
  #state: SlotState = "empty";
  /** It has said that it ends to be started anew. */
  #comesBack = false;
  #communication: CommunicationStatus = {};
  #application: ApplicationStatus = {};
  /** By name and object. */
  readonly #alarms = new Map<string, Alarm>();

  constructor(card: Card, surroundings: CardSurroundings, owner: CardOwner) {
    this.card = card;
    this.storage = join(surroundings.runFolder, `slot-${card.slot}`);
    this.#surroundings = surroundings;
    this.#owner = owner;
    mkdirSync(this.storage, { recursive: true });
  }

  get number(): number {
    return this.card.slot;
  }

  /** Of a call server. */
  get group(): number | undefined {
    return this.card.kind === "call-server" ? this.card.group : undefined;
  }

  get state(): SlotState {
    return this.#state;
  }

  /** Whether something in it takes part in the rack. */
  get isRunning(): boolean {
    return this.#state === "running";
  }

  get pid(): number | undefined {
    return this.#child === undefined || hasEnded(this.#child) ? undefined : this.#child.pid;
  }

  /** What it said last; nothing of a card that is not running. */
  get communication(): CommunicationStatus {
    return this.isRunning ? this.#communication : {};
  }

  get application(): ApplicationStatus {
    return this.isRunning ? this.#application : {};
  }

  /** That it tells of, and that stand. */
  get alarms(): readonly Alarm[] {
    return this.isRunning ? [...this.#alarms.values()] : [];
  }

  /** Of a LIM or transporter that some group has not admitted: newcomer. */
  get role(): string | undefined {
    const { role, groups = [] } = this.communication;
    return groups.some((each) => each.role === "newcomer") ? "newcomer" : role;
  }

  /** What is wrong with it, or how far it is on its way out; undefined when it can be counted on. */
  get condition(): string | undefined {
    const { outOfService, hung, deaf, mute, leaving } = this.communication;
    if (outOfService !== undefined) return "out of service";
    return hung ? "hangs" : mute ? "mute" : deaf ? "deaf" : leaving;
  }

  /** Resolves when the last one in the slot is gone and the new one has been started. */
  async insert(): Promise<void> {
    if (this.#child !== undefined) await ended(this.#child);
    const { configurationFile, planesOf, rehearsal, metricsPort, environment } = this.#surroundings;
    const [planeA, planeB] = planesOf(this.number);
    const args = [
      ["--config", configurationFile],
      ["--slot", String(this.number)],
      ["--plane-a", planeA],
      ["--plane-b", planeB],
      ["--storage", this.storage],
      ["--console", `socket:${join(this.storage, consoleSocket)}`],
      rehearsal ? [] : ["--no-rehearsal"],
      metricsPort === undefined ? [] : ["--metrics", `${metricsAddress}:${metricsPort + this.number}`],
    ].flat();
    this.#communication = {};
    this.#application = {};
    this.#alarms.clear();
    this.#state = "starting";
    this.#comesBack = false;
    const child = startChild({ program, args, logFile: join(this.storage, "card.log"), environment, realTime: true });
    this.#child = child;
    weigh(child, sessionWeights.starting);
    child.on("message", (report) => this.#reported(child, report as CardReport));
    child.once("error", (error) => this.#ended(child, error.message));
    child.once("exit", (code, signal) => this.#ended(child, signal ?? `exit code ${code}`));
  }

  /** Takes the process away, as hard as a hand would. @returns the moment right before */
  pull(): Micros {
    this.#state = "pulled";
    const at = monotonicMicros();
    if (this.#child !== undefined) vanish(this.#child);
    return at;
  }

  freeze(): Micros {
    this.#state = "frozen";
    const at = monotonicMicros();
    this.#child?.kill("SIGSTOP");
    return at;
  }

  thaw(): void {
    this.#state = "running";
    this.#child?.kill("SIGCONT");
  }

  ask(request: CardRequest): void {
    if (this.#child?.connected) this.#child.send(request);
  }

  #reported(child: ChildProcess, report: CardReport): void {
    if (child !== this.#child || this.#state === "pulled") return;
    if (report.kind === "ready" && this.#state === "starting") {
      this.#state = "running";
      weigh(child, sessionWeights.inService);
    }
    if (report.kind === "restarting") this.#comesBack = true;
    if (report.kind === "communication") this.#communication = communicationStatus(report.status);
    if (report.kind === "application") this.#application = applicationStatus(report.status);
    if (report.kind === "alarm") this.#alarmChanged(report);
    this.#owner.reported(this, report);
  }

  #alarmChanged({ change, alarm }: AlarmChange): void {
    const key = `${alarm.name} ${alarm.object}`;
    if (change === "cleared") this.#alarms.delete(key);
    else this.#alarms.set(key, alarm);
  }

  #ended(child: ChildProcess, how: string): void {
    if (child !== this.#child || this.#state === "pulled" || this.#state === "failed") return;
    if (this.#comesBack) {
      void this.insert();
      return;
    }
    this.#state = "failed";
    this.#owner.failed(this, how);
  }
}
