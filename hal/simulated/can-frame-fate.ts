import type { CanFrame } from "../can-frame.ts";
import type { SimulatedCanPort } from "./can-port.ts";

/** What happens to one attempt to transmit a frame. */
export type FrameFate =
  /** All others get it. */
  | { readonly kind: "delivered" }
  /** Destroyed by an error frame: nobody gets it, the sender repeats it. */
  | { readonly kind: "error" }
  /** The controller sends the frame behind it first, if one of its class waits (seen on controllers joined by SPI). */
  | { readonly kind: "overtaken" }
  /** These ports hand on other octets than were on the bus: `mask` is laid over the octet at `at` by exclusive or. */
  | {
      readonly kind: "corrupted-at";
      readonly ports: readonly SimulatedCanPort[];
      readonly at: number;
      readonly mask: number;
    }
  /** These ports lose it silently, as when a receive queue overflows; they count it as dropped. */
  | { readonly kind: "lost-at"; readonly ports: readonly SimulatedCanPort[] }
  /**
   * These ports see an error in the last two bits of end-of-frame. The others have accepted the frame and get it again when
   * the sender repeats it; a sender severed at this moment cannot, and the frame stays with some (Rufino et al. 1998).
   */
  | { readonly kind: "rejected-at"; readonly ports: readonly SimulatedCanPort[]; readonly senderSevered: boolean }
  /**
   * A port, the sender or another, is unplugged. The sender right *before*: the frame never goes out; *inside*: an error frame,
   * nobody gets it; *after*: all others get it. Another port gets the frame only when unplugged after it.
   */
  | { readonly kind: "severed"; readonly moment: "before" | "inside" | "after"; readonly port: SimulatedCanPort };

/**
 * Decides on a frame that has won arbitration. `attempt` counts the transmissions begun on this bus from 0, repetitions
 * included. `undefined` is "delivered".
 */
export type FrameFateDecider = (frame: CanFrame, sender: SimulatedCanPort, attempt: number) => FrameFate | undefined;
