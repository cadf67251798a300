/**
 * A UDP port that voice comes in at, with a fixed peer that voice is played to: the emulated circuit, or the network side
 * of a connection. What comes in goes where `sink` points, unread.
 */
import { createSocket, type Socket } from "node:dgram";
import { isIPv6 } from "node:net";

const receiveBufferOctets = 1 << 20;

/** Packets and octets that went through a port. */
export interface Traffic {
  packets: number;
  octets: number;
}

export class MediaPort {
  readonly address: string;
  readonly port: number;
  /** Where packets from here are played: undefined while nothing is through-connected. */
  sink: MediaPort | undefined;
  /** Where to play to; undefined while the peer is not known. */
  peer: { readonly address: string; readonly port: number } | undefined;
  /** From the peer, whatever became of it. */
  readonly received: Traffic = { packets: 0, octets: 0 };
  /** To the peer. */
  readonly played: Traffic = { packets: 0, octets: 0 };
  /** Whether there is a connection that voice from here may belong to. */
  connected = false;
  /** Packets from the peer that came without a connection, and those that the connection's mode does not let through. */
  stray = 0;
  blocked = 0;
  readonly #socket: Socket;
  readonly #closed: () => void;

  /** `closed` is called when the port is free again. */
  constructor(address: string, port: number, closed: () => void = () => undefined) {
    this.address = address;
    this.port = port;
    this.#closed = closed;
    // Peers are numbers already: no look-up, so that a packet leaves in the turn in which it came.
    this.#socket = createSocket({
      type: isIPv6(address) ? "udp6" : "udp4",
      lookup: (host, _options, done) => done(null, host, isIPv6(host) ? 6 : 4),
    });
    this.#socket.on("message", (packet) => {
      this.received.packets++;
      this.received.octets += packet.length;
      if (this.sink !== undefined) this.sink.#play(packet);
      else if (this.connected) this.blocked++;
      else this.stray++;
    });
  }

  /** Binds; voice is received from here on. */
  open(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#socket.once("error", reject);
      this.#socket.bind({ address: this.address, port: this.port, exclusive: true }, () => {
        this.#socket.off("error", reject);
        // A peer that has gone answers with ICMP: no reason to stop.
        this.#socket.on("error", () => undefined);
        this.#socket.setRecvBufferSize(receiveBufferOctets);
        resolve();
      });
    });
  }

  close(): void {
    this.sink = undefined;
    this.#socket.close(this.#closed);
  }

  #play(packet: Uint8Array): void {
    if (this.peer === undefined) return;
    this.played.packets++;
    this.played.octets += packet.length;
    this.#socket.send(packet, this.peer.port, this.peer.address);
  }
}
