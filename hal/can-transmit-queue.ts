import { type CanFrame, canClasses, canClassOf } from "./can-frame.ts";

/** The frames that wait in one port: a first-in first-out queue for each class, the lowest class first (see `CanPort`). */
export class CanTransmitQueue {
  readonly #framesPerClassMax: number;
  readonly #rings: (CanFrame | undefined)[][];
  readonly #heads = new Uint32Array(canClasses);
  readonly #counts = new Uint32Array(canClasses);
  /** One bit a class that has a frame. */
  #waiting = 0;
  /** One bit a class that refused a frame and has not been reported to have room again. */
  #refused = 0;

  constructor(framesPerClassMax: number) {
    this.#framesPerClassMax = framesPerClassMax;
    this.#rings = Array.from({ length: canClasses }, () => new Array<CanFrame | undefined>(framesPerClassMax));
  }

  /** Appends to the queue of the frame's class; false when that is full. */
  push(frame: CanFrame): boolean {
    const frameClass = canClassOf(frame.id);
    const count = this.#counts[frameClass] ?? 0;
    if (count === this.#framesPerClassMax) {
      this.#refused |= 1 << frameClass;
      return false;
    }
    const ring = this.#rings[frameClass];
    if (ring === undefined) throw new RangeError(`no class ${frameClass}`);
    ring[((this.#heads[frameClass] ?? 0) + count) % this.#framesPerClassMax] = frame;
    this.#counts[frameClass] = count + 1;
    this.#waiting |= 1 << frameClass;
    return true;
  }

  get empty(): boolean {
    return this.#waiting === 0;
  }

  /** The oldest frame of the lowest class that has one. */
  head(): CanFrame | undefined {
    if (this.#waiting === 0) return undefined;
    return this.headOf(31 - Math.clz32(this.#waiting & -this.#waiting));
  }

  headOf(frameClass: number): CanFrame | undefined {
    return this.#rings[frameClass]?.[this.#heads[frameClass] ?? 0];
  }

  /** Takes the oldest frame of a class out. */
  shift(frameClass: number): CanFrame | undefined {
    const ring = this.#rings[frameClass];
    const head = this.#heads[frameClass] ?? 0;
    const frame = ring?.[head];
    if (ring === undefined || frame === undefined) return undefined;
    ring[head] = undefined;
    this.#heads[frameClass] = (head + 1) % this.#framesPerClassMax;
    const left = (this.#counts[frameClass] ?? 0) - 1;
    this.#counts[frameClass] = left;
    if (left === 0) this.#waiting &= ~(1 << frameClass);
    return frame;
  }

  /** The second frame of a class goes before the first; nothing where there is no second. */
  overtake(frameClass: number): void {
    const ring = this.#rings[frameClass];
    if (ring === undefined || (this.#counts[frameClass] ?? 0) < 2) return;
    const first = this.#heads[frameClass] ?? 0;
    const second = (first + 1) % this.#framesPerClassMax;
    [ring[first], ring[second]] = [ring[second], ring[first]];
  }

  /** Whether the class refused a frame and is half empty since; true once. */
  takeWritable(frameClass: number): boolean {
    const bit = 1 << frameClass;
    if ((this.#refused & bit) === 0 || (this.#counts[frameClass] ?? 0) * 2 > this.#framesPerClassMax) return false;
    this.#refused &= ~bit;
    return true;
  }

  clear(): void {
    for (const ring of this.#rings) ring.fill(undefined);
    this.#heads.fill(0);
    this.#counts.fill(0);
    this.#waiting = 0;
    this.#refused = 0;
  }
}
