/** Listens in on a card's planes for its console: in the communication processor's thread, and only while somebody wants to see it. */
import type { CanFrame } from "../../hal/can-frame.ts";
import type { TimedFrame } from "../trace/timed-frame.ts";

/** Frames of both planes within one part, more than a console could show of them; a full plane has about as many. */
const framesMax = 512;
const partMillis = 100;

/** What goes to the other thread. */
export interface TappedPart {
  readonly frames: readonly (TimedFrame & { readonly micros: number })[];
  /** Frames for which there was no room. */
  readonly lost: number;
}

export class BusTap {
  readonly #tell: (part: TappedPart) => void;
  readonly #wallMillis: () => number;
  #frames: (TimedFrame & { readonly micros: number })[] = [];
  #lost = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(wallMillis: () => number, tell: (part: TappedPart) => void) {
    this.#wallMillis = wallMillis;
    this.#tell = tell;
  }

  /** What a runner is to hand its frames to. */
  readonly take = (plane: 0 | 1, frames: readonly CanFrame[]): void => {
    const micros = this.#wallMillis() * 1000;
    for (const { id, fd, data } of frames) {
      if (this.#frames.length >= framesMax) this.#lost++;
      else {
        this.#frames.push({ plane: plane === 0 ? "A" : "B", identifier: id, fd, octets: data.slice(), micros });
      }
    }
  };

  begin(): void {
    this.#timer ??= setInterval(() => this.#send(), partMillis);
  }

  end(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#frames = [];
    this.#lost = 0;
  }

  #send(): void {
    if (this.#frames.length === 0) return;
    this.#tell({ frames: this.#frames, lost: this.#lost });
    this.#frames = [];
    this.#lost = 0;
  }
}
