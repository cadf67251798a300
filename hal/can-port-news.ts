/** What a port has to tell its listener, gathered for one call of a kind, and counted. */
import { CanBitCount } from "./can-bits.ts";
import { type CanFrame, canClasses } from "./can-frame.ts";
import { CanFramePool } from "./can-frame-pool.ts";
import type { CanPortListener, CanStatistics } from "./can-port.ts";
import type { CanTransmitWindow } from "./can-transmit-window.ts";

export class CanPortNews {
  /** Where the frames of other ports come from. */
  readonly pool = new CanFramePool();
  readonly #received: CanFrame[] = [];
  readonly #transmitted: CanFrame[] = [];
  readonly #bits = new CanBitCount();
  #receivedCount = 0;
  #sentCount = 0;

  /** A frame of another port, from the pool. */
  received(frame: CanFrame): void {
    this.pool.hold(frame);
    this.#receivedCount++;
    this.#bits.add(frame);
    this.#received.push(frame);
  }

  /** An own frame is on the bus. */
  transmitted(frame: CanFrame): void {
    this.#sentCount++;
    this.#bits.add(frame);
    this.#transmitted.push(frame);
  }

  /** @param handOver hands on what there is room for since frames are on the bus */
  tell(listener: CanPortListener | undefined, window: CanTransmitWindow, handOver: () => void): void {
    if (this.#received.length > 0) {
      listener?.frames(this.#received);
      for (const frame of this.#received) this.pool.release(frame);
      this.#received.length = 0;
    }
    if (this.#transmitted.length === 0) return;
    handOver();
    listener?.transmitted(this.#transmitted);
    this.#transmitted.length = 0;
    for (let frameClass = 0; frameClass < canClasses; frameClass++) {
      if (window.takeWritable(frameClass)) listener?.writable(frameClass);
    }
  }

  statistics(dropped: number): CanStatistics {
    const { nominal: nominalBits, data: dataBits } = this.#bits;
    return { sent: this.#sentCount, received: this.#receivedCount, dropped, nominalBits, dataBits };
  }
}
