import { readdirSync, writeFileSync } from "node:fs";
import { setPriority } from "node:os";

/**
 * How much of a busy host the programs of a rack get, as nice values. Exchanges and gateways stand for machines of their own, a card in
 * service has its processor to itself, a card that starts has nobody's calls yet, and of one that was pulled only the clearing away is left.
 */
export const sessionWeights = { surroundings: -10, inService: -5, starting: 10, pulled: 19 } as const;

/**
 * Gives a process that leads a session a nice value. Linux weighs sessions first (autogroup, sched(7)), and the threads of a session only
 * against each other; where that is switched off, threads alone.
 * @returns whether it could be had: below 0 it takes CAP_SYS_NICE
 */
export function weighSession(process: number, nice: number): boolean {
  try {
    for (const thread of readdirSync(`/proc/${process}/task`)) weighThread(Number(thread), nice);
    writeFileSync(`/proc/${process}/autogroup`, String(nice));
    return true;
  } catch {
    return false;
  }
}

function weighThread(thread: number, nice: number): void {
  try {
    setPriority(thread, nice);
  } catch (error) {
    // It may have ended meanwhile.
    if ((error as NodeJS.ErrnoException & { info?: { code?: string } }).info?.code !== "ESRCH") throw error;
  }
}
