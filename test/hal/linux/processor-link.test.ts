import { setImmediate as turn } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import fc from "fast-check";
import { afterEach, describe, expect, test } from "vitest";
import { type LinuxProcessorLink, processorLink, processorLinkMemory } from "../../../hal/linux/processor-link.ts";
import { SharedRing } from "../../../hal/linux/shared-ring.ts";
import { noted, numbered, processorLinkContract } from "../../contract/processor-link.ts";

async function passUntil(condition: () => boolean): Promise<void> {
  while (!condition()) await turn();
}

processorLinkContract("Linux", (ringOctets) => {
  const memory = processorLinkMemory(ringOctets);
  const application = processorLink(memory, "application");
  const communication = processorLink(memory, "communication");
  return {
    application,
    communication,
    passUntil,
    settle: () => new Promise((resolve) => setTimeout(resolve, 20)),
    close: () => {
      application.close();
      communication.close();
    },
  };
});

describe("Linux ProcessorLink between two threads", () => {
  const ended: (() => unknown)[] = [];
  afterEach(async () => {
    for (const end of ended.splice(0)) await end();
  });

  function start(ringOctets: number): LinuxProcessorLink {
    const memory = processorLinkMemory(ringOctets);
    const worker = new Worker(new URL("./processor-link-worker.ts", import.meta.url), { workerData: memory });
    const link = processorLink(memory, "communication");
    ended.push(
      () => link.close(),
      () => worker.terminate(),
    );
    return link;
  }

  /** Sends `count` numbered messages as fast as the ring takes them, and sees that all come back right. */
  async function echoed(link: LinuxProcessorLink, count: number): Promise<{ wrong: number; refused: number }> {
    const lengthOf = (number: number) => 4 + ((number * 13) % 90);
    let next = 0;
    let refused = 0;
    let received = 0;
    let wrong = 0;
    const push = () => {
      while (next < count && link.send(numbered(next, lengthOf(next)))) next++;
      if (next < count) refused++;
    };
    link.listen({
      ...noted(),
      writable: push,
      message: (message) => {
        const expected = numbered(received, lengthOf(received));
        if (message.length !== expected.length || message.some((octet, index) => octet !== expected[index])) wrong++;
        received++;
      },
    });
    push();
    await passUntil(() => received >= count);
    return { wrong, refused };
  }

  test("hundreds of thousands of messages go round and come back right", async () => {
    const link = start(1 << 20);
    expect((await echoed(link, 300_000)).wrong).toBe(0);
    expect(link.progressOfOther()).toBe(300_000);
  });

  test("the same through a ring that is nearly always full", async () => {
    const link = start(1 << 14);
    const { wrong, refused } = await echoed(link, 100_000);
    expect(wrong).toBe(0);
    expect(refused).toBeGreaterThan(10);
  });

  test("one at a time, each wakes the sleeping thread", async () => {
    const link = start(1 << 14);
    let received = 0;
    link.listen({
      ...noted(),
      message: (message) => {
        received++;
        if (received < 5000) link.send(message);
      },
    });
    link.send(numbered(1, 20));
    await passUntil(() => received >= 5000);
  });

  test("a nudge is answered by progress; a hung thread makes none, and its progress can still be read", async () => {
    const link = start(1 << 14);
    link.listen(noted());
    link.nudge();
    await passUntil(() => link.progressOfOther() === 1);
    link.send(new Uint8Array(0));
    await new Promise((resolve) => setTimeout(resolve, 20));
    link.nudge();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(link.progressOfOther()).toBe(1);
  });
});

describe("SharedRing", () => {
  test("a size that is no power of two is refused", () => {
    expect(() => new SharedRing(SharedRing.memory(1000))).toThrow(RangeError);
  });

  test("any sequence of writes and reads is a bounded queue, also where positions pass 2^32", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(0, -64, 0x7fffffc0, 0x7fffffe0),
        fc.array(fc.oneof(fc.uint8Array({ maxLength: 40 }), fc.constant("read" as const)), { maxLength: 60 }),
        (firstPosition, operations) => {
          const memory = SharedRing.memory(64);
          const positions = new Int32Array(memory, 0, 32);
          positions[0] = firstPosition;
          positions[16] = firstPosition;
          const writer = new SharedRing(memory);
          const reader = new SharedRing(memory);
          const queue: Uint8Array[] = [];
          for (const operation of operations) {
            if (operation === "read") {
              expect(reader.read()).toEqual(queue.shift());
            } else {
              const used = queue.reduce((sum, message) => sum + 4 + Math.ceil(message.length / 4) * 4, 0);
              expect(reader.usedOctets()).toBe(used);
              const fits = used + 4 + Math.ceil(operation.length / 4) * 4 <= 64;
              expect(writer.write(operation)).toBe(fits);
              if (fits) queue.push(operation);
            }
          }
        },
      ),
      { numRuns: 1000 },
    );
  });
});
