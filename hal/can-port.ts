import type { CanFrame } from "./can-frame.ts";

/**
 * - `active`: frames go out and come in. Coming from bus-off or disconnected the queues are empty and every class has room.
 * - `passive`: still on the bus, but what is queued does not get out: the bus is cut, or nobody else acknowledges. Frames stay queued.
 * - `bus-off`: the controller took itself off the bus; what was queued is discarded. `recover` brings it back.
 * - `disconnected`: the bus itself is gone (unplugged, driver or hub ended); what was queued is discarded. `recover` tries again.
 */
export type CanState = "active" | "passive" | "bus-off" | "disconnected";

/** What became of a frame handed to `transmit`. */
export type CanTransmitResult = "queued" | "full" | "bus-off";

/** Counted since the port was made. */
export interface CanStatistics {
  /** Frames transmitted and acknowledged. */
  readonly sent: number;
  readonly received: number;
  /** Frames that were on the bus and that this port knows it missed. */
  readonly dropped: number;
  /** Bits of all frames sent and received, exact (`canFrameBits`): with the bit rates, the load of the plane. */
  readonly nominalBits: number;
  readonly dataBits: number;
}

/**
 * What a port tells its owner. Never called from within a method of the port; may call every method of the port.
 * The arrays, and the frames of other ports, belong to the port and are valid during the call only.
 */
export interface CanPortListener {
  /**
   * Frames of the other ports, in bus order: the same order at every port. Each came whole. A frame may be missing (receive
   * overflow), and may come twice in a row (the sender repeated it because another receiver saw an error).
   */
  frames(batch: readonly CanFrame[]): void;
  /**
   * Frames of this port that have been transmitted and acknowledged, the very objects, in bus order.
   * There is no order between `transmitted` and `frames`.
   */
  transmitted(batch: readonly CanFrame[]): void;
  /** `transmit` answered "full" for this class, and now has room for at least half a queue of it. */
  writable(frameClass: number): void;
  /** The state has changed. A new port is active. */
  state(state: CanState): void;
}

/**
 * One attachment to a backplane plane. Never blocks.
 *
 * A port has one transmit queue for each class (`canClassOf`, the top three bits of the identifier). Frames of one class leave
 * first in first out, whatever their identifiers: a queue sorted by identifier would reorder the parts of a record. Among the
 * classes the port offers the lowest that has a frame to the arbitration: a heartbeat never waits behind a long record of a
 * higher class. Against the other ports the lower identifier wins; two ports must not use the same one.
 *
 * A frame reaches all other ports, in one order, or none. A port never receives its own frames. On a bus with no other port
 * nobody acknowledges, and a real one keeps the frame queued (a virtual interface may confirm it).
 */
export interface CanPort {
  /** Longest data of a frame on this bus: 8, or 64 where FD frames are allowed. */
  readonly frameOctetsMax: number;
  /**
   * Queues a frame. "full" is back-pressure of this class alone: keep the frame and try again when `writable` fires.
   * "bus-off" in the states bus-off and disconnected and after `close`. Throws RangeError for a frame that this bus cannot carry.
   */
  transmit(frame: CanFrame): CanTransmitResult;
  /** Sets the one listener. Frames before that are not received. */
  listen(listener: CanPortListener): void;
  /** Tries to leave bus-off or disconnected; `state` says when it worked. Nothing in the other states. */
  recover(): void;
  statistics(): CanStatistics;
  /** Leaves the bus. Frames not yet on the wire are discarded; the listener is not called any more. Closing twice is allowed. */
  close(): void;
}
