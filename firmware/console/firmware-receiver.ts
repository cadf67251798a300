/**
 * Firmware that comes over a line of the console, as text. A line of the sender is `<offset> <crc32> <base64>`: where its octets belong,
 * their CRC-32 as 8 lower hexadecimal digits, and up to 3072 octets. It is answered by `at <octets here>` when it was taken, and by
 * `again <octets here>` when it was not; the sender waits for that. Sans-I/O.
 */
import { type Micros, microsPerMilli } from "../time.ts";
import { octetsOfBase64 } from "./base64.ts";
import type { Received } from "../upgrade/upgrade-actions.ts";
import { crc32 } from "./crc32.ts";

/** Of firmware, in a line. */
export const firmwareOctetsMax = 3072;
/** A sender whose last line ended so long ago has gone; a line that has dropped may bring octets without an end. */
export const silenceMicrosMax: Micros = 60_000 * microsPerMilli;

const carriageReturn = 0x0d;
const lineFeed = 0x0a;
const lineOctetsMax = "01234567 89abcdef ".length + (firmwareOctetsMax / 3) * 4;
const senderLine = /^(\d{1,8}) ([0-9a-f]{8}) ([A-Za-z0-9+/]+={0,2})$/;

export type ReceptionStep =
  /** A line to the sender. */
  | { readonly kind: "tell"; readonly text: string }
  /** These follow what is here; what comes of it is told by `received`. */
  | { readonly kind: "append"; readonly octets: Uint8Array }
  /** Nothing more is taken; the last lines to the sender. */
  | { readonly kind: "over"; readonly text: string };

export class FirmwareReceiver {
  /** Of the whole bundle. */
  readonly #size: number;
  readonly #line = new Uint8Array(lineOctetsMax);
  /** Octets of the line so far, those of one that is too long included. */
  #length = 0;
  /** Octets of the bundle that are here; undefined: the card has not said so yet. */
  #held: number | undefined;
  /** The card has been asked, and has not answered. */
  #isAwaiting = true;
  #silentAt: Micros = 0;

  /** The card has been asked how much is here. @param size octets of the whole bundle */
  constructor(size: number) {
    this.#size = size;
  }

  /** Undefined while the card is at work: the sender rightly says nothing. */
  nextDeadline(): Micros | undefined {
    return this.#isAwaiting ? undefined : this.#silentAt;
  }

  /** The answer of the card, to the constructor or to `append`. */
  received(received: Received, now: Micros): ReceptionStep {
    this.#isAwaiting = false;
    this.#silentAt = now + silenceMicrosMax;
    if (typeof received === "string") {
      return { kind: "over", text: `${this.#held === undefined ? "nothing was" : "not"} received: ${received}` };
    }
    this.#held = received;
    if (received < this.#size) return { kind: "tell", text: `at ${received}` };
    return { kind: "over", text: `at ${received}\nreceived` };
  }

  /** An octet of the sender. While the card is at work it comes too early, and is dropped. */
  take(octet: number, now: Micros): ReceptionStep | undefined {
    if (this.#isAwaiting) return undefined;
    if (octet !== carriageReturn && octet !== lineFeed) {
      // What is beyond its end is not kept.
      this.#line[this.#length] = octet;
      this.#length++;
      return undefined;
    }
    const length = this.#length;
    this.#length = 0;
    if (length === 0) return undefined;
    this.#silentAt = now + silenceMicrosMax;
    const octets = length > lineOctetsMax ? undefined : this.#octetsOf(this.#line.subarray(0, length));
    if (octets === undefined) return { kind: "tell", text: `again ${this.#held}` };
    this.#isAwaiting = true;
    return { kind: "append", octets };
  }

  /** @returns what ends it when nothing has come for too long */
  due(now: Micros): ReceptionStep | undefined {
    return !this.#isAwaiting && now >= this.#silentAt ? this.#over("nothing came") : undefined;
  }

  /** Whoever sends, or looks on, wants no more of it. What came is kept. */
  giveUp(): ReceptionStep {
    return this.#over("given up");
  }

  #over(why: string): ReceptionStep {
    if (this.#held === undefined) return { kind: "over", text: `nothing was received: ${why}` };
    return { kind: "over", text: `not received: ${why} at ${this.#held}` };
  }

  /** Of a line that is whole, and next. */
  #octetsOf(line: Uint8Array): Uint8Array | undefined {
    const [, offset, crc, encoded] = senderLine.exec(String.fromCharCode(...line)) ?? [];
    if (offset === undefined || Number(offset) !== this.#held) return undefined;
    const octets = octetsOfBase64(encoded);
    if (octets === undefined || crc32(octets) !== Number.parseInt(crc, 16)) return undefined;
    return octets.length <= Math.min(firmwareOctetsMax, this.#size - this.#held) ? octets : undefined;
  }
}
