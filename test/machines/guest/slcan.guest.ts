/**
 * Devices of the kernel's slcan driver, fed by the software bus over pseudo-terminals: of all that a guest has, only they have a
 * controller's states and a queue that fills.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { CanFrame } from "../../../hal/can-frame.ts";
import { copyOfFrame } from "../../../hal/can-frame-pool.ts";
import type { CanState } from "../../../hal/can-port.ts";
import { openSerialLine } from "../../../hal/linux/serial-line.ts";
import { SocketCanPort } from "../../../hal/linux/socketcan-port.ts";
import type { SerialLine } from "../../../hal/serial-line.ts";
import { SlcanDevice } from "../../../hal/slcan/slcan-device.ts";
import { type Hub, startHub } from "../../../hal/software-bus/hub.ts";
import { connectSoftwareCanPort } from "../../../hal/software-bus/software-can-port.ts";
import { run } from "./kernel-bus.ts";

const patienceMillis = 10_000;

async function until(done: () => boolean, what: string): Promise<void> {
  for (let waited = 0; !done(); waited += 5) {
    if (waited > patienceMillis) throw new Error(`${what} never came`);
    await pause(5);
  }
}

let folder = "";
let programs: ChildProcess[] = [];
let hub: Hub;
let lines: SerialLine[] = [];
let ports: SocketCanPort[] = [];

function start(program: string, ...given: string[]): void {
  programs.push(spawn(program, given, { stdio: "ignore" }));
}

/** A device of the kernel: what is at the other end of its line, and how it is called. */
async function device(place: number): Promise<{ readonly line: SerialLine; readonly name: string }> {
  const ends = ["adapter", "kernel"].map((end) => join(folder, `${end}${place}`));
  start("socat", ...ends.map((link) => `pty,rawer,link=${link}`));
  await until(() => ends.every((link) => existsSync(link)), "the pseudo-terminal");
  const name = `serial${place}`;
  // Its own folder is all that it looks in.
  start("slcand", "-F", relative("/dev", realpathSync(ends[1])), name);
  await until(() => existsSync(`/sys/class/net/${name}`), "the interface");
  const line = await openSerialLine(ends[0], 115_200);
  lines.push(line);
  return { line, name };
}

/** The same, plugged into the software bus, and up. */
async function plugged(place: number): Promise<{ readonly line: SerialLine; readonly name: string }> {
  const { line, name } = await device(place);
  const adapter = new SlcanDevice(line, await connectSoftwareCanPort({ path: join(folder, "plane"), name }));
  run(`ip link set dev ${name} up type can bitrate 1000000`);
  await until(() => adapter.isOpen, "its opening");
  return { line, name };
}

interface Heard {
  readonly port: SocketCanPort;
  readonly states: CanState[];
  readonly received: CanFrame[];
  readonly confirmed: CanFrame[];
  readonly writable: number[];
}

function listenOn(name: string): Heard {
  const port = new SocketCanPort({ interface: name, fd: false });
  ports.push(port);
  const heard: Heard = { port, states: [], received: [], confirmed: [], writable: [] };
  port.listen({
    frames: (batch) => heard.received.push(...batch.map(copyOfFrame)),
    transmitted: (batch) => heard.confirmed.push(...batch.map(copyOfFrame)),
    writable: (frameClass) => heard.writable.push(frameClass),
    state: (state) => heard.states.push(state),
  });
  return heard;
}

const frame = (number: number, id = 0x300): CanFrame => ({
  id,
  fd: false,
  data: Uint8Array.of(number & 0xff, number >> 8),
});
const say = (line: SerialLine, text: string) => line.write(new TextEncoder().encode(text));

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "slcan-"));
  const rates = { bitRate: 1_000_000, dataBitRate: 5_000_000 };
  hub = await startHub({ plane: "A", path: join(folder, "plane"), rates, fd: false, paced: false });
});

afterEach(async () => {
  for (const port of ports) port.close();
  for (const line of lines) line.close();
  for (const program of programs) program.kill("SIGKILL");
  [ports, lines, programs] = [[], [], []];
  await hub.close();
  rmSync(folder, { recursive: true });
});

describe("two devices of the kernel on the software bus", () => {
  test("hear each other", async () => {
    const [one, other] = [listenOn((await plugged(0)).name), listenOn((await plugged(1)).name)];
    const sent = Array.from({ length: 100 }, (_, number) => frame(number));
    let next = 0;
    const pump = () => {
      while (next < sent.length && one.port.transmit(sent[next]) === "queued") next++;
    };
    await until(() => {
      pump();
      return other.received.length === sent.length && one.confirmed.length === sent.length;
    }, "the last frame");
    expect(other.received).toEqual(sent);
    expect(one.confirmed).toEqual(sent);
    expect([...one.states, ...other.states]).toEqual([]);
  });
});

describe("what a controller says of itself", () => {
  test("passive with nothing to say is nobody's business, with something it is", async () => {
    const { line, name } = await plugged(0);
    const heard = listenOn(name);
    say(line, "sw096000\r");
    say(line, "sp128000\r");
    await pause(300);
    expect(heard.states).toEqual([]);
  });

  test("bus-off: what was queued is gone, and recover brings it back", async () => {
    const { line, name } = await plugged(0);
    const heard = listenOn(name);
    say(line, "sb000255\r");
    await until(() => heard.states.length > 0, "bus-off");
    expect(heard.states).toEqual(["bus-off"]);
    expect(heard.port.transmit(frame(1))).toBe("bus-off");
    heard.port.recover();
    await until(() => heard.states.length > 1, "its end");
    expect(heard.states).toEqual(["bus-off", "active"]);
    expect(heard.port.transmit(frame(2))).toBe("queued");
    await until(() => heard.confirmed.length > 0, "the frame");
    expect(heard.confirmed).toEqual([frame(2)]);
  });
});

test("a line that takes nothing fills the queue of the kernel, and then of the port; nothing is lost when it does", async () => {
  const { line, name } = await device(0);
  run(`ip link set dev ${name} txqueuelen 10 up type can bitrate 1000000`);
  const heard = listenOn(name);
  const count = 4000;
  let next = 0;
  while (next < count && heard.port.transmit(frame(next)) === "queued") {
    next++;
    if (next % 16 === 0) await pause(1);
  }
  expect(next).toBeLessThan(count);
  const said: string[] = [];
  line.listen({ octets: (octets) => said.push(new TextDecoder().decode(octets)), closed: () => {} });
  await until(() => heard.writable.length > 0, "room");
  expect(heard.writable).toEqual([3]);
  await until(() => heard.confirmed.length === next, "the last frame");
  expect(heard.confirmed.map(({ data }) => data[0] | (data[1] << 8))).toEqual(
    Array.from({ length: next }, (_, n) => n),
  );
});
