/** A card as a process of its own, on two planes on which somebody listens. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, it } from "vitest";
import { classOf, recordClass, slotOf } from "../../../firmware/backplane/frame-identifier.ts";
import { type Heartbeat, heartbeat } from "../../../firmware/backplane/heartbeat.ts";
import { decode } from "../../../firmware/layout/layout.ts";
import { connectSoftwareCanPort, type SoftwareCanPort } from "../../../hal/software-bus/software-can-port.ts";
import type { CardReport } from "../../../tools/card/card-start.ts";

const programOf = (tool: string) => fileURLToPath(new URL(`../../../tools/${tool}/main.ts`, import.meta.url));
const slot = 3;

let folder: string;
const children: ChildProcess[] = [];
const ports: SoftwareCanPort[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "card-process-"));
});

afterEach(async () => {
  for (const port of ports.splice(0)) port.close();
  for (const child of children.splice(0)) child.kill("SIGKILL");
  await rm(folder, { recursive: true });
});

/** A plane, and the beats that are heard on it. */
async function startPlane(plane: "A" | "B"): Promise<{ socket: string; beats: Heartbeat[] }> {
  const socket = join(folder, plane);
  const hub = spawn(process.execPath, [programOf("hub"), "--plane", plane, "--socket", socket, "--fd"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  children.push(hub);
  await once(hub.stdout, "data");
  const port = await connectSoftwareCanPort({ path: socket, name: "listener" });
  ports.push(port);
  const beats: Heartbeat[] = [];
  port.listen({
    frames: (batch) => {
      for (const { id, data } of batch) {
        const beat = classOf(id) === recordClass.heartbeat && slotOf(id) === slot ? decode(heartbeat, data) : undefined;
        if (beat?.ok) beats.push(beat.value);
      }
    },
    transmitted: () => {},
    writable: () => {},
    state: () => {},
  });
  return { socket, beats };
}

it("SIGTERM: the card says on both planes that it leaves, reports that it has left, and ends with 0", {
  timeout: 60_000,
}, async () => {
  const [a, b] = [await startPlane("A"), await startPlane("B")];
  const args = ["--config", "boards/simulated/rack.yaml", "--slot", String(slot)];
  args.push("--plane-a", a.socket, "--plane-b", b.socket, "--storage", folder);
  const card = spawn(process.execPath, [programOf("card"), ...args], { stdio: ["ignore", "ignore", "inherit", "ipc"] });
  children.push(card);
  const reports: CardReport[] = [];
  await new Promise<void>((resolve) => {
    card.on("message", (report) => {
      reports.push(report as CardReport);
      if (reports.length > 0 && a.beats.length > 0 && b.beats.length > 0) resolve();
    });
  });
  expect([...a.beats, ...b.beats].every(({ leaving }) => leaving === 0)).toBe(true);
  const ended = once(card, "exit");
  card.kill("SIGTERM");
  expect(await ended).toEqual([0, null]);
  for (const { beats } of [a, b]) expect(beats[beats.length - 1].leaving).toBe(1);
  expect(reports).toContainEqual(expect.objectContaining({ kind: "milestone", step: "left" }));
});
