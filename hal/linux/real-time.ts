import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, readlinkSync, writeFileSync } from "node:fs";

/** Whether the kernel gave the priority, or what it (or the tool that asks it) said. */
export type RealTimeGrant = { readonly granted: true } | { readonly granted: false; readonly reason: string };

/**
 * Asks for real-time priority (SCHED_FIFO, 1 to 99) for the calling thread, be it main or worker, or for another by the kernel's
 * number. Needs CAP_SYS_NICE or an RLIMIT_RTPRIO, and `chrt` of util-linux. Threads and processes that it starts later do not
 * inherit it.
 */
export function raiseToRealTime(priority: number, thread?: number): RealTimeGrant {
  try {
    const arguments_ = ["--fifo", "--reset-on-fork", "--pid", String(priority), String(thread ?? threadId())];
    const chrt = spawnSync("chrt", arguments_, { encoding: "utf8", timeout: chrtMillisMax });
    if (chrt.error !== undefined) return { granted: false, reason: chrt.error.message };
    if (chrt.status !== 0) return { granted: false, reason: chrt.stderr.trim() || `chrt ended with ${chrt.status}` };
    return { granted: true };
  } catch (error) {
    return { granted: false, reason: String(error) };
  }
}

/** Of the threads that compile and collect: below all that beat, above whatever else the host has to do. */
export const helperPriority = 1;

/**
 * The same for the threads that compile and collect for all threads of a process, by its number. A thread at real-time priority
 * waits for them at its collections: while they have none, anything that is busy on the machine holds it up.
 * @returns how many have it now
 */
export function raiseHelpersToRealTime(priority: number, process: number): number {
  return helperThreads(process).filter((thread) => raiseToRealTime(priority, thread).granted).length;
}

/** Names the calling thread as `ps` and `top` show it; the kernel keeps 15 octets. False when it did not take it. */
export function nameThread(name: string): boolean {
  try {
    writeFileSync("/proc/thread-self/comm", name);
    return true;
  } catch {
    return false;
  }
}

/**
 * For how long in all a thread of this process, by the kernel's number, has waited for a processor, in microseconds (schedstat,
 * second number, which counts nanoseconds). 0 where the kernel does not tell.
 */
export function starvedMicros(thread: number): number {
  try {
    const [, waited] = readFileSync(`/proc/self/task/${thread}/schedstat`, "latin1").split(" ");
    return Math.floor(Number(waited) / 1000) || 0;
  } catch {
    return 0;
  }
}

const chrtMillisMax = 2000;
const helperName = "V8Worker";

function helperThreads(process: number): readonly number[] {
  const folder = `/proc/${process}/task`;
  const isHelper = (thread: string) => readFileSync(`${folder}/${thread}/comm`, "latin1").trim() === helperName;
  try {
    return readdirSync(folder).filter(isHelper).map(Number);
  } catch {
    // No such process, or one of its threads ended meanwhile.
    return [];
  }
}

/** The kernel's number of the calling thread. Synchronous file calls are made by the calling thread itself. */
function threadId(): string {
  return readlinkSync("/proc/thread-self").replace(/^.*\//, "");
}
