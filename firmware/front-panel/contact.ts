/** A contact that bounces: its position counts when it has been the same for a while. */
import type { Micros } from "../time.ts";

/** Micro-switches bounce for up to 20 ms. Nobody opens an ejector twice within this time. */
export const contactRestMicros = 50_000;

export class Contact {
  #position: boolean;
  #moved: { readonly to: boolean; readonly at: Micros } | undefined;

  constructor(position: boolean) {
    this.#position = position;
  }

  /** The contact is in this position now. */
  note(position: boolean, now: Micros): void {
    if (position === (this.#moved?.to ?? this.#position)) return;
    this.#moved = position === this.#position ? undefined : { to: position, at: now };
  }

  /** @returns its position, where that has changed by now */
  settle(now: Micros): boolean | undefined {
    if (this.#moved === undefined || now < this.#moved.at + contactRestMicros) return undefined;
    this.#position = this.#moved.to;
    this.#moved = undefined;
    return this.#position;
  }

  nextDeadline(): Micros | undefined {
    return this.#moved && this.#moved.at + contactRestMicros;
  }
}
