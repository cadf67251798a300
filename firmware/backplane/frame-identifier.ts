/** The 11-bit CAN identifier of a backplane frame: class (3 bits), slot of the sender (6), part (2). Lower wins arbitration. */

/** What a record is for, most urgent first. */
export const recordClass = {
  heartbeat: 0,
  takeover: 1,
  commit: 2,
  input: 3,
  repair: 4,
  management: 5,
  resynchronisation: 6,
  bulk: 7,
} as const;

export type RecordClass = (typeof recordClass)[keyof typeof recordClass];

export const recordClassNames = Object.keys(recordClass) as (keyof typeof recordClass)[];

/** Which part of its record a frame carries. */
export const framePart = { whole: 0, first: 1, middle: 2, last: 3 } as const;

export const slotMax = 63;

export function frameIdentifier(recordClassNumber: number, slot: number, part: number): number {
  return (recordClassNumber << 8) | (slot << 2) | part;
}

export function classOf(identifier: number): number {
  return identifier >> 8;
}

export function slotOf(identifier: number): number {
  return (identifier >> 2) & 0x3f;
}

export function partOf(identifier: number): number {
  return identifier & 3;
}
