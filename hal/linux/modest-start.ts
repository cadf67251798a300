import { readdirSync } from "node:fs";
import { getPriority, setPriority } from "node:os";

/** How modest: the kernel's nice value, 19 being the most. */
const modestPriority = 5;

/**
 * Makes the calling process yield to all others while it starts, and gives what ends that. Threads begun meanwhile yield too.
 * Where the process may not take its priority back, it does not give it away.
 */
export function startModestly(): () => void {
  const usual = getPriority();
  try {
    setPriority(usual - 1);
  } catch {
    return () => undefined;
  }
  setPriority(usual + modestPriority);
  return () => {
    for (const thread of readdirSync("/proc/self/task")) {
      try {
        setPriority(Number(thread), usual);
      } catch {
        // It has ended meanwhile.
      }
    }
  };
}
