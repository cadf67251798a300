/** A plane behind a serial CAN adapter: the adapter's side is ours, the line a pseudo-terminal. */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { copyOfFrame } from "../../../hal/can-frame-pool.ts";
import type { CanFrame } from "../../../hal/can-frame.ts";
import type { CanPort, CanState } from "../../../hal/can-port.ts";
import { openSerialLine } from "../../../hal/linux/serial-line.ts";
import { SlcanDevice } from "../../../hal/slcan/slcan-device.ts";
import { type Hub, startHub } from "../../../hal/software-bus/hub.ts";
import { connectSoftwareCanPort } from "../../../hal/software-bus/software-can-port.ts";
import { openPlanePort } from "../../../tools/card/plane-port.ts";

const bus = { frames: "classic", bitRate: 1_000_000, dataBitRate: 5_000_000, paced: false } as const;
const patienceMillis = 10_000;
let folder = "";
let hub: Hub;
let cable: ChildProcess;
const ports: CanPort[] = [];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "adapter-"));
  hub = await startHub({ plane: "A", path: join(folder, "plane"), rates: bus, fd: false, paced: false });
  cable = spawn(
    "socat",
    ["adapter", "card"].map((end) => `pty,rawer,link=${join(folder, end)}`),
    { stdio: "ignore" },
  );
  await until(() => ["adapter", "card"].every((end) => existsSync(join(folder, end))));
});

afterEach(async () => {
  for (const port of ports.splice(0)) port.close();
  cable.kill();
  await hub.close();
  rmSync(folder, { recursive: true, force: true });
});

async function until(done: () => boolean): Promise<void> {
  for (let waited = 0; !done(); waited += 5) {
    if (waited > patienceMillis) throw new Error("it never came");
    await pause(5);
  }
}

function listen(port: CanPort): { readonly frames: CanFrame[]; readonly states: CanState[] } {
  const frames: CanFrame[] = [];
  const states: CanState[] = [];
  ports.push(port);
  port.listen({
    frames: (batch) => frames.push(...batch.map(copyOfFrame)),
    transmitted: () => {},
    writable: () => {},
    state: (state) => states.push(state),
  });
  return { frames, states };
}

test("frames go both ways", async () => {
  const behind = await connectSoftwareCanPort({ path: join(folder, "plane"), name: "adapter" });
  const device = new SlcanDevice(await openSerialLine(join(folder, "adapter"), 115_200), behind);
  const other = await connectSoftwareCanPort({ path: join(folder, "plane"), name: "other" });
  const heardByOther = listen(other);
  const told: string[] = [];
  const card = await openPlanePort(`slcan:${join(folder, "card")}`, {
    portName: "slot 1",
    bus,
    tell: (reason) => told.push(reason),
  });
  const heardByCard = listen(card);
  await until(() => device.isOpen);
  card.transmit({ id: 0x123, fd: false, data: Uint8Array.of(1, 2, 3) });
  other.transmit({ id: 0x234, fd: false, data: Uint8Array.of(4) });
  await until(() => heardByOther.frames.length === 1 && heardByCard.frames.length === 1);
  expect(heardByOther.frames[0]).toMatchObject({ id: 0x123, data: Uint8Array.of(1, 2, 3) });
  expect(heardByCard.frames[0]).toMatchObject({ id: 0x234, data: Uint8Array.of(4) });
  expect(told).toEqual([]);
});

test("an adapter that is not there is said once", async () => {
  const told: string[] = [];
  const missing = join(folder, "later");
  const card = await openPlanePort(`slcan:${missing}:115200`, {
    portName: "slot 1",
    bus,
    tell: (reason) => told.push(reason),
  });
  const { states } = listen(card);
  await until(() => states.at(-1) === "disconnected");
  for (let attempt = 0; attempt < 3; attempt++) {
    card.recover();
    await pause(20);
  }
  expect(told).toEqual([expect.stringContaining(`the serial line ${missing} cannot be opened`)]);
});
