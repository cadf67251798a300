/**
 * A media gateway in software: MGCP (RFC 3435) on one side, circuits emulated by pairs of UDP ports on the other. It moves
 * voice from circuit to circuit as its connections say, and counts, so that an interruption of the media can be measured.
 */
import { createSocket, type Socket } from "node:dgram";
import { EventEmitter, once } from "node:events";
import { isIPv6 } from "node:net";
import { decodeDatagram, encodeDatagram, refusalOf } from "../../firmware/mgcp/codec.ts";
import { matchesLocalName } from "../../firmware/mgcp/endpoint-name.ts";
import {
  type Command,
  command,
  isResponseAcknowledgement,
  type Message,
  type Response,
} from "../../firmware/mgcp/message.ts";
import { Requester, type RequesterAction } from "../../firmware/mgcp/requester.ts";
import { Responder, type ResponderAction } from "../../firmware/mgcp/responder.ts";
import { responseClass, responseCodes } from "../../firmware/mgcp/response-codes.ts";
import type { TransactionTimers } from "../../firmware/mgcp/transaction-timers.ts";
import { transactionIdMax } from "../../firmware/mgcp/value-forms.ts";
import { type Micros, microsPerMilli } from "../../firmware/time.ts";
import { type FirstMessage, MessageHistory } from "../measurement/message-history.ts";
import { monotonicMicros } from "../measurement/monotonic-micros.ts";
import { type ExecutionContext, execute } from "./command-execution.ts";
import { EndpointTable } from "./endpoint-table.ts";
import type { GatewayConfiguration, GatewayFaults } from "./gateway-configuration.ts";
import { GatewayCounters } from "./gateway-counters.ts";
import { MediaPort } from "./media-port.ts";
import { UdpDrops } from "../measurement/udp-drops.ts";
import { type GatewaySnapshot, snapshotOf } from "./snapshot.ts";

export interface GatewayEvents {
  /** A command is being executed (not a repetition of one). */
  command: [Command];
  /** Its answer, before any fault that is played on it. */
  answer: [Response];
  /** The notified entity answered the restart: the gateway is in service. */
  restarted: [Response];
}

type Redirection = {
  readonly endpoint: Pick<Command["endpoint"], "local">;
  readonly parameters: Pick<Command["parameters"], "notifiedEntity">;
};

interface Address {
  readonly address: string;
  readonly port: number;
}

/** Datagrams larger than this do not fit into UDP: the answer is 533 instead. */
const answerOctetsMax = 60_000;
/** A call agent may send many commands at once; the system may grant less. */
const receiveBufferOctets = 4 << 20;
/** How many sockets are opened at the same time. */
const openingMax = 64;

