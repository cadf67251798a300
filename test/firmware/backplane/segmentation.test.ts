import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { framePart, partOf, recordClass } from "../../../firmware/backplane/frame-identifier.ts";
import {
  type FrameOctets,
  Reassembler,
  recordCheck,
  recordOctetsMax,
  segment,
} from "../../../firmware/backplane/segmentation.ts";
import { type CanFrame, isCanFrame } from "../../../hal/can-frame.ts";
import { CanFramePool } from "../../../hal/can-frame-pool.ts";
import { segmented } from "./segmented.ts";

const slot = 5;
const kind = recordClass.commit;

function recordOf(length: number, seed = 1): Uint8Array {
  let state = seed;
  return Uint8Array.from({ length }, () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return state >>> 24;
  });
}

function framesOf(record: Uint8Array, sequence: number, frameOctets: FrameOctets): CanFrame[] {
  return segmented(record, kind, slot, sequence, frameOctets);
}

interface Received {
  readonly sequence: number;
  readonly record: Uint8Array;
}

function receive(frames: readonly CanFrame[], frameOctets: FrameOctets): Received[] {
  const reassembler = new Reassembler(kind, slot, frameOctets);
  const received: Received[] = [];
  for (const { id, data } of frames) {
    if (reassembler.frame(partOf(id), data) !== "record") continue;
    received.push({ sequence: reassembler.sequence, record: reassembler.record() });
  }
  return received;
}

test("the check is CRC-16 as ITU-T V.41 has it, begun with zero", () => {
  const digits = Uint8Array.from("123456789", (digit) => digit.charCodeAt(0));
  expect(recordCheck(0, digits)).toBe(0x31c3);
  expect(recordCheck(0xffff, digits)).toBe(0x29b1);
});

