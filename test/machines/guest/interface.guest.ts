/** Interfaces that come, go, and are not as they should be. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { setTimeout as pause } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import type { CanFrame } from "../../../hal/can-frame.ts";
import { copyOfFrame } from "../../../hal/can-frame-pool.ts";
import type { CanState } from "../../../hal/can-port.ts";
import { SocketCanPort } from "../../../hal/linux/socketcan-port.ts";
import { expectThreadsToEnd } from "./ended-threads.ts";
import { run } from "./kernel-bus.ts";

/** In a guest everything takes its time. */
const patienceMillis = 10_000;

async function until(done: () => boolean): Promise<void> {
  for (let waited = 0; !done(); waited += 5) {
    if (waited > patienceMillis) throw new Error("it never came");
    await pause(5);
  }
}

interface Plugged {
  readonly port: SocketCanPort;
  readonly states: CanState[];
  readonly received: CanFrame[];
}

const ports: SocketCanPort[] = [];

function plug(name = "plane0", fd = false): Plugged {
  const port = new SocketCanPort({ interface: name, fd });
  ports.push(port);
  const states: CanState[] = [];
  const received: CanFrame[] = [];
  port.listen({
    frames: (batch) => received.push(...batch.map(copyOfFrame)),
    transmitted: () => {},
    writable: () => {},
    state: (state) => states.push(state),
  });
  return { port, states, received };
}

/** Its owner asks a port again and again: one that is at it already does not begin anew. */
function untilBack({ port, states }: Plugged): Promise<void> {
  return until(() => {
    port.recover();
    return states.at(-1) === "active";
  });
}

const frame = (number: number, id = 0x300): CanFrame => ({ id, fd: false, data: Uint8Array.of(number) });

function makeInterface(): void {
  run("ip link add dev plane0 type vcan");
  run("ip link set dev plane0 up");
}

beforeEach(makeInterface);
afterEach(() => {
  for (const port of ports.splice(0)) port.close();
  run("ip link del dev plane0");
});

describe("an interface", () => {
  test("that is not there: the port is disconnected, and comes when it does", async () => {
    const plugged = plug("plane9");
    const { port, states } = plugged;
    expect(port.transmit(frame(1))).toBe("queued");
    await until(() => states.length > 0);
    expect(states).toEqual(["disconnected"]);
    expect(port.transmit(frame(1))).toBe("bus-off");
    port.recover();
    await pause(200);
    expect(states).toEqual(["disconnected"]);
    run("ip link add dev plane9 type vcan");
    await untilBack(plugged);
    expect(states).toEqual(["disconnected", "active"]);
    expect(port.transmit(frame(1))).toBe("queued");
    run("ip link del dev plane9");
  });

  test("that is taken down under it: the port is disconnected, and brings it up", async () => {
    const [one, other] = [plug(), plug()];
    run("ip link set dev plane0 down");
    await until(() => one.states.length > 0 && other.states.length > 0);
    expect(one.states).toEqual(["disconnected"]);
    await Promise.all([untilBack(one), untilBack(other)]);
    one.port.transmit(frame(7));
    await until(() => other.received.length > 0);
    expect(other.received).toEqual([frame(7)]);
  });

  test("that is taken away under it, and put there again", async () => {
    const plugged = plug();
    const { port, states } = plugged;
    run("ip link del dev plane0");
    await until(() => states.length > 0);
    expect(port.transmit(frame(1))).toBe("bus-off");
    makeInterface();
    await untilBack(plugged);
    expect(states).toEqual(["disconnected", "active"]);
    const other = plug();
    port.transmit(frame(8));
    await until(() => other.received.length > 0);
    expect(other.received).toEqual([frame(8)]);
  });

  test("that carries classic frames only, where the bus has FD frames, is refused in a sentence", () => {
    run("ip link set dev plane0 down");
    run("ip link set dev plane0 mtu 16");
    run("ip link set dev plane0 up");
    expect(() => plug("plane0", true)).toThrow(
      "plane0 carries classic frames only, and the bus has FD frames: set its mtu to 72",
    );
  });
});

test("a thread that ends with its port open takes nobody with it, and another has the interface", async () => {
  const { port, states } = plug();
  for (let times = 0; times < 3; times++) {
    const worker = new Worker(new URL("port-worker.ts", import.meta.url), { workerData: "plane0" });
    const said: unknown[] = [];
    worker.on("message", (message) => said.push(message));
    await until(() => said.length > 0);
    port.transmit(frame(1, 0x2a4));
    await until(() => said.length > 1);
    expect(said).toEqual(["listens", [0x2a4]]);
    await worker.terminate();
  }
  expect(states).toEqual([]);
});

test("a thread that alone has loaded the part in C ends with its port open as any other, and so does its process", () => {
  expectThreadsToEnd("plane0");
});

test("what a listener throws ends its thread", async () => {
  const { port } = plug();
  const worker = new Worker(new URL("port-worker.ts", import.meta.url), { workerData: "plane0" });
  const said: unknown[] = [];
  worker.on("message", (message) => said.push(message));
  worker.on("error", (error) => said.push(error));
  await until(() => said.length > 0);
  port.transmit(frame(0xff));
  await until(() => said.length > 1);
  expect(said).toEqual(["listens", new Error("a broken invariant")]);
});

test("frames of others that a port does not carry are not received", async () => {
  const { port, received } = plug();
  run("cansend plane0 00000123#11");
  run("cansend plane0 123#R");
  run("cansend plane0 123##1112233");
  run("cansend plane0 2A4#0102");
  await until(() => received.length > 0);
  expect(received).toEqual([{ id: 0x2a4, fd: false, data: Uint8Array.of(1, 2) }]);
  expect(port.statistics()).toMatchObject({ received: 1, dropped: 0 });
});

test("what the kernel had no room for is counted", async () => {
  const { port, received } = plug();
  // While this runs the port reads nothing.
  run("cangen plane0 -g 0 -I 300 -L 8 -n 60000 -i");
  // The kernel says it with the next frame that it has room for.
  await until(() => received.length > 0);
  run("cansend plane0 2A4#00");
  await until(() => received.length + port.statistics().dropped === 60_001);
  expect(port.statistics().dropped).toBeGreaterThan(0);
  expect(received.length).toBeGreaterThan(0);
});