export class SoftwareGateway extends EventEmitter<GatewayEvents> {
  readonly configuration: GatewayConfiguration;
  readonly #counters = new GatewayCounters();
  readonly #drops = new UdpDrops();
  readonly #responder: Responder;
  readonly #requester: Requester;
  readonly #socket: Socket;
  readonly #rtpPorts = new Set<number>();
  readonly #pauses = new Set<NodeJS.Timeout>();
  readonly #table: EndpointTable;
  /** Commands executed, repetitions apart. */
  readonly #history = new MessageHistory();
  #faults: GatewayFaults;
  #notified: Address | undefined;
  #restartWaitMillis: number;
  #transactionId: number;
  #wakeUp: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(configuration: GatewayConfiguration, timers: Partial<TransactionTimers> = {}) {
    super();
    this.configuration = configuration;
    this.#faults = configuration.faults;
    this.#notified = configuration.notifiedEntity;
    this.#restartWaitMillis = configuration.restartRetryMillis;
    this.#responder = new Responder({ timers });
    this.#requester = new Requester({ timers });
    // The time of day, so that identifiers of a life before this one do not come again at once.
    this.#transactionId = Date.now() % transactionIdMax;
    this.#table = new EndpointTable(configuration.trunkGroups, Date.now() & 0x7fff_ffff);
    this.#socket = createSocket(isIPv6(configuration.address) ? "udp6" : "udp4");
    // Voice that was here before the command is played first: no gateway's voice waits behind its control.
    this.#socket.on("message", (octets, from) => setImmediate(() => this.#receive(octets, from)));
  }

  /** The port of the MGCP socket. */
  get port(): number {
    return this.#socket.address().port;
  }

  /** Opens every circuit's port and the MGCP socket, and tells the notified entity of the restart. */
  async start(): Promise<void> {
    const circuits = [...this.#table.endpoints()].map(({ circuit }) => circuit);
    for (let first = 0; first < circuits.length; first += openingMax) {
      await Promise.all(circuits.slice(first, first + openingMax).map((circuit) => circuit.open()));
    }
    const { address, port } = this.configuration;
    await new Promise<void>((resolve, reject) => {
      this.#socket.once("error", reject);
      this.#socket.bind({ address, port, exclusive: true }, () => {
        this.#socket.off("error", reject);
        this.#socket.on("error", () => undefined);
        this.#socket.setRecvBufferSize(receiveBufferOctets);
        resolve();
      });
    });
    this.#announceRestart("restart");
  }

  async stop(): Promise<void> {
    if (this.#stopped) return;
    this.#stopped = true;
    clearTimeout(this.#wakeUp);
    for (const pause of this.#pauses) clearTimeout(pause);
    for (const connection of [...this.#table.connections()]) this.#table.disconnect(connection);
    for (const { circuit } of this.#table.endpoints()) circuit.close();
    await new Promise<void>((resolve) => this.#socket.close(() => resolve()));
  }

  /** Plays these faults from now on. */
  setFaults(faults: GatewayFaults): void {
    this.#faults = faults;
  }

  /** Loses every connection, as a gateway does that was switched off and on, and announces it. */
  restart(): void {
    for (const connection of [...this.#table.connections()]) this.#table.disconnect(connection);
    this.#announceRestart("restart");
  }

  async snapshot(): Promise<GatewaySnapshot> {
    return snapshotOf(this.configuration.domain, this.port, this.#table, this.#counters, this.#drops.byPort());
  }

  /** The first command that came or comes later than this moment of the host's monotonic clock. Repetitions do not count. */
  async firstCommandAfter(moment: Micros): Promise<FirstMessage> {
    for (;;) {
      const first = this.#history.firstAfter(moment);
      if (first !== undefined) return first;
      await once(this, "command");
    }
  }

  // ------------------------------------------------------------------------------------------------------------- receiving

  #receive(octets: Uint8Array, { address, port }: Address): void {
    if (this.#stopped) return;
    const from = addressText({ address, port });
    for (const result of decodeDatagram(octets)) {
      if (result.ok) {
        this.#take(result.value, from);
        continue;
      }
      this.#counters.malformed++;
      const refusal = refusalOf(result.error);
      if (refusal !== undefined) this.#send(from, encodeDatagram([refusal]));
    }
    this.#arm();
  }

  #take(message: Message, from: string): void {
    const now = monotonicMicros();
    if (message.kind === "command") {
      this.#perform(this.#responder.step({ kind: "command", from, command: message }, now));
    } else if (isResponseAcknowledgement(message)) {
      const { transactionId } = message;
      this.#perform(this.#responder.step({ kind: "acknowledgement", transactionId }, now));
    } else {
      this.#perform(this.#requester.step({ kind: "response", from, response: message }, now));
    }
  }

  #perform(actions: readonly (ResponderAction | RequesterAction)[]): void {
    for (const action of actions) {
      switch (action.kind) {
        case "execute":
          this.#execute(action.command);
          break;
        case "send":
          if ("reason" in action) {
            this.#counters.sent[action.reason]++;
            this.#reply(action.to, action.datagram);
          } else this.#send(action.to, action.datagram);
          break;
        case "completed":
          this.#restartAnswered(action.response);
          break;
        case "failed":
          this.#retryRestart();
          break;
        case "provisional":
          break;
      }
    }
  }

  #execute(received: Command): void {
    const now = monotonicMicros();
    this.#counters.begin(received.verb, received, now);
    this.#history.add(received.verb, now);
    this.#redirect(received);
    this.emit("command", received);
    const context: ExecutionContext = {
      domain: this.configuration.domain,
      connectionsMax: this.configuration.connectionsMax,
      table: this.#table,
      openRtp: () => this.#openRtp(),
      refusal: ({ name }) => this.#faults.refuse.find(({ endpoint }) => matchesLocalName(endpoint, name))?.code,
    };
    const finish = (response: Response) => {
      this.#counters.end(response.code);
      this.emit("answer", response);
      this.#later(this.#faults.replyDelayMillis, () => this.#answer(response));
    };
    const response = execute(received, context);
    if (response instanceof Promise) void response.then(finish);
    else finish(response);
  }

  #answer(response: Response): void {
    if (this.#stopped) return;
    const { code, meaning } = responseCodes.responseTooLarge;
    const fits = encodeDatagram([response]).length <= answerOctetsMax;
    const final = fits ? response : { ...response, code, comment: meaning, parameters: {}, sessions: [] };
    this.#perform(this.#responder.step({ kind: "answer", response: final }, monotonicMicros()));
    this.#arm();
  }

  /** A reply to a command; the first ones get lost where the faults say so. */
  #reply(to: string, datagram: Uint8Array): void {
    const { dropFirstReplies } = this.#faults;
    if (dropFirstReplies > 0) {
      this.#faults = { ...this.#faults, dropFirstReplies: dropFirstReplies - 1 };
      this.#counters.droppedReplies++;
    } else this.#send(to, datagram);
  }

  #send(to: string, datagram: Uint8Array): void {
    const { address, port } = addressFromText(to);
    if (!this.#stopped) this.#socket.send(datagram, port, address);
  }

  async #openRtp(): Promise<MediaPort | undefined> {
    const { firstPort, lastPort } = this.configuration.rtp;
    for (let port = firstPort + (firstPort % 2); port <= lastPort; port += 2) {
      if (this.#rtpPorts.has(port)) continue;
      this.#rtpPorts.add(port);
      const rtp = new MediaPort(this.configuration.address, port, () => this.#rtpPorts.delete(port));
      rtp.connected = true;
      try {
        await rtp.open();
        return rtp;
      } catch {
        // Somebody else's port: the next one. It stays in the set, and is not tried again.
      }
    }
    return undefined;
  }

  /** Whoever takes over all endpoints is told of restarts, too. */
  #redirect({ endpoint, parameters: { notifiedEntity } }: Redirection): void {
    if (endpoint.local !== "*" || notifiedEntity === undefined || notifiedEntity === "") return;
    this.#notified = { address: notifiedEntity.domain.replace(/^\[|\]$/g, ""), port: notifiedEntity.port ?? 2727 };
  }

  // --------------------------------------------------------------------------------------------------- restart (4.4.5, 4.4.7)

  #announceRestart(restartMethod: "restart" | "disconnected"): void {
    if (this.#notified === undefined) return;
    this.#transactionId = (this.#transactionId % transactionIdMax) + 1;
    const everything = { local: "*", domain: this.configuration.domain };
    const announcement = command("RSIP", this.#transactionId, everything, { restartMethod, restartDelay: 0 });
    const to = addressText(this.#notified);
    this.#perform(this.#requester.step({ kind: "request", to, command: announcement }, monotonicMicros()));
    this.#arm();
  }

  #restartAnswered(response: Response): void {
    const { notifiedEntity } = response.parameters;
    this.#redirect({ endpoint: { local: "*" }, parameters: { notifiedEntity } });
    if (responseClass(response.code) === "success") {
      this.#restartWaitMillis = this.configuration.restartRetryMillis;
      this.#counters.restartsAnswered++;
      this.emit("restarted", response);
    } else if (response.code === responseCodes.redirected.code) this.#announceRestart("restart");
    else this.#retryRestart();
  }

  #retryRestart(): void {
    this.#later(this.#restartWaitMillis, () => this.#announceRestart("disconnected"));
    this.#restartWaitMillis = Math.min(this.#restartWaitMillis * 2, this.configuration.restartRetryMaxMillis);
  }

  // ---------------------------------------------------------------------------------------------------------------- time

  #arm(): void {
    clearTimeout(this.#wakeUp);
    const deadlines = [this.#responder.nextDeadline(), this.#requester.nextDeadline()].filter((at) => at !== undefined);
    if (deadlines.length === 0 || this.#stopped) return;
    const waitMillis = Math.max(0, (Math.min(...deadlines) - monotonicMicros()) / microsPerMilli);
    this.#wakeUp = setTimeout(() => {
      const now = monotonicMicros();
      this.#perform(this.#responder.step({ kind: "deadline" }, now));
      this.#perform(this.#requester.step({ kind: "deadline" }, now));
      this.#arm();
    }, Math.ceil(waitMillis));
  }

  #later(millis: number, action: () => void): void {
    if (millis === 0) {
      action();
      return;
    }
    const pause = setTimeout(() => {
      this.#pauses.delete(pause);
      action();
    }, millis);
    this.#pauses.add(pause);
  }
}

function addressText({ address, port }: Address): string {
  return `${address} ${port}`;
}

function addressFromText(text: string): Address {
  const [address, port] = text.split(" ");
  return { address, port: Number(port) };
}
