/** A whole rack with its exchanges and gateways in one process, on a virtual clock and two bit-exact planes. */
import type { ProtocolRule } from "../../firmware/backplane/membership.ts";
import { blockingKey } from "../../firmware/call-server/blocking-disk.ts";
import { callDetailFile } from "../../firmware/call-server/call-detail-log.ts";
import { CallServer } from "../../firmware/call-server/call-server.ts";
import type { Application, ApplicationAction } from "../../firmware/card/application.ts";
import { readLines } from "../../firmware/card/line-file.ts";
import { LineWriter } from "../../firmware/card/line-writer.ts";
import { groupsOf } from "../../firmware/configuration/groups.ts";
import { groupPlans } from "../../firmware/configuration/group-plan.ts";
import type { Card, Gateway, RackConfiguration, TrunkGroup } from "../../firmware/configuration/rack-schema.ts";
import { LinkInterfaceModule } from "../../firmware/lim/link-interface-module.ts";
import { Transporter } from "../../firmware/transporter/transporter.ts";
import { SimulatedCanBus } from "../../hal/simulated/can-bus.ts";
import type { Clock } from "../../hal/clock.ts";
import { VirtualClock } from "../../hal/simulated/clock.ts";
import { seededEntropy } from "../../hal/simulated/entropy.ts";
import { SimulatedStorage } from "../../hal/simulated/storage.ts";
import { SimulatedValueDisk } from "../../hal/simulated/value-store.ts";
import type { Storage } from "../../hal/storage.ts";
import type { ValueStore } from "../../hal/value-store.ts";
import { type PlaneLags, SimulatedCard, type SimulatedWorld } from "./simulated-card.ts";
import { SimulatedExchange } from "./simulated-exchange.ts";
import { SimulatedGateway } from "./simulated-gateway.ts";

/** Room in a controller's queue that no burst of a few calls fills. */
const queueFramesMax = 256;
/** So long after the disk has refused lines they are tried again. */
const retryLinesMicros = 1_000_000;
/** One way between a card and the world outside. */
const wayMicros = 100;

export interface SimulationOptions {
  readonly seed?: number;
  readonly withoutRules?: readonly ProtocolRule[];
  /** How much later than plane A's everything on plane B happens. */
  readonly skewMicros?: number;
  /** By how much the planes of the card in a slot lag, where that is another for every card. */
  readonly lags?: (slot: number) => PlaneLags;
  readonly mix?: SimulatedMix;
  /** What the gateways call the connections that they make, where that is not eight digits in capitals. */
  readonly nameOfConnection?: (connection: number) => string;
  /** By how many parts per million the clock of the card in a slot runs fast. */
  readonly driftPpm?: (slot: number) => number;
  readonly watch?: CardWatch;
}

/** What a card keeps on its disk. It outlives the card. */
export interface SimulatedDisk {
  readonly files: SimulatedStorage;
  readonly values: SimulatedValueDisk;
}

/** How the card that is in a slot now writes to it. */
interface KeptByCard {
  readonly values: ValueStore;
  readonly lines: LineWriter;
}

/** Who watches the cards, or lets their applications fail. */
export type CardWatch = Pick<SimulatedWorld, "observe" | "sabotage" | "decided" | "acted" | "milestone">;

export interface SimulatedMix {
  readonly ringMicros: number;
  readonly holdMicros: number;
}

export class SimulatedRack {
  readonly clock = new VirtualClock();
  readonly buses: readonly [SimulatedCanBus, SimulatedCanBus];
  readonly exchanges = new Map<string, SimulatedExchange>();
  readonly gateways = new Map<string, SimulatedGateway>();
  /** By slot. */
  readonly #disks = new Map<number, SimulatedDisk>();
  readonly log: string[] = [];
  readonly #configuration: RackConfiguration;
  readonly #cards = new Map<number, SimulatedCard>();
  readonly #withoutRules: ReadonlySet<ProtocolRule>;
  readonly #lagsOf: (slot: number) => PlaneLags;
  readonly #clockOf: (slot: number) => Clock;
  /** By slot: by how much the wall clock of its card has been set. */
  readonly #clockSetMillis = new Map<number, number>();
  readonly #watch: CardWatch;
  /** By exchange and LIM: what the LIM does not take at the moment waits in the transport. */
  readonly #heldBack = new Map<string, Uint8Array[]>();
  /** What a LIM calls the stream to an exchange. */
  readonly #streamOf = new Map<string, string>();
  /** Who commands a gateway, and where it receives the answers: by the gateway and what that calls it. */
  readonly #agents = new Map<string, { readonly card: SimulatedCard; readonly socket: string }>();
  readonly #entropy: ReturnType<typeof seededEntropy>;

