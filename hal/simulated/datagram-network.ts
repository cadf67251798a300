import {
  type DatagramListener,
  type DatagramSocket,
  type DatagramSockets,
  datagramOctetsMax,
} from "../datagram-socket.ts";
import type { SocketAddress, SocketFailure } from "../socket-address.ts";
import { isEveryAddress, PortTable, type SimulatedHost } from "./network.ts";

/** The UDP sockets of a simulated host. */
export function simulatedDatagramSockets(host: SimulatedHost): DatagramSockets {
  return { bind: (local, listener) => new SimulatedDatagramSocket(host, local, listener) };
}

/** The UDP ports of each host. */
const portsOf = new WeakMap<SimulatedHost, PortTable<SimulatedDatagramSocket>>();

class SimulatedDatagramSocket implements DatagramSocket {
  readonly #host: SimulatedHost;
  readonly #listener: DatagramListener;
  readonly #ports: PortTable<SimulatedDatagramSocket>;
  readonly #die = () => this.close();
  #state: "binding" | "bound" | "closed" = "binding";
  #local: SocketAddress;

  constructor(host: SimulatedHost, local: SocketAddress, listener: DatagramListener) {
    this.#host = host;
    this.#local = local;
    this.#listener = listener;
    this.#ports = portsOf.get(host) ?? new PortTable();
    portsOf.set(host, this.#ports);
    host.deaths.add(this.#die);
    host.network.later(() => this.#bind());
  }

  send(octets: Uint8Array, to: SocketAddress): "sent" | "full" | "too-long" | "closed" {
    if (this.#state === "closed") return "closed";
    if (octets.length > datagramOctetsMax) return "too-long";
    if (this.#state === "binding") return "full";
    const { network, severed, addresses } = this.#host;
    const from = {
      address: isEveryAddress(this.#local.address) ? addresses[0] : this.#local.address,
      port: this.#local.port,
    };
    if (severed || network.loses(from, to)) return "sent";
    const copy = octets.slice();
    network.later(() => {
      const receiver = network.ownerOf(to.address);
      if (receiver === undefined || receiver.severed) return;
      portsOf.get(receiver)?.find(to)?.receive(copy, from);
    }, network.latencyMicros());
    return "sent";
  }

  close(): void {
    this.#state = "closed";
    this.#ports.release(this);
    this.#host.deaths.delete(this.#die);
  }

  /** A datagram for this socket has come to the host. */
  receive(octets: Uint8Array, from: SocketAddress): void {
    if (this.#state === "bound") this.#listener.datagram(octets, from);
  }

  #bind(): void {
    if (this.#state === "closed") return;
    const claimed: SocketAddress | SocketFailure = this.#ports.claim(this.#host, this.#local, this);
    if ("kind" in claimed) {
      this.close();
      this.#listener.failed(claimed);
    } else {
      this.#state = "bound";
      this.#local = claimed;
      this.#listener.bound(claimed);
    }
  }
}
