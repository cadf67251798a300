import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { canFrameBits } from "../../hal/can-bits.ts";
import type { CanFrame } from "../../hal/can-frame.ts";
import { copyOfFrame } from "../../hal/can-frame-pool.ts";
import type { CanPort, CanPortListener, CanState } from "../../hal/can-port.ts";

/** A bus of some implementation, made for one test. */
export interface CanBusUnderTest {
  /** Plugs a port in; once resolved it is on the bus. */
  attach(name: string): Promise<CanPort>;
  /** Lets the bus run until `done()` holds; rejects when it never does. */
  until(done: () => boolean): Promise<void>;
  /** Frames of one class that a port may have handed on, so that a lower class queued later does not overtake them. */
  readonly handedOnFramesMax: number;
  close(): Promise<void>;
}

/** Writes down all that a port says. */
class Diary implements CanPortListener {
  readonly received: CanFrame[] = [];
  readonly confirmed: CanFrame[] = [];
  readonly writableClasses: number[] = [];
  readonly states: CanState[] = [];
  frames(batch: readonly CanFrame[]): void {
    this.received.push(...batch.map(copyOfFrame));
  }
  transmitted(batch: readonly CanFrame[]): void {
    this.confirmed.push(...batch);
  }
  writable(frameClass: number): void {
    this.writableClasses.push(frameClass);
  }
  state(state: CanState): void {
    this.states.push(state);
  }
  /** What was received, as "identifier:first octet". */
  get marks(): string[] {
    return this.received.map(mark);
  }
}

const mark = ({ id, data }: CanFrame) => `${id.toString(16)}:${data[0]}`;

/** A classic frame; `number` is its first two octets. */
function frame(frameClass: number, slot: number, number: number, part = 0): CanFrame {
  const data = Uint8Array.of(number & 0xff, number >> 8, 1, 2, 3);
  return { id: (frameClass << 8) | (slot << 2) | part, fd: false, data };
}

const numberOf = ({ data }: CanFrame) => (data[0] ?? 0) | ((data[1] ?? 0) << 8);
const upTo = (count: number) => Array.from({ length: count }, (_, index) => index);
/** Frames of the last class: when it has arrived, everything that its sender queued before has. */
const last = (slot: number) => frame(7, slot, 0xffff);
const isLast = (one: CanFrame) => numberOf(one) === 0xffff;

