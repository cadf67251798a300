import { readdirSync } from "node:fs";
import { getPriority, setPriority } from "node:os";

/** How modest: the kernel's nice value, 19 being the most. */
const modestPriority = 10;

/**
 * Makes the calling process yield to all others while it starts, and gives what ends that: also those of its threads that compile and
 * collect, and those begun meanwhile. Where the process may not take its priority back, it does not give it away.
 */
export function startModestly(): () => void {
  const usual = getPriority();
  try {
    setPriority(usual - 1);
  } catch {
    return () => undefined;
  }
  setPriorityOfThreads(usual + modestPriority);
  return () => setPriorityOfThreads(usual);
}

/** A nice value is a thread's own (sched(7)). */
function setPriorityOfThreads(priority: number): void {
  for (const thread of readdirSync("/proc/self/task")) {
    try {
      setPriority(Number(thread), priority);
    } catch {
      // It has ended meanwhile.
    }
  }
}
