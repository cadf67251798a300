/**
 * The hub: one plane of the backplane for the processes of one machine. It is the simulated bus, on the machine's clock, with a
 * socket behind every port. Cards and supervisors connect to one Unix socket (`hub-protocol.ts`).
 */

import { unlink } from "node:fs/promises";
import { connect, createServer, type Server, type Socket } from "node:net";
import type { CanBitRates } from "../can-bits.ts";
import { SimulatedCanBus } from "../simulated/can-bus.ts";
import type { SimulatedCanPort } from "../simulated/can-port.ts";
import { ArmedFaults } from "./armed-faults.ts";
import { HubClock, monotonicMicros } from "./hub-clock.ts";
import {
  type HubCommand,
  type HubEvent,
  type HubReply,
  type HubRequest,
  type HubStatistics,
  parseHubRequest,
} from "./hub-commands.ts";
import { HubPortLink } from "./hub-port-link.ts";
import { HubMessageReader, HubMessageWriter, hubMessage, windowSize } from "./hub-protocol.ts";

export interface HubOptions {
  /** Name of the plane, "A" or "B". */
  readonly plane: string;
  /** Path of the Unix socket. */
  readonly path: string;
  readonly rates: CanBitRates;
  /** Whether FD frames are allowed. */
  readonly fd: boolean;
  /** Whether every frame takes its exact time. Without, only the bits are counted. */
  readonly paced: boolean;
  /** Called when the first control connection is made, which owns the hub, and when that closes. */
  readonly ownerCame?: () => void;
  readonly ownerGone?: () => void;
}

/** The socket path cannot be used; the message is a sentence for the user. */
export class HubPathError extends Error {
  override name = "HubPathError";
}

/** Starts a hub. Rejects with `HubPathError` when another hub answers at the path, or there can be no socket. */
export async function startHub(options: HubOptions): Promise<Hub> {
  const hub = new Hub(options);
  await hub.listen();
  return hub;
}

export class Hub {
  readonly #options: HubOptions;
  readonly #server: Server;
  readonly #bus: SimulatedCanBus;
  readonly #faults: ArmedFaults;
  readonly #sockets = new Set<Socket>();
  readonly #links = new Map<string, HubPortLink>();
  readonly #severed = new Set<string>();
  readonly #supervisors = new Set<Socket>();
  #owner: Socket | undefined;
  #isCut = false;
  /** The links that have something to write at the end of this turn. */
  readonly #unflushed = new Set<HubPortLink>();

