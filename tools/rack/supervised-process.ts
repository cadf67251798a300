/** A child process that does not outlive its supervisor, whatever becomes of either. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { sessionWeights, weighSession } from "../../hal/linux/session-weight.ts";

export interface ChildProgram {
  /** Path of a TypeScript program. */
  readonly program: string;
  readonly args: readonly string[];
  /** Where standard output and error go; appended to. */
  readonly logFile: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** Whether it runs a thread at real-time priority. */
  readonly realTime?: boolean;
}

/**
 * A thread at real-time priority must not wait for one that has none: with such threads on every processor the collector's helpers
 * would not run until the kernel steps in, a second later. So these processes collect garbage without helpers.
 */
const realTimeNodeArguments = ["--single-threaded-gc"];

/**
 * Starts a program with an IPC channel, under the Node that runs this process. Three things end it with its supervisor: the
 * kernel (`setpriv`, where there is one: a stopped process dies, too), the end of the IPC channel, and the supervisor itself.
 * It has a session of its own, so that Ctrl-C on the terminal is its supervisor's affair.
 */
export function startChild({ program, args, logFile, environment, realTime }: ChildProgram): ChildProcess {
  const nodeArguments = realTime === true ? realTimeNodeArguments : [];
  const [command, ...before] = [...parentDeathSignal(), process.execPath, ...nodeArguments];
  const log = openSync(logFile, "a");
  try {
    return spawn(command, [...before, program, ...args], {
      stdio: ["ignore", log, log, "ipc"],
      detached: true,
      env: { ...process.env, ...environment },
    });
  } finally {
    closeSync(log);
  }
}

/**
 * Gives a process that was started so a weight among the others of its host. Where cards may not be given back what they give away while
 * they start, none does.
 */
export function weigh(child: ChildProcess, nice: number): void {
  if (child.pid === undefined) return;
  if (!weighSession(child.pid, sessionWeights.inService)) return;
  weighSession(child.pid, nice);
}

/** Resolves when the process has ended; at once where it has already, or never began. */
export function ended(child: ChildProcess): Promise<void> {
  if (hasEnded(child)) return Promise.resolve();
  return new Promise((resolve) => {
    child.once("exit", () => resolve());
    child.once("error", () => resolve());
  });
}

export function hasEnded(child: ChildProcess): boolean {
  return child.pid === undefined || child.exitCode !== null || child.signalCode !== null;
}

/**
 * Ends a process as if its machine had gone. From the first signal on it does nothing any more. What the kernel then has to clear
 * away, tens of milliseconds of a processor, would be work of the machines that are left: so it waits until nobody else wants the
 * processor: by the weight of its session, and SCHED_IDLE where `chrt` of util-linux can ask for that.
 */
export function vanish(child: ChildProcess): void {
  child.kill("SIGSTOP");
  if (child.pid !== undefined) {
    weighSession(child.pid, sessionWeights.pulled);
    spawnSync("chrt", ["--idle", "--all-tasks", "--pid", "0", String(child.pid)], { stdio: "ignore" });
  }
  child.kill("SIGKILL");
}

let prefix: readonly string[] | undefined;

function parentDeathSignal(): readonly string[] {
  if (prefix === undefined) {
    const candidate = ["setpriv", "--pdeathsig", "KILL"];
    const tried = spawnSync(candidate[0], [...candidate.slice(1), "true"], { stdio: "ignore" });
    prefix = tried.status === 0 ? candidate : [];
  }
  return prefix;
}
