/** When the last messages came: who asks for the first message after a moment may ask a little late. */
import type { Micros } from "../../firmware/time.ts";

/** The first message that came later than a moment. */
export interface FirstMessage {
  readonly afterMicros: Micros;
  readonly atMicros: Micros;
  readonly type: string;
  /** When the last message before that moment came, if it is still known. */
  readonly beforeMicros?: Micros;
}

const messagesKept = 4096;

export class MessageHistory {
  /** Rings: the message numbered n is at n modulo their length. */
  readonly #at = new Float64Array(messagesKept);
  readonly #types: string[] = [];
  #count = 0;

  add(type: string, at: Micros): void {
    const place = this.#count++ % messagesKept;
    this.#at[place] = at;
    this.#types[place] = type;
  }

  /** Undefined when none has come yet. */
  firstAfter(after: Micros): FirstMessage | undefined {
    const oldest = Math.max(this.#count - messagesKept, 0);
    let first = this.#count;
    while (first > oldest && this.#at[(first - 1) % messagesKept] > after) first--;
    if (first === this.#count) return undefined;
    const place = first % messagesKept;
    const before = first > oldest ? { beforeMicros: this.#at[(first - 1) % messagesKept] } : {};
    return { afterMicros: after, atMicros: this.#at[place], type: this.#types[place], ...before };
  }
}