  constructor(configuration: RackConfiguration, options: SimulationOptions = {}) {
    this.#configuration = configuration;
    this.#withoutRules = new Set(options.withoutRules);
    this.#lagsOf = options.lags ?? (() => [0, options.skewMicros ?? 0]);
    const { driftPpm } = options;
    this.#clockOf = (slot) => {
      const clock = driftPpm ? this.clock.derived({ driftPpm: driftPpm(slot), offsetMicros: 0 }) : this.clock;
      return {
        nowMicros: () => clock.nowMicros(),
        at: (deadlineMicros, wake) => clock.at(deadlineMicros, wake),
        wallMillis: () => clock.wallMillis() + (this.#clockSetMillis.get(slot) ?? 0),
      };
    };
    this.#watch = options.watch ?? {};
    this.#entropy = seededEntropy(options.seed ?? 1);
    const { bitRate, dataBitRate, frames } = configuration.bus;
    const plane = () =>
      new SimulatedCanBus({ rates: { bitRate, dataBitRate }, fd: frames === "fd", clock: this.clock, queueFramesMax });
    this.buses = [plane(), plane()];
    for (const { slot } of configuration.cards) this.insert(slot);
    for (const gateway of configuration.gateways) {
      const reply = (to: string, octets: Uint8Array) => this.#fromGateway(gateway, to, octets);
      this.gateways.set(gateway.name, new SimulatedGateway(this.clock, reply, options.nameOfConnection));
    }
    const mix = options.mix ?? { ringMicros: 100_000, holdMicros: 200_000 };
    configuration.exchanges.forEach((exchange, number) => {
      const groups = configuration.trunkGroups.filter((group) => group.exchange === exchange.name);
      const isReached = (group: number) => groups.some((own) => own.group === group);
      const other = configuration.trunkGroups.find((each) => each.exchange !== exchange.name && isReached(each.group));
      const route = configuration.routes.find(({ trunkGroups }) => other && trunkGroups.includes(other.name));
      const simulated = new SimulatedExchange(
        {
          name: exchange.name,
          pointCode: exchange.pointCode,
          nodePointCode: configuration.pointCode,
          cics: groups.map(({ firstCic, lastCic }) => ({ first: firstCic, last: lastCic })),
          calledPrefix: `${route?.prefix ?? ""}5`,
          callingPrefix: `9${number}`,
          mix: {
            ring: { min: mix.ringMicros, max: mix.ringMicros },
            hold: { min: mix.holdMicros, max: mix.holdMicros },
            shares: {},
          },
          voiceCallsMax: 0,
        },
        exchange,
        this.clock,
        () => this.#entropy.integer(1_000_000) / 1_000_000,
        (slot, octets) => this.#later(() => this.#toLim(exchange.name, slot, octets)),
      );
      this.exchanges.set(exchange.name, simulated);
    });
  }

  card(slot: number): SimulatedCard {
    const card = this.#cards.get(slot);
    if (!card) throw new Error(`no card in slot ${slot}`);
    return card;
  }

  /** All cards, pulled or not. */
  get cards(): IterableIterator<SimulatedCard> {
    return this.#cards.values();
  }

