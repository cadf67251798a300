/** A port on an interface of the kernel (SocketCAN): a controller of the card, a USB adapter, or a virtual bus. */
import { decodeErrorFrame } from "../can-error-frame.ts";
import {
  type CanFrame,
  canClassOf,
  canDataOctetsMax,
  canFdDataOctetsMax,
  canFdFrameLayoutOctets,
  decodeCanFrame,
  encodeCanFrame,
  isCanFrame,
} from "../can-frame.ts";
import type { CanPort, CanPortListener, CanState, CanStatistics, CanTransmitResult } from "../can-port.ts";
import { CanPortNews } from "../can-port-news.ts";
import { CanTransmitWindow, type WindowSize } from "../can-transmit-window.ts";
import {
  bringUp,
  type CanInterface,
  type CanInterfaceName,
  canInterfaceText,
  faultOfInterface,
  type InterfaceRates,
  lookAtCanInterface,
  readCanInterface,
  restartController,
} from "./can-interface.ts";
import { CanSocket } from "./can-socket.ts";

export interface SocketCanOptions extends CanInterfaceName {
  /** Whether FD frames are sent. */
  readonly fd: boolean;
  /** Frames of one class that wait in the port. */
  readonly queueFramesMax?: number;
  /** Of the bus: an interface that is down is set to them, and one with others is not used: it would only destroy frames. */
  readonly rates?: InterfaceRates;
  /** Hears why the interface cannot be used, in words; again when the reason is another. */
  readonly tell?: (reason: string) => void;
}

const defaultQueueFramesMax = 32;
/**
 * Frames that the kernel is given. A controller's buffers and its queue in the kernel (ten frames, where nobody set it) are first in,
 * first out: what lies there, a heartbeat waits for.
 */
const windowSize: WindowSize = { framesMax: 8, framesPerClassMin: 1 };
/** After so long nobody has repaired an interface in the meantime: attempts become rare, for each costs the card a program. */
const attemptsInARow = 10;
const attemptEveryMillis = 1000;
/** A frame that the kernel had no room for is offered again after this time, if nothing is confirmed before. */
const offerAgainMillis = 1;

export class SocketCanPort implements CanPort {
  readonly frameOctetsMax: number;
  readonly #options: SocketCanOptions;
  readonly #window: CanTransmitWindow;
  #socket: CanSocket | undefined;
  #state: CanState = "active";
  #listener: CanPortListener | undefined;
  #isClosed = false;
  #isHandOverDue = false;
  #isRecovering = false;
  #attempts = 0;
  #attemptedMillis = Number.NEGATIVE_INFINITY;
  /** Why the interface cannot be used. */
  #fault: string | undefined;
  readonly #octets = new Uint8Array(canFdFrameLayoutOctets);
  readonly #news = new CanPortNews();
  /** By the kernel since this socket was opened, and by the controller and earlier sockets. */
  #kernelDropped = 0;
  #otherDropped = 0;

  /**
   * Plugs into an interface. Where there is none, or it is down, the port is disconnected, which its listener is told.
   * Throws a sentence where the part in C is missing, or the interface cannot carry the frames of the bus.
   */
  constructor(options: SocketCanOptions) {
    this.#options = options;
    this.frameOctetsMax = options.fd ? canFdDataOctetsMax : canDataOctetsMax;
    this.#window = new CanTransmitWindow(options.queueFramesMax ?? defaultQueueFramesMax, windowSize);
    const link = readCanInterface(options);
    if (options.fd && link?.fd === false && !link.hasController) {
      const name = canInterfaceText(options);
      throw new Error(`${name} carries classic frames only, and the bus has FD frames: set its mtu to 72`);
    }
    const state = this.#plugInto(link);
    if (state !== "active") setImmediate(() => this.#enter(state));
  }

  /** @returns what the port is then */
  #plugInto(link: CanInterface | undefined): CanState {
    const fault = faultOfInterface(this.#options, link, this.#options.rates) ?? this.#open();
    if (fault !== undefined && fault !== this.#fault) this.#options.tell?.(fault);
    this.#fault = fault;
    return fault === undefined ? (link?.state ?? "active") : "disconnected";
  }

  /** @returns why that does not work */
  #open(): string | undefined {
    const socket = CanSocket.open(this.#options, this.#options.fd, {
      frame: (messages, offset, octets, isOwn) => this.#frame(messages, offset, octets, isOwn),
      read: () => this.#tell(),
      dropped: (count) => {
        this.#kernelDropped = count;
      },
      failed: (error) => this.#failed(error),
    });
    if (typeof socket === "string")
      return `the CAN interface ${canInterfaceText(this.#options)} does not open: ${socket}`;
    this.#socket = socket;
    return undefined;
  }

