/** Processor time of processes by what they are at the time: a call server may be backup now and primary later. */
import { readFileSync } from "node:fs";

/** The kernel counts in hundredths of a second, whatever its own clock is. */
const ticksPerSecond = 100;
/** utime and stime after the name in /proc/…/stat (proc(5)): fields 14 and 15, where the first after the name is 3. */
const userTime = 11;
const systemTime = 12;

export class ProcessorTime {
  readonly #seconds = new Map<string, number>();
  readonly #last = new Map<number, number>();

  /** Counts what the processes have used since the last time; a process not seen before starts here. */
  sample(processes: readonly { readonly name: string; readonly pid: number }[]): void {
    for (const { name, pid } of processes) {
      const used = processorSeconds(pid);
      if (used === undefined) continue;
      const before = this.#last.get(pid) ?? used;
      this.#last.set(pid, used);
      this.#seconds.set(name, (this.#seconds.get(name) ?? 0) + used - before);
    }
  }

  /** Seconds of processor time by name. */
  all(): ReadonlyMap<string, number> {
    return this.#seconds;
  }
}

/** All threads of a process; undefined when it is gone. */
export function processorSeconds(pid: number): number | undefined {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, "latin1");
  } catch {
    return undefined;
  }
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[userTime]) + Number(fields[systemTime])) / ticksPerSecond;
}
