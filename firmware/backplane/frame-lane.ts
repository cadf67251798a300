/**
 * Frames of one class that wait for a plane. Where a card has a part in several groups their records take turns, one each, so that
 * a burst of one group's does not hold up another's. The frames of a record stay together.
 */
import type { CanFrame } from "../../hal/can-frame.ts";
import { framePart, partOf } from "./frame-identifier.ts";

export class FrameLane {
  /** By sender, those whose turn comes first in front; one that has nothing more has no queue. */
  readonly #queues = new Map<object, CanFrame[]>();
  #length = 0;

  get length(): number {
    return this.#length;
  }

  add(sender: object, frames: readonly CanFrame[]): void {
    const queue = this.#queues.get(sender);
    if (queue === undefined) this.#queues.set(sender, [...frames]);
    else for (const frame of frames) queue.push(frame);
    this.#length += frames.length;
  }

  /**
   * Offers frames in their order until `take` says no.
   * @param take whether it has taken the frame
   */
  drain(take: (frame: CanFrame) => boolean): void {
    for (const [sender, queue] of this.#queues) {
      const isAlone = this.#queues.size === 1;
      let taken = 0;
      let isTurnOver = false;
      while (taken < queue.length && !isTurnOver && take(queue[taken])) {
        const part = partOf(queue[taken].id);
        isTurnOver = !isAlone && (part === framePart.whole || part === framePart.last);
        taken++;
      }
      // What took the frames may have cleared the lane.
      if (this.#queues.get(sender) !== queue) return;
      this.#length -= taken;
      if (taken === queue.length) this.#queues.delete(sender);
      else {
        queue.splice(0, taken);
        if (!isTurnOver) return;
        // Behind the others, which this same pass comes to before it.
        this.#queues.delete(sender);
        this.#queues.set(sender, queue);
      }
    }
  }

  clear(): void {
    this.#queues.clear();
    this.#length = 0;
  }
}
