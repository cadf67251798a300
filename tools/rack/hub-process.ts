/** One plane of the backplane: a hub as a child process, steered over its socket. */
import type { ChildProcess } from "node:child_process";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { RackConfiguration } from "../../firmware/configuration/rack-schema.ts";
import { connectHubControl, type HubControl } from "../../hal/software-bus/hub-control.ts";
import { helperPriority, raiseHelpersToRealTime, raiseToRealTime } from "../../hal/linux/real-time.ts";
import { UserError } from "../configuration/read-configuration.ts";
import { hasEnded, startChild } from "./supervised-process.ts";

export interface HubProcess {
  readonly plane: "A" | "B";
  readonly socket: string;
  readonly child: ChildProcess;
  readonly control: HubControl;
}

const program = fileURLToPath(new URL("../hub/main.ts", import.meta.url));
const attemptEveryMillis = 10;
const attemptsMax = 1000;
/** Above the threads that beat. */
const realTimePriority = 51;

/**
 * Resolves when the plane is there and this process owns it.
 * @throws UserError
 */
export async function startHubProcess(
  plane: "A" | "B",
  socket: string,
  { frames, bitRate, dataBitRate, paced }: RackConfiguration["bus"],
  logFile: string,
  environment: Readonly<Record<string, string>>,
): Promise<HubProcess> {
  const args = ["--plane", plane, "--socket", socket, "--owner"];
  args.push("--rate", String(bitRate), "--data-rate", String(dataBitRate));
  if (frames === "fd") args.push("--fd");
  if (paced) args.push("--paced");
  const child = startChild({ program, args, logFile, environment, realTime: true });
  for (let attempt = 0; attempt < attemptsMax && !hasEnded(child); attempt++) {
    await pause(attemptEveryMillis);
    const control = await connectHubControl(socket).catch(() => undefined);
    if (control === undefined) continue;
    // A heartbeat that waits in the hub is late like one that was not sent.
    const { pid } = child;
    if (pid !== undefined && raiseToRealTime(realTimePriority, pid).granted)
      raiseHelpersToRealTime(helperPriority, pid);
    return { plane, socket, child, control };
  }
  throw new UserError(`the hub of plane ${plane} did not start: see ${logFile}`);
}