  /** All slots that have a card, in ascending order, pulled or not. */
  get slots(): readonly number[] {
    return [...this.#cards.keys()].sort((a, b) => a - b);
  }

  slotsOf(kind: Card["kind"]): readonly number[] {
    return this.#configuration.cards.filter((card) => card.kind === kind).map(({ slot }) => slot);
  }

  exchange(name: string): SimulatedExchange {
    const exchange = this.exchanges.get(name);
    if (!exchange) throw new Error(`no exchange ${name}`);
    return exchange;
  }

  /** The groups of call servers, in ascending order. */
  get groups(): readonly number[] {
    return groupsOf(this.#configuration);
  }

  /** The slots of the call servers of a group. */
  callServersOf(group: number): readonly number[] {
    const { cards } = this.#configuration;
    return cards.flatMap((card) => (card.kind === "call-server" && card.group === group ? [card.slot] : []));
  }

  /** The group that keeps the circuit of an exchange with this CIC. */
  groupOf(exchange: string, cic: number): number | undefined {
    const isIn = (each: TrunkGroup) => each.exchange === exchange && cic >= each.firstCic && cic <= each.lastCic;
    return this.#configuration.trunkGroups.find(isIn)?.group;
  }

  /** The slots whose card is primary now, of whichever group. */
  primaries(): number[] {
    const primary = (card: SimulatedCard) => !card.pulled && card.communication.status().role === "primary";
    return [...this.#cards.values()].filter(primary).map(({ slot }) => slot);
  }

  insert(slot: number): void {
    const configuration = this.#configuration;
    const card = configuration.cards.find((candidate) => candidate.slot === slot);
    if (!card) throw new Error(`no card is configured for slot ${slot}`);
    const { heartbeat, bus } = configuration;
    const disk = this.disk(slot);
    const log = (severity: string, text: string) =>
      this.log.push(`${(this.clock.nowMicros() / 1000).toFixed(3)} slot ${slot} ${severity}: ${text}`);
    const kept: KeptByCard = { values: disk.values.open(), lines: new LineWriter(disk.files, log) };
    const simulated = new SimulatedCard(
      {
        slot,
        kind: card.kind,
        plans: groupPlans(configuration, card),
        frameOctets: bus.frames === "fd" ? 64 : 8,
        rates: bus,
        timing: {
          primaryMicros: heartbeat.primaryMillis * 1000,
          othersMicros: heartbeat.othersMillis * 1000,
          missesToDeath: heartbeat.missesToDeath,
        },
        incarnation: 1 + this.#entropy.integer(65_535),
        realTime: true,
        configurationDigest: 1,
        kinds: Object.fromEntries(configuration.cards.map((one) => [one.slot, one.kind])),
        groups: groupsOf(configuration),
        withoutRules: this.#withoutRules,
      },
      this.#application(card, disk.files, kept.values),
      this.buses,
      this.#clockOf(slot),
      {
        ...this.#watch,
        perform: (of, action) => this.#perform(of, kept, action),
        log: (_, severity, text) => log(severity, text),
      },
      this.#lagsOf(slot),
    );
    this.#cards.set(slot, simulated);
  }

  pull(slot: number): void {
    this.card(slot).pull(this.buses);
    for (const { name, associations } of this.#configuration.exchanges) {
      if (associations.some(({ lim }) => lim === slot)) this.#later(() => this.exchange(name).disconnected(slot));
    }
  }

  run(millis: number): void {
    this.clock.run(this.clock.nowMicros() + millis * 1000);
  }

  /** What the card in a slot keeps, whichever is in it. */
  disk(slot: number): SimulatedDisk {
    let disk = this.#disks.get(slot);
    if (!disk) {
      disk = { files: new SimulatedStorage(), values: new SimulatedValueDisk(this.clock) };
      this.#disks.set(slot, disk);
    }
    return disk;
  }

  /** Lines of a file on the disk of a card. */
  lines(slot: number, file: string): string[] {
    return readLines(this.disk(slot).files, file);
  }

  /** The power fails: every card is out at the same moment, and what was on its way to a disk may be there in part. */
  failPower(): void {
    const chance = seededEntropy(this.clock.nowMicros(), "disks");
    for (const slot of this.slots) {
      this.pull(slot);
      this.disk(slot).files.cutPower(chance);
      this.disk(slot).values.cutPower(chance);
    }
  }

  #application(card: Card, files: Storage, values: ValueStore): Application {
    const configuration = this.#configuration;
    switch (card.kind) {
      case "lim":
        return new LinkInterfaceModule(configuration, card.slot);
      case "transporter":
        return new Transporter(configuration, card.slot);
      case "call-server":
        return new CallServer(configuration, card.slot, {
          storedCdrs: readLines(files, callDetailFile),
          storedBlocking: values.get(blockingKey),
          withoutRules: this.#withoutRules,
        });
    }
  }

  /** The wall clock of a card is set, ahead or back: by a person, by NTP, by a card without a battery. */
  setClock(slot: number, byMillis: number): void {
    this.#clockSetMillis.set(slot, (this.#clockSetMillis.get(slot) ?? 0) + byMillis);
  }

  #later(work: () => void): void {
    this.clock.at(this.clock.nowMicros() + wayMicros, work);
  }

  #retryLater(card: SimulatedCard, lines: LineWriter): void {
    this.clock.at(this.clock.nowMicros() + retryLinesMicros, () => {
      if (card.pulled) return;
      lines.retry();
      if (lines.isBehind) this.#retryLater(card, lines);
    });
  }

