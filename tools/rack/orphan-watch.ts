/** npm starts a shell and the shell starts us: when one of them is killed, nobody holds the rack any more. */
import { readFileSync } from "node:fs";

const lookMillis = 250;
const generationsMax = 3;

/** Calls `orphaned` once, when npm or a shell of its, where that is what started this process, is gone. */
export function watchForOrphanhood(orphaned: () => void): void {
  if (process.env.npm_lifecycle_event === undefined) return;
  const ancestors: number[] = [];
  for (let pid = process.ppid; pid > 1 && ancestors.length < generationsMax; ) {
    ancestors.push(pid);
    const { name, parent } = statusOf(pid) ?? { name: "", parent: 0 };
    if (name.startsWith("npm")) break;
    pid = parent;
  }
  if (!statusOf(ancestors.at(-1) ?? 0)?.name.startsWith("npm")) return;
  const timer = setInterval(() => {
    if (ancestors.every((pid) => statusOf(pid) !== undefined)) return;
    clearInterval(timer);
    orphaned();
  }, lookMillis);
  timer.unref();
}

/** Undefined when there is no such process, or only the memory of it. */
function statusOf(pid: number): { readonly name: string; readonly parent: number } | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    const name = stat.slice(stat.indexOf("(") + 1, stat.lastIndexOf(")"));
    const [state, parent] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return state === "Z" ? undefined : { name, parent: Number(parent) };
  } catch {
    return undefined;
  }
}