  transmit(frame: CanFrame): CanTransmitResult {
    if (!isCanFrame(frame) || (frame.fd && !this.#options.fd)) throw new RangeError("no such frame on this bus");
    if (this.#state === "bus-off" || this.#state === "disconnected" || this.#isClosed) return "bus-off";
    if (!this.#window.push(frame)) return "full";
    if (!this.#isHandOverDue) {
      this.#isHandOverDue = true;
      queueMicrotask(this.#handOver);
    }
    return "queued";
  }

  listen(listener: CanPortListener): void {
    this.#listener = listener;
  }

  statistics(): CanStatistics {
    return this.#news.statistics(this.#kernelDropped + this.#otherDropped);
  }

  close(): void {
    this.#isClosed = true;
    this.#listener = undefined;
    this.#window.clear();
    this.#shut();
  }

  #shut(): void {
    this.#socket?.close();
    this.#socket = undefined;
    this.#otherDropped += this.#kernelDropped;
    this.#kernelDropped = 0;
  }

  recover(): void {
    if (this.#isClosed || this.#isRecovering) return;
    if (this.#state !== "bus-off" && this.#state !== "disconnected") return;
    const now = performance.now();
    if (this.#attempts >= attemptsInARow && now - this.#attemptedMillis < attemptEveryMillis) return;
    this.#attempts++;
    this.#attemptedMillis = now;
    this.#isRecovering = true;
    void this.#bringBack().finally(() => {
      this.#isRecovering = false;
    });
  }

  async #bringBack(): Promise<void> {
    const name = this.#options;
    // A socket of an interface that was taken away is none any more; and one that is taken down on purpose has nothing to tell.
    this.#shut();
    let link = await lookAtCanInterface(name);
    if (link !== undefined && !link.isUp) await bringUp(name, link.hasController ? name.rates : undefined);
    else if (this.#state === "bus-off") await restartController(name);
    link = await lookAtCanInterface(name);
    if (this.#isClosed || link?.state === "bus-off") return;
    if (this.#plugInto(link) !== "disconnected") this.#enter("active");
  }

  #frame(messages: Uint8Array, offset: number, octets: number, isOwn: boolean): void {
    const error = decodeErrorFrame(messages, offset);
    if (error !== undefined) {
      if (error.hasOverflowed) this.#otherDropped++;
      if (error.state !== undefined) this.#controllerIs(error.state);
      return;
    }
    if (isOwn) {
      this.#confirm(canClassOf(messages[offset] | (messages[offset + 1] << 8)));
      return;
    }
    const frame = this.#listener && decodeCanFrame(messages, offset, octets, this.#news.pool);
    if (frame !== undefined) this.#news.received(frame);
  }

  #confirm(frameClass: number): void {
    const frame = this.#window.confirm(frameClass);
    if (frame === undefined) return;
    this.#news.transmitted(frame);
    if (this.#state === "passive") this.#controllerIs("active");
  }

  /** One that is passive is not heard only as long as what it has to say does not get out. */
  #controllerIs(state: "active" | "passive" | "bus-off"): void {
    if (state === "passive" && !this.#window.awaits) return;
    this.#tell();
    this.#enter(state);
  }

  #failed(error: string): void {
    this.#tell();
    if (error !== "ENETDOWN") this.#shut();
    this.#enter("disconnected");
  }

  #enter(state: CanState): void {
    if (state === this.#state || this.#isClosed) return;
    this.#state = state;
    if (state === "active") this.#attempts = 0;
    if (state === "bus-off" || state === "disconnected") this.#window.clear();
    this.#listener?.state(state);
  }

  #tell(): void {
    this.#news.tell(this.#listener, this.#window, this.#handOver);
  }

  readonly #handOver = (): void => {
    this.#isHandOverDue = false;
    this.#window.handOn(this.#give);
  };

  readonly #give = (frame: CanFrame): boolean => {
    const octets = encodeCanFrame(frame, this.#octets, 0);
    const error = this.#socket?.send(this.#octets, octets);
    if (error === undefined) return this.#socket !== undefined;
    if (error === "ENOBUFS" || error === "EAGAIN") this.#offerLater();
    else setImmediate(() => this.#failed(error));
    return false;
  };

  #offerLater(): void {
    if (this.#isHandOverDue) return;
    this.#isHandOverDue = true;
    setTimeout(this.#handOver, offerAgainMillis);
  }
}
