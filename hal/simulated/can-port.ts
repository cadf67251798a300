import type { CanFrameBits } from "../can-bits.ts";
import { type CanFrame, canClassOf, canDataOctetsMax, canFdDataOctetsMax, isCanFrame } from "../can-frame.ts";
import type { CanPort, CanPortListener, CanState, CanStatistics, CanTransmitResult } from "../can-port.ts";
import { CanTransmitQueue } from "../can-transmit-queue.ts";

/** What a port needs of the bus it is plugged into. */
export interface CanWire {
  readonly fd: boolean;
  /** The port has something to transmit. */
  offered(): void;
  /** The port has been closed. */
  closed(port: SimulatedCanPort): void;
  /** The controller leaves bus-off: the bus answers with `enter("active")` after the recovery time. */
  recovering(port: SimulatedCanPort): void;
}

/** A port of the simulated bus. What is not in `CanPort` is for the bus and for the setting of faults. */
export class SimulatedCanPort implements CanPort {
  readonly name: string;
  readonly frameOctetsMax: number;
  /** Hears nothing, acknowledges nothing. Set by `SimulatedCanBus.setDeaf`. */
  deaf = false;
  /** Cannot drive the bus: neither frames nor acknowledgements. Set by `SimulatedCanBus.setMute`. */
  mute = false;
  readonly #wire: CanWire;
  readonly #queue: CanTransmitQueue;
  #listener: CanPortListener | undefined;
  #state: CanState = "active";
  #sent = 0;
  #received = 0;
  #dropped = 0;
  #nominalBits = 0;
  #dataBits = 0;
  /** The one batch that every call of the listener gets. */
  readonly #batch: CanFrame[] = [];

  constructor(name: string, wire: CanWire, queueFramesMax: number) {
    this.name = name;
    this.#wire = wire;
    this.frameOctetsMax = wire.fd ? canFdDataOctetsMax : canDataOctetsMax;
    this.#queue = new CanTransmitQueue(queueFramesMax);
  }

  transmit(frame: CanFrame): CanTransmitResult {
    if (!isCanFrame(frame) || (frame.fd && !this.#wire.fd)) throw new RangeError("no such frame on this bus");
    if (!this.onBus) return "bus-off";
    if (!this.#queue.push(frame)) return "full";
    this.#wire.offered();
    return "queued";
  }

  listen(listener: CanPortListener): void {
    this.#listener = listener;
  }

  recover(): void {
    if (this.#state === "bus-off") this.#wire.recovering(this);
  }

  statistics(): CanStatistics {
    return {
      sent: this.#sent,
      received: this.#received,
      dropped: this.#dropped,
      nominalBits: this.#nominalBits,
      dataBits: this.#dataBits,
    };
  }

  close(): void {
    if (this.#state === "disconnected") return;
    this.#listener = undefined;
    this.#queue.clear();
    this.#state = "disconnected";
    this.#wire.closed(this);
  }

  get state(): CanState {
    return this.#state;
  }

  /** Whether it takes part: neither bus-off nor disconnected. */
  get onBus(): boolean {
    return this.#state === "active" || this.#state === "passive";
  }

  /** Whether it acknowledges what others send. */
  get acknowledges(): boolean {
    return this.onBus && !this.deaf && !this.mute;
  }

  /** The frame it offers to the arbitration. */
  head(): CanFrame | undefined {
    return this.#queue.head();
  }

  /** The frame behind its head's goes first. */
  overtake(): void {
    const head = this.#queue.head();
    if (head !== undefined) this.#queue.overtake(canClassOf(head.id));
  }

  /** Changes the state and says so. */
  enter(state: CanState): void {
    if (state === this.#state || this.#state === "disconnected") return;
    this.#state = state;
    if (!this.onBus) this.#queue.clear();
    this.#listener?.state(state);
  }

  /** A frame of another port. */
  receive(frame: CanFrame, bits: CanFrameBits): void {
    if (this.#listener === undefined) return;
    this.#received += 1;
    this.#count(bits);
    this.#batch[0] = frame;
    this.#listener.frames(this.#batch);
  }

  /** A frame of another port was on the bus and this one lost it. */
  miss(): void {
    this.#dropped += 1;
  }

  /** Its frame `frame`, the oldest of its class, has been acknowledged. */
  confirm(frame: CanFrame, bits: CanFrameBits): void {
    const frameClass = canClassOf(frame.id);
    this.#queue.shift(frameClass);
    this.#sent += 1;
    this.#count(bits);
    this.enter("active");
    this.#batch[0] = frame;
    this.#listener?.transmitted(this.#batch);
    if (this.#queue.takeWritable(frameClass)) this.#listener?.writable(frameClass);
  }

  #count(bits: CanFrameBits): void {
    this.#nominalBits += bits.nominal;
    this.#dataBits += bits.data;
  }
}
