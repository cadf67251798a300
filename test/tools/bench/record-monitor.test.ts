import { expect, it } from "vitest";
import { encodeCommit } from "../../../firmware/backplane/commit.ts";
import { frameIdentifier, framePart, recordClass } from "../../../firmware/backplane/frame-identifier.ts";
import { inputRecord } from "../../../firmware/backplane/input-record.ts";
import { type Input, input } from "../../../firmware/interchange/input.ts";
import { encode } from "../../../firmware/layout/layout.ts";
import { canFrameBits } from "../../../hal/can-bits.ts";
import type { CanFrame } from "../../../hal/can-frame.ts";
import { inputSubject, RecordMonitor } from "../../../tools/bench/record-monitor.ts";
import { segmented } from "../../firmware/backplane/segmented.ts";

const lim = 1;
const primary = 2;
/** Message type and pointers of an ACM and an ANM, and what they need. */
const addressComplete = Uint8Array.of(0x06, 0x16, 0x14, 0x00);
const answer = Uint8Array.of(0x09, 0x00);

function framesOf(kind: number, slot: number, sequence: number, record: Uint8Array): CanFrame[] {
  return segmented(record, kind, slot, sequence, 8);
}

function inputFrames(number: number, message: Uint8Array): CanFrame[] {
  const payload = encode(input, { kind: "isup", circuit: 1003, message });
  return framesOf(
    recordClass.input,
    lim,
    number % 256,
    encode(inputRecord, { group: 1, number: number % 4096, payload }),
  );
}

function commitFrames(sequence: number, number: number): CanFrame[] {
  const consumed = { kind: "input", slot: lim, number } as const;
  const body = new Uint8Array(12);
  const said = { group: 1, term: 1, sequence, consumed, refersToInput: false, timeMillis: 0, body };
  return framesOf(recordClass.commit, primary, sequence, encodeCommit(said));
}

function bitsOf(frames: readonly CanFrame[]): number {
  return frames.reduce((sum, frame) => sum + canFrameBits(frame).nominal, 0);
}

it("every record has the bits of its frames, a commit goes by the input that it consumed", () => {
  const monitor = new RecordMonitor(8);
  const beat = { id: frameIdentifier(recordClass.heartbeat, lim, framePart.whole), fd: false, data: new Uint8Array(8) };
  const complete = inputFrames(4097, addressComplete);
  const commit = commitFrames(10, 4097);
  // A beat and another card's record between the frames of a record are their own.
  for (const frame of [complete[0], beat, ...complete.slice(1), ...commit]) monitor.frame(frame);
  expect(monitor.costs()).toEqual([
    expect.objectContaining({ recordClass: "heartbeat", about: "", frames: 1, nominalBits: bitsOf([beat]) }),
    expect.objectContaining({ recordClass: "input", about: "ACM", records: 1, nominalBits: bitsOf(complete) }),
    expect.objectContaining({
      recordClass: "commit",
      about: "ACM",
      records: 1,
      frames: commit.length,
      nominalBits: bitsOf(commit),
    }),
  ]);
});

it("interleaved records of two classes are told apart", () => {
  const monitor = new RecordMonitor(8);
  const first = inputFrames(1, addressComplete);
  const second = inputFrames(2, answer);
  const commit = commitFrames(11, 1);
  for (const frame of [...first, commit[0], ...second, ...commit.slice(1)]) monitor.frame(frame);
  expect(monitor.costs().map(({ about, frames }) => [about, frames])).toEqual([
    ["ACM", first.length],
    ["ANM", second.length],
    ["ACM", commit.length],
  ]);
});

it("counts anew when told to", () => {
  const monitor = new RecordMonitor(8);
  for (const frame of inputFrames(1, answer)) monitor.frame(frame);
  monitor.forget();
  expect(monitor.costs()).toEqual([]);
  // What was heard before is still known.
  for (const frame of commitFrames(3, 1)) monitor.frame(frame);
  expect(monitor.costs()[0].about).toBe("ANM");
});

it.each<[Input, string]>([
  [{ kind: "isup", circuit: 1, message: answer }, "ANM"],
  [{ kind: "done", call: 5, verb: 3 }, "done (delete)"],
  [{ kind: "destination", exchange: 0, available: 1 }, "destination"],
])("an input of %o is about %s", (value, subject) => {
  expect(inputSubject(encode(input, value))).toBe(subject);
});

it("octets that are no input are said to be unreadable", () => {
  expect(inputSubject(Uint8Array.of(0xff))).toBe("unreadable");
});
