/** Frames that are used again: who sends or hears thousands a second makes no object for each. */
import { type CanFrame, canFdDataOctetsMax } from "./can-frame.ts";

/** A frame of a pool; only the pool changes what it is. */
class PooledFrame implements CanFrame {
  id = 0;
  fd = false;
  readonly data: Uint8Array;
  /** How many have it. */
  holders = 0;

  constructor(octets: number) {
    this.data = new Uint8Array(octets);
  }
}

export class CanFramePool {
  /** Those that nobody has, by the number of their octets. */
  readonly #free: PooledFrame[][] = Array.from({ length: canFdDataOctetsMax + 1 }, () => []);

  /** A frame with room for `octets` of data (0 to 64), which are those of its last life. It is used again once it has been held and released. */
  take(id: number, fd: boolean, octets: number): CanFrame {
    const frame = this.#free[octets].pop() ?? new PooledFrame(octets);
    frame.id = id;
    frame.fd = fd;
    return frame;
  }

  /** Somebody has it. */
  hold(frame: CanFrame): void {
    if (frame instanceof PooledFrame) frame.holders++;
  }

  /** Somebody has it no more. What is lost on the way is never released, and left to the collector. */
  release(frame: CanFrame): void {
    if (frame instanceof PooledFrame && --frame.holders === 0) this.#free[frame.data.length].push(frame);
  }
}

/** A frame to keep. */
export function copyOfFrame({ id, fd, data }: CanFrame): CanFrame {
  return { id, fd, data: data.slice() };
}
