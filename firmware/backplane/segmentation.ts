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
import { assert } from "../result.ts";
import { frameIdentifier, framePart } from "./frame-identifier.ts";

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
export function recordCheck(identity: number, octets: Uint8Array): number {
  let crc = identity & 0xffff;
  for (const octet of octets) crc = ((crc << 8) ^ crcTable[(crc >> 8) ^ octet]) & 0xffff;
  return crc;
}

function identityOf(recordClass: number, slot: number, sequence: number): number {
  return (recordClass << 14) ^ (slot << 8) ^ sequence;
}

/**
 * Cuts a record into frames and gives them to `emit` in order.
 * @param sequence of the record among those of its sender and class, modulo 256
 */
export function segment(
  record: Uint8Array,
  recordClass: number,
  slot: number,
  sequence: number,
  frameOctets: FrameOctets,
  emit: (frame: CanFrame) => void,
): void {
  assert(record.length <= recordOctetsMax, `record of ${record.length} octets`);
  const fd = frameOctets === 64;
  const send = (part: number, data: Uint8Array) => emit({ id: frameIdentifier(recordClass, slot, part), fd, data });
  /** Zeros fill an FD frame up to a length that exists; the record's length tells them apart from its octets. */
  const blank = (octets: number) => new Uint8Array(fd ? canFdPaddedOctets(octets) : octets);
  const wholeHeader = fd ? 2 : 1;
  if (record.length + wholeHeader <= frameOctets) {
    const data = blank(record.length + wholeHeader);
    data[0] = sequence;
    if (fd) data[1] = record.length;
    data.set(record, wholeHeader);
    send(framePart.whole, data);
    return;
  }
  const lengthOctets = record.length < 0x80 ? 1 : 2;
  const first = new Uint8Array(frameOctets);
  first[0] = sequence;
  first[1] = lengthOctets === 1 ? record.length : (record.length & 0x7f) | 0x80;
  if (lengthOctets === 2) first[2] = record.length >> 7;
  const check = recordCheck(identityOf(recordClass, slot, sequence), record);
  first[1 + lengthOctets] = check >> 8;
  first[2 + lengthOctets] = check & 0xff;
  let offset = frameOctets - 3 - lengthOctets;
  first.set(record.subarray(0, offset), 3 + lengthOctets);
  send(framePart.first, first);
  for (let index = 1; offset < record.length; index++) {
    const piece = record.subarray(offset, offset + frameOctets - 1);
    const data = blank(1 + piece.length);
    data[0] = ((sequence & 7) << 5) | (index & 31);
    data.set(piece, 1);
    offset += piece.length;
    send(offset < record.length ? framePart.middle : framePart.last, data);
  }
}

/** What a frame did to the record it belongs to. */
export type Reassembled =
  | { readonly kind: "record"; readonly sequence: number; readonly record: Uint8Array }
  /** More frames are to come. */
  | { readonly kind: "pending" }
  /** Parts are missing or do not belong together: the record is lost on this plane. */
  | { readonly kind: "broken" };

const pending: Reassembled = { kind: "pending" };
const broken: Reassembled = { kind: "broken" };

/** Puts together the records of one sender and class as they come on one plane. Never throws on whatever frames. */
export class Reassembler {
  readonly #recordClass: number;
  readonly #slot: number;
  readonly #fd: boolean;
  #sequence = 0;
  #check = 0;
  #index = 0;
  #filled = 0;
  #record: Uint8Array | undefined;

  constructor(recordClass: number, slot: number, frameOctets: FrameOctets) {
    this.#recordClass = recordClass;
    this.#slot = slot;
    this.#fd = frameOctets === 64;
  }

  frame(part: number, data: Uint8Array): Reassembled {
    if (part === framePart.whole) return this.#whole(data);
    if (part === framePart.first) return this.#first(data);
    return this.#next(part, data);
  }

  #whole(data: Uint8Array): Reassembled {
    this.#record = undefined;
    const header = this.#fd ? 2 : 1;
    if (data.length < header) return broken;
    const length = this.#fd ? data[1] : data.length - 1;
    if (header + length > data.length) return broken;
    return { kind: "record", sequence: data[0], record: data.subarray(header, header + length) };
  }

  #first(data: Uint8Array): Reassembled {
    this.#record = undefined;
    if (data.length < 5) return broken;
    const short = data[1] < 0x80;
    const length = short ? data[1] : (data[1] & 0x7f) | (data[2] << 7);
    const header = short ? 4 : 5;
    if (length > recordOctetsMax || length <= data.length - header) return broken;
    this.#sequence = data[0];
    this.#check = (data[header - 2] << 8) | data[header - 1];
    this.#record = new Uint8Array(length);
    this.#record.set(data.subarray(header));
    this.#filled = data.length - header;
    this.#index = 1;
    return pending;
  }

  #next(part: number, data: Uint8Array): Reassembled {
    const record = this.#record;
    if (!record) return broken;
    const counter = (index: number) => ((this.#sequence & 7) << 5) | (index & 31);
    // A sender repeats a frame that some receiver saw an error in; the others get it twice.
    if (this.#index > 1 && part === framePart.middle && data[0] === counter(this.#index - 1)) return pending;
    const expected = counter(this.#index);
    const wanted = record.length - this.#filled;
    const last = part === framePart.last;
    if (data.length < 1 || data[0] !== expected || (last ? data.length - 1 < wanted : data.length - 1 >= wanted)) {
      this.#record = undefined;
      return broken;
    }
    const piece = data.subarray(1, 1 + Math.min(data.length - 1, wanted));
    record.set(piece, this.#filled);
    this.#filled += piece.length;
    this.#index++;
    if (!last) return pending;
    this.#record = undefined;
    const identity = identityOf(this.#recordClass, this.#slot, this.#sequence);
    if (recordCheck(identity, record) !== this.#check) return broken;
    return { kind: "record", sequence: this.#sequence, record };
  }
}
