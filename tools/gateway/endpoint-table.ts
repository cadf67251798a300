/** The gateway's endpoints, one a circuit, and the connections on them. */
import type { NotifiedEntity } from "../../firmware/mgcp/endpoint-name.ts";
import { allOf, anyOf, matchesLocalName } from "../../firmware/mgcp/endpoint-name.ts";
import type { ConnectionMode } from "../../firmware/mgcp/parameters.ts";
import type { NamedValue } from "../../firmware/mgcp/value-forms.ts";
import type { CircuitRange } from "./gateway-configuration.ts";
import { MediaPort } from "./media-port.ts";

export interface Endpoint {
  /** `east/5`. */
  readonly name: string;
  readonly trunkGroup: string;
  readonly cic: number;
  readonly circuit: MediaPort;
  connection: Connection | undefined;
  notifiedEntity: NotifiedEntity | undefined;
  requestIdentifier: string;
  requestedEvents: readonly string[];
  signalRequests: readonly string[];
}

/** One connection of one endpoint. Its other side is a connection of another endpoint, or an RTP port. */
export interface Connection {
  /** Eight hexadecimal digits. */
  readonly id: string;
  readonly callId: string;
  readonly endpoint: Endpoint;
  mode: ConnectionMode;
  partner: Connection | undefined;
  rtp: MediaPort | undefined;
  options: readonly NamedValue[];
  remoteSession: string | undefined;
  /** What the circuit had received and played when the connection was made. */
  readonly since: {
    readonly received: number;
    readonly receivedOctets: number;
    readonly played: number;
    readonly playedOctets: number;
  };
}

export class EndpointTable {
  readonly #endpoints = new Map<string, Endpoint>();
  readonly #connections = new Map<string, Connection>();
  readonly #calls = new Map<string, Set<Connection>>();
  #nextId: number;

  /** `firstId` begins the connection identifiers: two lives of a gateway should not begin at the same number. */
  constructor(ranges: readonly CircuitRange[], firstId: number) {
    this.#nextId = firstId >>> 0;
    for (const range of ranges) {
      for (let cic = range.firstCic; cic <= range.lastCic; cic++) this.#add(range, cic);
    }
  }

  get size(): number {
    return this.#endpoints.size;
  }

  get connectionCount(): number {
    return this.#connections.size;
  }

  endpoints(): Iterable<Endpoint> {
    return this.#endpoints.values();
  }

  connections(): Iterable<Connection> {
    return this.#connections.values();
  }

  endpoint(local: string): Endpoint | undefined {
    return this.#endpoints.get(local.toLowerCase());
  }

  /** Every endpoint that a name with `*` stands for. */
  matching(pattern: string): readonly Endpoint[] {
    const exact = this.endpoint(pattern);
    if (exact !== undefined) return [exact];
    if (!pattern.includes(allOf) && !pattern.includes(anyOf)) return [];
    return [...this.#endpoints.values()].filter((endpoint) => matchesLocalName(pattern, endpoint.name));
  }

  connectionsOfCall(callId: string): Iterable<Connection> {
    return this.#calls.get(callId.toUpperCase()) ?? [];
  }

  connect(endpoint: Endpoint, callId: string, mode: ConnectionMode): Connection {
    const { received, played } = endpoint.circuit;
    const connection: Connection = {
      id: this.#takeId(),
      callId,
      endpoint,
      mode,
      partner: undefined,
      rtp: undefined,
      options: [],
      remoteSession: undefined,
      since: {
        received: received.packets,
        receivedOctets: received.octets,
        played: played.packets,
        playedOctets: played.octets,
      },
    };
    endpoint.connection = connection;
    endpoint.circuit.connected = true;
    this.#connections.set(connection.id, connection);
    const key = callId.toUpperCase();
    const call = this.#calls.get(key);
    if (call === undefined) this.#calls.set(key, new Set([connection]));
    else call.add(connection);
    return connection;
  }

  /** Takes the connection out; its partner stays, and has nobody to talk to. */
  disconnect(connection: Connection): void {
    const { endpoint, partner, rtp } = connection;
    endpoint.connection = undefined;
    endpoint.circuit.connected = false;
    this.#connections.delete(connection.id);
    const key = connection.callId.toUpperCase();
    const call = this.#calls.get(key);
    call?.delete(connection);
    if (call?.size === 0) this.#calls.delete(key);
    endpoint.circuit.sink = undefined;
    rtp?.close();
    if (partner === undefined) return;
    partner.partner = undefined;
    route(partner);
  }

  #add(range: CircuitRange, cic: number): void {
    const name = `${range.trunkGroup}/${cic}`;
    const circuit = new MediaPort(range.address, range.gatewayBasePort + cic - range.firstCic);
    circuit.peer = { address: range.address, port: range.exchangeBasePort + cic - range.firstCic };
    this.#endpoints.set(name, {
      name,
      trunkGroup: range.trunkGroup,
      cic,
      circuit,
      connection: undefined,
      notifiedEntity: undefined,
      requestIdentifier: "0",
      requestedEvents: [],
      signalRequests: [],
    });
  }

  #takeId(): string {
    let id: string;
    do {
      // 0 is what a call agent calls an identifier it does not know.
      this.#nextId = this.#nextId >= 0xffff_ffff ? 1 : this.#nextId + 1;
      id = this.#nextId.toString(16).toUpperCase().padStart(8, "0");
    } while (this.#connections.has(id));
    return id;
  }
}

/** The modes in which an endpoint's voice goes into its connection, and those in which the connection's comes out to it. */
const intoConnection: ReadonlySet<ConnectionMode> = new Set<ConnectionMode>(["sendonly", "sendrecv"]);
const outOfConnection: ReadonlySet<ConnectionMode> = new Set<ConnectionMode>(["recvonly", "sendrecv"]);

/** The modes this gateway has: the two above, silence, and the circuit's own voice back to it (continuity test). */
export const supportedModes: ReadonlySet<ConnectionMode> = new Set<ConnectionMode>([
  "sendonly",
  "recvonly",
  "sendrecv",
  "inactive",
  "loopback",
]);

/** Works out where the packets of a connection's circuit, and of its other side, go from now on. */
export function route(connection: Connection): void {
  const { endpoint, mode, partner, rtp } = connection;
  const { circuit } = endpoint;
  const sends = intoConnection.has(mode);
  const receives = outOfConnection.has(mode);
  circuit.sink = mode === "loopback" ? circuit : undefined;
  if (partner !== undefined) {
    const other = partner.endpoint.circuit;
    if (sends && outOfConnection.has(partner.mode)) circuit.sink = other;
    if (partner.mode !== "loopback") other.sink = receives && intoConnection.has(partner.mode) ? circuit : undefined;
  } else if (rtp !== undefined) {
    if (sends) circuit.sink = rtp;
    rtp.sink = receives ? circuit : undefined;
  }
}

/** What P: says of a connection (RFC 3435 3.2.2.7), seen from its endpoint: sent is what went into the connection. */
export function statistics({ endpoint, since }: Connection): readonly NamedValue[] {
  const { received, played } = endpoint.circuit;
  const counts: readonly (readonly [string, number])[] = [
    ["PS", received.packets - since.received],
    ["OS", received.octets - since.receivedOctets],
    ["PR", played.packets - since.played],
    ["OR", played.octets - since.playedOctets],
    ["PL", 0],
    ["JI", 0],
    ["LA", 0],
  ];
  return counts.map(([name, count]) => ({ name, value: `${count}` }));
}
