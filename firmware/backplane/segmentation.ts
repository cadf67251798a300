/**
 * Records on frames. A record that fits one frame pays one octet (two on CAN FD, whose lengths are coarse); a longer one
 * carries its length and a check of its own, since what the controller's check covers ends with the frame.
 *
 *     whole   sequence, [length on FD], octets
 *     first   sequence, length (varint), check (CRC-16), octets
 *     middle  counter (sequence modulo 8 in the upper three bits, index modulo 32 below), octets
 *     last    counter, octets
 */
import { type CanFrame, canFdPaddedOctets } from "../../hal/can-frame.ts";
import type { CanFramePool } from "../../hal/can-frame-pool.ts";
import { assert } from "../result.ts";
import { frameIdentifier, framePart } from "./frame-identifier.ts";
import type { RecordLender } from "./record-lender.ts";

/** Octets a record has at most. */
export const recordOctetsMax = 4095;

/** How many octets a frame of the bus carries. */
export type FrameOctets = 8 | 64;

const crcTable = Uint16Array.from({ length: 256 }, (_, octet) => {
  let crc = octet << 8;
  for (let bit = 0; bit < 8; bit++) crc = crc & 0x8000 ? ((crc << 1) ^ 0x1021) & 0xffff : crc << 1;
  return crc;
});

/** CRC-16/CCITT of a record, begun with what identifies it, so that parts of two records never pass for one. */
export function recordCheck(identity: number, octets: Uint8Array, length = octets.length): number {
  let crc = identity & 0xffff;
  for (let index = 0; index < length; index++) crc = ((crc << 8) ^ crcTable[(crc >> 8) ^ octets[index]]) & 0xffff;
  return crc;
}

function identityOf(recordClass: number, slot: number, sequence: number): number {
  return (recordClass << 14) ^ (slot << 8) ^ sequence;
}

/**
 * Cuts a record into frames, in order.
 * @param sequence of the record among those of its sender and class, modulo 256
 * @param frames what they are put behind
 * @param pool where they come from
 * @returns the last of them
 */
export function segment(
  record: Uint8Array,
  recordClass: number,
  slot: number,
  sequence: number,
  frameOctets: FrameOctets,
  frames: { push(frame: CanFrame): unknown },
  pool: CanFramePool,
): CanFrame {
  assert(record.length <= recordOctetsMax, `record of ${record.length} octets`);
  const fd = frameOctets === 64;
  const wholeHeader = fd ? 2 : 1;
  if (record.length + wholeHeader <= frameOctets) {
    const octets = dataOctets(record.length + wholeHeader, fd);
    const frame = pool.take(frameIdentifier(recordClass, slot, framePart.whole), fd, octets);
    const { data } = frame;
    data[0] = sequence;
    if (fd) data[1] = record.length;
    fillUp(data, copy(record, 0, data, wholeHeader, record.length) + wholeHeader);
    frames.push(frame);
    return frame;
  }
  const first = pool.take(frameIdentifier(recordClass, slot, framePart.first), fd, frameOctets);
  frames.push(first);
  let last = first;
  let offset = begin(record, identityOf(recordClass, slot, sequence), sequence, first.data);
  for (let index = 1; offset < record.length; index++) {
    const count = Math.min(frameOctets - 1, record.length - offset);
    const part = offset + count < record.length ? framePart.middle : framePart.last;
    last = pool.take(frameIdentifier(recordClass, slot, part), fd, dataOctets(1 + count, fd));
    const { data } = last;
    data[0] = ((sequence & 7) << 5) | (index & 31);
    offset = copy(record, offset, data, 1, count);
    fillUp(data, 1 + count);
    frames.push(last);
  }
  return last;
}

/** The data of the first of several frames. @returns how many octets of the record it has */
function begin(record: Uint8Array, identity: number, sequence: number, data: Uint8Array): number {
  const lengthOctets = record.length < 0x80 ? 1 : 2;
  data[0] = sequence;
  data[1] = lengthOctets === 1 ? record.length : (record.length & 0x7f) | 0x80;
  if (lengthOctets === 2) data[2] = record.length >> 7;
  const check = recordCheck(identity, record);
  data[1 + lengthOctets] = check >> 8;
  data[2 + lengthOctets] = check & 0xff;
  return copy(record, 0, data, 3 + lengthOctets, data.length - 3 - lengthOctets);
}

