/**
 * What is said on the hub's socket.
 *
 * A message is a type, a detail, the length of its body (two octets, little-endian) and the body. The first message of a
 * connection says what it is: a port of a card (`attach`) or a supervisor (`control`).
 */

import { type CanFrame, canLayoutOctets, encodeCanFrame } from "../can-frame.ts";
import type { CanState } from "../can-port.ts";
import type { WindowSize } from "../can-transmit-window.ts";

export const hubMessage = {
  /** Both ways. Body: `struct can_frame` or `struct canfd_frame`. */
  frame: 1,
  /** To a port: the oldest of its frames of this class has been transmitted. Detail: the class. */
  confirmed: 2,
  /** From a port. Body: its name, unique on the plane. */
  attach: 3,
  /** To a port: it is on the bus. Detail: 1 where FD frames are allowed. */
  attached: 4,
  /** To a port: it is not let on the bus. Body: why, a sentence. */
  refused: 5,
  /** To a port. Detail: index into `portStates`. */
  state: 6,
  /** From a port: leave bus-off. */
  recover: 7,
  /** To a port: frames that it lost since the last such message because it did not read. Body: four octets, little-endian. */
  missed: 8,
  /** From a supervisor: this is a control connection. */
  control: 9,
  /** From a supervisor. Body: a `HubRequest` in JSON. */
  request: 10,
  /** To a supervisor. Body: a `HubReply` in JSON. */
  reply: 11,
  /** To a supervisor. Body: a `HubEvent` in JSON. */
  event: 12,
} as const;

/** The states that the hub tells; a port whose connection ends is disconnected. */
export const portStates: readonly CanState[] = ["active", "passive", "bus-off"];

/** Frames that a port hands to the hub. The rest stays with the card and dies with it. */
export const windowSize: WindowSize = { framesMax: 16, framesPerClassMin: 2 };

const headerOctets = 4;
const bodyOctetsMax = 0xffff;

/** A message in a buffer that is valid during the call only. */
export type HubMessageHandler = (type: number, detail: number, octets: Buffer, offset: number, length: number) => void;

/** Cuts what comes from a socket into messages. */
export class HubMessageReader {
  #rest: Buffer | undefined;

  /** Hands on every message that `chunk` completes. */
  read(chunk: Buffer, handle: HubMessageHandler): void {
    const octets = this.#rest === undefined ? chunk : Buffer.concat([this.#rest, chunk]);
    let offset = 0;
    while (octets.length - offset >= headerOctets) {
      const length = octets.readUInt16LE(offset + 2);
      const body = offset + headerOctets;
      if (octets.length - body < length) break;
      handle(octets[offset] ?? 0, octets[offset + 1] ?? 0, octets, body, length);
      offset = body + length;
    }
    this.#rest = offset === octets.length ? undefined : octets.subarray(offset);
  }
}

/** Collects messages for one write. */
export class HubMessageWriter {
  #octets = Buffer.alloc(4096);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  frame(frame: CanFrame): void {
    const length = canLayoutOctets(frame);
    this.#header(hubMessage.frame, 0, length);
    encodeCanFrame(frame, this.#octets, this.#length);
    this.#length += length;
  }

  signal(type: number, detail = 0): void {
    this.#header(type, detail, 0);
  }

  count(type: number, count: number): void {
    this.#header(type, 0, 4);
    this.#length = this.#octets.writeUInt32LE(count, this.#length);
  }

  text(type: number, text: string): void {
    const length = Buffer.byteLength(text);
    if (length > bodyOctetsMax) throw new RangeError(`a message of ${length} octets`);
    this.#header(type, 0, length);
    this.#length += this.#octets.write(text, this.#length);
  }

  /** What has been collected, as octets of their own; the writer is empty then. */
  take(): Buffer {
    const octets = Buffer.from(this.#octets.subarray(0, this.#length));
    this.#length = 0;
    return octets;
  }

  #header(type: number, detail: number, bodyOctets: number): void {
    this.#reserve(headerOctets + bodyOctets);
    this.#octets[this.#length] = type;
    this.#octets[this.#length + 1] = detail;
    this.#octets.writeUInt16LE(bodyOctets, this.#length + 2);
    this.#length += headerOctets;
  }

  #reserve(octets: number): void {
    if (this.#length + octets <= this.#octets.length) return;
    const larger = Buffer.alloc(Math.max(this.#octets.length * 2, this.#length + octets));
    this.#octets.copy(larger, 0, 0, this.#length);
    this.#octets = larger;
  }
}
