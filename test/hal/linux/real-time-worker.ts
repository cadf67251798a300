import { readFileSync, readlinkSync } from "node:fs";
import { parentPort } from "node:worker_threads";
import { nameThread, raiseToRealTime } from "../../../hal/linux/real-time.ts";

/** Raises and names its own thread and tells what became of it. */
parentPort?.postMessage({
  grant: raiseToRealTime(7),
  named: nameThread("heart"),
  thread: readlinkSync("/proc/thread-self"),
  name: readFileSync("/proc/thread-self/comm", "utf8").trim(),
});
parentPort?.on("message", () => process.exit());
