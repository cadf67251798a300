/**
 * How many bits a frame has on the wire, exactly, and so how long it takes.
 *
 * ISO 11898-1, base format. Dynamic stuffing: after five equal bits comes one of the other value, which counts for the next
 * five. In a classic frame it runs from start of frame to the end of the CRC sequence, so the CRC must be computed. In an FD
 * frame it ends with the data field, and the CRC field has stuff bits at fixed places: its length does not depend on its value.
 */

import { type CanFrame, canLengthCode } from "./can-frame.ts";

/** Bits of a frame, interframe space included. */
export interface CanFrameBits {
  /** Bits at the nominal rate: all of a classic frame. */
  readonly nominal: number;
  /**
   * Bits at the data rate: none in a classic frame. In an FD frame from ESI to the CRC delimiter. The rate switches at the
   * sample points of BRS and of the CRC delimiter; with the same sample point at both rates that adds up to whole bits.
   */
  readonly data: number;
}

/** Bit rates of a bus, bits a second. */
export interface CanBitRates {
  readonly bitRate: number;
  readonly dataBitRate: number;
}

/** Start of frame, identifier, RTR, IDE, r0, data length code. */
const classicHeadBits = 1 + 11 + 1 + 1 + 1 + 4;
const classicCrcBits = 15;
/** CRC delimiter, ACK slot and delimiter, end of frame, interframe space. */
const classicTailBits = 1 + 2 + 7 + 3;
/** Start of frame, identifier, RRS, IDE, FDF, res, BRS. */
const fdNominalHeadBits = 1 + 11 + 1 + 1 + 1 + 1 + 1;
/** ESI, data length code. */
const fdDataHeadBits = 1 + 4;
/** ACK slot and delimiter, end of frame, interframe space. */
const fdTailBits = 2 + 7 + 3;
/** The stuff count of ISO FD: three bits Gray coded, and parity. */
const fdStuffCountBits = 4;
const fdShortCrcOctetsMax = 16;
const fdCrcDelimiterBits = 1;

/** Exact bits of `frame`, whose length must be one that exists. */
export function canFrameBits(frame: CanFrame): CanFrameBits {
  const bits = new CanBitCount();
  bits.add(frame);
  return bits;
}

/** Bits of all frames that were added. */
export class CanBitCount implements CanFrameBits {
  nominal = 0;
  data = 0;

  add(frame: CanFrame): void {
    if (frame.fd) addFdFrame(frame, this);
    else this.nominal += classicFrameBits(frame);
  }
}

/** Time on the wire of so many bits, microseconds. */
export function canBitsMicros(bits: CanFrameBits, rates: CanBitRates): number {
  return (bits.nominal * 1e6) / rates.bitRate + (bits.data * 1e6) / rates.dataBitRate;
}

function classicFrameBits({ id, data }: CanFrame): number {
  // RTR, IDE and r0 are dominant, which is zero.
  const head = (id << 7) | data.length;
  let stuffing = stuffOctet(stuffOctet(afterStartOfFrame, head >> 10), (head >> 2) & 0xff);
  stuffing = stuffBits(stuffing, head & 0x03, 2);
  // Zeros ahead do not change a CRC that starts at zero, so the 19 bits of the head may be taken as three octets.
  let crc = crc15(crc15(crc15(0, head >> 16), (head >> 8) & 0xff), head & 0xff);
  for (let index = 0; index < data.length; index++) {
    const octet = data[index] ?? 0;
    crc = crc15(crc, octet);
    stuffing = stuffOctet(stuffing, octet);
  }
  stuffing = stuffBits(stuffOctet(stuffing, crc >> 7), crc & 0x7f, 7);
  const unstuffed = classicHeadBits + 8 * data.length + classicCrcBits + classicTailBits;
  return unstuffed + stuffBitsSent(stuffing) + stuffBitsDue(stuffing);
}

function addFdFrame({ id, data }: CanFrame, count: CanBitCount): void {
  // RRS and IDE dominant, FDF recessive, res dominant, BRS recessive.
  const nominalHead = (id << 5) | 0b00101;
  let stuffing = stuffOctet(stuffOctet(afterStartOfFrame, nominalHead >> 8), nominalHead & 0xff);
  // FDF, res and BRS differ, so no stuff bit is due where the rate switches.
  const nominalStuffBits = stuffBitsSent(stuffing);
  stuffing = stuffBits(stuffing, canLengthCode(data.length), fdDataHeadBits);
  for (let index = 0; index < data.length; index++) stuffing = stuffOctet(stuffing, data[index] ?? 0);
  // A stuff bit due after the last bit of data is not sent: the first fixed one stands in its place.
  const dataStuffBits = stuffBitsSent(stuffing) - nominalStuffBits;
  const checkBits = fdStuffCountBits + (data.length <= fdShortCrcOctetsMax ? 17 : 21);
  // One ahead of the stuff count and one after every fourth bit.
  const fixedStuffBits = 1 + Math.floor(checkBits / 4);
  count.nominal += fdNominalHeadBits + nominalStuffBits + fdTailBits;
  count.data += fdDataHeadBits + 8 * data.length + dataStuffBits + checkBits + fixedStuffBits + fdCrcDelimiterBits;
}

/*
 * The stuffing of a bit stream so far is one number: the stuff bits sent times 16, plus the state. The state is the last bit
 * and how often it was repeated, (run - 1) * 2 + bit, run 1 to 5. After a run of five a stuff bit is due, and is sent when
 * another bit follows.
 */
const stuffStates = 10;
const runOfFive = 8;
/** A single dominant bit. */
const afterStartOfFrame = 0;

function stuffBitsSent(stuffing: number): number {
  return stuffing >> 4;
}

function stuffBitsDue(stuffing: number): number {
  return (stuffing & 15) >= runOfFive ? 1 : 0;
}

function stuffBit(stuffing: number, bit: number): number {
  let sent = stuffing >> 4;
  let state = stuffing & 15;
  if (state >= runOfFive) {
    sent += 1;
    state = (state & 1) ^ 1;
  }
  state = (state & 1) === bit ? state + 2 : bit;
  return (sent << 4) | state;
}

function stuffBits(stuffing: number, value: number, width: number): number {
  let result = stuffing;
  for (let shift = width - 1; shift >= 0; shift--) result = stuffBit(result, (value >> shift) & 1);
  return result;
}

/** By state and octet: what the eight bits add to a stuffing. */
const stuffTable = Uint8Array.from({ length: stuffStates * 256 }, (_, index) => stuffBits(index >> 8, index & 0xff, 8));

function stuffOctet(stuffing: number, octet: number): number {
  return (stuffing & ~15) + (stuffTable[((stuffing & 15) << 8) | octet] ?? 0);
}

/** x15 + x14 + x10 + x8 + x7 + x4 + x3 + 1, without its highest term. */
const crc15Polynomial = 0x4599;

const crc15Table = Uint16Array.from({ length: 256 }, (_, octet) => {
  let crc = octet << 7;
  for (let bit = 0; bit < 8; bit++) crc = crc & 0x4000 ? ((crc << 1) ^ crc15Polynomial) & 0x7fff : crc << 1;
  return crc;
});

function crc15(crc: number, octet: number): number {
  return ((crc << 8) & 0x7fff) ^ (crc15Table[(crc >> 7) ^ octet] ?? 0);
}
