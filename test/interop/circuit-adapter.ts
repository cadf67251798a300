/**
 * Stands between exchanges, whose circuits have fixed UDP ports, and a gateway that chooses a port for each connection. It
 * passes MGCP on, learns from it where a circuit's voice is to go, and keeps a list of every packet on either side of the
 * gateway. The transporter takes it for the gateway, the gateway for the exchanges.
 */
import { createSocket, type Socket } from "node:dgram";
import { decodeDatagram } from "../../firmware/mgcp/codec.ts";
import { formatEndpointName } from "../../firmware/mgcp/endpoint-name.ts";
import type { Command, Response } from "../../firmware/mgcp/message.ts";
import { audioDestination, decodeSessionDescription } from "../../firmware/sdp/session-description.ts";
import { callingOffset, numberMask, numberOffset, readUint32 } from "../../tools/exchange/voice-packet.ts";

/** One end of a circuit. */
export interface CircuitPorts {
  /** Of the adapter: where the exchange sends to, and the gateway. */
  readonly own: number;
  readonly exchange: number;
}

export interface AdapterPorts {
  /** Of everything. */
  readonly address: string;
  /** Where the transporter sends commands. */
  readonly control: number;
  readonly callAgent: number;
  readonly gateway: number;
  readonly circuits: readonly CircuitPorts[];
}

export interface VoicePacket {
  /** Place of the circuit in `AdapterPorts`. */
  readonly circuit: number;
  readonly towards: "gateway" | "exchange";
  /** The calling number, as it stands in the packet. */
  readonly call: string;
  /** Counted by the sender from 0. */
  readonly number: number;
}

/** What goes through, told right before it is passed on. `connections`: how many the endpoint has. */
export type AdapterEvent =
  | { readonly kind: "command"; readonly verb: string; readonly endpoint: string; readonly connections: number }
  | { readonly kind: "answer"; readonly verb: string; readonly endpoint: string; readonly connections: number }
  | { readonly kind: "voice"; readonly packet: VoicePacket };

/** What the adapter knows of an endpoint of the gateway. */
interface Endpoint {
  /** Circuits that have a connection there. */
  readonly circuits: number[];
  /** Connections whose mode was changed with success. */
  readonly modified: Set<string>;
}

export class CircuitAdapter {
  packets: VoicePacket[] = [];
  /** By circuit: how many packets there had been when its call was connected both ways. */
  readonly connectedAt = new Map<number, number>();
  /** Packets for a gateway that has no connection for the circuit: before the first call and after the release. */
  unconnected = 0;
  readonly #ports: AdapterPorts;
  readonly #observe: (event: AdapterEvent) => void;
  readonly #control = createSocket("udp4");
  readonly #circuits: readonly Socket[];
  /** By circuit: the gateway's port. */
  readonly #gatewayPorts = new Map<number, number>();
  readonly #endpoints = new Map<string, Endpoint>();
  readonly #commands = new Map<number, Command>();

  constructor(ports: AdapterPorts, observe: (event: AdapterEvent) => void) {
    this.#ports = ports;
    this.#observe = observe;
    this.#circuits = ports.circuits.map(() => createSocket("udp4"));
  }

  async open(): Promise<void> {
    const { address, control, circuits } = this.#ports;
    this.#control.on("message", (octets, { port }) => this.#controlled(octets, port));
    await bind(this.#control, address, control);
    await Promise.all(
      this.#circuits.map((socket, circuit) => {
        socket.on("message", (octets, { port }) => this.#spoken(circuit, octets, port));
        return bind(socket, address, circuits[circuit].own);
      }),
    );
  }

  close(): void {
    for (const socket of [this.#control, ...this.#circuits]) socket.close();
  }

  /** Begins a new list. */
  forget(): void {
    this.packets = [];
    this.connectedAt.clear();
  }

  // --- voice

  #spoken(circuit: number, octets: Uint8Array, sender: number): void {
    const { address, circuits } = this.#ports;
    const { exchange } = circuits[circuit];
    const towards = sender === exchange ? "gateway" : "exchange";
    const port = towards === "gateway" ? this.#gatewayPorts.get(circuit) : exchange;
    if (port === undefined) {
      this.unconnected++;
      return;
    }
    const packet: VoicePacket = {
      ...{ circuit, towards },
      call: Buffer.from(octets.subarray(callingOffset, numberOffset)).toString("hex"),
      number: readUint32(octets, numberOffset) & numberMask,
    };
    this.packets.push(packet);
    this.#observe({ kind: "voice", packet });
    this.#circuits[circuit].send(octets, port, address);
  }

  // --- control

  #controlled(octets: Uint8Array, sender: number): void {
    const { address, callAgent, gateway } = this.#ports;
    for (const decoded of decodeDatagram(octets)) {
      if (!decoded.ok) throw new Error(`MGCP that cannot be read: ${Buffer.from(octets).toString("latin1")}`);
      if (decoded.value.kind === "command") this.#commanded(decoded.value);
      else this.#answered(decoded.value);
    }
    this.#control.send(octets, sender === callAgent ? gateway : callAgent, address);
  }

  #commanded(command: Command): void {
    this.#commands.set(command.transactionId, command);
    this.#tell("command", command);
  }

  #answered({ transactionId, code, parameters, sessions }: Response): void {
    const command = this.#commands.get(transactionId);
    if (command === undefined || code < 200 || code > 299) return;
    const endpoint = this.#endpointOf(command);
    if (command.verb === "CRCX") {
      const circuit = this.#ports.circuits.findIndex(({ own }) => own === audioPort(command.sessions[0]));
      const port = audioPort(sessions[0]);
      if (circuit < 0 || port === undefined) throw new Error(`a connection to nowhere: ${parameters.connectionIds}`);
      if (!endpoint.circuits.includes(circuit)) endpoint.circuits.push(circuit);
      this.#gatewayPorts.set(circuit, port);
    } else if (command.verb === "MDCX") {
      for (const name of command.parameters.connectionIds ?? []) endpoint.modified.add(name);
      if (endpoint.modified.size === 2) this.#connectedBothWays(endpoint);
    } else if (command.verb === "DLCX") {
      for (const circuit of endpoint.circuits) this.#gatewayPorts.delete(circuit);
      this.#endpoints.delete(formatEndpointName(command.endpoint));
    }
    this.#tell("answer", command);
  }

  #connectedBothWays({ circuits }: Endpoint): void {
    for (const circuit of circuits) {
      if (!this.connectedAt.has(circuit)) this.connectedAt.set(circuit, this.packets.length);
    }
  }

  #tell(kind: "command" | "answer", { verb, endpoint }: Command): void {
    const name = formatEndpointName(endpoint);
    this.#observe({ kind, verb, endpoint: name, connections: this.#endpoints.get(name)?.circuits.length ?? 0 });
  }

  #endpointOf({ endpoint }: Command): Endpoint {
    const name = formatEndpointName(endpoint);
    const known = this.#endpoints.get(name) ?? { circuits: [], modified: new Set() };
    this.#endpoints.set(name, known);
    return known;
  }
}

function bind(socket: Socket, address: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once("error", reject);
    socket.bind({ address, port, exclusive: true }, () => resolve());
  });
}

function audioPort(session: string | undefined): number | undefined {
  const decoded = session === undefined ? undefined : decodeSessionDescription(session);
  return decoded?.ok ? audioDestination(decoded.value)?.port : undefined;
}
