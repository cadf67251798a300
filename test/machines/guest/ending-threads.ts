/**
 * A process whose first thread has loaded no part in C, as that of a card has not: its other threads end, one after the other, each in
 * its way, while they have something open that is watched. Writes each way with what came of it. The process itself ends last, with 7.
 * Wants an argument: "pipe", or the name of a CAN interface.
 */
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import { linuxDeviceCalls } from "../../../hal/linux/device-calls.ts";
import { SocketCanPort } from "../../../hal/linux/socketcan-port.ts";

interface Task {
  readonly opened: string;
  readonly way: Way;
}

interface Opened {
  /** Makes its listener be called. */
  ring(): void;
  close(): void;
}

/** What a thread does when it is told to end. */
const ways = {
  throws: () => {
    throw new Error("an error");
  },
  "throws in its listener": ({ ring }: Opened) => ring(),
  "throws, just having closed it": ({ close }: Opened) => {
    close();
    throw new Error("an error");
  },
  exits: () => process.exit(3),
  "exits in its listener": ({ ring }: Opened) => ring(),
  "is terminated": () => undefined,
} as const;
type Way = keyof typeof ways;

if (isMainThread) await endThreads(process.argv[2] ?? "");
else endAs(workerData as Task);

async function endThreads(opened: string): Promise<void> {
  for (const way of Object.keys(ways) as Way[]) {
    const worker = await threadWith({ opened, way });
    let error = "";
    worker.on("error", ({ message }: Error) => {
      error = ` by ${message}`;
    });
    worker.postMessage("end");
    if (way === "is terminated") void worker.terminate();
    const code = await new Promise((resolve) => worker.once("exit", resolve));
    process.stdout.write(`${way}: ${code}${error}\n`);
  }
  await threadWith({ opened, way: "is terminated" });
  process.exit(7);
}

async function threadWith(task: Task): Promise<Worker> {
  const worker = new Worker(new URL(import.meta.url), { workerData: task });
  await once(worker, "message");
  return worker;
}

function endAs({ opened, way }: Task): void {
  const listener = () => {
    if (way === "throws in its listener") throw new Error("an error");
    if (way === "exits in its listener") process.exit(3);
  };
  const watched = opened === "pipe" ? watchedPipe(listener) : watchedInterface(opened, listener);
  parentPort?.on("message", () => ways[way](watched));
  parentPort?.postMessage("has opened");
}

function watchedPipe(listener: () => void): Opened {
  const folder = mkdtempSync(join(tmpdir(), "pipe-"));
  const path = join(folder, "pipe");
  execFileSync("mkfifo", [path]);
  const calls = linuxDeviceCalls("a test");
  const descriptor = calls.open(path) as number;
  rmSync(folder, { recursive: true });
  const unwatch = calls.watch(descriptor, listener);
  if (typeof unwatch === "string") throw new Error(unwatch);
  return { ring: () => void calls.write(descriptor, Uint8Array.of(1)), close: unwatch };
}

function watchedInterface(name: string, listener: () => void): Opened {
  const port = new SocketCanPort({ interface: name, fd: false });
  port.listen({ frames: () => {}, transmitted: listener, writable: () => {}, state: () => {} });
  return {
    ring: () => void port.transmit({ id: 0x2a4, fd: false, data: Uint8Array.of(1) }),
    close: () => port.close(),
  };
}
