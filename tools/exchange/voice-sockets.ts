/** A UDP socket a circuit, and one clock that has all circuits in conversation speak every 20 ms. */
import { createSocket, type Socket } from "node:dgram";
import { microsPerMilli } from "../../firmware/time.ts";
import type { Clock } from "../../hal/clock.ts";
import { UdpDrops } from "../measurement/udp-drops.ts";
import type { CicRange } from "./exchange.ts";
import type { SocketAddress } from "./signalling-link.ts";
import type { Voice } from "./voice.ts";
import { packetMillis } from "./voice-packet.ts";

/** Where the voice of a range of circuits is: the first CIC at these ports, the next at the next. */
export interface VoicePorts {
  readonly cics: CicRange;
  readonly exchange: SocketAddress;
  readonly gateway: SocketAddress;
}

/** Room for some seconds of a circuit's packets while this process is kept from running. */
const receiveBufferOctets = 1 << 18;

export class VoiceSockets {
  readonly #ports: readonly VoicePorts[];
  readonly #voice: Voice;
  readonly #clock: Clock;
  readonly #sockets = new Map<number, Socket>();
  readonly #localPorts = new Set<number>();
  readonly #dropTable = new UdpDrops();
  #dropsBefore = 0;
  #disarm: (() => void) | undefined;
  /** Packets that came back because nobody listens at the gateway's port. */
  refused = 0;

  constructor(ports: readonly VoicePorts[], voice: Voice, clock: Clock) {
    this.#ports = ports;
    this.#voice = voice;
    this.#clock = clock;
  }

  /** Fails when a port is taken. */
  async open(): Promise<void> {
    const opening: Promise<void>[] = [];
    for (const { cics, exchange, gateway } of this.#ports) {
      for (let cic = cics.first; cic <= cics.last; cic++) {
        const place = cic - cics.first;
        const local = { ...exchange, port: exchange.port + place };
        opening.push(this.#openCircuit(cic, local, { ...gateway, port: gateway.port + place }));
      }
    }
    await Promise.all(opening);
    this.#dropsBefore = this.#drops();
    if (this.#sockets.size > 0) this.#tick(this.#clock.nowMicros());
  }

  close(): void {
    this.#disarm?.();
    for (const socket of this.#sockets.values()) socket.close();
    this.#sockets.clear();
  }

  send(cic: number, octets: Uint8Array): void {
    this.#sockets.get(cic)?.send(octets);
  }

  /** Packets for our own sockets that the host dropped since `open`. */
  hostDrops(): number {
    return this.#drops() - this.#dropsBefore;
  }

  async #openCircuit(cic: number, local: SocketAddress, gateway: SocketAddress): Promise<void> {
    const socket = createSocket(local.address.includes(":") ? "udp6" : "udp4");
    await new Promise<void>((resolve, reject) => {
      socket.once("error", reject);
      socket.bind({ port: local.port, address: local.address, exclusive: true }, resolve);
    });
    // Connected, so that each packet goes without a look-up of its address and nobody else's comes in.
    await new Promise<void>((resolve, reject) => {
      socket.once("error", reject);
      socket.connect(gateway.port, gateway.address, () => resolve());
    });
    socket.removeAllListeners("error");
    // A gateway that is not there answers with ICMP; its voice is then missing, and counted as such.
    socket.on("error", () => this.refused++);
    socket.setRecvBufferSize(receiveBufferOctets);
    socket.on("message", (octets) => this.#voice.receive(cic, octets, this.#clock.nowMicros()));
    this.#sockets.set(cic, socket);
    this.#localPorts.add(local.port);
  }

  /** Absolute deadlines; what a late tick has missed is not made up for. */
  #tick(deadline: number): void {
    const now = this.#clock.nowMicros();
    for (const cic of this.#voice.speaking) {
      const octets = this.#voice.packet(cic, now);
      if (octets !== undefined) this.#sockets.get(cic)?.send(octets);
    }
    const next = Math.max(deadline + packetMillis * microsPerMilli, now);
    this.#disarm = this.#clock.at(next, () => this.#tick(next));
  }

  #drops(): number {
    let drops = 0;
    for (const [port, count] of this.#dropTable.byPort()) if (this.#localPorts.has(port)) drops += count;
    return drops;
  }
}
