/**
 * A frame on the backplane and its octets in the layouts of the Linux kernel.
 *
 * The software bus speaks the kernel's own layouts, so a port can be moved to a SocketCAN interface without another codec.
 */
import type { CanFramePool } from "./can-frame-pool.ts";

/**
 * One data frame with an 11-bit identifier. An FD frame always switches the bit rate.
 *
 * Frames are used again (`CanFramePool`). The sender leaves a frame as it is until the port says that it is transmitted, or has lost
 * it; a receiver, who may share it with others, has it during the call only and copies what it keeps (`copyOfFrame`).
 */
export interface CanFrame {
  /** 0 to 2047; the lower wins arbitration. */
  readonly id: number;
  readonly fd: boolean;
  /** 0 to 8 octets, in an FD frame also 12, 16, 20, 24, 32, 48 or 64. */
  readonly data: Uint8Array;
}

export const canIdMax = 0x7ff;
export const canDataOctetsMax = 8;
export const canFdDataOctetsMax = 64;

/** The data lengths that an FD frame can have, by data length code. */
export const canFdLengths: readonly number[] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 12, 16, 20, 24, 32, 48, 64];

/** The class of a frame is the top three bits of its identifier; the lower goes first. */
export const canClasses = 8;

export function canClassOf(id: number): number {
  return id >> 8;
}

/** The data length code of the shortest FD frame that holds `octets` (0 to 64), by number of octets. */
const lengthCodes = Uint8Array.from({ length: canFdDataOctetsMax + 1 }, (_, octets) =>
  canFdLengths.findIndex((length) => length >= octets),
);

/** Data length code of a frame with `octets` of data; of the next longer length where there is no such length. */
export function canLengthCode(octets: number): number {
  const code = lengthCodes[octets];
  if (code === undefined) throw new RangeError(`a CAN frame cannot hold ${octets} octets`);
  return code;
}

/** How many octets of data an FD frame must have to hold `octets` (0 to 64); the sender pads the rest. */
export function canFdPaddedOctets(octets: number): number {
  return canFdLengths[canLengthCode(octets)] ?? canFdDataOctetsMax;
}

/** Whether there can be such a frame on a bus. */
export function isCanFrame(frame: CanFrame): boolean {
  const octets = frame.data.length;
  if (!Number.isInteger(frame.id) || frame.id < 0 || frame.id > canIdMax) return false;
  if (octets <= canDataOctetsMax) return true;
  return frame.fd && octets <= canFdDataOctetsMax && canFdPaddedOctets(octets) === octets;
}

/** Octets of `struct can_frame`. */
export const canFrameLayoutOctets = 16;
/** Octets of `struct canfd_frame`. */
export const canFdFrameLayoutOctets = 72;

const lengthOffset = 4;
const flagsOffset = 5;
const dataOffset = 8;
/** `CANFD_BRS | CANFD_FDF` of linux/can.h. */
const fdFlags = 0x01 | 0x04;

/** How many octets the kernel's layout of this frame has. */
export function canLayoutOctets(frame: CanFrame): number {
  return frame.fd ? canFdFrameLayoutOctets : canFrameLayoutOctets;
}

/**
 * Writes `struct can_frame` or `struct canfd_frame` (linux/can.h) at `offset` and returns its octets, 16 or 72.
 * The kernel's structures are in host order; every processor we run on is little-endian.
 */
export function encodeCanFrame(frame: CanFrame, into: Uint8Array, offset: number): number {
  const { id, data } = frame;
  const end = offset + canLayoutOctets(frame);
  into[offset] = id & 0xff;
  into[offset + 1] = id >> 8;
  into[offset + 2] = 0;
  into[offset + 3] = 0;
  into[offset + lengthOffset] = data.length;
  into[offset + flagsOffset] = frame.fd ? fdFlags : 0;
  into[offset + 6] = 0;
  into[offset + 7] = 0;
  into.set(data, offset + dataOffset);
  into.fill(0, offset + dataOffset + data.length, end);
  return end - offset;
}

/**
 * Reads the structure of `layoutOctets` (16: classic, 72: FD) at `offset`; the data is a copy.
 * `undefined` for what the backplane does not carry: extended identifiers, remote and error frames, lengths that do not
 * exist, a structure that is cut short. The frame comes from `pool`, if there is one.
 */
export function decodeCanFrame(
  octets: Uint8Array,
  offset: number,
  layoutOctets: number,
  pool?: CanFramePool,
): CanFrame | undefined {
  const fd = layoutOctets === canFdFrameLayoutOctets;
  if (!fd && layoutOctets !== canFrameLayoutOctets) return undefined;
  if (offset + layoutOctets > octets.length) return undefined;
  const id = (octets[offset] ?? 0) | ((octets[offset + 1] ?? 0) << 8);
  const flags = (octets[offset + 2] ?? 0) | (octets[offset + 3] ?? 0);
  const length = octets[offset + lengthOffset] ?? 0;
  if (flags !== 0 || id > canIdMax || length > layoutOctets - dataOffset) return undefined;
  if (fd && canFdPaddedOctets(length) !== length) return undefined;
  // A fresh array of at most 64 octets is cheaper than a view, and does not keep the whole receive buffer alive.
  const frame = pool?.take(id, fd, length) ?? { id, fd, data: new Uint8Array(length) };
  for (let index = 0; index < length; index++) frame.data[index] = octets[offset + dataOffset + index] ?? 0;
  return frame;
}