describe.each([8, 64] as const)("frames of %i octets", (frameOctets) => {
  test.each([3, 11, 60, 150])("which are used again show nothing of a longer record before: %i octets", (length) => {
    const pool = new CanFramePool();
    const cut = (octets: Uint8Array) => {
      const frames: CanFrame[] = [];
      segment(octets, kind, slot, 1, frameOctets, frames, pool);
      return frames;
    };
    const longer = cut(new Uint8Array(1000).fill(0xff));
    const short = Array.from({ length: 60 }, (_, octets) => cut(new Uint8Array(octets).fill(0xff))).flat();
    for (const frame of [...longer, ...short]) {
      pool.hold(frame);
      pool.release(frame);
    }
    expect(cut(recordOf(length))).toEqual(framesOf(recordOf(length), 1, frameOctets));
  });

  test("a record of every length up to 4095 octets comes back from frames that a bus can carry", () => {
    for (let length = 0; length <= recordOctetsMax; length += length < 300 ? 1 : 13) {
      const record = recordOf(length);
      const frames = framesOf(record, length & 0xff, frameOctets);
      expect(frames.every(isCanFrame)).toBe(true);
      expect(receive(frames, frameOctets)).toEqual([{ sequence: length & 0xff, record }]);
    }
    const longest = recordOf(recordOctetsMax);
    expect(receive(framesOf(longest, 0, frameOctets), frameOctets)).toEqual([{ sequence: 0, record: longest }]);
  });

  test("a record longer than 4095 octets is a mistake of the sender's", () => {
    expect(() => framesOf(new Uint8Array(recordOctetsMax + 1), 0, frameOctets)).toThrow("4096");
  });

  test("a record that fits one frame is one frame", () => {
    const most = frameOctets === 8 ? 7 : 62;
    expect(framesOf(recordOf(most), 0, frameOctets).map(({ id }) => partOf(id))).toEqual([framePart.whole]);
    expect(framesOf(recordOf(most + 1), 0, frameOctets).map(({ id }) => partOf(id))).toEqual([
      framePart.first,
      framePart.last,
    ]);
  });

  test("records follow each other through all sequences", () => {
    const frames: CanFrame[] = [];
    const expected: Received[] = [];
    for (let sequence = 0; sequence < 600; sequence++) {
      const record = recordOf(sequence % 97, sequence);
      frames.push(...framesOf(record, sequence & 0xff, frameOctets));
      expected.push({ sequence: sequence & 0xff, record });
    }
    expect(receive(frames, frameOctets)).toEqual(expected);
  });

  test("a frame that comes twice in a row changes nothing", () => {
    for (const length of [0, 7, 8, 20, 63, 100, 127, 128, 700, recordOctetsMax]) {
      const record = recordOf(length);
      const frames = framesOf(record, 250, frameOctets);
      for (let twice = 0; twice < frames.length; twice++) {
        const received = receive(frames.toSpliced(twice, 0, frames[twice]), frameOctets);
        // A whole record that came twice is told apart by its sequence, one layer up.
        for (const one of received) expect(one).toEqual({ sequence: 250, record });
        expect(received).toHaveLength(frames.length === 1 ? 2 : 1);
      }
    }
  });

  test("one frame lost: that record is lost, never a wrong one, and the next comes whole", () => {
    for (const length of [8, 20, 70, 127, 128, 300, 700]) {
      const record = recordOf(length);
      const frames = framesOf(record, 1, frameOctets);
      const next = recordOf(length, 2);
      const nextFrames = framesOf(next, 2, frameOctets);
      for (let lost = 0; lost < frames.length; lost++) {
        const received = receive([...frames.toSpliced(lost, 1), ...nextFrames], frameOctets);
        expect(received).toEqual([{ sequence: 2, record: next }]);
      }
    }
  });

  test("a run of frames lost that the counters do not show: the record is lost", () => {
    const frames = framesOf(recordOf(recordOctetsMax), 1, frameOctets);
    for (let lost = 1; lost <= 64; lost++) expect(receive(frames.toSpliced(2, lost), frameOctets)).toEqual([]);
  });

  test("two frames that changed places never give a wrong record", () => {
    for (const length of [20, 70, 128, 300]) {
      const record = recordOf(length);
      const frames = framesOf(record, 1, frameOctets);
      for (let one = 0; one < frames.length; one++) {
        for (let other = one + 1; other < frames.length; other++) {
          const mixed = frames.with(one, frames[other]).with(other, frames[one]);
          for (const received of receive(mixed, frameOctets)) expect(received.record).toEqual(record);
        }
      }
    }
  });

  test("one octet corrupted: no record of many frames comes out wrong", () => {
    for (const length of [70, 128, 300]) {
      const record = recordOf(length);
      const frames = framesOf(record, 9, frameOctets);
      frames.forEach(({ id, fd, data }, place) => {
        for (let octet = 0; octet < data.length; octet++) {
          for (const flip of [0x01, 0x10, 0x80, 0xff]) {
            const corrupt = { id, fd, data: data.with(octet, data[octet] ^ flip) };
            const received = receive(frames.with(place, corrupt), frameOctets);
            for (const one of received) expect(one).toEqual({ sequence: 9, record });
          }
        }
      });
    }
  });

  test("the tail of a record never completes another one of the same length, 8, 16 or 256 records before", () => {
    for (const later of [1, 8, 16, 248]) {
      const before = framesOf(recordOf(100, 1), 3, frameOctets);
      const after = framesOf(recordOf(100, 2), 3 + later, frameOctets);
      for (let cut = 1; cut < before.length; cut++) {
        expect(receive([...before.slice(0, cut), ...after.slice(cut)], frameOctets)).toEqual([]);
      }
    }
  });

  test("the same octets under another sequence, slot or class do not pass for each other", () => {
    const record = recordOf(100);
    const frames = framesOf(record, 3, frameOctets);
    const first = frames[0].data.with(0, 3 + 8);
    expect(receive([{ ...frames[0], data: first }, ...frames.slice(1)], frameOctets)).toEqual([]);
    for (const [otherKind, otherSlot] of [
      [kind, slot + 1],
      [recordClass.input, slot],
    ]) {
      const reassembler = new Reassembler(otherKind, otherSlot, frameOctets);
      const results = frames.map(({ id, data }) => reassembler.frame(partOf(id), data));
      expect(results.at(-1)).toBe("broken");
    }
  });

  test("whatever frames of many records are lost, doubled and mixed: only records that were sent come out", () => {
    const sent = new Map(Array.from({ length: 8 }, (_, n) => [250 + n, recordOf(10 + 37 * n, n)] as const));
    const frames = [...sent].flatMap(([sequence, record]) => framesOf(record, sequence & 0xff, frameOctets));
    const known = new Map([...sent].map(([sequence, record]) => [sequence & 0xff, record]));
    fc.assert(
      fc.property(fc.array(fc.nat(frames.length - 1), { maxLength: 120 }), fc.boolean(), (choice, ordered) => {
        const places = ordered ? choice.toSorted((a, b) => a - b) : choice;
        const arrived = places.map((place) => frames[place]);
        for (const { sequence, record } of receive(arrived, frameOctets)) expect(record).toEqual(known.get(sequence));
      }),
      { numRuns: 500 },
    );
  });

  test("frames of chance never throw, and give no record longer than there can be", () => {
    const frame = fc.tuple(fc.nat(3), fc.uint8Array({ maxLength: frameOctets }));
    fc.assert(
      fc.property(fc.array(frame, { maxLength: 60 }), (frames) => {
        const reassembler = new Reassembler(kind, slot, frameOctets);
        for (const [part, data] of frames) {
          if (reassembler.frame(part, data) !== "record") continue;
          expect(reassembler.record().length).toBeLessThanOrEqual(recordOctetsMax);
        }
      }),
      { numRuns: 1000 },
    );
  });
});

test("a record with a part missing is said to be broken, once it is seen", () => {
  const reassembler = new Reassembler(kind, slot, 8);
  const [first, second, third, last] = framesOf(recordOf(25), 1, 8);
  const take = ({ id, data }: CanFrame) => reassembler.frame(partOf(id), data);
  expect([first, second, third, last].map(take)).toEqual(["pending", "pending", "pending", "record"]);
  expect([first, third].map(take)).toEqual(["pending", "broken"]);
});
