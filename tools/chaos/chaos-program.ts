/** A rack of processes with calls, and one fault after the other, each with recovery before the next. */
import { mkdirSync, writeFileSync } from "node:fs";
import { relative, resolve } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { readConfiguration, UserError } from "../configuration/read-configuration.ts";
import { seededChance } from "../exchange/seeded-chance.ts";
import { monotonicMicros } from "../measurement/monotonic-micros.ts";
import { closeRun } from "../rack/closing.ts";
import { neededPorts, portFault } from "../rack/port-check.ts";
import { Rack } from "../rack/rack.ts";
import { judge, type RackReport } from "../rack/report.ts";
import { makeRunFolder } from "../rack/run-folder.ts";
import { summaryText } from "../rack/summary.ts";
import { type Chance, drawFault, isWhole } from "./rack-faults.ts";

export interface ChaosOptions {
  readonly config: string;
  readonly minutes: number;
  /** Calls a second, of all exchanges together. */
  readonly rate: number;
  readonly seed: number;
  readonly report?: string | undefined;
  readonly json: boolean;
}

export interface ChaosReport extends RackReport {
  readonly seed: number;
  /** How often each fault struck. */
  readonly faultsStruck: Readonly<Record<string, number>>;
  /** Calls that the exchanges were setting up when a fault struck, over all faults. */
  readonly callsInSetupAtFault: number;
}

const ring = { text: "1s-2s", maxMillis: 2000 };
const hold = { text: "2s-4s", maxMillis: 4000 };
const voiceCallsMax = 60;
const recoverWithinMillis = 20_000;
const betweenMillis = 700;
const baseFolder = ".run";
const millisPerMinute = 60_000;

/** @returns the exit code: 0 nothing was lost, 1 something was, 3 the host dropped voice */
export async function runChaos(options: ChaosOptions): Promise<number> {
  const { config, rate, seed } = options;
  const { configuration } = readConfiguration(config);
  const fault = await portFault(neededPorts(configuration, { exchanges: true, gateways: true }), config);
  if (fault !== undefined) throw new UserError(fault);
  mkdirSync(baseFolder, { recursive: true });
  const runFolder = makeRunFolder(resolve(baseFolder), new Date());
  const begin = monotonicMicros();
  const say = (text: string, atMicros = monotonicMicros()) =>
    process.stderr.write(`${((atMicros - begin) / 1_000_000).toFixed(3).padStart(9)} ${text}\n`);
  const rack = new Rack(
    {
      ...{ configuration, configurationFile: resolve(config), runFolder, cacheFolder: resolve(baseFolder, "compiled") },
      ...{ exchanges: true, gateways: true, rehearsal: true, voiceCallsMax, ring: ring.text, hold: hold.text },
    },
    ({ severity, text, atMicros, isForTheLog }) => {
      if (severity !== "info" && !isForTheLog) say(text, atMicros);
    },
  );
  process.on("exit", () => rack.stop());
  say(`seed ${seed}; logs and call detail records: ${relative(process.cwd(), runFolder)}`);
  try {
    await rack.start();
    const planes = await rack.readPlanes();
    const beginning = { atMicros: monotonicMicros(), attempts: 0, planes };
    await rack.surroundings.setRate(rate);
    const struck = await strike(rack, options, say);
    const limits = { longestCallMillis: ring.maxMillis + hold.maxMillis, checkCallsPerSecond: 50 };
    const report: ChaosReport = { ...(await closeRun(rack, beginning, limits, say)), seed, ...struck };
    if (options.report !== undefined) writeFileSync(options.report, `${JSON.stringify(report, undefined, 2)}\n`);
    process.stdout.write(options.json ? `${JSON.stringify(report, undefined, 2)}\n` : chaosText(report));
    return judge(report).exitCode;
  } finally {
    rack.stop();
  }
}

type Struck = Pick<ChaosReport, "faultsStruck" | "callsInSetupAtFault">;

async function strike(rack: Rack, { minutes, seed }: ChaosOptions, say: (text: string) => void): Promise<Struck> {
  const random = seededChance(seed);
  const chance: Chance = (below) => Math.floor(random() * below);
  const end = monotonicMicros() + minutes * millisPerMinute * 1000;
  const faultsStruck: Record<string, number> = {};
  let callsInSetupAtFault = 0;
  while (monotonicMicros() < end) {
    await pause(betweenMillis + chance(betweenMillis));
    const fault = drawFault(chance);
    const callsInSetup = await rack.surroundings.countCallsInSetup();
    say(`— ${fault.name}: ${callsInSetup} calls in set-up`);
    callsInSetupAtFault += callsInSetup;
    faultsStruck[fault.name] = (faultsStruck[fault.name] ?? 0) + 1;
    await fault.strike(rack, chance);
    if (!(await rack.waitFor(() => isWhole(rack), recoverWithinMillis))) {
      say(`the rack is not whole ${recoverWithinMillis / 1000} s after "${fault.name}"`);
      break;
    }
  }
  return { faultsStruck, callsInSetupAtFault };
}

function chaosText(report: ChaosReport): string {
  const faults = Object.entries(report.faultsStruck).map(([name, count]) => `${count} x ${name}`);
  const lines = [
    `seed            ${report.seed}`,
    `faults          ${faults.join(", ")}`,
    `                ${report.callsInSetupAtFault} calls in set-up when they struck`,
  ];
  return `${lines.join("\n")}\n${summaryText(report)}`;
}
