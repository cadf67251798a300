import { mkdtemp, rm } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate as turn } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { canFrameBits } from "../../../hal/can-bits.ts";
import type { CanFrame } from "../../../hal/can-frame.ts";
import type { CanState } from "../../../hal/can-port.ts";
import { type Hub, type HubOptions, startHub } from "../../../hal/software-bus/hub.ts";
import type { HubEvent } from "../../../hal/software-bus/hub-commands.ts";
import { connectHubControl, type HubControl } from "../../../hal/software-bus/hub-control.ts";
import { HubMessageWriter, hubMessage, windowSize } from "../../../hal/software-bus/hub-protocol.ts";
import { connectSoftwareCanPort } from "../../../hal/software-bus/software-can-port.ts";

const commit = (number: number): CanFrame => ({ id: 0x204, fd: false, data: Uint8Array.of(number) });
const input = (number: number): CanFrame => ({ id: 0x308, fd: false, data: Uint8Array.of(number) });
const upTo = (count: number) => Array.from({ length: count }, (_, index) => index);

let folder: string;
let path: string;
let options: HubOptions;
let hub: Hub;
let control: HubControl;
let events: string[];
const closers: (() => void)[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "hub-"));
  path = join(folder, "plane");
  const rates = { bitRate: 1_000_000, dataBitRate: 5_000_000 };
  options = { plane: "A", path, rates, fd: true, paced: false };
  hub = await startHub(options);
  control = await connectHubControl(path);
  events = [];
  control.onEvent((event: HubEvent) => events.push(`${event.event} ${event.port}`));
});

afterEach(async () => {
  for (const close of closers.splice(0)) close();
  control.close();
  await hub.close();
  await rm(folder, { recursive: true });
});

/** A condition that never comes is ended by the test's own time limit. */
async function until(done: () => boolean): Promise<void> {
  while (!done()) await turn();
}

async function plug(name: string) {
  const port = await connectSoftwareCanPort({ path, name });
  const received: number[] = [];
  const confirmed: number[] = [];
  const states: CanState[] = [];
  port.listen({
    frames: (batch) => received.push(...batch.map(({ data }) => data[0] ?? -1)),
    transmitted: (batch) => confirmed.push(...batch.map(({ data }) => data[0] ?? -1)),
    writable: () => undefined,
    state: (state) => states.push(state),
  });
  closers.push(() => port.close());
  return { port, received, confirmed, states };
}

