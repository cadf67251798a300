/**
 * One CAN plane on a clock that is handed in: a virtual one in the simulator, the machine's in the hub of the software bus.
 *
 * Whenever the bus is idle, the frames pending at that moment are arbitrated by identifier; the winner takes its exact time,
 * and all other ports get it at the end of its interframe space. Deterministic: nothing here depends on anything but the order
 * of the calls and the clock. Two ports that use one identifier, which must not be, are served in order of attachment.
 */

import { type CanBitRates, type CanFrameBits, canBitsMicros, canFrameBits } from "../can-bits.ts";
import { type CanFrame, canClasses, canClassOf } from "../can-frame.ts";
import type { Clock } from "../clock.ts";
import type { FrameFate, FrameFateDecider } from "./can-frame-fate.ts";
import { type CanWire, SimulatedCanPort } from "./can-port.ts";

export interface SimulatedCanBusOptions {
  /** `undefined`: frames take no time. A fate decider must then not answer "error" for ever. */
  readonly rates: CanBitRates | undefined;
  /** Whether FD frames may be sent. */
  readonly fd: boolean;
  /** Fractions of a microsecond matter here: `at` gets them, and must not wake early. */
  readonly clock: Pick<Clock, "nowMicros" | "at">;
  /** Frames of one class that a port can queue. */
  readonly queueFramesMax?: number;
  /** Told of every port that is severed, by a fate or by `sever`, before the port's own listener is. */
  readonly severed?: (port: SimulatedCanPort) => void;
}

/** Sums since the bus was made. The arrays are indexed by class. */
export interface CanBusStatistics {
  /** Frames acknowledged, by class. */
  readonly frames: readonly number[];
  /** Bits of the frames acknowledged, by class. */
  readonly nominalBits: readonly number[];
  readonly dataBits: readonly number[];
  /** Attempts that ended in an error frame. */
  readonly errors: number;
}

export const defaultQueueFramesMax = 32;

/** Error flags of all ports superposed, and error delimiter; a destroyed frame is charged in full besides. */
const errorFrameBits = 12 + 8;
/** Recessive bits that a controller must see before it leaves bus-off: 128 times 11. */
const recoveryBits = 128 * 11;

const delivered: FrameFate = { kind: "delivered" };

/** A frame that has won arbitration. */
interface Transmission {
  readonly sender: SimulatedCanPort;
  readonly frame: CanFrame;
  readonly bits: CanFrameBits;
  readonly fate: FrameFate;
  readonly endMicros: number;
}

export class SimulatedCanBus {
  /** Set to inject faults. */
  decideFate: FrameFateDecider | undefined;
  readonly #options: SimulatedCanBusOptions;
  readonly #wire: CanWire;
  /** In order of attachment; replaced, never changed, so that a loop over it survives attaching and closing. */
  #ports: readonly SimulatedCanPort[] = [];
  #acknowledgers = 0;
  #isCut = false;
  #current: Transmission | undefined;
  /** What is on the bus now has been destroyed. */
  #spoiled = false;
  #attempts = 0;
  #advancing = false;
  #wakePending = false;
  readonly #frames = new Array<number>(canClasses).fill(0);
  readonly #nominalBits = new Array<number>(canClasses).fill(0);
  readonly #dataBits = new Array<number>(canClasses).fill(0);
  #errors = 0;

