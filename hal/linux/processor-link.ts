import {
  messageOctetsMax,
  type ProcessorEnd,
  type ProcessorLink,
  type ProcessorLinkListener,
  ringOctetsDefault,
} from "../processor-link.ts";
import { hearBell, newBell, ringBell } from "./bell.ts";
import { SharedRing } from "./shared-ring.ts";

/** What the two ends of a link share. It goes to another thread of the process as it is, in `workerData` or a message. */
export interface ProcessorLinkMemory {
  readonly control: SharedArrayBuffer;
  /** The rings, by the end that writes them. */
  readonly application: SharedArrayBuffer;
  readonly communication: SharedArrayBuffer;
  /** What wakes an end. */
  readonly bells: Readonly<Record<ProcessorEnd, number>>;
}

/** A ProcessorLink that keeps its thread alive from `listen` to `close`. */
export interface LinuxProcessorLink extends ProcessorLink {
  /** Nothing is delivered any more. */
  close(): void;
}

/** Memory for a link with two rings of `ringOctets` each, a power of two. */
export function processorLinkMemory(ringOctets: number = ringOctetsDefault): ProcessorLinkMemory {
  return {
    control: new SharedArrayBuffer(endWords * ends.length * Int32Array.BYTES_PER_ELEMENT),
    application: SharedRing.memory(ringOctets),
    communication: SharedRing.memory(ringOctets),
    bells: { application: newBell(), communication: newBell() },
  };
}

/** One end of the link in `memory`. Each end belongs to one thread. */
export function processorLink(memory: ProcessorLinkMemory, end: ProcessorEnd): LinuxProcessorLink {
  return new SharedMemoryLink(memory, end);
}

const ends: readonly ProcessorEnd[] = ["application", "communication"];

/** Control words of an end: two cache lines. */
const endWords = 32;
/** 1 while the end sleeps. Whoever makes it 0 rings its bell: only the first of many messages costs a wake-up. */
const sleeping = 0;
/** Signals that the end has not seen yet. */
const signals = 1;
/** Steps of work that the end has done. */
const progress = 2;
/** The first of its notes. */
const notes = 3;

/** Signals, one bit each. */
const nudge = 1;
const tellWhenRoom = 2;
const thereIsRoom = 4;

/** After so many messages the thread's sockets and timers have their turn. */
const batchMessagesMax = 32;

class SharedMemoryLink implements LinuxProcessorLink {
  readonly #control: Int32Array<SharedArrayBuffer>;
  /** First control word of this end, and of the other. */
  readonly #here: number;
  readonly #there: number;
  readonly #outgoing: SharedRing;
  readonly #incoming: SharedRing;
  readonly #roomOctets: number;
  readonly #bell: number;
  readonly #bellOfOther: number;
  #listener: ProcessorLinkListener | undefined;
  #stopHearing: (() => void) | undefined;
  #isServing = false;
  /** The other end was refused a message and waits for room. */
  #owesRoom = false;

  constructor(memory: ProcessorLinkMemory, end: ProcessorEnd) {
    const other = end === "application" ? "communication" : "application";
    this.#control = new Int32Array(memory.control);
    this.#here = ends.indexOf(end) * endWords;
    this.#there = ends.indexOf(other) * endWords;
    this.#outgoing = new SharedRing(memory[end]);
    this.#incoming = new SharedRing(memory[other]);
    this.#roomOctets = memory[other].byteLength / 2;
    this.#bell = memory.bells[end];
    this.#bellOfOther = memory.bells[other];
  }

  send(message: Uint8Array): boolean {
    if (message.length > messageOctetsMax) return false;
    if (!this.#outgoing.write(message)) {
      this.#signal(tellWhenRoom);
      return false;
    }
    this.#wakeOther();
    return true;
  }

  listen(listener: ProcessorLinkListener): void {
    this.#listener = listener;
    this.#stopHearing = hearBell(this.#bell, () => {
      if (!this.#isServing) this.#serve();
    });
    this.#serveSoon();
  }

  close(): void {
    this.#listener = undefined;
    Atomics.store(this.#control, this.#here + sleeping, 0);
    this.#stopHearing?.();
  }

  nudge(): void {
    this.#signal(nudge);
  }

  countProgress(): void {
    Atomics.add(this.#control, this.#here + progress, 1);
  }

  progressOfOther(): number {
    return Atomics.load(this.#control, this.#there + progress) >>> 0;
  }

  note(place: number, value: number): void {
    Atomics.store(this.#control, this.#here + notes + place, value);
  }

  noteOfOther(place: number): number {
    return Atomics.load(this.#control, this.#there + notes + place);
  }

  #signal(signal: number): void {
    Atomics.or(this.#control, this.#there + signals, signal);
    this.#wakeOther();
  }

  #wakeOther(): void {
    const word = this.#there + sleeping;
    if (Atomics.load(this.#control, word) === 1 && Atomics.exchange(this.#control, word, 0) === 1) {
      ringBell(this.#bellOfOther);
    }
  }

  #serveSoon(): void {
    this.#isServing = true;
    setImmediate(() => {
      this.#isServing = false;
      this.#serve();
    });
  }

  /** Hands a batch to the listener, then sleeps until there is more. */
  #serve(): void {
    this.#takeSignals();
    for (let left = batchMessagesMax; left > 0 && this.#listener !== undefined; left--) {
      const message = this.#incoming.read();
      if (message === undefined) break;
      this.#listener.message(message);
    }
    if (this.#owesRoom && this.#incoming.usedOctets() <= this.#roomOctets) {
      this.#owesRoom = false;
      this.#signal(thereIsRoom);
    }
    if (this.#listener !== undefined) this.#sleep();
  }

  #takeSignals(): void {
    const taken = Atomics.exchange(this.#control, this.#here + signals, 0);
    if (taken & tellWhenRoom) this.#owesRoom = true;
    if (taken & thereIsRoom) this.#listener?.writable();
    if (taken & nudge) this.#listener?.nudged();
  }

  /**
   * Sleeps, unless there is something to do. To say so first and look afterwards is what makes it safe: a message that
   * comes between the two finds the word set, and rings.
   */
  #sleep(): void {
    const word = this.#here + sleeping;
    Atomics.store(this.#control, word, 1);
    if (this.#incoming.usedOctets() === 0 && Atomics.load(this.#control, this.#here + signals) === 0) return;
    Atomics.store(this.#control, word, 0);
    this.#serveSoon();
  }
}
