/** A rack of processes with test exchanges and gateways, for as long as a bench uses it. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { readConfiguration, UserError } from "../configuration/read-configuration.ts";
import type { Beginning } from "../rack/closing.ts";
import { neededPorts, portFault } from "../rack/port-check.ts";
import { Rack, type RackEvent, type RackOptions } from "../rack/rack.ts";
import { monotonicMicros } from "../measurement/monotonic-micros.ts";

export interface BenchCalls extends Pick<RackOptions, "voiceCallsMax" | "ring" | "hold"> {
  readonly callsPerSecond: number;
}

/** A program that has just started is slower than it will be. */
export const warmUpMillis = 6000;

/** The next rack wants the same ports: they are free when the processes have ended. */
const endMillis = 1000;

/**
 * Calls run when `use` begins, and have for a while.
 * @throws UserError when the rack of this configuration cannot be started here
 */
export async function withRack<T>(
  config: string,
  { callsPerSecond, ...calls }: BenchCalls,
  use: (rack: Rack, beginning: Beginning) => Promise<T>,
  onEvent: (event: RackEvent) => void = () => undefined,
): Promise<T> {
  const { configuration } = readConfiguration(config);
  const fault = await portFault(neededPorts(configuration, { exchanges: true, gateways: true }), config);
  if (fault !== undefined) throw new UserError(fault);
  const runFolder = mkdtempSync(join(tmpdir(), "rack-bench-"));
  const options = { configuration, configurationFile: resolve(config), runFolder, ...calls };
  const cacheFolder = resolve(".run", "compiled");
  const rack = new Rack({ ...options, cacheFolder, exchanges: true, gateways: true, rehearsal: true }, onEvent);
  const stop = () => rack.stop();
  process.on("exit", stop);
  try {
    await rack.start();
    await rack.surroundings.setRate(callsPerSecond);
    await pause(warmUpMillis);
    const planes = await rack.readPlanes();
    const readings = await rack.surroundings.statistics();
    const attempts = readings.reduce((sum, reading) => sum + reading.attempts, 0);
    return await use(rack, { atMicros: monotonicMicros(), attempts, planes });
  } finally {
    process.off("exit", stop);
    rack.stop();
    await pause(endMillis);
    rmSync(runFolder, { recursive: true, force: true, maxRetries: 5 });
  }
}
