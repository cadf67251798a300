import { connect, type Socket } from "node:net";
import { CanBitCount } from "../can-bits.ts";
import {
  type CanFrame,
  canClasses,
  canDataOctetsMax,
  canFdDataOctetsMax,
  decodeCanFrame,
  isCanFrame,
} from "../can-frame.ts";
import { CanFramePool } from "../can-frame-pool.ts";
import type { CanPort, CanPortListener, CanState, CanStatistics, CanTransmitResult } from "../can-port.ts";
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
  /** What the octets being read have brought, for one call of the listener each. */
  readonly #receivedBatch: CanFrame[] = [];
  readonly #confirmedBatch: CanFrame[] = [];
  readonly #pool = new CanFramePool();
  #sent = 0;
  #received = 0;
  #dropped = 0;
  readonly #bits = new CanBitCount();

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
    return {
      sent: this.#sent,
      received: this.#received,
      dropped: this.#dropped,
      nominalBits: this.#bits.nominal,
      dataBits: this.#bits.data,
    };
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
        if (socket === this.#socket) this.#tellBatches();
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
      const frame = this.#listener && decodeCanFrame(octets, offset, length, this.#pool);
      if (frame === undefined) return;
      this.#pool.hold(frame);
      this.#received += 1;
      this.#bits.add(frame);
      this.#receivedBatch.push(frame);
    } else if (type === hubMessage.confirmed) {
      this.#confirmed(detail);
    } else if (type === hubMessage.state) {
      this.#tellBatches();
      const state = portStates[detail];
      if (state !== undefined) this.#enter(state);
    } else if (type === hubMessage.missed && length === 4) {
      this.#dropped += octets.readUInt32LE(offset);
    }
  }

  #confirmed(frameClass: number): void {
    const frame = this.#window.confirm(frameClass);
    if (frame === undefined) return;
    this.#sent += 1;
    this.#bits.add(frame);
    this.#confirmedBatch.push(frame);
  }

  #tellBatches(): void {
    if (this.#receivedBatch.length > 0) {
      this.#listener?.frames(this.#receivedBatch);
      for (const frame of this.#receivedBatch) this.#pool.release(frame);
      this.#receivedBatch.length = 0;
    }
    if (this.#confirmedBatch.length > 0) {
      this.#handOver();
      this.#listener?.transmitted(this.#confirmedBatch);
      this.#confirmedBatch.length = 0;
      this.#tellWritable();
    }
  }

  #tellWritable(): void {
    for (let frameClass = 0; frameClass < canClasses; frameClass++) {
      if (this.#window.takeWritable(frameClass)) this.#listener?.writable(frameClass);
    }
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
