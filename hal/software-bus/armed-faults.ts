import { type CanFrame, canClassOf } from "../can-frame.ts";
import type { FrameFate } from "../simulated/can-frame-fate.ts";
import type { SimulatedCanPort } from "../simulated/can-port.ts";
import type { ArmedFrameFault, ArmedPull } from "./hub-commands.ts";

/** The faults that wait for their frame. Each happens once. */
export class ArmedFaults {
  readonly #portNamed: (name: string) => SimulatedCanPort | undefined;
  #pulls: Countdown<ArmedPull>[] = [];
  #frameFaults: Countdown<ArmedFrameFault>[] = [];

  constructor(portNamed: (name: string) => SimulatedCanPort | undefined) {
    this.#portNamed = portNamed;
  }

  armPull(pull: ArmedPull): void {
    this.#pulls.push({ fault: pull, left: pull.count });
  }

  armFrameFault(fault: ArmedFrameFault): void {
    this.#frameFaults.push({ fault, left: fault.count });
  }

  disarm(): void {
    this.#pulls = [];
    this.#frameFaults = [];
  }

  /** The fate of a frame that has won arbitration (a `FrameFateDecider`). A pull goes before another fault of the same frame. */
  fateOf(frame: CanFrame, sender: SimulatedCanPort): FrameFate | undefined {
    if (this.#pulls.length === 0 && this.#frameFaults.length === 0) return undefined;
    const frameClass = canClassOf(frame.id);
    const pull = takeDue(this.#pulls, (armed) => armed.port === sender.name && armed.frameClass === frameClass);
    const fault = takeDue(this.#frameFaults, (armed) => (armed.frameClass ?? frameClass) === frameClass);
    if (pull !== undefined) return { kind: "severed", moment: pull.moment, port: sender };
    if (fault === undefined) return undefined;
    const ports = fault.ports.map(this.#portNamed).filter((port) => port !== undefined);
    if (fault.fault === "error") return { kind: "error" };
    if (fault.fault === "lost") return { kind: "lost-at", ports };
    return { kind: "rejected-at", ports, senderSevered: false };
  }
}

interface Countdown<Fault> {
  readonly fault: Fault;
  left: number;
}

/** Counts the frame for every fault that it concerns, and takes out one whose frame it is. */
function takeDue<Fault>(armed: Countdown<Fault>[], concerns: (fault: Fault) => boolean): Fault | undefined {
  for (const countdown of armed) if (concerns(countdown.fault)) countdown.left -= 1;
  const due = armed.findIndex((countdown) => countdown.left <= 0);
  return due < 0 ? undefined : armed.splice(due, 1)[0]?.fault;
}