  constructor(options: SimulatedCanBusOptions) {
    this.#options = options;
    this.#wire = {
      fd: options.fd,
      offered: () => this.#kick(),
      closed: (port) => this.#remove(port),
      recovering: (port) => this.#recover(port),
    };
  }

  attach(name: string): SimulatedCanPort {
    const port = new SimulatedCanPort(name, this.#wire, this.#options.queueFramesMax ?? defaultQueueFramesMax);
    this.#ports = [...this.#ports, port];
    this.#plugged();
    return port;
  }

  /** Nothing goes through any more; what is queued stays queued. */
  cut(): void {
    this.#isCut = true;
    this.#spoiled = true;
    this.#kick();
  }

  mend(): void {
    this.#isCut = false;
    this.#kick();
  }

  /** Unplugs a port, now: what it has on the wire is destroyed, what it has queued is gone. It does not come back. */
  sever(port: SimulatedCanPort): void {
    if (port.state === "disconnected") return;
    this.#remove(port);
    this.#options.severed?.(port);
    port.enter("disconnected");
  }

  setDeaf(port: SimulatedCanPort, deaf: boolean): void {
    port.deaf = deaf;
    this.#plugged();
  }

  /** What a mute port queues stays queued. */
  setMute(port: SimulatedCanPort, mute: boolean): void {
    port.mute = mute;
    if (mute) this.#spoil(port);
    this.#plugged();
  }

  /** The controller counted too many errors. */
  busOff(port: SimulatedCanPort): void {
    this.#spoil(port);
    port.enter("bus-off");
    this.#plugged();
  }

  statistics(): CanBusStatistics {
    return {
      frames: [...this.#frames],
      nominalBits: [...this.#nominalBits],
      dataBits: [...this.#dataBits],
      errors: this.#errors,
    };
  }

  #remove(port: SimulatedCanPort): void {
    this.#spoil(port);
    this.#ports = this.#ports.filter((other) => other !== port);
    this.#plugged();
  }

  #recover(port: SimulatedCanPort): void {
    const { rates, clock } = this.#options;
    const recoveryMicros = rates === undefined ? 0 : canBitsMicros({ nominal: recoveryBits, data: 0 }, rates);
    clock.at(clock.nowMicros() + recoveryMicros, () => {
      if (port.state !== "bus-off") return;
      port.enter("active");
      this.#plugged();
    });
  }

  /** Who can send or acknowledge has changed. */
  #plugged(): void {
    this.#acknowledgers = this.#ports.filter((port) => port.acknowledges).length;
    this.#kick();
  }

  #spoil(port: SimulatedCanPort): void {
    if (this.#current?.sender === port) this.#spoiled = true;
  }

  /** Sees to it that pending frames are arbitrated; later, so that all that is queued at this moment takes part. */
  #kick(): void {
    if (this.#advancing || this.#wakePending) return;
    this.#wakeAt(this.#options.clock.nowMicros());
  }

  #wakeAt(atMicros: number): void {
    this.#wakePending = true;
    this.#options.clock.at(atMicros, this.#wake);
  }

  readonly #wake = (): void => {
    this.#wakePending = false;
    this.#advancing = true;
    this.#advance();
    this.#advancing = false;
  };

  /** Ends the frame on the wire when it is time, and begins the next. A late clock is caught up with, frame after frame. */
  #advance(): void {
    let idleSinceMicros = this.#options.clock.nowMicros();
    for (;;) {
      const current = this.#current;
      if (current !== undefined) {
        if (current.endMicros > this.#options.clock.nowMicros()) {
          this.#wakeAt(current.endMicros);
          return;
        }
        this.#current = undefined;
        idleSinceMicros = current.endMicros;
        this.#end(current);
      }
      const sender = this.#arbitrate();
      if (sender === undefined) return;
      this.#begin(sender, idleSinceMicros);
    }
  }

  /** The port whose frame has the lowest identifier. Those that cannot get theirs out turn passive. */
  #arbitrate(): SimulatedCanPort | undefined {
    let winner: SimulatedCanPort | undefined;
    let lowest = Number.POSITIVE_INFINITY;
    for (const port of this.#ports) {
      const head = port.head();
      if (head === undefined) continue;
      if (this.#isCut || port.mute || this.#acknowledgers === (port.acknowledges ? 1 : 0)) {
        port.enter("passive");
      } else if (head.id < lowest) {
        winner = port;
        lowest = head.id;
      }
    }
    return winner;
  }

  #begin(sender: SimulatedCanPort, startMicros: number): void {
    const offered = sender.head();
    if (offered === undefined) return;
    const fate = this.decideFate?.(offered, sender, this.#attempts) ?? delivered;
    if (fate.kind === "overtaken") sender.overtake();
    const frame = sender.head() ?? offered;
    this.#attempts += 1;
    if (fate.kind === "severed" && fate.moment === "before") this.sever(fate.port);
    if (!sender.onBus) return;
    const { rates } = this.#options;
    const bits = canFrameBits(frame);
    const nominal = bits.nominal + (isDestroyed(fate, sender) ? errorFrameBits : 0);
    const micros = rates === undefined ? 0 : canBitsMicros({ nominal, data: bits.data }, rates);
    this.#current = { sender, frame, bits, fate, endMicros: startMicros + micros };
    this.#spoiled = false;
  }

  #end(transmission: Transmission): void {
    const { sender, fate } = transmission;
    if (fate.kind === "severed" && fate.moment === "inside") this.sever(fate.port);
    if (this.#spoiled || isDestroyed(fate, sender)) this.#errors += 1;
    if (this.#spoiled || !sender.onBus || fate.kind === "error") return;
    const missedBy = fate.kind === "lost-at" || fate.kind === "rejected-at" ? fate.ports : undefined;
    this.#deliver(transmission, missedBy);
    if (fate.kind === "rejected-at") {
      if (fate.senderSevered) this.sever(sender);
      return;
    }
    if (fate.kind === "severed" && fate.moment === "after") this.sever(fate.port);
    this.#acknowledge(transmission);
  }

  #deliver({ sender, frame, bits, fate }: Transmission, missedBy: readonly SimulatedCanPort[] | undefined): void {
    for (const port of this.#ports) {
      if (port === sender || port.deaf || !port.onBus) continue;
      if (missedBy?.includes(port) === true) {
        if (fate.kind === "lost-at") port.miss();
      } else {
        const corrupted = fate.kind === "corrupted-at" && fate.ports.includes(port);
        port.receive(corrupted ? corruptedFrame(frame, fate.at, fate.mask) : frame, bits);
      }
    }
  }

  #acknowledge({ sender, frame, bits }: Transmission): void {
    const frameClass = canClassOf(frame.id);
    this.#frames[frameClass] = (this.#frames[frameClass] ?? 0) + 1;
    this.#nominalBits[frameClass] = (this.#nominalBits[frameClass] ?? 0) + bits.nominal;
    this.#dataBits[frameClass] = (this.#dataBits[frameClass] ?? 0) + bits.data;
    // A receiver may have made the sender leave the bus at the very moment it got the frame.
    if (sender.onBus) sender.confirm(frame, bits);
  }
}

function corruptedFrame(frame: CanFrame, at: number, mask: number): CanFrame {
  const data = frame.data.slice();
  if (data.length > 0) data[at % data.length] ^= mask;
  return { ...frame, data };
}

/** Whether the attempt ends in an error frame, so that the sender, where it still can, repeats. */
function isDestroyed(fate: FrameFate, sender: SimulatedCanPort): boolean {
  if (fate.kind === "severed") return fate.moment === "inside" && fate.port === sender;
  return fate.kind === "error" || fate.kind === "rejected-at";
}
