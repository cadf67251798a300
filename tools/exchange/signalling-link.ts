/**
 * The exchange's M3UA associations to the node, over TCP: one an address, all of them kept up. Traffic is shared among those that are
 * active, or goes to them all (RFC 4666 3.7.1).
 */
import { createServer, connect, type Server, type Socket } from "node:net";
import { Association } from "../../firmware/m3ua/association.ts";
import type { AssociationAction, AssociationEvent, Role } from "../../firmware/m3ua/association-contract.ts";
import type { TrafficMode } from "../../firmware/m3ua/messages.ts";
import { cicOctets, decodeCic } from "../../firmware/mtp3/circuit-identification-code.ts";
import type { MessageSignalUnit } from "../../firmware/mtp3/message-signal-unit.ts";
import { serviceIndicator } from "../../firmware/mtp3/user-parts.ts";
import { type Micros, microsPerMilli } from "../../firmware/time.ts";
import type { Clock } from "../../hal/clock.ts";

export interface SocketAddress {
  readonly address: string;
  readonly port: number;
}

export type LinkTrafficMode = Extract<TrafficMode, "loadshare" | "broadcast">;

export interface SignallingLinkOptions {
  readonly role: Role;
  readonly pointCode: number;
  readonly nodePointCode: number;
  /** 0 to 3 (Q.704 14.2.2). */
  readonly networkIndicator: number;
  readonly routingContext?: number | undefined;
  /** Absent: messages are shared, and nothing is said of it. */
  readonly trafficMode?: LinkTrafficMode | undefined;
  readonly heartbeatMillis: number;
  /** Peers to connect to, and keep connecting to. */
  readonly connect: readonly SocketAddress[];
  /** Where peers may connect. */
  readonly listen?: SocketAddress | undefined;
}

/** What was sent on a connection shortly before it was seen to end: the transport took it, and nobody knows whether it arrived. */
export interface CutConnection {
  /** Of the peer. */
  readonly port: number | undefined;
  /** The oldest first. */
  readonly sent: readonly SentMessage[];
}

export interface SentMessage {
  /** Of the host's monotonic clock. */
  readonly atMicros: Micros;
  readonly cic: number;
  /** Message type code. */
  readonly type: number;
}

export interface SignallingLinkOwner {
  /** An ISUP message from the node, from the CIC on. */
  received(octets: Uint8Array): void;
  availability(isAvailable: boolean): void;
  /** A connection has ended, and with it, perhaps, what was sent on it last. */
  cut(connection: CutConnection): void;
  note(text: string): void;
}

const reconnectMillis = 50;
/** What is to be sent while no association is active waits for so long: RFC 4666 T(r). */
const pendingMillis = 2000;
const pendingMessagesMax = 10_000;
const slsMask = 0x0f;
/** Messages that a connection remembers. */
const rememberedMax = 256;

export class SignallingLink {
  readonly #options: SignallingLinkOptions;
  readonly #owner: SignallingLinkOwner;
  readonly #clock: Clock;
  readonly #channels = new Set<Channel>();
  #server: Server | undefined;
  #isClosed = false;
  #isAvailable = false;
  #pending: MessageSignalUnit[] = [];
  #dropPending: (() => void) | undefined;
  /** Of the last message, in traffic mode broadcast. Begins anywhere: one that has restarted is not to repeat itself. */
  #correlationId = Math.floor(Math.random() * 2 ** 32);
  /** Messages that were given up, because no association became active in time. */
  discarded = 0;
  /** Messages of another service, or not from the node to this exchange. */
  misdirected = 0;

  constructor(options: SignallingLinkOptions, owner: SignallingLinkOwner, clock: Clock) {
    this.#options = options;
    this.#owner = owner;
    this.#clock = clock;
  }

  get isAvailable(): boolean {
    return this.#isAvailable;
  }

