import type { SocketAddress } from "../socket-address.ts";
import {
  type StreamEnd,
  type StreamListener,
  type StreamServer,
  type StreamServerListener,
  type StreamSocket,
  type StreamSockets,
  sendQueueOctetsMax,
} from "../stream-socket.ts";
import { PortTable, type SimulatedHost } from "./network.ts";

/** The TCP sockets of a simulated host. */
export function simulatedStreamSockets(host: SimulatedHost): StreamSockets {
  return {
    listen: (local, listener) => new SimulatedStreamServer(host, local, listener),
    connect: (remote, listener, localAddress) => connect(host, remote, listener, localAddress ?? host.addresses[0]),
  };
}

/** The TCP ports of each host. */
const portsOf = new WeakMap<SimulatedHost, PortTable<SimulatedStreamServer>>();

function tcpPorts(host: SimulatedHost): PortTable<SimulatedStreamServer> {
  const ports = portsOf.get(host) ?? new PortTable();
  portsOf.set(host, ports);
  return ports;
}

/** How often what was not taken is sent again. */
const repetitionMicros = 200_000;
/** When a host stops asking for a connection that nobody answers, and sending on one: Linux' habits. */
const connectMicrosMax = 130_000_000;
const repetitionMicrosMax = 924_000_000;

class SimulatedStreamServer implements StreamServer {
  readonly #host: SimulatedHost;
  readonly #listener: StreamServerListener;
  readonly #die = () => this.close();
  #closed = false;

