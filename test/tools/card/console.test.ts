/** A card as a process, and somebody at its console; a serial line that drops. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { rmSync } from "node:fs";
import { mkdtemp, rm, stat } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, it } from "vitest";
import { openSerialLine } from "../../../hal/linux/serial-line.ts";
import type { SerialLine } from "../../../hal/serial-line.ts";
import type { CardReport } from "../../../tools/card/card-start.ts";
import { serialConsole, socketConsole } from "../../../tools/card/console-line.ts";
import { restartExitCode } from "../../../tools/card/restart.ts";
import { peerTest } from "../../interop/peer.ts";

const programOf = (tool: string) => fileURLToPath(new URL(`../../../tools/${tool}/main.ts`, import.meta.url));

let folder: string;
const children: ChildProcess[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "card-console-"));
});

afterEach(async () => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
  await rm(folder, { recursive: true });
});

async function until(condition: () => boolean | Promise<boolean>, what: string): Promise<void> {
  for (let waited = 0; !(await condition()); waited += 10) {
    if (waited > 30_000) throw new Error(`${what} never came`);
    await pause(10);
  }
}

const exists = (path: string) =>
  stat(path).then(
    () => true,
    () => false,
  );

async function startPlane(plane: "A" | "B"): Promise<string> {
  const socket = join(folder, plane);
  const hub = spawn(process.execPath, [programOf("hub"), "--plane", plane, "--socket", socket, "--fd"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  children.push(hub);
  await once(hub.stdout, "data");
  return socket;
}

it("a card's socket: its user alone may connect; login, show, trace of the bus, and restart", async () => {
  const [a, b] = [await startPlane("A"), await startPlane("B")];
  const path = join(folder, "console.sock");
  const args = ["--config", "boards/simulated/rack.yaml", "--slot", "3", "--no-rehearsal", "--storage", folder];
  args.push("--plane-a", a, "--plane-b", b, "--console", `socket:${path}`);
  const card = spawn(process.execPath, [programOf("card"), ...args], { stdio: ["ignore", "ignore", "inherit", "ipc"] });
  children.push(card);
  const reports: CardReport[] = [];
  card.on("message", (report) => void reports.push(report as CardReport));
  await until(() => reports.some(({ kind }) => kind === "communication"), "the card");
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  const socket = connect(path);
  let shown = "";
  socket.on("data", (octets) => {
    shown += octets.toString("utf8");
  });
  const seen = (text: string) => until(() => shown.includes(text), text);
  socket.write("admin\rterminal length 0\rshow rack json\r");
  await seen('{"show":"rack","slot":3,');
  socket.write("slot 4 show version\r");
  await seen("slot 4");
  // Its own enquiry comes by on the bus, or a beat of somebody who is not there: only that the tap works is of interest.
  socket.write("trace on bus\rtrace off\rinhibit plane a\r");
  await seen("plane A is inhibited");
  await until(
    () => reports.some((report) => report.kind === "log" && report.text === "plane A is inhibited"),
    "the other processor",
  );
  // Whoever pipes commands in hears the answer to the last one, however long it is.
  const piped = connect({ path, allowHalfOpen: true });
  piped.end("admin\rterminal length 0\rshow circuits json\r");
  const answer = await text(piped);
  expect(JSON.parse(answer.split("\r\n").find((line) => line.startsWith('{"show')) ?? "").rows).toHaveLength(2000);
  const ended = once(card, "exit");
  socket.write("restart now\r");
  expect(await ended).toEqual([restartExitCode, null]);
  expect(reports).toContainEqual({ kind: "restarting" });
  expect(JSON.stringify(reports)).toContain("console on socket: admin: restart now");
});

peerTest("a serial line that drops is opened again, and says so once", "socat", async (socat) => {
  const device = join(folder, "device");
  const plug = async () => {
    const process = spawn(socat, [`pty,rawer,link=${device}`, `pty,rawer,link=${device}-far`], { stdio: "ignore" });
    children.push(process);
    await until(async () => (await exists(device)) && (await exists(`${device}-far`)), "the pseudo-terminals");
    return process;
  };
  const logs: string[] = [];
  const opened: SerialLine[] = [];
  let closed = 0;
  const heard: number[] = [];
  const cable = await plug();
  const far = await openSerialLine(`${device}-far`, 115_200);
  let shown = "";
  far.listen({
    octets: (octets) => {
      shown += Buffer.from(octets).toString();
    },
    closed: () => undefined,
  });
  serialConsole(device, 115_200, {
    log: (severity, text) => void logs.push(`${severity}: ${text}`),
    opened: (_, line) => {
      opened.push(line);
      line.listen({ octets: (octets) => heard.push(...octets), closed: () => closed++ });
      line.write(Buffer.from("login: "));
    },
  });
  await until(() => opened.length === 1, "the line");
  await until(() => shown === "login: ", "what is written");
  far.write(Buffer.from("ä\r"));
  await until(() => heard.length === 3, "what is typed");
  cable.kill("SIGKILL");
  await until(() => closed === 1, "the end of the line");
  await pause(1200);
  expect(logs).toHaveLength(1);
  expect(logs[0]).toMatch(/^warning: console: .*device is tried again every second$/);
  for (const end of [device, `${device}-far`]) rmSync(end, { force: true });
  await plug();
  await until(() => opened.length === 2, "the line again");
  expect(logs[1]).toMatch(/^info: console: .*device is open again$/);
  opened[1].close();
  far.close();
});

it("a socket for a group: nobody else may connect", async () => {
  const path = join(folder, "group.sock");
  const server = socketConsole(path, "group", { opened: () => undefined, log: () => undefined });
  await once(server, "listening");
  expect((await stat(path)).mode & 0o777).toBe(0o660);
  server.close();
});
