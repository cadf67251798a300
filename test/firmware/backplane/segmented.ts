/** The frames of a record, as an array. */
import { type FrameOctets, segment } from "../../../firmware/backplane/segmentation.ts";
import type { CanFrame } from "../../../hal/can-frame.ts";
import { CanFramePool } from "../../../hal/can-frame-pool.ts";

export function segmented(
  record: Uint8Array,
  recordClass: number,
  slot: number,
  sequence: number,
  frameOctets: FrameOctets,
): CanFrame[] {
  const frames: CanFrame[] = [];
  segment(record, recordClass, slot, sequence, frameOctets, frames, new CanFramePool());
  return frames;
}
