import { connect, type Socket } from "node:net";
import { type CanFrame, canDataOctetsMax, canFdDataOctetsMax, decodeCanFrame, isCanFrame } from "../can-frame.ts";
import type { CanPort, CanPortListener, CanState, CanStatistics, CanTransmitResult } from "../can-port.ts";
import { CanPortNews } from "../can-port-news.ts";
import { CanTransmitWindow } from "../can-transmit-window.ts";
import { HubMessageReader, HubMessageWriter, hubMessage, portStates, windowSize } from "./hub-protocol.ts";

export interface SoftwareCanPortOptions {
  /** Path of the hub's socket. */
  readonly path: string;
  /** Name of the port, unique on the plane. */
  readonly name: string;
  /** Frames of one class that wait in the card. */
  readonly queueFramesMax?: number;
}

const defaultQueueFramesMax = 32;

/** Plugs into a plane. Rejects when no hub answers, or it refuses the name; the message is a sentence. */
export async function connectSoftwareCanPort(options: SoftwareCanPortOptions): Promise<SoftwareCanPort> {
  const port = new SoftwareCanPort(options);
  await port.attach();
  return port;
}

/**
 * A port of the software bus. It keeps what it has not been able to hand to the hub: only a small window of frames is beyond
 * recall, so a process that is killed takes its queue with it, as a card that is pulled does.
 */
export class SoftwareCanPort implements CanPort {
  readonly #options: SoftwareCanPortOptions;
  #frameOctetsMax = canDataOctetsMax;
  #socket: Socket | undefined;
  #state: CanState = "disconnected";
  #listener: CanPortListener | undefined;
  #isClosed = false;
  #isAttaching = false;
  readonly #window: CanTransmitWindow;
  #handOverPending = false;
  readonly #writer = new HubMessageWriter();
  readonly #news = new CanPortNews();
  #dropped = 0;

  constructor(options: SoftwareCanPortOptions) {
    this.#options = options;
    this.#window = new CanTransmitWindow(options.queueFramesMax ?? defaultQueueFramesMax, windowSize);
  }

  get frameOctetsMax(): number {
    return this.#frameOctetsMax;
  }

  transmit(frame: CanFrame): CanTransmitResult {
    if (!isCanFrame(frame) || (frame.fd && this.#frameOctetsMax < canFdDataOctetsMax)) {
      throw new RangeError("no such frame on this bus");
    }
    if (this.#state === "bus-off" || this.#state === "disconnected") return "bus-off";
    if (!this.#window.push(frame)) return "full";
    if (!this.#handOverPending) {
      // One write for all that the card queues in one go.
      this.#handOverPending = true;
      queueMicrotask(this.#handOver);
    }
    return "queued";
  }

  listen(listener: CanPortListener): void {
    this.#listener = listener;
  }

  recover(): void {
    if (this.#isClosed) return;
    if (this.#state === "bus-off") {
      this.#writer.signal(hubMessage.recover);
      this.#socket?.write(this.#writer.take());
    } else if (this.#state === "disconnected" && !this.#isAttaching) {
      // Where it does not work the state stays as it is, which is all the owner need know.
      this.attach().then(
        () => this.#listener?.state("active"),
        () => undefined,
      );
    }
  }

  statistics(): CanStatistics {
    return this.#news.statistics(this.#dropped);
  }

  close(): void {
    this.#isClosed = true;
    this.#listener = undefined;
    this.#socket?.destroy();
    this.#disconnected();
  }

  /** Connects to the hub; resolves when the port is on the bus. */
  attach(): Promise<void> {
    this.#isAttaching = true;
    return new Promise<void>((resolve, reject) => {
      const { path, name } = this.#options;
      const socket = connect(path);
      const reader = new HubMessageReader();
      let refusal = `no hub answers at ${path}`;
      this.#writer.text(hubMessage.attach, name);
      socket.write(this.#writer.take());
      socket.on("data", (chunk) => {
        reader.read(chunk, (type, detail, octets, offset, length) => {
          if (type === hubMessage.refused) {
            refusal = octets.toString("utf8", offset, offset + length);
          } else if (type === hubMessage.attached) {
            this.#attached(socket, detail === 1);
            resolve();
          } else if (socket === this.#socket) {
            this.#handle(type, detail, octets, offset, length);
          }
        });
        if (socket === this.#socket) this.#tell();
      });
      socket.on("error", () => undefined);
      socket.on("close", () => {
        if (socket === this.#socket) this.#disconnected();
        this.#isAttaching = false;
        // Without effect once resolved.
        reject(new Error(refusal));
      });
    });
  }

  #attached(socket: Socket, fd: boolean): void {
    this.#isAttaching = false;
    if (this.#isClosed) {
      socket.destroy();
      return;
    }
    this.#socket = socket;
    this.#frameOctetsMax = fd ? canFdDataOctetsMax : canDataOctetsMax;
    this.#state = "active";
  }

  #disconnected(): void {
    this.#socket = undefined;
    this.#enter("disconnected");
  }

  #enter(state: CanState): void {
    if (state === this.#state) return;
    this.#state = state;
    if (state === "bus-off" || state === "disconnected") this.#window.clear();
    this.#listener?.state(state);
  }

  #handle(type: number, detail: number, octets: Buffer, offset: number, length: number): void {
    if (type === hubMessage.frame) {
      const frame = this.#listener && decodeCanFrame(octets, offset, length, this.#news.pool);
      if (frame !== undefined) this.#news.received(frame);
    } else if (type === hubMessage.confirmed) {
      const frame = this.#window.confirm(detail);
      if (frame !== undefined) this.#news.transmitted(frame);
    } else if (type === hubMessage.state) {
      this.#tell();
      const state = portStates[detail];
      if (state !== undefined) this.#enter(state);
    } else if (type === hubMessage.missed && length === 4) {
      this.#dropped += octets.readUInt32LE(offset);
    }
  }

  #tell(): void {
    this.#news.tell(this.#listener, this.#window, this.#handOver);
  }

  /** Hands to the hub what the window has room for. */
  readonly #handOver = (): void => {
    this.#handOverPending = false;
    this.#window.handOn(this.#write);
    if (this.#writer.length > 0) this.#socket?.write(this.#writer.take());
  };

  readonly #write = (frame: CanFrame): true => {
    this.#writer.frame(frame);
    return true;
  };
}
