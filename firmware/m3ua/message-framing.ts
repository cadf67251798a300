import type { DecodeError } from "../result.ts";
import { commonHeaderOctets } from "./codec.ts";
import { readU32 } from "./parameter-formats.ts";

export const messageOctetsMax = 65_536;

/** What a piece of a stream completed. An error comes after the messages before it. */
export interface Framed {
  readonly messages: readonly Uint8Array[];
  readonly error?: DecodeError;
}

/**
 * Cuts a stream of octets (TCP) into messages by the length in the common header. Holds at most one message.
 *
 * A length below the common header's own or above `messageOctetsMax` is an error: where the next message begins is then
 * unknown, the connection must be closed, and nothing more is read until `reset`.
 */
export class MessageFraming {
  #held = new Uint8Array(0);
  #heldOctets = 0;
  #error: DecodeError | undefined;

  /** A new connection begins. */
  reset(): void {
    this.#heldOctets = 0;
    this.#error = undefined;
  }

  /** Messages that lie whole in `octets` are views of it. */
  push(octets: Uint8Array): Framed {
    if (this.#error) return { messages: [], error: this.#error };
    const messages: Uint8Array[] = [];
    let offset = this.#heldOctets > 0 ? this.#complete(octets, messages) : 0;
    while (!this.#error && octets.length - offset >= commonHeaderOctets) {
      const length = this.#lengthOf(octets, offset);
      if (octets.length - offset < length) break;
      if (!this.#error) messages.push(octets.subarray(offset, offset + length));
      offset += length;
    }
    if (this.#error) return { messages, error: this.#error };
    if (offset < octets.length) this.#hold(octets, offset, octets.length);
    return { messages };
  }

  /** Adds to the message that was begun. The offset after what was taken. */
  #complete(octets: Uint8Array, messages: Uint8Array[]): number {
    let offset = this.#hold(octets, 0, Math.max(0, commonHeaderOctets - this.#heldOctets));
    if (this.#heldOctets < commonHeaderOctets) return offset;
    const length = this.#lengthOf(this.#held, 0);
    if (this.#error) return offset;
    offset = this.#hold(octets, offset, offset + length - this.#heldOctets);
    if (this.#heldOctets === length) {
      messages.push(this.#held.slice(0, length));
      this.#heldOctets = 0;
    }
    return offset;
  }

  #hold(octets: Uint8Array, start: number, end: number): number {
    const part = octets.subarray(start, end);
    const needed = this.#heldOctets + part.length;
    if (needed > this.#held.length) {
      const grown = new Uint8Array(Math.min(messageOctetsMax, 2 * needed));
      grown.set(this.#held);
      this.#held = grown;
    }
    this.#held.set(part, this.#heldOctets);
    this.#heldOctets = needed;
    return start + part.length;
  }

  #lengthOf(octets: Uint8Array, offset: number): number {
    const length = readU32(octets, offset + 4);
    if (length < commonHeaderOctets || length > messageOctetsMax) {
      this.#error = { kind: "bad-length", offset: offset + 4, parameter: "messageLength" };
    }
    return length;
  }
}
