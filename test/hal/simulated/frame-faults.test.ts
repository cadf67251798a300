import { expect, test } from "vitest";
import type { CanFrame } from "../../../hal/can-frame.ts";
import { SimulatedCanBus } from "../../../hal/simulated/can-bus.ts";
import type { FrameFate } from "../../../hal/simulated/can-frame-fate.ts";
import { VirtualClock } from "../../../hal/simulated/clock.ts";

const frame = (id: number, ...data: number[]): CanFrame => ({ id, fd: false, data: Uint8Array.from(data) });

/** Two receivers of one sender, whose frames all have one fate. */
function sent(frames: readonly CanFrame[], fateOf: (far: ReturnType<SimulatedCanBus["attach"]>) => FrameFate) {
  const clock = new VirtualClock();
  const bus = new SimulatedCanBus({ rates: { bitRate: 1_000_000, dataBitRate: 5_000_000 }, fd: true, clock });
  const [sender, near, far] = ["sender", "near", "far"].map((name) => bus.attach(name));
  const confirmed: CanFrame[] = [];
  const heard = { near: [] as string[], far: [] as string[] };
  const nothing = { writable: () => {}, state: () => {} };
  sender.listen({ ...nothing, frames: () => {}, transmitted: (batch) => confirmed.push(...batch) });
  for (const [name, port] of [["near", near] as const, ["far", far] as const]) {
    port.listen({
      ...nothing,
      frames: (batch) => heard[name].push(...batch.map(({ id, data }) => `${id.toString(16)}:${data}`)),
      transmitted: () => {},
    });
  }
  bus.decideFate = () => fateOf(far);
  for (const each of frames) sender.transmit(each);
  clock.run(1_000_000);
  return { ...heard, confirmed: confirmed.map((each) => frames.indexOf(each)) };
}

test("overtaken: the next frame of the class goes first, and is confirmed first; the last one has none behind it", () => {
  const frames = [frame(0x201, 1), frame(0x201, 2), frame(0x201, 3)];
  const { near, far, confirmed } = sent(frames, () => ({ kind: "overtaken" }));
  expect(near).toEqual(["201:2", "201:3", "201:1"]);
  expect(far).toEqual(near);
  expect(confirmed).toEqual([1, 2, 0]);
});

test("overtaken: frames of another class stay where they are", () => {
  const frames = [frame(0x201, 1), frame(0x301, 2)];
  expect(sent(frames, () => ({ kind: "overtaken" })).near).toEqual(["201:1", "301:2"]);
});

test("corrupted: some receivers get other octets, the sender's frame stays as it is", () => {
  const frames = [frame(0x201, 1, 2, 3)];
  const { near, far } = sent(frames, (port) => ({ kind: "corrupted-at", ports: [port], at: 4, mask: 0x80 }));
  expect([near, far]).toEqual([["201:1,2,3"], ["201:1,130,3"]]);
  expect([...frames[0].data]).toEqual([1, 2, 3]);
});