/** Zeros fill an FD frame up to a length that exists; the record's length tells them apart from its octets. */
function dataOctets(octets: number, fd: boolean): number {
  return fd ? canFdPaddedOctets(octets) : octets;
}

function fillUp(data: Uint8Array, from: number): void {
  for (let index = from; index < data.length; index++) data[index] = 0;
}

/** Copies `count` octets; a view of so few would cost more. @returns where those begin that come after them */
function copy(from: Uint8Array, start: number, into: Uint8Array, at: number, count: number): number {
  for (let index = 0; index < count; index++) into[at + index] = from[start + index];
  return start + count;
}

const nothing = new Uint8Array(0);

/** What a frame did to the record it belongs to. */
export type Reassembled =
  /** It is whole. */
  | "record"
  /** More frames are to come. */
  | "pending"
  /** Parts are missing or do not belong together: the record is lost on this plane. */
  | "broken";

/** Puts together the records of one sender and class as they come on one plane. Never throws on whatever frames. */
export class Reassembler {
  readonly #recordClass: number;
  readonly #slot: number;
  readonly #fd: boolean;
  #sequence = 0;
  #check = 0;
  #index = 0;
  #filled = 0;
  /** How long the record is whose parts are coming; 0: none is. */
  #length = 0;
  /** Room for the longest record so far. */
  #parts: Uint8Array = nothing;
  /** What the record that was whole last lies in, and where. */
  #within: Uint8Array = nothing;
  #from = 0;

  constructor(recordClass: number, slot: number, frameOctets: FrameOctets) {
    this.#recordClass = recordClass;
    this.#slot = slot;
    this.#fd = frameOctets === 64;
  }

  /** Of the record that is whole, modulo 256. */
  get sequence(): number {
    return this.#sequence;
  }

  /** A copy of the record that is whole, to be had until the next frame comes: of two planes only one is asked for it. */
  record(): Uint8Array {
    return this.#within.slice(this.#from, this.#from + this.#filled);
  }

  /** The same, lent. */
  lentRecord(lender: RecordLender): Uint8Array {
    return lender.lend(this.#within, this.#from, this.#filled);
  }

  frame(part: number, data: Uint8Array): Reassembled {
    if (part === framePart.whole) return this.#only(data);
    if (part === framePart.first) return this.#first(data);
    return this.#next(part, data);
  }

  #only(data: Uint8Array): Reassembled {
    this.#length = 0;
    const header = this.#fd ? 2 : 1;
    if (data.length < header) return "broken";
    const length = this.#fd ? data[1] : data.length - 1;
    if (header + length > data.length) return "broken";
    this.#sequence = data[0];
    this.#within = data;
    this.#from = header;
    this.#filled = length;
    return "record";
  }

  #first(data: Uint8Array): Reassembled {
    this.#length = 0;
    if (data.length < 5) return "broken";
    const short = data[1] < 0x80;
    const length = short ? data[1] : (data[1] & 0x7f) | (data[2] << 7);
    const header = short ? 4 : 5;
    if (length > recordOctetsMax || length <= data.length - header) return "broken";
    this.#sequence = data[0];
    this.#check = (data[header - 2] << 8) | data[header - 1];
    this.#length = length;
    if (this.#parts.length < length) this.#parts = new Uint8Array(length);
    this.#filled = data.length - header;
    copy(data, header, this.#parts, 0, this.#filled);
    this.#index = 1;
    return "pending";
  }

  #next(part: number, data: Uint8Array): Reassembled {
    if (this.#length === 0) return "broken";
    const counter = (index: number) => ((this.#sequence & 7) << 5) | (index & 31);
    // A sender repeats a frame that some receiver saw an error in; the others get it twice.
    if (this.#index > 1 && part === framePart.middle && data[0] === counter(this.#index - 1)) return "pending";
    const expected = counter(this.#index);
    const wanted = this.#length - this.#filled;
    const last = part === framePart.last;
    if (data.length < 1 || data[0] !== expected || (last ? data.length - 1 < wanted : data.length - 1 >= wanted)) {
      this.#length = 0;
      return "broken";
    }
    const count = Math.min(data.length - 1, wanted);
    copy(data, 1, this.#parts, this.#filled, count);
    this.#filled += count;
    this.#index++;
    if (!last) return "pending";
    this.#length = 0;
    const identity = identityOf(this.#recordClass, this.#slot, this.#sequence);
    if (recordCheck(identity, this.#parts, this.#filled) !== this.#check) return "broken";
    this.#within = this.#parts;
    this.#from = 0;
    return "record";
  }
}
