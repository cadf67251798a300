/**
 * Frames of one class that wait for a plane. Where a card has a part in several groups their records take turns, one each, so that
 * a burst of one group's does not hold up another's. The frames of a record stay together.
 */
import type { CanFrame } from "../../hal/can-frame.ts";
import { framePart, partOf } from "./frame-identifier.ts";
import { type FrameList, FrameQueue } from "./frame-queue.ts";

interface SenderQueue {
  readonly sender: object;
  readonly frames: FrameQueue;
}

export class FrameLane {
  /** Those whose turn comes first in front. */
  readonly #queues: SenderQueue[] = [];
  #length = 0;
  /** Changes when the lane is cleared. */
  #life = 0;

  get length(): number {
    return this.#length;
  }

  add(sender: object, frames: FrameList): void {
    const queue = this.#queueOf(sender);
    for (let place = 0, frame = frames.at(0); frame !== undefined; frame = frames.at(++place)) queue.push(frame);
    this.#length += frames.length;
  }

  /** Who has had nothing to say comes behind those who have. */
  #queueOf(sender: object): FrameQueue {
    for (let place = 0; place < this.#queues.length; place++) {
      const queue = this.#queues[place];
      if (queue.sender !== sender) continue;
      if (queue.frames.length === 0) this.#putLast(place);
      return queue.frames;
    }
    const frames = new FrameQueue();
    this.#queues.push({ sender, frames });
    return frames;
  }

  #putLast(place: number): void {
    const queue = this.#queues[place];
    this.#queues.copyWithin(place, place + 1);
    this.#queues[this.#queues.length - 1] = queue;
  }

  /**
   * Offers frames in their order until `take` says no.
   * @param take whether it has taken the frame
   */
  drain(take: (frame: CanFrame) => boolean): void {
    const life = this.#life;
    while (this.#length > 0) {
      const place = this.#firstWaiting();
      const { frames } = this.#queues[place];
      const isAlone = frames.length === this.#length;
      let isTurnOver = false;
      while (frames.length > 0 && !isTurnOver) {
        const frame = frames.head();
        const part = partOf(frame.id);
        if (!take(frame) || this.#life !== life) return;
        frames.shift();
        this.#length--;
        isTurnOver = !isAlone && (part === framePart.whole || part === framePart.last);
      }
      if (isTurnOver) this.#putLast(place);
    }
  }

  #firstWaiting(): number {
    let place = 0;
    while (this.#queues[place].frames.length === 0) place++;
    return place;
  }

  clear(): void {
    for (const { frames } of this.#queues) frames.clear();
    this.#length = 0;
    this.#life++;
  }
}
