/** Where a run leaves its logs and call detail records. */
import { existsSync, mkdirSync, readdirSync, readlinkSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import type { PlaneName } from "./schedule.ts";

const runsKept = 5;
const runName = /^\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d(-\d+)?$/;

/** Makes the folder of a new run under `base`, lets `latest` point to it, and drops the oldest of the others. */
export function makeRunFolder(base: string, now: Date): string {
  mkdirSync(base, { recursive: true });
  const time = now.toISOString().slice(0, 19).replaceAll(":", "-");
  const taken = new Set(readdirSync(base));
  let name = time;
  for (let number = 2; taken.has(name); number++) name = `${time}-${number}`;
  mkdirSync(join(base, name));
  const latest = join(base, "latest");
  rmSync(latest, { force: true });
  symlinkSync(name, latest);
  const runs = readdirSync(base).filter((entry) => runName.test(entry));
  for (const old of runs.sort().slice(0, -runsKept)) rmSync(join(base, old), { recursive: true, force: true });
  return join(base, name);
}

/** Leaves in the folder of a run where the hub of a plane is: its socket needs a short name, and lies elsewhere. */
export function linkHub(runFolder: string, plane: PlaneName, socket: string): void {
  const link = hubLink(runFolder, plane);
  rmSync(link, { force: true });
  symlinkSync(socket, link);
}

/** The socket of a plane's hub; undefined where none is running. */
export function linkedHub(runFolder: string, plane: PlaneName): string | undefined {
  try {
    const socket = readlinkSync(hubLink(runFolder, plane));
    return existsSync(socket) ? socket : undefined;
  } catch {
    return undefined;
  }
}

function hubLink(runFolder: string, plane: PlaneName): string {
  return join(runFolder, `plane-${plane.toLowerCase()}.socket`);
}