describe("faults on command", () => {
  it("a cut plane carries nothing and keeps what is queued; mended, a heartbeat queued last goes first", async () => {
    const a = await plug("a");
    const b = await plug("b");
    await control.cut();
    // More than the window: the rest waits in the card.
    const count = windowSize.framesMax + 4;
    for (const number of upTo(count)) expect(a.port.transmit(input(number))).toBe("queued");
    await until(() => a.states.length === 1);
    expect(a.states).toEqual(["passive"]);
    a.port.transmit({ id: 0x004, fd: false, data: Uint8Array.of(99) });
    // The answer to a second request says that the hub has read what came before.
    await control.statistics();
    await control.mend();
    await until(() => b.received.length === count + 1);
    expect(b.received).toEqual([99, ...upTo(count)]);
    await until(() => a.states.length === 2);
    expect(a.states).toEqual(["passive", "active"]);
  });

  it("a severed port is disconnected, its name refused until it is plugged in again", async () => {
    const a = await plug("a");
    await plug("b");
    await control.sever("a");
    await until(() => a.states.includes("disconnected"));
    expect(events).toContain("severed a");
    expect(events).not.toContain("detached a");
    expect(a.port.transmit(commit(0))).toBe("bus-off");
    await expect(connectSoftwareCanPort({ path, name: "a" })).rejects.toThrow("the port a is unplugged from plane A");
    await control.plug("a");
    a.port.recover();
    await until(() => a.states.at(-1) === "active");
    expect(a.port.transmit(commit(0))).toBe("queued");
    await until(() => a.confirmed.length === 1);
  });

  it("pull@commit:k: the k-th commit frame from now is the last that goes out", async () => {
    const a = await plug("a");
    const b = await plug("b");
    const c = await plug("c");
    a.port.transmit(commit(100));
    await until(() => a.confirmed.length === 1);
    await control.armPullAtCommit("a", 3);
    // Commits of another card do not count.
    c.port.transmit(commit(200));
    await until(() => c.confirmed.length === 1);
    for (const number of upTo(10)) a.port.transmit(commit(number));
    await until(() => events.includes("severed a"));
    c.port.transmit(commit(201));
    await until(() => b.received.includes(201));
    expect(b.received).toEqual([100, 200, 0, 1, 2, 201]);
    expect(c.received).toEqual([100, 0, 1, 2]);
    await until(() => a.states.includes("disconnected"));
  });

  it("the n-th frame can be lost at some receivers, and hits one frame only", async () => {
    const a = await plug("a");
    const b = await plug("b");
    const c = await plug("c");
    await control.armFrameFault({ count: 2, fault: "lost", ports: ["b"] });
    for (const number of upTo(4)) a.port.transmit(input(number));
    await until(() => c.received.length === 4 && b.received.length === 3);
    expect(b.received).toEqual([0, 2, 3]);
    const { ports } = await control.statistics();
    expect(ports.map(({ port, sent, received, dropped }) => [port, sent, received, dropped])).toEqual([
      ["a", 4, 0, 0],
      ["b", 0, 3, 1],
      ["c", 0, 4, 0],
    ]);
  });

  it("a frame rejected by some comes twice to the others", async () => {
    const a = await plug("a");
    const b = await plug("b");
    const c = await plug("c");
    await control.armFrameFault({ count: 1, frameClass: 3, fault: "rejected", ports: ["b"] });
    a.port.transmit(commit(0));
    a.port.transmit(input(1));
    await until(() => a.confirmed.length === 2 && c.received.length === 3 && b.received.length === 2);
    expect(b.received).toEqual([0, 1]);
    expect(c.received).toEqual([0, 1, 1]);
  });

  it("deaf and mute", async () => {
    const a = await plug("a");
    const b = await plug("b");
    const c = await plug("c");
    // Neither a deaf nor a mute port acknowledges.
    await plug("d");
    await control.setDeaf("a", true);
    await control.setMute("b", true);
    b.port.transmit(input(1));
    c.port.transmit(input(2));
    await until(() => c.confirmed.length === 1);
    await control.setDeaf("a", false);
    await control.setMute("b", false);
    await until(() => b.confirmed.length === 1 && a.received.length === 1 && c.received.length === 1);
    expect(a.received).toEqual([1]);
    expect(b.received).toEqual([2]);
    expect(c.received).toEqual([1]);
  });

  it("bus-off, and back", async () => {
    const a = await plug("a");
    const b = await plug("b");
    await control.busOff("a");
    await until(() => a.states.length === 1);
    expect(a.states).toEqual(["bus-off"]);
    expect(a.port.transmit(input(1))).toBe("bus-off");
    a.port.recover();
    await until(() => a.states.length === 2);
    expect(a.states).toEqual(["bus-off", "active"]);
    a.port.transmit(input(2));
    await until(() => b.received.length === 1);
    expect(b.received).toEqual([2]);
  });

  it("what cannot be done is refused with a sentence", async () => {
    await expect(control.sever("nobody")).rejects.toThrow("no port named nobody is on plane A");
  });
});

