import { readdirSync, readFileSync } from "node:fs";
import { getPriority, setPriority } from "node:os";
import { Worker } from "node:worker_threads";
import { startModestly } from "../../../hal/linux/modest-start.ts";

/** Nice values of all threads of this process. */
function priorities(): number[] {
  return readdirSync("/proc/self/task").map((thread) => {
    const stat = readFileSync(`/proc/self/task/${thread}/stat`, "latin1");
    return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[16]);
  });
}

const usual = getPriority();
let mayRaise = true;
try {
  setPriority(usual - 1);
  setPriority(usual);
} catch {
  mayRaise = false;
}
const before = priorities();
const started = startModestly();
const worker = new Worker("setInterval(() => {}, 1000)", { eval: true });
worker.once("online", async () => {
  const during = priorities();
  started();
  console.log(JSON.stringify({ before, during, after: priorities(), mayRaise }));
  await worker.terminate();
});