  constructor(host: SimulatedHost, local: SocketAddress, listener: StreamServerListener) {
    this.#host = host;
    this.#listener = listener;
    host.deaths.add(this.#die);
    host.network.later(() => this.#listen(local));
  }

  close(): void {
    this.#closed = true;
    tcpPorts(this.#host).release(this);
    this.#host.deaths.delete(this.#die);
  }

  accept(stream: StreamSocket, remote: SocketAddress): StreamListener | undefined {
    return this.#listener.accepted(stream, remote);
  }

  #listen(local: SocketAddress): void {
    if (this.#closed) return;
    const claimed = tcpPorts(this.#host).claim(this.#host, local, this);
    if ("kind" in claimed) {
      this.close();
      this.#listener.failed(claimed);
    } else {
      this.#listener.listening(claimed);
    }
  }
}

function connect(
  host: SimulatedHost,
  remote: SocketAddress,
  listener: StreamListener,
  localAddress: string,
): StreamSocket {
  const { network } = host;
  const local = { address: localAddress, port: tcpPorts(host).freePort(localAddress) };
  const near = new SimulatedStream(host, local, remote, listener);
  const giveUpMicros = network.clock.nowMicros() + connectMicrosMax;
  const ask = () => {
    const owner = network.ownerOf(remote.address);
    if (owner === undefined) near.end({ kind: "unreachable", ...remote });
    else if (!host.severed && !owner.severed) answer(near, owner);
    else if (network.clock.nowMicros() < giveUpMicros) network.later(ask, repetitionMicros);
    else near.end({ kind: "timed-out", ...remote });
  };
  if (host.addresses.includes(localAddress)) network.later(ask, network.latencyMicros());
  else network.later(() => near.end({ kind: "address-not-available", ...remote }));
  return near;
}

/** The request of `near` has come to the host that has the address. */
function answer(near: SimulatedStream, owner: SimulatedHost): void {
  if (near.closed) return;
  const server = tcpPorts(owner).find(near.remote);
  if (server === undefined) {
    const { network } = owner;
    network.later(() => near.end({ kind: "refused", ...near.remote }), network.latencyMicros());
    return;
  }
  const far = new SimulatedStream(owner, near.remote, near.local);
  far.join(near);
  const listener = server.accept(far, near.local);
  if (listener === undefined) far.close();
  else far.open(listener);
}

type Segment = { readonly kind: "open" | "end" | "reset" } | { readonly kind: "octets"; readonly octets: Uint8Array };

/** One end of a connection, with what is under way from it to the other. */
class SimulatedStream implements StreamSocket {
  readonly local: SocketAddress;
  readonly remote: SocketAddress;
  readonly #host: SimulatedHost;
  readonly #die = () => this.#leave("reset");
  #listener: StreamListener | undefined;
  #peer: SimulatedStream | undefined;
  #state: "opening" | "open" | "closed" = "opening";

  /** What the peer has not got yet, the oldest first. */
  #underWay: { readonly segment: Segment; readonly dueMicros: number }[] = [];
  #underWayOctets = 0;
  #refused = false;
  #isReading = true;
  /** Since when the oldest is sent again and again. */
  #stuckSinceMicros: number | undefined;

  constructor(host: SimulatedHost, local: SocketAddress, remote: SocketAddress, listener?: StreamListener) {
    this.#host = host;
    this.local = local;
    this.remote = remote;
    this.#listener = listener;
    host.deaths.add(this.#die);
  }

  get closed(): boolean {
    return this.#state === "closed";
  }

  send(octets: Uint8Array): "sent" | "full" | "closed" {
    if (this.#state === "closed") return "closed";
    if (this.#state === "opening") return "full";
    if (this.#underWayOctets >= sendQueueOctetsMax) {
      this.#refused = true;
      return "full";
    }
    this.#underWayOctets += octets.length;
    this.#transmit({ kind: "octets", octets: octets.slice() });
    return "sent";
  }

  read(on: boolean): void {
    if (on === this.#isReading) return;
    this.#isReading = on;
    const peer = this.#peer;
    if (on && peer !== undefined && peer.#underWay.length > 0) this.#host.network.later(() => peer.#arrive());
  }

  close(): void {
    this.#leave("end");
  }

  /** Joins the two ends; the word that they are joined is the first that the peer gets. */
  join(peer: SimulatedStream): void {
    this.#peer = peer;
    peer.#peer = this;
    this.#transmit({ kind: "open" });
  }

  open(listener: StreamListener): void {
    if (this.#state !== "opening") return;
    this.#state = "open";
    this.#listener = listener;
    listener.opened(this.local, this.remote);
  }

  /** It is over, for `reason`, unless it was over before. */
  end(reason: StreamEnd): void {
    if (this.#state === "closed") return;
    this.#state = "closed";
    this.#host.deaths.delete(this.#die);
    this.#listener?.closed(reason);
  }

  #leave(lastWord: "end" | "reset"): void {
    if (this.#state === "closed") return;
    this.#state = "closed";
    this.#host.deaths.delete(this.#die);
    if (this.#peer !== undefined) this.#transmit({ kind: lastWord });
  }

  #transmit(segment: Segment): void {
    const { network } = this.#host;
    const dueMicros = network.clock.nowMicros() + network.latencyMicros();
    this.#underWay.push({ segment, dueMicros });
    if (this.#underWay.length === 1) network.clock.at(dueMicros, () => this.#arrive());
  }

  /** The oldest that is under way reaches the peer's host, if there is a way. */
  #arrive(): void {
    const { network, severed } = this.#host;
    const peer = this.#peer;
    const owner = network.ownerOf(this.remote.address);
    if (severed || owner === undefined || owner.severed) {
      this.#repeat();
    } else if (peer === undefined || owner !== peer.#host) {
      // A host that took the address over knows nothing of this connection.
      this.#abandon({ kind: "reset", ...this.remote });
    } else {
      this.#deliver(peer);
    }
  }

  #deliver(peer: SimulatedStream): void {
    this.#stuckSinceMicros = undefined;
    // It goes on when the peer reads again.
    if (!peer.#isReading && peer.#state === "open") return;
    const segment = this.#underWay.shift()?.segment;
    // Armed before anybody is told, who might send and arm.
    const next = this.#underWay[0];
    if (next !== undefined) this.#host.network.clock.at(next.dueMicros, () => this.#arrive());
    if (segment !== undefined) peer.#receive(segment);
    if (segment?.kind === "octets") this.#delivered(segment.octets.length);
  }

  #repeat(): void {
    const { network } = this.#host;
    const nowMicros = network.clock.nowMicros();
    this.#stuckSinceMicros ??= nowMicros;
    if (nowMicros - this.#stuckSinceMicros >= repetitionMicrosMax) {
      this.#abandon({ kind: "timed-out", ...this.remote });
    } else {
      network.later(() => this.#arrive(), repetitionMicros);
    }
  }

  #abandon(reason: StreamEnd): void {
    this.#underWay = [];
    this.end(reason);
  }

  #delivered(octets: number): void {
    this.#underWayOctets -= octets;
    if (this.#underWayOctets > 0 || !this.#refused || this.#state !== "open") return;
    this.#refused = false;
    this.#listener?.writable();
  }

  #receive(segment: Segment): void {
    if (this.#state === "closed") return;
    if (segment.kind === "open") {
      if (this.#listener !== undefined) this.open(this.#listener);
    } else if (segment.kind === "octets") {
      this.#listener?.octets(segment.octets);
    } else {
      this.end(segment.kind === "end" ? { kind: "ended" } : { kind: "reset", ...this.remote });
    }
  }
}
