import type { Socket } from "node:net";
import { type CanFrame, canClassOf, canLayoutOctets, decodeCanFrame } from "../can-frame.ts";
import { CanFramePool } from "../can-frame-pool.ts";
import type { CanPortListener, CanState } from "../can-port.ts";
import type { SimulatedCanPort } from "../simulated/can-port.ts";
import { HubMessageWriter, hubMessage, portStates } from "./hub-protocol.ts";

/** Octets that wait for a port which does not read. Beyond that it loses frames; the bus never waits. */
const unreadOctetsMax = 64 * 1024;

/** The hub's end of one card's connection: a port of the bus on one side, a socket on the other. */
export class HubPortLink implements CanPortListener {
  readonly port: SimulatedCanPort;
  readonly #socket: Socket;
  readonly #changed: (link: HubPortLink) => void;
  readonly #writer = new HubMessageWriter();
  readonly #pool = new CanFramePool();
  #overflowed = 0;
  #overflowedUntold = 0;

  /** `changed` is called when there is something to `flush`. */
  constructor(port: SimulatedCanPort, socket: Socket, changed: (link: HubPortLink) => void) {
    this.port = port;
    this.#socket = socket;
    this.#changed = changed;
    this.#writer.signal(hubMessage.attached, port.frameOctetsMax > 8 ? 1 : 0);
    port.listen(this);
    changed(this);
  }

  /** Frames lost because the card did not read. */
  get overflowed(): number {
    return this.#overflowed;
  }

  /** A message of the card; false when there is no such. */
  handle(type: number, octets: Buffer, offset: number, length: number): boolean {
    if (type === hubMessage.recover) {
      this.port.recover();
      return true;
    }
    if (type !== hubMessage.frame) return false;
    const frame = decodeCanFrame(octets, offset, length, this.#pool);
    if (frame === undefined || frame.data.length > this.port.frameOctetsMax) return false;
    if (frame.fd && this.port.frameOctetsMax === 8) return false;
    // A card that sends more than its window breaks the protocol; one that has not yet heard of bus-off does not.
    const result = this.port.transmit(frame);
    if (result === "queued") this.#pool.hold(frame);
    return result !== "full";
  }

  frames(batch: readonly CanFrame[]): void {
    for (const frame of batch) {
      if (this.#socket.writableLength + this.#writer.length + canLayoutOctets(frame) > unreadOctetsMax) {
        this.#overflowed += 1;
        this.#overflowedUntold += 1;
      } else {
        this.#writer.frame(frame);
      }
    }
    this.#changed(this);
  }

  /** Never dropped: the window bounds how many there are. */
  transmitted(batch: readonly CanFrame[]): void {
    for (const frame of batch) {
      this.#writer.signal(hubMessage.confirmed, canClassOf(frame.id));
      this.#pool.release(frame);
    }
    this.#changed(this);
  }

  /** The card's own queues do the back-pressure. */
  writable(): void {}

  state(state: CanState): void {
    if (state === "disconnected") {
      this.#socket.destroy();
      return;
    }
    this.#writer.signal(hubMessage.state, portStates.indexOf(state));
    this.#changed(this);
  }

  /** Writes what has been collected, at once. */
  flush(): void {
    if (this.#socket.destroyed || !this.#socket.writable) return;
    if (this.#overflowedUntold > 0 && this.#socket.writableLength === 0) {
      this.#writer.count(hubMessage.missed, this.#overflowedUntold);
      this.#overflowedUntold = 0;
    }
    if (this.#writer.length > 0) this.#socket.write(this.#writer.take());
  }
}
