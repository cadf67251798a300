/**
 * A ring of messages in shared memory, from one writing thread to one reading thread.
 *
 * The two positions count octets without end (modulo 2^32); their difference is what the ring holds. Each is written by
 * one side only, and moved only when the octets it covers are in place. A message is its length, four octets, and its
 * octets, rounded up to a multiple of four, so that a length never lies across the end of the ring.
 */
export class SharedRing {
  readonly #positions: Int32Array<SharedArrayBuffer>;
  readonly #lengths: Int32Array<SharedArrayBuffer>;
  readonly #octets: Uint8Array<SharedArrayBuffer>;
  readonly #capacity: number;

  /** Memory for a ring of `ringOctets`, a power of two. */
  static memory(ringOctets: number): SharedArrayBuffer {
    return new SharedArrayBuffer(headerOctets + ringOctets);
  }

  constructor(memory: SharedArrayBuffer) {
    this.#capacity = memory.byteLength - headerOctets;
    if (this.#capacity < lengthOctets || (this.#capacity & (this.#capacity - 1)) !== 0) {
      throw new RangeError(`a ring of ${this.#capacity} octets: the size must be a power of two`);
    }
    this.#positions = new Int32Array(memory, 0, headerOctets / Int32Array.BYTES_PER_ELEMENT);
    this.#lengths = new Int32Array(memory, headerOctets);
    this.#octets = new Uint8Array(memory, headerOctets);
  }

  /** Octets in use, lengths and padding included. */
  usedOctets(): number {
    return (Atomics.load(this.#positions, written) - Atomics.load(this.#positions, taken)) >>> 0;
  }

  /** Copies `message` in. False when there is no room for it. */
  write(message: Uint8Array): boolean {
    const occupied = occupiedOctets(message.length);
    if (this.#capacity - this.usedOctets() < occupied) return false;
    const position = Atomics.load(this.#positions, written);
    const start = this.#offset(position);
    this.#lengths[start / lengthOctets] = message.length;

    const bodyStart = this.#offset(position + lengthOctets);
    const untilEnd = this.#capacity - bodyStart;
    if (message.length <= untilEnd) {
      this.#octets.set(message, bodyStart);
    } else {
      this.#octets.set(message.subarray(0, untilEnd), bodyStart);
      this.#octets.set(message.subarray(untilEnd), 0);
    }
    Atomics.store(this.#positions, written, (position + occupied) | 0);
    return true;
  }

  /** Takes the oldest message out, as a copy; undefined when the ring is empty. */
  read(): Uint8Array | undefined {
    if (this.usedOctets() === 0) return undefined;
    const position = Atomics.load(this.#positions, taken);
    const start = this.#offset(position);
    const message = new Uint8Array(this.#lengths[start / lengthOctets] ?? 0);

    const bodyStart = this.#offset(position + lengthOctets);
    const untilEnd = this.#capacity - bodyStart;
    message.set(this.#octets.subarray(bodyStart, bodyStart + Math.min(message.length, untilEnd)));
    if (message.length > untilEnd) message.set(this.#octets.subarray(0, message.length - untilEnd), untilEnd);
    Atomics.store(this.#positions, taken, (position + occupiedOctets(message.length)) | 0);
    return message;
  }

  #offset(position: number): number {
    return position & (this.#capacity - 1);
  }
}

const lengthOctets = Int32Array.BYTES_PER_ELEMENT;

/** The two positions lie on cache lines of their own: the threads would slow each other down otherwise. */
const headerOctets = 128;
const written = 0;
const taken = 64 / Int32Array.BYTES_PER_ELEMENT;

function occupiedOctets(messageOctets: number): number {
  return (lengthOctets + messageOctets + lengthOctets - 1) & ~(lengthOctets - 1);
}
