/** The thread of a card's communication processor. */
import { once } from "node:events";
import { flushCompileCache } from "node:module";
import { parentPort, workerData } from "node:worker_threads";
import { CommunicationRunner } from "../../firmware/card/communication-runner.ts";
import type { CanPort } from "../../hal/can-port.ts";
import { preciseLinuxClock } from "../../hal/linux/clock.ts";
import { linuxEntropy } from "../../hal/linux/entropy.ts";
import { lockCode } from "../../hal/linux/memory-lock.ts";
import { processorLink } from "../../hal/linux/processor-link.ts";
import {
  helperPriority,
  nameThread,
  raiseHelpersToRealTime,
  raiseToRealTime,
  starvedMicros,
} from "../../hal/linux/real-time.ts";
import { BusTap } from "./bus-tap.ts";
import type { CardReport, CommunicationStart, ThreadRequest } from "./card-start.ts";
import { isInterface, openPlanePort } from "./plane-port.ts";
import { rehearse } from "./rehearsal.ts";
import { feedWatchdog } from "./watchdog.ts";

const statusMillis = 200;
/** For the other thread to report what was said last, and to end the process itself. */
const lastWordsMillis = 200;

const start = workerData as CommunicationStart;
const clock = preciseLinuxClock();
const report = (what: CardReport) => parentPort?.postMessage(what);

nameThread("communication");
if (start.rehearsal !== undefined) rehearse(start.rehearsal.configuration, start.rehearsal.group);
flushCompileCache();
// Nothing is said of the card before its application is ready.
if (parentPort !== null) await once(parentPort, "message");
const { granted } = raiseToRealTime(start.realTimePriority);
if (granted) raiseHelpersToRealTime(helperPriority, process.pid);
const [a, b] = await Promise.all(start.planes.map(openPlane));
const memory = start.planes.every(isInterface) ? lockCode() : undefined;
const runner = new CommunicationRunner(
  { ...start.options, incarnation: 1 + linuxEntropy().integer(65_535), realTime: granted },
  {
    ports: [a, b],
    clock,
    link: processorLink(start.memory, "communication"),
    // The application processor is the process's first thread.
    starvedMicros: () => starvedMicros(process.pid),
    log,
    end: (text) => {
      report({ kind: "failed", text });
      // Where the other thread never comes back from what it does, nobody else can end the process.
      setTimeout(() => process.kill(process.pid, "SIGKILL"), lastWordsMillis);
    },
    milestone: (step, term) => report({ kind: "milestone", step, term, atMicros: clock.nowMicros() }),
  },
);
const disarm = start.watchdog && feedWatchdog(start.watchdog, runner, log);
const tap = new BusTap(
  () => clock.wallMillis(),
  (part) => report({ kind: "frames", ...part }),
);
parentPort?.on("message", (message: ThreadRequest) => {
  if (message === "ends") disarm?.();
  if (message === "listen-in") tap.begin();
  if (message === "listen-no-more") tap.end();
  if (message !== "ends") runner.listenIn(message === "listen-in" ? tap.take : undefined);
});
report({ kind: "ready", realTime: granted });
if (memory?.locked === false)
  log(
    "warning",
    `the card's code is not kept in memory (${memory.reason}): a page that is fetched from a disk delays its beats`,
  );
setInterval(() => {
  const planes = [a.statistics(), b.statistics()];
  report({
    kind: "communication",
    status: { ...runner.status(), realTime: granted, codeLocked: memory?.locked, planes },
  });
}, statusMillis);

function log(severity: "info" | "warning" | "alarm", text: string): void {
  report({ kind: "log", severity, text, atMicros: clock.nowMicros() });
}

async function openPlane(plane: string): Promise<CanPort> {
  const tell = (reason: string) => log("alarm", reason);
  try {
    return await openPlanePort(plane, { portName: `slot ${start.options.slot}`, bus: start.bus, tell });
  } catch (error) {
    report({ kind: "unusable", text: error instanceof Error ? error.message : String(error) });
    // The other thread ends the process.
    return await new Promise(() => undefined);
  }
}
