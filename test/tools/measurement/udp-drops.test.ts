import { createSocket } from "node:dgram";
import { once } from "node:events";
import { expect, test } from "vitest";
import { UdpDrops } from "../../../tools/measurement/udp-drops.ts";

test("what a socket did not fetch in time is counted by its port, also when it was read before", async () => {
  const drops = new UdpDrops();
  const receiver = createSocket("udp4").bind(0, "127.0.0.1");
  const sender = createSocket("udp4");
  try {
    await once(receiver, "listening");
    receiver.setRecvBufferSize(1);
    const { port } = receiver.address();
    await new Promise<void>((resolve) => sender.connect(port, "127.0.0.1", () => resolve()));
    expect(drops.byPort().get(port)).toBe(0);
    const lost = async (packets: number) => {
      let received = 0;
      receiver.on("message", () => received++);
      // The receiver's event loop does not turn while these are sent.
      for (let packet = 0; packet < packets; packet++) sender.send(new Uint8Array(1000));
      await new Promise((resolve) => setTimeout(resolve, 50));
      receiver.removeAllListeners("message");
      return packets - received;
    };
    const first = await lost(100);
    expect(first).toBeGreaterThan(0);
    expect(drops.byPort().get(port)).toBe(first);
    const second = await lost(50);
    expect(second).toBeGreaterThan(0);
    expect(drops.byPort().get(port)).toBe(first + second);
    expect(drops.byPort()).toBe(drops.byPort());
  } finally {
    receiver.close();
    sender.close();
  }
});
