/** A serial line in memory, with both its ends. What is written arrives when the clock goes on. */
import type { Clock } from "../../../hal/clock.ts";
import type { SerialLine, SerialLineListener } from "../../../hal/serial-line.ts";

class CableEnd implements SerialLine {
  other: CableEnd | undefined;
  readonly #clock: Pick<Clock, "nowMicros" | "at">;
  #listener: SerialLineListener | undefined;
  #isClosed = false;

  constructor(clock: Pick<Clock, "nowMicros" | "at">) {
    this.#clock = clock;
  }

  write(octets: Uint8Array): boolean {
    if (this.#isClosed) return false;
    this.#later(() => this.other?.arrive(octets));
    return true;
  }

  arrive(octets: Uint8Array): void {
    this.#listener?.octets(octets);
  }

  listen(listener: SerialLineListener): void {
    this.#listener = listener;
  }

  close(): void {
    this.#isClosed = true;
    this.#listener = undefined;
    this.#later(() => this.other?.hangUp());
  }

  hangUp(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#listener?.closed("the other end has hung up");
  }

  #later(work: () => void): void {
    this.#clock.at(this.#clock.nowMicros(), work);
  }
}

export function serialCable(clock: Pick<Clock, "nowMicros" | "at">): readonly [SerialLine, SerialLine] {
  const [one, other] = [new CableEnd(clock), new CableEnd(clock)];
  one.other = other;
  other.other = one;
  return [one, other];
}
