/** Our port and a driver that others wrote, the package socketcan, on one interface. */
import { setTimeout as pause } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createRawChannel } from "socketcan";
import { copyOfFrame } from "../../../hal/can-frame-pool.ts";
import type { CanFrame } from "../../../hal/can-frame.ts";
import { SocketCanPort } from "../../../hal/linux/socketcan-port.ts";
import { mtuOf, run } from "./kernel-bus.ts";

/** What the package gives of a frame. */
interface PeerFrame {
  readonly id: number;
  readonly ext?: boolean;
  readonly data: Uint8Array;
}

const patienceMillis = 10_000;
let port: SocketCanPort;
let peer: ReturnType<typeof createRawChannel>;
let heardByPort: CanFrame[] = [];
let heardByPeer: PeerFrame[] = [];
let confirmed = 0;

beforeEach(() => {
  run("ip link add dev plane0 type vcan");
  run(`ip link set dev plane0 mtu ${mtuOf(true)} up`);
  heardByPort = [];
  heardByPeer = [];
  confirmed = 0;
  port = new SocketCanPort({ interface: "plane0", fd: true });
  port.listen({
    frames: (batch) => heardByPort.push(...batch.map(copyOfFrame)),
    transmitted: (batch) => {
      confirmed += batch.length;
    },
    writable: () => {},
    state: () => {},
  });
  peer = createRawChannel("plane0");
  peer.addListener("onMessage", (message: PeerFrame) => heardByPeer.push({ ...message, data: message.data.slice() }));
  peer.start();
});

afterEach(() => {
  peer.stop();
  port.close();
  run("ip link del dev plane0");
});

async function until(done: () => boolean): Promise<void> {
  for (let waited = 0; !done(); waited += 5) {
    if (waited > patienceMillis) throw new Error("it never came");
    await pause(5);
  }
}

const octets = (count: number) => Uint8Array.from({ length: count }, (_, index) => 0xa0 + index);

test.each([0, 1, 8])("a classic frame of %d octets, both ways", async (count) => {
  port.transmit({ id: 0x123, fd: false, data: octets(count) });
  peer.send({ id: 0x456, ext: false, rtr: false, data: Buffer.from(octets(count)) });
  await until(() => heardByPort.length === 1 && heardByPeer.length === 1 && confirmed === 1);
  expect(heardByPort[0]).toEqual({ id: 0x456, fd: false, data: octets(count) });
  expect(heardByPeer[0]?.id).toBe(0x123);
  expect([...(heardByPeer[0]?.data ?? [])]).toEqual([...octets(count)]);
});

test.each([12, 64])("an FD frame of %d octets, both ways", async (count) => {
  port.transmit({ id: 0x7ff, fd: true, data: octets(count) });
  peer.sendFD({ id: 0x400, ext: false, rtr: false, canfd: true, data: Buffer.from(octets(count)) });
  await until(() => heardByPort.length === 1 && heardByPeer.length === 1 && confirmed === 1);
  expect(heardByPort[0]).toEqual({ id: 0x400, fd: true, data: octets(count) });
  expect(heardByPeer[0]?.id).toBe(0x7ff);
  expect([...(heardByPeer[0]?.data ?? [])]).toEqual([...octets(count)]);
});

test("what no bus of ours carries is passed over: identifiers of 29 bits and remote frames", async () => {
  peer.send({ id: 0x456, ext: true, rtr: false, data: Buffer.from(octets(2)) });
  peer.send({ id: 0x456, ext: false, rtr: true, data: Buffer.from(octets(0)) });
  peer.send({ id: 0x457, ext: false, rtr: false, data: Buffer.from(octets(2)) });
  await until(() => heardByPort.length > 0);
  expect(heardByPort.map(({ id }) => id)).toEqual([0x457]);
});

test("a thousand frames of each, in order and none lost", async () => {
  const count = 1000;
  for (let sent = 0; sent < count; sent++) {
    const number = Uint8Array.of(sent >> 8, sent & 0xff);
    while (peer.send({ id: 0x200, ext: false, rtr: false, data: Buffer.from(number) }) < 0) await pause(1);
    while (port.transmit({ id: 0x300, fd: false, data: number }) === "full") await pause(1);
    // The package's own queue is short, and says nothing of what it loses.
    if (sent % 20 === 0) await pause(1);
  }
  await until(() => heardByPort.length === count && heardByPeer.length === count && confirmed === count);
  const numbers = (frames: readonly { readonly data: Uint8Array }[]) =>
    frames.map(({ data }) => (data[0] << 8) | data[1]);
  const inOrder = Array.from({ length: count }, (_, index) => index);
  expect(numbers(heardByPort)).toEqual(inOrder);
  expect(numbers(heardByPeer)).toEqual(inOrder);
});
