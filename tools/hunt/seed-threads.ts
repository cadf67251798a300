/** Seeds on all processors: each thread plays one after the other and asks for the next. */
import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import type { SeedReport, SeedTask } from "./seed-play.ts";

export interface ThreadOptions {
  /** The rack.yaml to play with. */
  readonly config: string;
  readonly threads?: number;
}

/**
 * Plays the tasks in their order, several at a time, until there are no more or `played` wants none.
 * @param played hears of each, in the order in which they end; false: begin no other
 */
export async function playOnThreads(
  tasks: Iterable<SeedTask>,
  { config, threads = availableParallelism() }: ThreadOptions,
  played: (report: SeedReport) => boolean,
): Promise<void> {
  const waiting = tasks[Symbol.iterator]();
  let goesOn = true;
  const thread = () =>
    new Promise<void>((resolve, reject) => {
      const worker = new Worker(new URL("./seed-thread.ts", import.meta.url), { workerData: config });
      const next = () => {
        const task = goesOn ? waiting.next() : undefined;
        if (task !== undefined && !task.done) worker.postMessage(task.value);
        else void worker.terminate().then(() => resolve());
      };
      worker.on("message", (report: SeedReport) => {
        if (!played(report)) goesOn = false;
        next();
      });
      worker.on("error", reject);
      next();
    });
  await Promise.all(Array.from({ length: threads }, thread));
}
