/**
 * What a port has been given to transmit: a queue for each class that stays with the port, and a small window of frames that have been
 * handed on and are not confirmed yet. What has been handed on is beyond recall and goes out first, so it must be little: a heartbeat
 * waits for no more than that.
 */
import { type CanFrame, canClasses } from "./can-frame.ts";
import { CanTransmitQueue } from "./can-transmit-queue.ts";

export interface WindowSize {
  /** Frames handed on before the first is confirmed. */
  readonly framesMax: number;
  /** So many of each class in any case, so that a class goes to arbitration however long the window has been full. */
  readonly framesPerClassMin: number;
}

export class CanTransmitWindow {
  readonly #size: WindowSize;
  /** Frames not yet handed on. */
  readonly #queue: CanTransmitQueue;
  /** Frames handed on and not yet confirmed. */
  readonly #handedOn: CanTransmitQueue;
  readonly #counts = new Uint8Array(canClasses);
  #count = 0;

  /** @param queueFramesMax frames of one class that wait in the port */
  constructor(queueFramesMax: number, size: WindowSize) {
    this.#size = size;
    this.#queue = new CanTransmitQueue(queueFramesMax);
    this.#handedOn = new CanTransmitQueue(size.framesMax + canClasses * size.framesPerClassMin);
  }

  /** False when there is no room for the class. */
  push(frame: CanFrame): boolean {
    return this.#queue.push(frame);
  }

  /**
   * Hands on what there is room for, the lowest class first.
   * @param take whether it has taken the frame; where not, nothing more is offered now
   */
  handOn(take: (frame: CanFrame) => boolean): void {
    for (let frameClass = 0; frameClass < canClasses && !this.#queue.empty; frameClass++) {
      while (this.#hasRoom(frameClass)) {
        const frame = this.#queue.headOf(frameClass);
        if (frame === undefined) break;
        if (!take(frame)) return;
        this.#queue.shift(frameClass);
        this.#handedOn.push(frame);
        this.#counts[frameClass]++;
        this.#count++;
      }
      // What is left of this class goes before all higher ones.
      if (this.#queue.headOf(frameClass) !== undefined) return;
    }
  }

  #hasRoom(frameClass: number): boolean {
    return this.#count < this.#size.framesMax || this.#counts[frameClass] < this.#size.framesPerClassMin;
  }

  /** The oldest frame of a class that was handed on has been transmitted; undefined: there was none. */
  confirm(frameClass: number): CanFrame | undefined {
    const frame = this.#handedOn.shift(frameClass);
    if (frame === undefined) return undefined;
    this.#counts[frameClass]--;
    this.#count--;
    return frame;
  }

  /** Whether frames have been handed on that are not confirmed. */
  get awaits(): boolean {
    return this.#count > 0;
  }

  /** Whether the class refused a frame and is half empty since; true once. */
  takeWritable(frameClass: number): boolean {
    return this.#queue.takeWritable(frameClass);
  }

  clear(): void {
    this.#queue.clear();
    this.#handedOn.clear();
    this.#counts.fill(0);
    this.#count = 0;
  }
}