  /** Resolves when the exchange listens (with the port); connections come in their own time. */
  async open(): Promise<number | undefined> {
    for (const address of this.#options.connect) this.#connect(address);
    const { listen } = this.#options;
    if (listen === undefined) return undefined;
    const server = createServer((socket) => this.#adopt(socket));
    this.#server = server;
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(listen.port, listen.address, resolve);
    });
    const bound = server.address();
    return bound !== null && typeof bound === "object" ? bound.port : undefined;
  }

  close(): void {
    this.#isClosed = true;
    this.#dropPending?.();
    this.#server?.close();
    for (const channel of this.#channels) channel.socket.destroy();
  }

  send(cic: number, userData: Uint8Array): void {
    const { pointCode, nodePointCode, networkIndicator } = this.#options;
    const unit = {
      dpc: nodePointCode,
      opc: pointCode,
      // All messages of a circuit go the same way, so that they arrive in order.
      sls: cic & slsMask,
      serviceIndicator: isup,
      networkIndicator,
      messagePriority: 0,
      userData,
    };
    this.#transfer(unit);
  }

  #transfer(unit: MessageSignalUnit): void {
    const recipients = this.#recipients(unit.sls);
    if (recipients.length === 0) {
      this.#keep(unit);
      return;
    }
    const isBroadcast = this.#options.trafficMode === "broadcast";
    if (isBroadcast) this.#correlationId = (this.#correlationId + 1) % 2 ** 32;
    for (const channel of recipients) channel.transfer(unit, isBroadcast ? this.#correlationId : undefined);
  }

  /** The associations for messages of this signalling link selection; none when none is active. */
  #recipients(sls: number): readonly Channel[] {
    const active = [...this.#channels].filter(({ association }) => association.state === "active");
    if (this.#options.trafficMode === "broadcast" || active.length === 0) return active;
    return [active[sls % active.length]];
  }

  #keep(unit: MessageSignalUnit): void {
    if (this.#pending.length >= pendingMessagesMax) this.discarded++;
    else this.#pending.push(unit);
    this.#dropPending ??= this.#clock.at(this.#clock.nowMicros() + pendingMillis * microsPerMilli, () => {
      this.#dropPending = undefined;
      this.discarded += this.#pending.length;
      this.#pending = [];
    });
  }

  #connect(address: SocketAddress): void {
    const socket = connect({ port: address.port, host: address.address });
    let wasConnected = false;
    socket.once("connect", () => {
      wasConnected = true;
      this.#adopt(socket);
    });
    socket.on("error", (error) => {
      if (wasConnected) this.#owner.note(`connection to ${address.address}:${address.port}: ${error.message}`);
    });
    socket.once("close", () => {
      if (this.#isClosed) return;
      setTimeout(() => {
        if (!this.#isClosed) this.#connect(address);
      }, reconnectMillis);
    });
  }

  /** A connection is there: an association begins on it. */
  #adopt(socket: Socket): void {
    const { role, routingContext, trafficMode, heartbeatMillis } = this.#options;
    const association = new Association({ role, routingContext, trafficMode, heartbeatMillis });
    const { remotePort: port } = socket;
    const channel = new Channel(socket, association, this.#clock, (action) => this.#perform(channel, action));
    this.#channels.add(channel);
    socket.on("error", () => socket.destroy());
    socket.once("close", () => {
      channel.step({ kind: "disconnected" });
      channel.close();
      this.#channels.delete(channel);
      this.#owner.cut({ port, sent: channel.sent });
      this.#availabilityMayHaveChanged();
    });
    channel.step({ kind: "connected" });
  }

  #perform(channel: Channel, action: AssociationAction): void {
    switch (action.kind) {
      case "received":
        this.#received(action.protocolData);
        break;
      case "state":
        this.#availabilityMayHaveChanged();
        break;
      case "close":
        this.#owner.note(`association closed: ${action.reason}`);
        channel.socket.destroy();
        break;
      case "refused":
        // The others have it.
        if (this.#options.trafficMode !== "broadcast") this.#keep(action.protocolData);
        break;
      case "alarm":
        this.#owner.note(action.text);
        break;
      case "destination":
        this.#owner.note(
          `destinations ${action.pointCodes.map(({ pointCode }) => pointCode).join(" ")} ${statusText(action)}`,
        );
        break;
      default:
        break;
    }
  }