  #perform(card: SimulatedCard, { values, lines }: KeptByCard, action: ApplicationAction): void {
    switch (action.kind) {
      case "append": {
        const wasBehind = lines.isBehind;
        lines.append(action.file, action.line);
        if (lines.isBehind && !wasBehind) this.#retryLater(card, lines);
        break;
      }
      case "truncate":
        lines.truncate(action.file, action.lines);
        break;
      case "put":
        values.put(action.key, action.value, (outcome) =>
          card.fromWorld({ kind: "stored", key: action.key, failure: outcome.ok ? undefined : outcome.error.kind }),
        );
        break;
      case "stream-listen": {
        const exchange = this.#configuration.exchanges.find(({ associations }) =>
          associations.some(({ lim, port }) => lim === card.slot && port === action.port),
        );
        if (!exchange) break;
        this.#streamOf.set(exchange.name, action.stream);
        this.#heldBack.delete(`${exchange.name} ${card.slot}`);
        this.#later(() => {
          card.fromWorld({ kind: "stream-opened", stream: action.stream });
          this.exchange(exchange.name).connected(card.slot);
        });
        break;
      }
      case "stream-send": {
        const [name] = [...this.#streamOf].find(([, stream]) => stream === action.stream) ?? [];
        if (name !== undefined) this.#later(() => this.exchange(name).fromNode(card.slot, action.octets));
        break;
      }
      case "stream-read":
        this.#readOn(card, action.stream, action.on);
        break;
      case "datagram-send":
        this.#later(() => this.#toGateway(card, action));
        break;
    }
  }

  #toLim(exchange: string, slot: number, octets: Uint8Array): void {
    const held = this.#heldBack.get(`${exchange} ${slot}`);
    const stream = this.#streamOf.get(exchange);
    if (held !== undefined) held.push(octets);
    else if (stream !== undefined) this.#cards.get(slot)?.fromWorld({ kind: "stream-octets", stream, octets });
  }

  #readOn({ slot }: SimulatedCard, stream: string, on: boolean): void {
    const [exchange = ""] = [...this.#streamOf].find(([, each]) => each === stream) ?? [];
    const way = `${exchange} ${slot}`;
    const held = this.#heldBack.get(way);
    if (!on && held === undefined) this.#heldBack.set(way, []);
    if (!on || held === undefined) return;
    this.#heldBack.delete(way);
    for (const octets of held) this.#toLim(exchange, slot, octets);
  }

  #toGateway(card: SimulatedCard, action: ApplicationAction & { kind: "datagram-send" }): void {
    const { address, port, socket } = action;
    const configured = this.#configuration.gateways.find((one) => one.address === address && one.port === port);
    if (configured === undefined) return;
    const from = `slot ${card.slot}`;
    this.#agents.set(`${configured.name} ${from}`, { card, socket });
    this.gateways.get(configured.name)?.datagram(action.octets, from);
  }

  #fromGateway({ name, address, port }: Gateway, to: string, octets: Uint8Array): void {
    const agent = this.#agents.get(`${name} ${to}`);
    if (agent === undefined) return;
    this.#later(() => agent.card.fromWorld({ kind: "datagram", socket: agent.socket, octets, address, port }));
  }
}