/** The contract of `CanPort`, to be run for every implementation. */
export function canPortContract(implementation: string, start: () => Promise<CanBusUnderTest>): void {
  describe(`CanPort contract: ${implementation}`, () => {
    let bus: CanBusUnderTest;
    beforeEach(async () => {
      bus = await start();
    });
    afterEach(() => bus.close());

    async function plug(name: string): Promise<{ port: CanPort; diary: Diary }> {
      const port = await bus.attach(name);
      const diary = new Diary();
      port.listen(diary);
      return { port, diary };
    }
    type Plugged = Awaited<ReturnType<typeof plug>>;
    /** As many as are taken out of the answer are there. */
    async function plugAll<const Names extends readonly string[]>(...names: Names) {
      return (await Promise.all(names.map(plug))) as { [Index in keyof Names]: Plugged };
    }

    it("a frame reaches all other ports as it was, and not its sender", async () => {
      const [a, b, c] = await plugAll("a", "b", "c");
      const sent: CanFrame[] = [
        { id: 0, fd: false, data: new Uint8Array(0) },
        { id: 0x2ab, fd: false, data: Uint8Array.of(0, 1, 2, 3, 4, 5, 6, 255) },
        last(1),
      ];
      for (const one of sent) expect(a.port.transmit(one)).toBe("queued");
      await bus.until(() => b.diary.received.length === 3 && c.diary.received.length === 3);
      await bus.until(() => a.diary.confirmed.length === 3);
      expect(b.diary.received).toEqual(sent);
      expect(c.diary.received).toEqual(sent);
      expect(a.diary.received).toEqual([]);
    });

    it("FD frames of every length arrive where the bus allows them, and are refused loudly where not", async () => {
      const [a, b] = await plugAll("a", "b");
      const sent = [0, 8, 12, 16, 20, 24, 32, 48, 64].map((octets) => ({
        id: 0x300,
        fd: true,
        data: Uint8Array.from({ length: octets }, (_, index) => octets + index),
      }));
      if (a.port.frameOctetsMax === 8) {
        for (const one of sent) expect(() => a.port.transmit(one)).toThrow(RangeError);
        return;
      }
      for (const one of sent) expect(a.port.transmit(one)).toBe("queued");
      await bus.until(() => b.diary.received.length === sent.length);
      expect(b.diary.received).toEqual(sent);
    });

    it("a frame that cannot be is a programming error", async () => {
      const [a] = await plugAll("a");
      expect(() => a.port.transmit({ id: 0x800, fd: false, data: new Uint8Array(0) })).toThrow(RangeError);
      expect(() => a.port.transmit({ id: 0, fd: false, data: new Uint8Array(9) })).toThrow(RangeError);
      expect(() => a.port.transmit({ id: 0, fd: true, data: new Uint8Array(13) })).toThrow(RangeError);
    });

    it("all ports see one order, whoever sends at the same time", async () => {
      const [a, b, c, d, e] = await plugAll("a", "b", "c", "d", "e");
      for (const number of upTo(20)) {
        a.port.transmit(frame(3, 1, number));
        b.port.transmit(frame(2, 2, number));
        c.port.transmit(frame(number % 7, 3, number));
      }
      [a, b, c].forEach(({ port }, index) => {
        port.transmit(last(index + 1));
      });
      await bus.until(() => [d, e].every(({ diary }) => diary.received.filter(isLast).length === 3));
      expect(d.diary.received.length).toBe(63);
      expect(e.diary.marks).toEqual(d.diary.marks);
      // A sender sees the same order, without its own.
      const ownSlot = (one: CanFrame) => (one.id >> 2) & 0x3f;
      await bus.until(() => a.diary.received.length === 42);
      expect(a.diary.received).toEqual(d.diary.received.filter((one) => ownSlot(one) !== 1));
    });

    it("frames of one class leave first in first out, whatever their identifiers", async () => {
      const [a, b] = await plugAll("a", "b");
      const sent = upTo(20).map((number) => frame(6, 1, number, [1, 2, 3, 0, 2][number % 5]));
      for (const one of sent) expect(a.port.transmit(one)).toBe("queued");
      await bus.until(() => b.diary.received.length === sent.length);
      expect(b.diary.received.map(numberOf)).toEqual(upTo(20));
    });

    it("a heartbeat does not wait behind a long record of a higher class", async () => {
      const [a, b] = await plugAll("a", "b");
      for (let number = 0; a.port.transmit(frame(6, 1, number)) === "queued"; number++);
      expect(a.port.transmit(frame(0, 1, 7))).toBe("queued");
      await bus.until(() => b.diary.marks.includes("4:7") === true);
      expect(b.diary.marks.indexOf("4:7")).toBeLessThanOrEqual(bus.handedOnFramesMax);
    });

    it("all classes queued together leave lowest first", async () => {
      const [a, b] = await plugAll("a", "b");
      for (const frameClass of [5, 2, 7, 0, 3, 6, 1, 4]) a.port.transmit(frame(frameClass, 1, frameClass));
      await bus.until(() => b.diary.received.length === 8);
      expect(b.diary.received.map(numberOf)).toEqual(upTo(8));
    });

    it("confirms every frame once, the very object, in bus order", async () => {
      const [a, b] = await plugAll("a", "b");
      const sent = upTo(15).map((number) => frame([6, 2][number % 2] ?? 0, 1, number));
      for (const one of sent) a.port.transmit(one);
      await bus.until(() => a.diary.confirmed.length === sent.length && b.diary.received.length === sent.length);
      expect(new Set(a.diary.confirmed)).toEqual(new Set(sent));
      expect(a.diary.confirmed.every((one) => sent.includes(one))).toBe(true);
      expect(a.diary.confirmed.map(numberOf)).toEqual(b.diary.received.map(numberOf));
    });

    it("full is back-pressure: writable follows, nothing is lost, order is kept", async () => {
      const [a, b] = await plugAll("a", "b");
      const count = 300;
      let next = 0;
      const pump = () => {
        while (next < count && a.port.transmit(frame(6, 1, next)) === "queued") next += 1;
      };
      const writableClasses: number[] = [];
      a.port.listen({
        frames: () => undefined,
        transmitted: () => undefined,
        state: () => undefined,
        writable: (frameClass) => {
          writableClasses.push(frameClass);
          pump();
        },
      });
      pump();
      expect(next).toBeGreaterThan(0);
      expect(next).toBeLessThan(count);
      await bus.until(() => b.diary.received.length === count);
      expect(b.diary.received.map(numberOf)).toEqual(upTo(count));
      expect(new Set(writableClasses)).toEqual(new Set([6]));
    });

    it("a full class does not fill another", async () => {
      const [a] = await plugAll("a", "b");
      while (a.port.transmit(frame(6, 1, 0)) === "queued");
      expect(a.port.transmit(frame(6, 1, 0))).toBe("full");
      expect(a.port.transmit(frame(2, 1, 0))).toBe("queued");
      expect(a.port.transmit(frame(0, 1, 0))).toBe("queued");
    });

    it("closing discards what has not gone out, and silences the listener", async () => {
      const [a, b, c] = await plugAll("a", "b", "c");
      for (const number of upTo(20)) a.port.transmit(frame(3, 1, number));
      a.port.close();
      a.port.close();
      expect(a.port.transmit(frame(3, 1, 99))).toBe("bus-off");
      b.port.transmit(last(2));
      await bus.until(() => c.diary.received.some(isLast) === true);
      // What came of it is what was first in the queue, and the same everywhere.
      const fromA = (c.diary.received ?? []).filter((one) => !isLast(one)).map(numberOf);
      expect(fromA).toEqual(upTo(fromA.length));
      expect(b.diary.received.map(numberOf)).toEqual(fromA);
      expect(a.diary).toEqual(new Diary());
    });

    it("never calls the listener from within transmit", async () => {
      const [a, b] = await plugAll("a", "b");
      let inTransmit = false;
      let calls = 0;
      const check = () => {
        expect(inTransmit).toBe(false);
        calls += 1;
      };
      a.port.listen({ frames: check, transmitted: check, writable: check, state: check });
      inTransmit = true;
      while (a.port.transmit(frame(6, 1, 0)) === "queued");
      inTransmit = false;
      a.port.transmit(last(1));
      await bus.until(() => b.diary.received.some(isLast) === true && calls > 0);
    });

    it("statistics: frames sent and received, and their exact bits, at both ends", async () => {
      const [a, b] = await plugAll("a", "b");
      const fromA = upTo(10).map((number) => frame(3, 1, number));
      const fromB = upTo(4).map((number) => frame(2, 2, number * 77));
      for (const one of fromA) a.port.transmit(one);
      for (const one of fromB) b.port.transmit(one);
      await bus.until(() => a.diary.confirmed.length === 10 && b.diary.confirmed.length === 4);
      await bus.until(() => a.diary.received.length === 4 && b.diary.received.length === 10);
      const nominalBits = [...fromA, ...fromB].reduce((sum, one) => sum + canFrameBits(one).nominal, 0);
      expect(a.port.statistics()).toEqual({ sent: 10, received: 4, dropped: 0, nominalBits, dataBits: 0 });
      expect(b.port.statistics()).toEqual({ sent: 4, received: 10, dropped: 0, nominalBits, dataBits: 0 });
    });
  });
}
