/**
 * A whole rack of processes between two exchanges of its own, with a tap on each signalling link. Everything is on one
 * loopback address that nobody else has, so the port numbers collide with nothing.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { RackConfiguration } from "../../firmware/configuration/rack-schema.ts";
import { parseConfiguration } from "../../tools/configuration/read-configuration.ts";
import type { ExchangeNotice } from "../../tools/exchange/exchange-program.ts";
import { ExchangeProcess } from "../../tools/exchange/exchange-process.ts";
import { rackExchangeArguments } from "../../tools/rack/call-plan-arguments.ts";
import type { CardSlot } from "../../tools/rack/card-slot.ts";
import { Rack } from "../../tools/rack/rack.ts";
import { SignallingTap, type TappedMessage } from "./signalling-tap.ts";

export const exchangeNames = ["west", "east"] as const;
export type ExchangeName = (typeof exchangeNames)[number];

export interface Site {
  readonly address: string;
  readonly profile: RackConfiguration["gateways"][number]["profile"];
  /** Circuits to each exchange, CIC 1 being the first. */
  readonly circuits: number;
  /** Calls with voice at the same time, of each exchange. */
  readonly voiceCallsMax: number;
  /** Further arguments of each exchange. */
  readonly traffic: readonly string[];
  /** Frames of the planes; CAN FD when left out. */
  readonly frames?: "classic" | "fd";
}

/** Where a circuit's voice is: the first port of each exchange's circuits. */
export const voicePorts = {
  gateway: { west: 10_000, east: 12_000 },
  exchange: { west: 14_000, east: 16_000 },
} as const;
/** Where the gateway expects commands. For osmo-mgw the transporter sends to `adapter` instead. */
export const controlPorts = { gateway: 2427, adapter: 12_427, callAgent: 2727 } as const;
const limPorts = { west: 2905, east: 2906 } as const;
const tapPorts = { west: 3905, east: 3906 } as const;
const withinMillis = 20_000;

export class RackUnderTest {
  readonly rack: Rack;
  readonly taps: Readonly<Record<ExchangeName, SignallingTap>>;
  /** What the rack and the exchanges told, for whoever wonders why a test failed. */
  readonly log: string[] = [];
  readonly #site: Site;
  readonly #folder = mkdtempSync(join(tmpdir(), "tandem-interop-"));
  readonly #exchanges = new Map<ExchangeName, ExchangeProcess>();

