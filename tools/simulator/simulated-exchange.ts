/**
 * An adjacent exchange in the simulator: the test exchange's core behind its M3UA associations, on the virtual clock. On some
 * circuits a script may stand in for the core: for what an exchange says that behaves otherwise than the usual one.
 */
import type { Exchange as ConfiguredExchange } from "../../firmware/configuration/rack-schema.ts";
import { Association } from "../../firmware/m3ua/association.ts";
import type { AssociationAction, AssociationEvent } from "../../firmware/m3ua/association-contract.ts";
import { serviceIndicator } from "../../firmware/mtp3/user-parts.ts";
import type { Micros } from "../../firmware/time.ts";
import type { Clock } from "../../hal/clock.ts";
import { decodeCic } from "../../firmware/mtp3/circuit-identification-code.ts";
import { Exchange, type ExchangeConfiguration, type ExchangeEvent, type ExchangeReport } from "../exchange/exchange.ts";
import { type ScriptEvent, type ScriptResult, ScriptRun } from "../exchange/script-run.ts";
import type { Script } from "../exchange/script-schema.ts";
import { Alarm } from "./alarm.ts";

const nationalNetwork = 2;

/** A message as the exchange sees it, from the CIC on. */
export interface SeenMessage {
  readonly direction: "sent" | "received";
  readonly octets: Uint8Array;
}

/** Somebody who speaks for the exchange on some circuits, in place of the core. */
export interface StandIn {
  /** Whether a message, from the CIC on, is for it. */
  takes(octets: Uint8Array): boolean;
  step(event: ScriptEvent, now: Micros): readonly SaidMessage[];
  nextDeadline(): Micros | undefined;
}

/** What an exchange says: a message from the CIC on. */
export interface SaidMessage {
  readonly cic: number;
  readonly octets: Uint8Array;
}

/** A script that has circuits to itself. */
export interface ScriptedPart {
  /** Undefined until it is over. */
  readonly result: ScriptResult | undefined;
}

class Part implements ScriptedPart, StandIn {
  readonly #run: ScriptRun;
  readonly #cics: readonly number[];
  result: ScriptResult | undefined;

  constructor(script: Script, cics: readonly number[]) {
    this.#run = new ScriptRun(script, cics[0]);
    this.#cics = cics;
  }

  takes(octets: Uint8Array): boolean {
    const cic = decodeCic(octets);
    return cic.ok && this.#cics.includes(cic.value);
  }

  step(event: ScriptEvent, now: Micros): readonly SaidMessage[] {
    return this.#run.step(event, now).flatMap((action) => {
      if (action.kind === "send") return [action];
      this.result = action.result;
      return [];
    });
  }

  nextDeadline(): Micros | undefined {
    return this.#run.nextDeadline();
  }
}

export class SimulatedExchange {
  readonly core: Exchange;
  readonly reports: ExchangeReport[] = [];
  /** Every message in both directions. */
  readonly seen: SeenMessage[] = [];
  /** Later ones first: a circuit is that of the last one that was given it. */
  #standIns: readonly StandIn[] = [];
  /** How many messages it has sent to a LIM, by the LIM's slot. */
  readonly sentTo = new Map<number, number>();
  /** By the slot of the LIM at the other end. */
  readonly #associations: ReadonlyMap<number, Association>;
  readonly #isBroadcast: boolean;
  /** Of the last message, where it goes over all associations. */
  #correlationId: number;
  readonly #configuration: ExchangeConfiguration;
  readonly #clock: Clock;
  readonly #toNode: (lim: number, octets: Uint8Array) => void;
  readonly #alarm: Alarm;

