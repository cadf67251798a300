import type { Clock } from "../clock.ts";
import {
  messageOctetsMax,
  notesMax,
  type ProcessorEnd,
  type ProcessorLink,
  type ProcessorLinkListener,
  ringOctetsDefault,
} from "../processor-link.ts";

/** The link of a simulated card: both ends, and the fault that a card can have between them. */
export interface SimulatedProcessorLink {
  readonly application: ProcessorLink;
  readonly communication: ProcessorLink;
  /** The processor at `end` hangs: it takes nothing from the link until it resumes. Its ring fills up. */
  hang(end: ProcessorEnd): void;
  resume(end: ProcessorEnd): void;
}

export interface SimulatedProcessorLinkOptions {
  /** From sending to delivery. */
  readonly latencyMicros?: number;
  readonly ringOctets?: number;
}

/** A link whose messages travel by wakes of `clock`. */
export function simulatedProcessorLink(
  clock: Clock,
  { latencyMicros = 10, ringOctets = ringOctetsDefault }: SimulatedProcessorLinkOptions = {},
): SimulatedProcessorLink {
  const application = new QueueLink(clock, latencyMicros, ringOctets);
  const communication = new QueueLink(clock, latencyMicros, ringOctets);
  application.join(communication);
  communication.join(application);
  const at = { application, communication };
  return { application, communication, hang: (end) => at[end].hang(), resume: (end) => at[end].resume() };
}

class QueueLink implements ProcessorLink {
  readonly #clock: Clock;
  readonly #latencyMicros: number;
  readonly #ringOctets: number;
  #other: QueueLink = this;
  #listener: ProcessorLinkListener | undefined;
  #hung = false;
  #progress = 0;
  readonly #notes = new Int32Array(notesMax);

  /** What the other end has sent and this one has not taken, the oldest first. */
  readonly #incoming: Uint8Array[] = [];
  #incomingOctets = 0;
  #nudged = false;
  #roomMade = false;
  /** The other end was refused a message and waits for room. */
  #owesRoom = false;
  #wakeArmed = false;

  constructor(clock: Clock, latencyMicros: number, ringOctets: number) {
    this.#clock = clock;
    this.#latencyMicros = latencyMicros;
    this.#ringOctets = ringOctets;
  }

  join(other: QueueLink): void {
    this.#other = other;
  }

  send(message: Uint8Array): boolean {
    if (message.length > messageOctetsMax) return false;
    return this.#other.#accept(message);
  }

  listen(listener: ProcessorLinkListener): void {
    this.#listener = listener;
    this.#wake();
  }

  nudge(): void {
    this.#other.#nudged = true;
    this.#other.#wake();
  }

  countProgress(): void {
    this.#progress = (this.#progress + 1) >>> 0;
  }

  progressOfOther(): number {
    return this.#other.#progress;
  }

  note(place: number, value: number): void {
    this.#notes[place] = value;
  }

  noteOfOther(place: number): number {
    return this.#other.#notes[place];
  }

  hang(): void {
    this.#hung = true;
  }

  resume(): void {
    this.#hung = false;
    this.#wake();
  }

  #accept(message: Uint8Array): boolean {
    const octets = message.length + overheadOctets;
    if (this.#incomingOctets + octets > this.#ringOctets) {
      this.#owesRoom = true;
      this.#wake();
      return false;
    }
    this.#incoming.push(message.slice());
    this.#incomingOctets += octets;
    this.#wake();
    return true;
  }

  /** One wake serves all that has come until then, as on a processor that was asleep. */
  #wake(): void {
    if (this.#wakeArmed) return;
    this.#wakeArmed = true;
    this.#clock.at(this.#clock.nowMicros() + this.#latencyMicros, () => {
      this.#wakeArmed = false;
      this.#serve();
    });
  }

  #serve(): void {
    const listener = this.#listener;
    if (listener === undefined || this.#hung) return;
    if (this.#roomMade) {
      this.#roomMade = false;
      listener.writable();
    }
    if (this.#nudged) {
      this.#nudged = false;
      listener.nudged();
    }
    for (const message of this.#incoming.splice(0)) {
      this.#incomingOctets -= message.length + overheadOctets;
      listener.message(message);
    }
    if (this.#owesRoom) {
      this.#owesRoom = false;
      this.#other.#roomMade = true;
      this.#other.#wake();
    }
  }
}

/** What a message occupies in a ring beside its octets. */
const overheadOctets = 4;
