import { createServer, connect as netConnect, type Server, Socket } from "node:net";
import type { SocketAddress, SocketFailure } from "../socket-address.ts";
import {
  type StreamEnd,
  type StreamListener,
  type StreamServer,
  type StreamServerListener,
  type StreamSocket,
  type StreamSockets,
  sendQueueOctetsMax,
} from "../stream-socket.ts";
import { plainOctets } from "./plain-octets.ts";
import { addressFailure, plainAddress } from "./socket-address.ts";
import { socketFailure } from "./socket-failure.ts";

/** TCP sockets of the machine. */
export function linuxStreamSockets(): StreamSockets {
  return { listen: (local, listener) => new LinuxStreamServer(local, listener), connect };
}

class LinuxStreamServer implements StreamServer {
  readonly #server: Server;
  readonly #listener: StreamServerListener;
  #closed = false;

  constructor(local: SocketAddress, listener: StreamServerListener) {
    this.#listener = listener;
    this.#server = createServer((socket) => this.#accept(socket));
    this.#server.on("error", (error) => this.#fail(socketFailure(error, local)));
    this.#server.on("listening", () => this.#listening());
    const impossible = addressFailure(local);
    if (impossible === undefined) this.#server.listen({ host: local.address, port: local.port, exclusive: true });
    else setImmediate(() => this.#fail(impossible));
  }

  close(): void {
    this.#closed = true;
    this.#server.close();
  }

  #listening(): void {
    const bound = this.#server.address();
    if (this.#closed || bound === null || typeof bound === "string") return;
    this.#listener.listening({ address: bound.address, port: bound.port });
  }

  #accept(socket: Socket): void {
    const stream = new LinuxStream(socket);
    const remote = addressOf(socket.remoteAddress, socket.remotePort);
    // A peer that has gone already has no address any more.
    const listener = this.#closed || remote === undefined ? undefined : this.#listener.accepted(stream, remote);
    if (listener === undefined || remote === undefined) stream.close();
    else stream.open(listener, remote);
  }

  #fail(failure: SocketFailure): void {
    if (this.#closed) return;
    this.close();
    this.#listener.failed(failure);
  }
}

function connect(remote: SocketAddress, listener: StreamListener, localAddress?: string): StreamSocket {
  const wrong = addressFailure(remote) ?? addressFailure({ address: localAddress ?? remote.address, port: 0 });
  if (wrong !== undefined) {
    const stream = new LinuxStream(new Socket());
    setImmediate(() => stream.end(listener, { ...wrong, address: remote.address, port: remote.port }));
    return stream;
  }
  const socket = netConnect({ host: remote.address, port: remote.port, localAddress });
  const stream = new LinuxStream(socket);
  socket.on("error", (error) => stream.end(listener, socketFailure(error, remote)));
  socket.on("connect", () => stream.open(listener, remote));
  return stream;
}

/** How long a stream that was closed may take to hand its last octets to a peer and hear that peer's end. */
const lingerMillisMax = 5000;

class LinuxStream implements StreamSocket {
  readonly #socket: Socket;
  #state: "opening" | "open" | "closed" = "opening";
  #refused = false;
  #gathering = false;

  constructor(socket: Socket) {
    this.#socket = socket;
    // The host throws an error that nobody listens for, and a stream that was turned away has no other listener.
    socket.on("error", () => {});
  }

  send(octets: Uint8Array): "sent" | "full" | "closed" {
    if (this.#state === "closed") return "closed";
    if (this.#state === "opening") return "full";
    if (this.#socket.writableLength >= sendQueueOctetsMax) {
      this.#refused = true;
      return "full";
    }
    this.#gather();
    this.#socket.write(octets.slice());
    return "sent";
  }

  read(on: boolean): void {
    if (on) this.#socket.resume();
    else this.#socket.pause();
  }

  close(): void {
    if (this.#state === "closed") return;
    const wasOpening = this.#state === "opening";
    this.#state = "closed";
    if (wasOpening) {
      this.#socket.destroy();
      return;
    }
    this.#socket.end();
    const linger = setTimeout(() => this.#socket.destroy(), lingerMillisMax);
    linger.unref();
    this.#socket.on("close", () => clearTimeout(linger));
  }

  /** The connection stands: `listener` hears of it. */
  open(listener: StreamListener, remote: SocketAddress): void {
    if (this.#state === "closed") return;
    const socket = this.#socket;
    const local = addressOf(socket.localAddress, socket.localPort);
    if (local === undefined) {
      this.end(listener, { kind: "reset", ...remote });
      return;
    }
    this.#state = "open";
    socket.setNoDelay(true);
    socket.on("data", (octets) => {
      if (this.#state === "open") listener.octets(plainOctets(octets));
    });
    socket.on("drain", () => {
      if (this.#state !== "open" || !this.#refused) return;
      this.#refused = false;
      listener.writable();
    });
    socket.on("end", () => this.end(listener, { kind: "ended" }));
    socket.on("error", (error) => this.end(listener, socketFailure(error, remote)));
    socket.on("close", () => this.end(listener, { kind: "ended" }));
    listener.opened(local, remote);
  }

  /** It is over, for `reason`, unless it was over before. */
  end(listener: StreamListener, reason: StreamEnd): void {
    if (this.#state === "closed") return;
    this.close();
    listener.closed(reason);
  }

  /** What is sent in one turn of the event loop goes to the kernel in one call. */
  #gather(): void {
    if (this.#gathering) return;
    this.#gathering = true;
    this.#socket.cork();
    process.nextTick(() => {
      this.#gathering = false;
      this.#socket.uncork();
    });
  }
}

function addressOf(address: string | undefined, port: number | undefined): SocketAddress | undefined {
  return address === undefined || port === undefined ? undefined : plainAddress(address, port);
}
