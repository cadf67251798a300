import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate as turn } from "node:timers/promises";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, it } from "vitest";
import { connectHubControl } from "../../../hal/software-bus/hub-control.ts";
import { connectSoftwareCanPort } from "../../../hal/software-bus/software-can-port.ts";

const program = fileURLToPath(new URL("../../../tools/hub/main.ts", import.meta.url));
const card = fileURLToPath(new URL("flooding-card.ts", import.meta.url));

let folder: string;
let path: string;
const children: ChildProcess[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "hub-process-"));
  path = join(folder, "plane");
});

afterEach(async () => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
  await rm(folder, { recursive: true });
});

function run(script: string, ...args: string[]) {
  const child = spawn(process.execPath, [script, ...args], { stdio: ["ignore", "pipe", "pipe"] });
  children.push(child);
  return child;
}

/** Starts a hub and waits until it says that it is up. */
async function runHub(...args: string[]) {
  const child = run(program, "--plane", "A", "--socket", path, ...args);
  await once(child.stdout, "data");
  return child;
}

it("the hub program runs a plane until it is told to stop, and takes its socket away", async () => {
  const hub = await runHub("--fd", "--rate", "500000");
  const port = await connectSoftwareCanPort({ path, name: "a" });
  expect(port.frameOctetsMax).toBe(64);
  const control = await connectHubControl(path);
  expect(await control.statistics()).toMatchObject({ plane: "A", bitRate: 500_000, dataBitRate: 5_000_000 });
  const ended = once(hub, "exit");
  hub.kill("SIGTERM");
  expect(await ended).toEqual([0, null]);
  expect(existsSync(path)).toBe(false);
  port.close();
});

it("a hub that is owned ends with its owner's connection, and with no other", async () => {
  const hub = await runHub("--owner");
  const ended = once(hub, "exit");
  const owner = await connectHubControl(path);
  await owner.statistics();
  const other = await connectHubControl(path);
  await other.statistics();
  other.close();
  await owner.statistics();
  owner.close();
  expect(await ended).toEqual([0, null]);
});

it("a taken socket path: one sentence and exit code 2", async () => {
  await runHub();
  const second = run(program, "--plane", "B", "--socket", path);
  const said = text(second.stderr);
  expect(await once(second, "exit")).toEqual([2, null]);
  expect(await said).toBe(`hub: the socket ${path} is taken by a hub that is running\n`);
});

it("a socket left behind by a hub that was killed is taken over", async () => {
  const first = await runHub();
  const ended = once(first, "exit");
  first.kill("SIGKILL");
  await ended;
  expect(existsSync(path)).toBe(true);
  await runHub();
  (await connectSoftwareCanPort({ path, name: "a" })).close();
});

it("a card that is killed takes its queue with it: what came is a beginning, without a hole", async () => {
  await runHub();
  const port = await connectSoftwareCanPort({ path, name: "witness" });
  const numbers: number[] = [];
  port.listen({
    frames: (batch) => numbers.push(...batch.map(({ data }) => (data[0] ?? 0) | ((data[1] ?? 0) << 8))),
    transmitted: () => undefined,
    writable: () => undefined,
    state: () => undefined,
  });
  const control = await connectHubControl(path);
  const detached = new Promise((resolve) => control.onEvent(({ event }) => event === "detached" && resolve(event)));
  const flooding = run(card, path);
  while (numbers.length < 500) await turn();
  flooding.kill("SIGKILL");
  await detached;
  const countAtDeath = numbers.length;
  // Nothing of it is on the bus any more: a frame of another card comes next.
  const marker = await connectSoftwareCanPort({ path, name: "marker" });
  marker.transmit({ id: 0x7ff, fd: false, data: Uint8Array.of(0xff, 0xff) });
  while (numbers.at(-1) !== 0xffff) await turn();
  expect(numbers.length).toBeGreaterThanOrEqual(countAtDeath);
  expect(numbers.slice(0, -1)).toEqual(numbers.slice(0, -1).map((_, index) => index & 0x7fff));
  port.close();
  marker.close();
  control.close();
});