  #received({ dpc, opc, serviceIndicator, userData }: MessageSignalUnit): void {
    const { pointCode, nodePointCode } = this.#options;
    if (serviceIndicator === isup && dpc === pointCode && opc === nodePointCode) this.#owner.received(userData);
    else this.misdirected++;
  }

  #availabilityMayHaveChanged(): void {
    const isAvailable = this.#recipients(0).length > 0;
    if (isAvailable && this.#pending.length > 0) {
      const pending = this.#pending;
      this.#pending = [];
      this.#dropPending?.();
      this.#dropPending = undefined;
      for (const unit of pending) this.#transfer(unit);
    }
    if (isAvailable === this.#isAvailable) return;
    this.#isAvailable = isAvailable;
    this.#owner.availability(isAvailable);
  }
}

const isup = serviceIndicator("ISUP");

/** Congestion ends with level 0 (RFC 4666 3.4.4). */
function statusText(report: Extract<AssociationAction, { readonly kind: "destination" }>): string {
  return report.status === "congested" && report.level === 0 ? "congested no more" : report.status;
}

/** An association on its connection, with its timer. What one turn of the event loop sends goes out in one write. */
class Channel {
  readonly socket: Socket;
  readonly association: Association;
  /** The last messages that were handed to the transport. */
  readonly sent: SentMessage[] = [];
  readonly #clock: Clock;
  readonly #perform: (action: AssociationAction) => void;
  #disarm: (() => void) | undefined;
  #armedFor: number | undefined;
  #isCorked = false;

  constructor(socket: Socket, association: Association, clock: Clock, perform: (action: AssociationAction) => void) {
    this.socket = socket;
    this.association = association;
    this.#clock = clock;
    this.#perform = perform;
    socket.setNoDelay(true);
    socket.on("data", (octets) => this.step({ kind: "octets", octets }));
  }

  transfer(protocolData: MessageSignalUnit, correlationId: number | undefined): void {
    const cic = decodeCic(protocolData.userData);
    const [type] = protocolData.userData.subarray(cicOctets);
    if (cic.ok) this.sent.push({ atMicros: this.#clock.nowMicros(), cic: cic.value, type });
    if (this.sent.length > rememberedMax) this.sent.shift();
    this.step({ kind: "transfer", protocolData, correlationId });
  }

  step(event: AssociationEvent): void {
    for (const action of this.association.step(event, this.#clock.nowMicros())) {
      if (action.kind === "send") this.#write(action.octets);
      else this.#perform(action);
    }
    this.#arm();
  }

  close(): void {
    this.#disarm?.();
    this.#disarm = undefined;
  }

  #write(octets: Uint8Array): void {
    if (this.socket.destroyed) return;
    if (!this.#isCorked) {
      this.#isCorked = true;
      this.socket.cork();
      setImmediate(() => {
        this.#isCorked = false;
        this.socket.uncork();
      });
    }
    this.socket.write(octets);
  }

  /** A timer that comes too early does no harm; only one that would come too late is replaced. */
  #arm(): void {
    const deadline = this.association.nextDeadline();
    if (deadline === undefined || this.socket.destroyed) return;
    if (this.#armedFor !== undefined && this.#armedFor <= deadline) return;
    this.#disarm?.();
    this.#armedFor = deadline;
    this.#disarm = this.#clock.at(deadline, () => {
      this.#armedFor = undefined;
      this.#disarm = undefined;
      this.step({ kind: "deadline" });
    });
  }
}
