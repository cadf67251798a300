/** Frames in the order in which they are to go: what has once made room for many makes none any more. */
import type { CanFrame } from "../../hal/can-frame.ts";
import { assert } from "../result.ts";

/** Frames in an order. */
export interface FrameList {
  readonly length: number;
  /** Undefined beyond the last. */
  at(place: number): CanFrame | undefined;
}

export class FrameQueue implements FrameList {
  /** A ring; its length is a power of two. */
  #ring: (CanFrame | undefined)[] = new Array(16).fill(undefined);
  #head = 0;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  push(frame: CanFrame): void {
    if (this.#length === this.#ring.length) this.#grow();
    this.#ring[(this.#head + this.#length++) & (this.#ring.length - 1)] = frame;
  }

  /** The frame in this place from the first on, which is 0. */
  at(place: number): CanFrame | undefined {
    return place < this.#length ? this.#ring[(this.#head + place) & (this.#ring.length - 1)] : undefined;
  }

  /** The first of at least one. */
  head(): CanFrame {
    const frame = this.#ring[this.#head];
    assert(frame !== undefined, "a frame waits");
    return frame;
  }

  /** Takes the first out. */
  shift(): void {
    assert(this.#length > 0, "a frame waits");
    this.#ring[this.#head] = undefined;
    this.#head = (this.#head + 1) & (this.#ring.length - 1);
    this.#length--;
  }

  /** Takes out this very frame, if it is there. */
  remove(frame: CanFrame): void {
    const mask = this.#ring.length - 1;
    let place = 0;
    while (place < this.#length && this.at(place) !== frame) place++;
    if (place === this.#length) return;
    for (; place > 0; place--) this.#ring[(this.#head + place) & mask] = this.at(place - 1);
    this.shift();
  }

  clear(): void {
    while (this.#length > 0) this.shift();
  }

  #grow(): void {
    const { length } = this.#ring;
    const larger = new Array<CanFrame | undefined>(2 * length).fill(undefined);
    for (let index = 0; index < length; index++) larger[index] = this.#ring[(this.#head + index) & (length - 1)];
    this.#ring = larger;
    this.#head = 0;
  }
}