  /** `observe` sees each message on the signalling links right before it is passed on. */
  constructor(site: Site, observe: (exchange: ExchangeName, message: TappedMessage) => void) {
    this.#site = site;
    const tap = (name: ExchangeName): SignallingTap =>
      new SignallingTap({ address: site.address, port: tapPorts[name], limPort: limPorts[name] }, (message) =>
        observe(name, message),
      );
    this.taps = { west: tap("west"), east: tap("east") };
    const configurationFile = join(this.#folder, "rack.yaml");
    const text = configurationText(site, "cards");
    writeFileSync(configurationFile, text);
    const runFolder = join(this.#folder, "run");
    mkdirSync(runFolder);
    this.rack = new Rack(
      {
        configuration: parseConfiguration(text, configurationFile),
        configurationFile,
        runFolder,
        cacheFolder: resolve(".run", "compiled"),
        exchanges: false,
        gateways: site.profile === "trunk-circuits",
        // What these tests look at does not depend on how quick a takeover is.
        rehearsal: false,
        voiceCallsMax: 0,
        ring: "1s",
        hold: "1s",
      },
      ({ severity, text: told }) => this.log.push(`${severity}: ${told}`),
    );
  }

  /** Resolves when the rack has two call servers and both exchanges reach it. */
  async start(): Promise<void> {
    for (const name of exchangeNames) await this.taps[name].open();
    await this.rack.start();
    const configuration = parseConfiguration(configurationText(this.#site, "exchanges"), "the exchanges' side");
    for (const [place, name] of exchangeNames.entries()) {
      const seed = ["--seed", String(place + 1)];
      const own = [...rackExchangeArguments(configuration, name, this.#site.voiceCallsMax), ...seed];
      const notify = (notice: ExchangeNotice): number => this.log.push(`${name}: ${JSON.stringify(notice)}`);
      const { exchange } = await ExchangeProcess.start([...own, ...this.#site.traffic], notify);
      this.#exchanges.set(name, exchange);
    }
    for (const name of exchangeNames) await this.exchange(name).available();
    await this.redundant();
    await this.until(() => this.rack.primary?.application.circuitsInReset === 0, "the reset of the circuits");
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#exchanges.values()].map((exchange) => exchange.quit()));
    this.rack.stop();
    for (const name of exchangeNames) this.taps[name].close();
    rmSync(this.#folder, { recursive: true, force: true, maxRetries: 10 });
  }

  exchange(name: ExchangeName): ExchangeProcess {
    const exchange = this.#exchanges.get(name);
    if (exchange === undefined) throw new Error(`exchange ${name} has not been started`);
    return exchange;
  }

  /** The call server that began last: what the cards tell of their roles is a little older. */
  get primary(): CardSlot {
    const last = this.rack.switchovers.all.at(-1);
    const primary = last === undefined ? this.rack.primary : this.rack.slots.find(({ number }) => number === last.to);
    if (primary === undefined) throw new Error("there is no primary call server");
    return primary;
  }

  /** Takes a card away at once: when this returns, its process has been killed. */
  pull(slot: CardSlot): void {
    if (slot.pid !== undefined) process.kill(slot.pid, "SIGKILL");
    void this.rack.pull(slot);
  }

  /** Resolves when the primary has a backup. */
  async redundant(): Promise<void> {
    await this.until(() => this.rack.backup !== undefined, "a backup call server");
  }

  /** Puts a card back and resolves when the rack is redundant again. */
  async insert(slot: CardSlot): Promise<void> {
    await this.until(() => slot.pid === undefined, `the end of the card of slot ${slot.number}`);
    await this.rack.insert(slot);
    const isBack = (): boolean => slot.role !== undefined && this.rack.backup !== undefined;
    await this.until(isBack, `a backup with slot ${slot.number}`);
  }

  async until(condition: () => boolean, what: string): Promise<void> {
    if (await this.rack.waitFor(condition, withinMillis)) return;
    const cardLogs = this.rack.slots.map((slot) => readFileSync(join(slot.storage, "card.log"), "utf8"));
    throw new Error([`waited in vain for ${what}`, ...this.log, ...cardLogs].join("\n"));
  }

  /** Resolves when the exchanges have no call left. */
  async quiet(): Promise<void> {
    for (const name of exchangeNames) {
      if (await this.exchange(name).quiet(withinMillis)) continue;
      throw new Error([`calls of ${name} do not end`, ...this.log].join("\n"));
    }
  }
}

/** A rack.yaml (JSON is YAML). Links and voice look different from either side where something is in between. */
function configurationText({ address, profile, circuits, frames = "fd" }: Site, side: "cards" | "exchanges"): string {
  const isReal = profile === "osmo-mgw";
  const links = side === "cards" ? limPorts : tapPorts;
  // For the cards, the exchanges' circuits are where the adapter has its end of them.
  const beyond = isReal && side === "cards" ? voicePorts.gateway : voicePorts.exchange;
  return JSON.stringify({
    name: "interop",
    pointCode: "1-1-1",
    bus: { frames },
    // Patient, so that a host that has much else to do does not look like a card that was pulled.
    heartbeat: { primaryMillis: 20, othersMillis: 40, missesToDeath: 5 },
    cards: [
      { slot: 1, kind: "lim" },
      { slot: 2, kind: "call-server" },
      { slot: 3, kind: "call-server" },
      { slot: 4, kind: "transporter" },
    ],
    exchanges: exchangeNames.map((name, place) => ({
      name,
      pointCode: `1-1-${place + 2}`,
      associations: [{ lim: 1, address, port: links[name], routingContext: place + 1 }],
    })),
    gateways: [
      {
        name: "gateway",

        profile,
        domain: isReal ? "mgw" : "gw",
        address,
        port: isReal ? controlPorts.adapter : controlPorts.gateway,
        callAgents: [{ transporter: 4, address, port: controlPorts.callAgent }],
      },
    ],
    trunkGroups: exchangeNames.map((name) => ({
      name,
      exchange: name,
      firstCic: 1,
      lastCic: circuits,
      gateway: "gateway",
      media: { address, gatewayPort: voicePorts.gateway[name], exchangePort: beyond[name] },
    })),
    routes: [
      { prefix: "1", trunkGroups: ["west"] },
      { prefix: "2", trunkGroups: ["east"] },
    ],
  });
}
