/** How many calls a second a rack on this machine carries, while its primary is pulled in the middle, before one is lost. */
import { cpus } from "node:os";
import { setTimeout as pause } from "node:timers/promises";
import { closeRun } from "../rack/closing.ts";
import type { Rack } from "../rack/rack.ts";
import { judge, type RackReport } from "../rack/report.ts";
import { monotonicMicros } from "../measurement/monotonic-micros.ts";
import type { Bench, BenchResult } from "./bench.ts";
import { warmUpMillis, withRack } from "./bench-rack.ts";
import { ProcessorTime } from "./processor-time.ts";

const floorCallsPerSecond = 100;
const goalCallsPerSecond = 200;
const stepCallsPerSecond = 50;
/** Beyond this the circuits of the demonstration are full. */
const mostCallsPerSecond = 300;
const setupDelayMillisMax = 100;
const ring = { text: "1s-2s", maxMillis: 2000 };
const hold = { text: "1s-2s", maxMillis: 2000 };
const voiceCallsMax = 100;
/** The floor and the goal are for as long as they say; the other steps are shorter. */
const longStepMillis = 30_000;
const shortStepMillis = 15_000;
const backAfterMillis = 3000;
const sampleMillis = 250;
const checkCallsPerSecond = 50;

interface Step {
  readonly callsPerSecond: number;
  readonly report: RackReport;
  readonly findings: readonly string[];
  /** Per cent of one processor while calls were made. */
  readonly processorPercent: Readonly<Record<string, number>>;
}

export const rackBench: Bench = {
  name: "rack",
  about: "calls a second through a rack of processes, the primary pulled in the middle",
  run: async ({ config }, tell) => {
    const steps: Step[] = [];
    for (let rate = stepCallsPerSecond; rate <= mostCallsPerSecond; rate += stepCallsPerSecond) {
      tell(`${rate} calls a second for ${stepMillis(rate) / 1000} s`);
      const step = await runStep(rate, config);
      steps.push(step);
      tell(step.findings.length === 0 ? "nothing lost" : step.findings.join("; "));
      if (!isCarried(step)) break;
    }
    return resultOf(steps);
  },
};

function stepMillis(rate: number): number {
  return rate === floorCallsPerSecond || rate === goalCallsPerSecond ? longStepMillis : shortStepMillis;
}

function isCarried({ report, findings }: Step): boolean {
  return findings.length === 0 && report.setupDelayMillis.p99 <= setupDelayMillisMax;
}

async function runStep(callsPerSecond: number, config: string): Promise<Step> {
  const calls = { callsPerSecond, voiceCallsMax, ring: ring.text, hold: hold.text };
  return await withRack(config, calls, async (rack, beginning) => {
    const processors = new ProcessorTime();
    const sampling = setInterval(() => processors.sample(processesByRole(rack)), sampleMillis);
    processors.sample(processesByRole(rack));
    await pullInTheMiddle(rack, stepMillis(callsPerSecond));
    clearInterval(sampling);
    processors.sample(processesByRole(rack));
    const seconds = (monotonicMicros() - beginning.atMicros) / 1_000_000;
    const limits = { longestCallMillis: ring.maxMillis + hold.maxMillis, checkCallsPerSecond };
    const report = await closeRun(rack, beginning, limits, () => undefined);
    const percents = [...processors.all()].map(([name, used]) => [name, Math.round((100 * used) / seconds)]);
    const processorPercent = Object.fromEntries(percents);
    // What nobody asked for is shown, but only a loss ends the climb.
    const { findings } = judge({ ...report, unpromptedSwitchovers: 0 });
    return { callsPerSecond, report, findings, processorPercent };
  });
}

async function pullInTheMiddle(rack: Rack, millis: number): Promise<void> {
  await pause(millis / 2);
  await rack.perform({ action: "pull", target: "primary" });
  await pause(backAfterMillis);
  await rack.perform({ action: "insert", target: "last" });
  await pause(millis / 2 - backAfterMillis);
}

/** Call servers go by what they are; a card that has just been put back is about to be backup. */
function processesByRole(rack: Rack): readonly { readonly name: string; readonly pid: number }[] {
  const cards = new Map(rack.slots.map((slot) => [slot.pid, slot]));
  return rack.processes().map(({ name, pid }) => {
    const card = cards.get(pid);
    if (card === undefined) return { name, pid };
    if (card.card.kind !== "call-server") return { name: card.card.kind, pid };
    return { name: card.role === "primary" ? "primary" : "backup", pid };
  });
}

// --- what is said of it

function resultOf(steps: readonly Step[]): BenchResult {
  const carried = steps.filter(isCarried).map(({ callsPerSecond }) => callsPerSecond);
  const most = Math.max(0, ...carried);
  const names = [...new Set(steps.flatMap(({ processorPercent }) => Object.keys(processorPercent)))];
  const heading = [
    "calls/s",
    "made",
    "lost",
    "p50 ms",
    "p99 ms",
    "switchover ms",
    "unprompted",
    "bits/call",
    "plane %",
  ];
  const rows = steps.map(({ callsPerSecond, report, processorPercent }) => [
    String(callsPerSecond),
    String(report.callsAttempted),
    String(report.callsLost.setup + report.callsLost.stable),
    report.setupDelayMillis.p50.toFixed(1),
    report.setupDelayMillis.p99.toFixed(1),
    report.switchovers.find(({ cause }) => cause === "pull")?.totalMillis?.toFixed(1) ?? "-",
    String(report.unpromptedSwitchovers),
    String(report.planes.A?.bitsPerCall ?? 0),
    (report.planes.A?.loadPercent ?? 0).toFixed(1),
    ...names.map((name) => String(processorPercent[name] ?? 0)),
  ]);
  const last = steps.at(-1);
  const why = last === undefined || isCarried(last) ? [] : [`At ${last.callsPerSecond} a second: ${whyNot(last)}.`];
  return {
    table: [[...heading, ...names], ...rows],
    remarks: [
      `Columns of processes: per cent of one processor, of ${cpus().length} (${cpus()[0]?.model.trim() ?? "unknown"}).`,
      `Voice on up to ${voiceCallsMax} calls at a time; calls ring ${ring.text} and are held ${hold.text}; ${warmUpMillis / 1000} s to warm up.`,
      ...why,
      `Carried: ${most} calls a second (floor ${floorCallsPerSecond}, goal ${goalCallsPerSecond}).`,
    ],
    figures: { callsPerSecond: most, floorCallsPerSecond, goalCallsPerSecond, voiceCallsMax, steps },
    reachesFloor: most >= floorCallsPerSecond,
  };
}

function whyNot({ report, findings }: Step): string {
  const p99 = report.setupDelayMillis.p99;
  const slow = p99 > setupDelayMillisMax ? [`set-up p99 ${p99.toFixed(1)} ms`] : [];
  return [...findings, ...slow].join("; ");
}
