import type { Clock } from "../clock.ts";
import type { SocketAddress, SocketFailure } from "../socket-address.ts";

export interface SimulatedNetworkOptions {
  /** How long a packet is under way; asked for each. Streams keep their order whatever it says. */
  readonly latencyMicros?: () => number;
  /** Whether a datagram gets lost; asked for each. Streams lose nothing. */
  readonly loses?: (from: SocketAddress, to: SocketAddress) => boolean;
}

/** The IP network of a simulation. Nothing in it happens but by wakes of its clock. */
export class SimulatedNetwork {
  readonly clock: Clock;
  readonly latencyMicros: () => number;
  readonly loses: (from: SocketAddress, to: SocketAddress) => boolean;
  readonly #owners = new Map<string, SimulatedHost>();

  constructor(clock: Clock, options: SimulatedNetworkOptions = {}) {
    this.clock = clock;
    this.latencyMicros = options.latencyMicros ?? (() => 200);
    this.loses = options.loses ?? (() => false);
  }

  /** A host with `addresses`, the first of which it prefers. It takes them over from a host that had them. */
  attach(...addresses: readonly [string, ...string[]]): SimulatedHost {
    const host = new SimulatedHost(this, addresses);
    for (const address of addresses) this.#owners.set(address, host);
    return host;
  }

  /** The host that has `address` now, connected or not. */
  ownerOf(address: string): SimulatedHost | undefined {
    return this.#owners.get(address);
  }

  /** Calls `act` when this turn is over, or later. */
  later(act: () => void, delayMicros = 0): void {
    this.clock.at(this.clock.nowMicros() + delayMicros, act);
  }
}

/** A machine on the network, and what can happen to it. */
export class SimulatedHost {
  readonly network: SimulatedNetwork;
  readonly addresses: readonly [string, ...string[]];
  /** What to do to each open socket when the host's process dies. */
  readonly deaths = new Set<() => void>();
  #severed = false;

  constructor(network: SimulatedNetwork, addresses: readonly [string, ...string[]]) {
    this.network = network;
    this.addresses = addresses;
  }

  get severed(): boolean {
    return this.#severed;
  }

  /** Its cable is pulled, or its power: nothing comes or goes, and nobody is told. */
  sever(): void {
    this.#severed = true;
  }

  /** The cable is back. */
  restore(): void {
    this.#severed = false;
  }

  /** The process dies and the host lives: its sockets are gone, and the peers of its streams are told. */
  crash(): void {
    for (const die of [...this.deaths]) die();
  }
}

/** Which sockets of a host have which ports. */
export class PortTable<T> {
  readonly #taken: { readonly local: SocketAddress; readonly holder: T }[] = [];
  #nextFreePort = firstFreePort;

  /** Gives `holder` the address and port, or says why not. */
  claim(host: SimulatedHost, { address, port }: SocketAddress, holder: T): SocketAddress | SocketFailure {
    if (!isEveryAddress(address) && !host.addresses.includes(address)) {
      return { kind: "address-not-available", address, port };
    }
    if (port !== 0 && this.#holds(address, port)) return { kind: "address-in-use", address, port };
    const local = { address, port: port === 0 ? this.freePort(address) : port };
    this.#taken.push({ local, holder });
    return local;
  }

  /** A port that nobody listens on. */
  freePort(address: string): number {
    do this.#nextFreePort = this.#nextFreePort < 0xffff ? this.#nextFreePort + 1 : firstFreePort;
    while (this.#holds(address, this.#nextFreePort));
    return this.#nextFreePort;
  }

  release(holder: T): void {
    const index = this.#taken.findIndex((entry) => entry.holder === holder);
    if (index >= 0) this.#taken.splice(index, 1);
  }

  /** Who gets what is sent to `to`. */
  find(to: SocketAddress): T | undefined {
    return this.#taken.find(({ local }) => local.port === to.port && overlap(local.address, to.address))?.holder;
  }

  #holds(address: string, port: number): boolean {
    return this.#taken.some(({ local }) => local.port === port && overlap(local.address, address));
  }
}

/** Of the range that RFC 6335 sets aside for this. */
const firstFreePort = 49_152;

export function isEveryAddress(address: string): boolean {
  return address === "0.0.0.0" || address === "::";
}

function overlap(one: string, other: string): boolean {
  return one === other || isEveryAddress(one) || isEveryAddress(other);
}