describe("statistics", () => {
  it("frames and exact bits by class, though frames take no time", async () => {
    const a = await plug("a");
    await plug("b");
    const fd: CanFrame = { id: 0x600, fd: true, data: new Uint8Array(64).fill(3) };
    for (const frame of [commit(1), commit(2), fd]) a.port.transmit(frame);
    await until(() => a.confirmed.length === 3);
    const { plane, frames, nominalBits, dataBits, errors } = await control.statistics();
    const commitBits = canFrameBits(commit(1)).nominal + canFrameBits(commit(2)).nominal;
    expect({ plane, frames, nominalBits, dataBits, errors }).toEqual({
      plane: "A",
      frames: [0, 0, 2, 0, 0, 0, 1, 0],
      nominalBits: [0, 0, commitBits, 0, 0, 0, canFrameBits(fd).nominal, 0],
      dataBits: [0, 0, 0, 0, 0, 0, canFrameBits(fd).data, 0],
      errors: 0,
    });
  });
});

describe("cards that misbehave", () => {
  it("one that does not read loses frames, counted, and holds up nobody", async () => {
    const a = await plug("a");
    const b = await plug("b");
    const stopped = connect(path);
    closers.push(() => stopped.destroy());
    const writer = new HubMessageWriter();
    writer.text(hubMessage.attach, "stopped");
    stopped.pause();
    stopped.write(writer.take());
    await until(() => events.includes("attached stopped"));
    const count = 6000;
    let next = 0;
    const pump = () => {
      while (next < count) {
        const frame: CanFrame = { id: 0x600, fd: true, data: new Uint8Array(64).fill(next & 0xff) };
        if (a.port.transmit(frame) !== "queued") return;
        next += 1;
      }
    };
    a.port.listen({ frames: () => undefined, transmitted: pump, writable: pump, state: () => undefined });
    pump();
    await until(() => b.received.length === count);
    const { ports } = await control.statistics();
    const stoppedPort = ports.find(({ port }) => port === "stopped");
    expect(stoppedPort?.dropped).toBeGreaterThan(0);
    expect((stoppedPort?.dropped ?? 0) + (stoppedPort?.received ?? 0)).toBe(count);
    expect(ports.find(({ port }) => port === "b")).toMatchObject({ received: count, dropped: 0 });
  });

  it("two of one name: the second is refused", async () => {
    await plug("a");
    await expect(connectSoftwareCanPort({ path, name: "a" })).rejects.toThrow("a port named a is on plane A already");
  });

  it("octets that are no message end the connection and nothing else", async () => {
    const a = await plug("a");
    const b = await plug("b");
    const attach = [hubMessage.attach, 0, 1, 0, 0x78];
    for (const octets of [
      [99, 0, 0, 0],
      [hubMessage.frame, 0, 16, 0, ...new Array<number>(16).fill(0)],
      [...attach, hubMessage.frame, 0, 16, 0, ...new Array<number>(16).fill(0xff)],
      [...attach, hubMessage.frame, 0, 3, 0, 1, 2, 3],
      [...attach, 99, 0, 0, 0],
      [hubMessage.control, 0, 0, 0, hubMessage.request, 0, 1, 0, 0x7b],
    ]) {
      const socket = connect(path);
      socket.on("error", () => undefined);
      socket.resume();
      socket.write(Uint8Array.from(octets));
      await new Promise((resolve) => socket.once("close", resolve));
    }
    a.port.transmit(input(7));
    await until(() => b.received.length === 1);
    expect(b.received).toEqual([7]);
  });
});

describe("life of a hub", () => {
  it("a taken path is refused with a sentence; one left behind by a dead hub is taken over", async () => {
    await expect(startHub(options)).rejects.toThrow(`the socket ${path} is taken by a hub that is running`);
    await expect(startHub({ ...options, path: join(folder, "no", "such") })).rejects.toThrow("cannot make a socket at");
  });

  it("when it ends, ports are disconnected and requests fail", async () => {
    const a = await plug("a");
    await hub.close();
    await until(() => a.states.includes("disconnected"));
    await until(() => {
      control.cut().catch(() => events.push("gone"));
      return events.includes("gone");
    });
    await expect(control.statistics()).rejects.toThrow("the hub is gone");
    await expect(connectSoftwareCanPort({ path, name: "a" })).rejects.toThrow(`no hub answers at ${path}`);
    hub = await startHub(options);
    a.port.recover();
    await until(() => a.states.at(-1) === "active");
  });
});
