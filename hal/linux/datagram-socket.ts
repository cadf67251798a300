import { createSocket, type Socket } from "node:dgram";
import { isIPv6 } from "node:net";
import {
  type DatagramListener,
  type DatagramSocket,
  type DatagramSockets,
  datagramOctetsMax,
} from "../datagram-socket.ts";
import type { SocketAddress, SocketFailure } from "../socket-address.ts";
import { plainOctets } from "./plain-octets.ts";
import { addressFailure, plainAddress } from "./socket-address.ts";
import { socketFailure } from "./socket-failure.ts";

/** UDP sockets of the machine. */
export function linuxDatagramSockets(): DatagramSockets {
  return { bind: (local, listener) => new LinuxDatagramSocket(local, listener) };
}

/** What may wait in the process because the kernel has not taken it yet. */
const sendQueueOctetsMax = 256 * 1024;

/** Room for what arrives while the thread is busy. The kernel gives what it allows. */
const receiveBufferOctets = 1 << 20;

class LinuxDatagramSocket implements DatagramSocket {
  readonly #socket: Socket;
  readonly #listener: DatagramListener;
  #state: "binding" | "bound" | "closed" = "binding";

  constructor(local: SocketAddress, listener: DatagramListener) {
    this.#listener = listener;
    this.#socket = createSocket(isIPv6(local.address) ? "udp6" : "udp4");
    this.#socket.on("error", (error) => this.#fail(socketFailure(error, local)));
    this.#socket.on("listening", () => this.#bound());
    this.#socket.on("message", (octets, from) => {
      listener.datagram(plainOctets(octets), plainAddress(from.address, from.port));
    });
    const impossible = addressFailure(local);
    if (impossible === undefined) this.#socket.bind({ address: local.address, port: local.port, exclusive: true });
    else setImmediate(() => this.#fail(impossible));
  }

  send(octets: Uint8Array, to: SocketAddress): "sent" | "full" | "too-long" | "closed" {
    if (this.#state === "closed") return "closed";
    if (octets.length > datagramOctetsMax) return "too-long";
    if (this.#state === "binding" || this.#socket.getSendQueueSize() >= sendQueueOctetsMax) return "full";
    // What cannot go anywhere is lost, as the network would lose it; errors the host reports go the same way.
    const possible = addressFailure(to) === undefined && to.port !== 0;
    if (possible) this.#socket.send(octets.slice(), to.port, to.address, () => {});
    return "sent";
  }

  close(): void {
    if (this.#state === "closed") return;
    this.#state = "closed";
    this.#socket.removeAllListeners();
    this.#socket.on("error", () => {});
    this.#socket.close();
  }

  #bound(): void {
    this.#state = "bound";
    this.#socket.setRecvBufferSize(receiveBufferOctets);
    const { address, port } = this.#socket.address();
    this.#listener.bound({ address, port });
  }

  #fail(failure: SocketFailure): void {
    if (this.#state === "closed") return;
    this.close();
    this.#listener.failed(failure);
  }
}