  constructor(
    configuration: ExchangeConfiguration,
    { associations, trafficMode }: Pick<ConfiguredExchange, "associations" | "trafficMode">,
    clock: Clock,
    chance: () => number,
    toNode: (lim: number, octets: Uint8Array) => void,
  ) {
    this.core = new Exchange(configuration, chance);
    this.#isBroadcast = trafficMode === "broadcast";
    this.#correlationId = Math.floor(chance() * 2 ** 32);
    this.#configuration = configuration;
    this.#clock = clock;
    this.#toNode = toNode;
    this.#alarm = new Alarm(clock, () => {
      for (const lim of this.#associations.keys()) this.#associate(lim, { kind: "deadline" });
      this.step({ kind: "deadline" });
      for (const standIn of this.#standIns) this.#stepStandIn(standIn, { kind: "deadline" });
      this.#arm();
    });
    const ownPointCodes = [configuration.pointCode];
    this.#associations = new Map(
      associations.map(({ lim, routingContext }) => [
        lim,
        new Association({ role: "ipsp-client", routingContext, trafficMode, ownPointCodes }),
      ]),
    );
  }

  connected(lim: number): void {
    this.#associate(lim, { kind: "connected" });
  }

  disconnected(lim: number): void {
    this.#associate(lim, { kind: "disconnected" });
  }

  fromNode(lim: number, octets: Uint8Array): void {
    this.#associate(lim, { kind: "octets", octets });
  }

  step(event: ExchangeEvent): void {
    for (const action of this.core.step(event, this.#clock.nowMicros())) {
      if (action.kind === "report") this.reports.push(action.report);
      if (action.kind === "send") this.#send(action.cic, action.octets);
    }
    this.#arm();
  }

  /** Plays a script, now. What comes on its circuits goes to the script alone, also when it is over. */
  play(script: Script, cics: readonly number[]): ScriptedPart {
    const part = new Part(script, cics);
    this.standIn(part);
    return part;
  }

  /** From now on this one is asked first whether a message is for it. */
  standIn(one: StandIn): void {
    this.#standIns = [one, ...this.#standIns.filter((other) => other !== one)];
    this.#stepStandIn(one, { kind: "start" });
    this.#arm();
  }

  #stepStandIn(standIn: StandIn, event: ScriptEvent): void {
    for (const { cic, octets } of standIn.step(event, this.#clock.nowMicros())) this.#send(cic, octets);
  }

  #send(cic: number, octets: Uint8Array): void {
    const { pointCode, nodePointCode } = this.#configuration;
    this.seen.push({ direction: "sent", octets });
    const sls = cic % 16;
    if (this.#isBroadcast) this.#correlationId = (this.#correlationId + 1) % 2 ** 32;
    for (const lim of this.#limsFor(sls)) {
      this.sentTo.set(lim, (this.sentTo.get(lim) ?? 0) + 1);
      this.#associate(lim, {
        kind: "transfer",
        correlationId: this.#isBroadcast ? this.#correlationId : undefined,
        protocolData: {
          dpc: nodePointCode,
          opc: pointCode,
          sls,
          serviceIndicator: serviceIndicator("ISUP"),
          networkIndicator: nationalNetwork,
          messagePriority: 0,
          userData: octets,
        },
      });
    }
  }

  #received(octets: Uint8Array): void {
    this.seen.push({ direction: "received", octets: octets.slice() });
    const standIn = this.#standIns.find((one) => one.takes(octets));
    if (standIn !== undefined) this.#stepStandIn(standIn, { kind: "message", octets });
    else this.step({ kind: "message", octets });
  }

  /** Traffic is shared among the associations that are active, or goes over them all. */
  #limsFor(sls: number): readonly number[] {
    const all = [...this.#associations];
    const active = all.filter(([, association]) => association.state === "active");
    const ways = (active.length > 0 ? active : all).map(([lim]) => lim);
    return this.#isBroadcast ? ways : [ways[sls % ways.length]];
  }

  #associate(lim: number, event: AssociationEvent): void {
    const actions: readonly AssociationAction[] =
      this.#associations.get(lim)?.step(event, this.#clock.nowMicros()) ?? [];
    for (const action of actions) {
      if (action.kind === "send") this.#toNode(lim, action.octets);
      if (action.kind === "received") this.#received(action.protocolData.userData);
    }
    this.#arm();
  }

  #arm(): void {
    const due = [
      this.core.nextDeadline(),
      ...[...this.#associations.values()].map((association) => association.nextDeadline()),
      ...this.#standIns.map((one) => one.nextDeadline()),
    ].filter((at) => at !== undefined);
    this.#alarm.set(due.length > 0 ? Math.max(Math.min(...due), this.#clock.nowMicros() + 1) : undefined);
  }
}