  constructor(options: HubOptions) {
    this.#options = options;
    this.#bus = new SimulatedCanBus({
      rates: options.paced ? options.rates : undefined,
      fd: options.fd,
      clock: new HubClock(() => this.#flush()),
      queueFramesMax: windowSize.framesMax,
      severed: (port) => this.#portSevered(port),
    });
    this.#faults = new ArmedFaults((name) => this.#links.get(name)?.port);
    this.#bus.decideFate = (frame, sender) => this.#faults.fateOf(frame, sender);
    this.#server = createServer((socket) => this.#accept(socket));
  }

  async listen(): Promise<void> {
    const { path } = this.#options;
    const first = await this.#tryToListen();
    if (first === undefined) return;
    if (first !== "EADDRINUSE") throw new HubPathError(`cannot make a socket at ${path} (${first})`);
    if (await answers(path)) throw new HubPathError(`the socket ${path} is taken by a hub that is running`);
    // Nobody answers: a hub that was killed left it behind.
    await unlink(path);
    const second = await this.#tryToListen();
    if (second !== undefined) throw new HubPathError(`cannot make a socket at ${path} (${second})`);
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  /** Resolves to the error's code when it fails. */
  #tryToListen(): Promise<string | undefined> {
    return new Promise((resolve) => {
      const failed = (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message);
      this.#server.once("error", failed);
      this.#server.listen(this.#options.path, () => {
        this.#server.off("error", failed);
        resolve(undefined);
      });
    });
  }

  #accept(socket: Socket): void {
    this.#sockets.add(socket);
    const reader = new HubMessageReader();
    let link: HubPortLink | undefined;
    let isSupervisor = false;
    socket.on("data", (chunk) => {
      reader.read(chunk, (type, _detail, octets, offset, length) => {
        if (socket.destroyed) return;
        if (link !== undefined) {
          if (!link.handle(type, octets, offset, length)) socket.destroy();
        } else if (isSupervisor && type === hubMessage.request) {
          this.#answer(socket, octets.toString("utf8", offset, offset + length));
        } else if (type === hubMessage.attach) {
          link = this.#attach(socket, octets.toString("utf8", offset, offset + length));
        } else if (type === hubMessage.control) {
          isSupervisor = true;
          this.#supervise(socket);
        } else {
          socket.destroy();
        }
      });
    });
    const gone = () => {
      this.#sockets.delete(socket);
      if (link !== undefined) this.#detach(link);
      link = undefined;
      if (isSupervisor) this.#supervisorGone(socket);
      isSupervisor = false;
    };
    // "end" comes in the turn in which the last octets came: what a dying card had not got through arbitration is discarded.
    socket.on("end", gone);
    socket.on("close", gone);
    socket.on("error", gone);
  }

  #attach(socket: Socket, name: string): HubPortLink | undefined {
    const refusal = this.#links.has(name)
      ? `a port named ${name} is on plane ${this.#options.plane} already`
      : this.#severed.has(name)
        ? `the port ${name} is unplugged from plane ${this.#options.plane}`
        : undefined;
    if (refusal !== undefined) {
      const writer = new HubMessageWriter();
      writer.text(hubMessage.refused, refusal);
      socket.end(writer.take());
      return undefined;
    }
    const link = new HubPortLink(this.#bus.attach(name), socket, (changed) => this.#unflushed.add(changed));
    this.#links.set(name, link);
    this.#flush();
    this.#tell({ event: "attached", port: name, atMicros: monotonicMicros() });
    return link;
  }

  #detach(link: HubPortLink): void {
    const { name } = link.port;
    if (this.#links.get(name) !== link) return;
    this.#links.delete(name);
    this.#unflushed.delete(link);
    link.port.close();
    this.#tell({ event: "detached", port: name, atMicros: monotonicMicros() });
  }

  #portSevered(port: SimulatedCanPort): void {
    const link = this.#links.get(port.name);
    this.#links.delete(port.name);
    // Others have what it sent before; of its own confirmations it shall hear no more.
    if (link !== undefined) this.#unflushed.delete(link);
    this.#severed.add(port.name);
    this.#tell({ event: "severed", port: port.name, atMicros: monotonicMicros() });
  }

  #flush(): void {
    for (const link of this.#unflushed) link.flush();
    this.#unflushed.clear();
  }

  #supervise(socket: Socket): void {
    this.#supervisors.add(socket);
    if (this.#owner !== undefined) return;
    this.#owner = socket;
    this.#options.ownerCame?.();
  }

  #supervisorGone(socket: Socket): void {
    this.#supervisors.delete(socket);
    if (socket === this.#owner) this.#options.ownerGone?.();
  }

  #tell(event: HubEvent): void {
    const writer = new HubMessageWriter();
    writer.text(hubMessage.event, JSON.stringify(event));
    const octets = writer.take();
    for (const socket of this.#supervisors) socket.write(octets);
  }

  #answer(socket: Socket, text: string): void {
    const request = parseHubRequest(text);
    if (request === undefined) {
      socket.destroy();
      return;
    }
    const writer = new HubMessageWriter();
    writer.text(hubMessage.reply, JSON.stringify(this.#perform(request)));
    socket.write(writer.take());
    this.#flush();
  }

  #perform(request: HubRequest): HubReply {
    const refusal = this.#execute(request);
    if (refusal !== undefined) return { request: request.request, ok: false, reason: refusal };
    if (request.command === "statistics") return { request: request.request, ok: true, value: this.#statistics() };
    return { request: request.request, ok: true };
  }

  /** Answers why it cannot be done. */
  #execute(command: HubCommand): string | undefined {
    switch (command.command) {
      case "cut":
        this.#isCut = true;
        this.#bus.cut();
        return undefined;
      case "mend":
        this.#isCut = false;
        this.#bus.mend();
        return undefined;
      case "plug":
        this.#severed.delete(command.port);
        return undefined;
      case "sever":
        return this.#withPort(command.port, (port) => this.#bus.sever(port));
      case "deaf":
        return this.#withPort(command.port, (port) => this.#bus.setDeaf(port, command.on));
      case "mute":
        return this.#withPort(command.port, (port) => this.#bus.setMute(port, command.on));
      case "bus-off":
        return this.#withPort(command.port, (port) => this.#bus.busOff(port));
      case "arm-pull":
        this.#faults.armPull(command);
        return undefined;
      case "arm-frame-fault":
        this.#faults.armFrameFault(command);
        return undefined;
      case "disarm":
        this.#faults.disarm();
        return undefined;
      case "statistics":
        return undefined;
    }
  }

  #withPort(name: string, act: (port: SimulatedCanPort) => void): string | undefined {
    const link = this.#links.get(name);
    if (link === undefined) return `no port named ${name} is on plane ${this.#options.plane}`;
    act(link.port);
    return undefined;
  }

  #statistics(): HubStatistics {
    const { plane, rates } = this.#options;
    const ports = [...this.#links.values()].map(({ port, overflowed }) => {
      const { sent, received, dropped } = port.statistics();
      return {
        port: port.name,
        state: port.state,
        sent,
        received: received - overflowed,
        dropped: dropped + overflowed,
      };
    });
    return { plane, atMicros: monotonicMicros(), ...rates, cut: this.#isCut, ...this.#bus.statistics(), ports };
  }
}

/** Whether somebody accepts connections at the path. */
function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}
