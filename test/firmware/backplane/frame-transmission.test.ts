import { beforeEach, describe, expect, test } from "vitest";
import { recordClass } from "../../../firmware/backplane/frame-identifier.ts";
import { FrameTransmission, type Plane } from "../../../firmware/backplane/frame-transmission.ts";
import type { CanFrame } from "../../../hal/can-frame.ts";
import { copyOfFrame } from "../../../hal/can-frame-pool.ts";

const sender = {};
/** Three frames of classic CAN. */
const record = Uint8Array.from({ length: 14 }, (_, index) => index);
const otherRecord = Uint8Array.from({ length: 14 }, (_, index) => 100 + index);

let inPort: [CanFrame[], CanFrame[]];
let transmission: FrameTransmission;
beforeEach(() => {
  inPort = [[], []];
  transmission = new FrameTransmission(2, 8, 1, (plane, frame) => {
    inPort[plane].push(frame);
    return "queued";
  });
  transmission.quiet = false;
});

/** What the ports have of the record; they have nothing then. */
function sent(octets: Uint8Array): [CanFrame[], CanFrame[]] {
  transmission.send(recordClass.input, octets, sender, 1);
  const frames: [CanFrame[], CanFrame[]] = [inPort[0], inPort[1]];
  inPort = [[], []];
  return frames;
}

describe("frames are used again", () => {
  test("when both planes have them out", () => {
    const [onA, onB] = sent(record);
    expect(onA).toHaveLength(3);
    expect(onB).toEqual(onA);
    transmission.transmitted(0, onA);
    transmission.transmitted(1, onB);
    expect(new Set(sent(otherRecord)[0])).toEqual(new Set(onA));
  });

  test.each<[Plane]>([[0], [1]])("and not when only plane %i has", (plane) => {
    const frames = sent(record);
    const before = frames[0].map(copyOfFrame);
    transmission.transmitted(plane, frames[plane]);
    for (const frame of sent(otherRecord)[0]) expect(frames[0]).not.toContain(frame);
    expect(frames[1 - plane].map(copyOfFrame)).toEqual(before);
  });

  test("when the only plane that is written to has them out", () => {
    transmission.planePassive(1, true);
    const [onA, onB] = sent(record);
    expect(onB).toHaveLength(0);
    transmission.transmitted(0, onA);
    expect(new Set(sent(otherRecord)[0])).toEqual(new Set(onA));
  });

  test("never by what a plane has lost: its port may say it yet", () => {
    const [onA, onB] = sent(record);
    transmission.planePassive(1, true);
    transmission.transmitted(0, onA);
    for (const frame of sent(otherRecord)[0]) expect(onB).not.toContain(frame);
    transmission.transmitted(1, onB);
    expect(new Set(sent(record)[0])).toEqual(new Set(onA));
  });

  test("a beat is when both planes have it out", () => {
    const beats = Array.from({ length: 3 }, () => transmission.beatFrame(8));
    for (const beat of beats) transmission.beat(beat);
    expect(inPort[0]).toEqual(beats);
    transmission.transmitted(0, beats);
    expect(beats).not.toContain(transmission.beatFrame(8));
    transmission.transmitted(1, beats.slice(1, 2));
    expect(transmission.beatFrame(8)).toBe(beats[1]);
  });
});

test("a plane that has not taken the last three beats gets no other; one of them out, in whatever order, makes room", () => {
  const beats = Array.from({ length: 5 }, () => transmission.beatFrame(8));
  for (const beat of beats.slice(0, 4)) transmission.beat(beat);
  expect(inPort[1]).toEqual(beats.slice(0, 3));
  transmission.transmitted(1, [beats[1]]);
  transmission.beat(beats[4]);
  expect(inPort[1]).toEqual([...beats.slice(0, 3), beats[4]]);
  expect(inPort[0]).toHaveLength(3);
});
