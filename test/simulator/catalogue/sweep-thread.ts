/** One of the threads that the catalogue is spread over: takes jobs, gives back what came of them. */
import { parentPort } from "node:worker_threads";
import { catalogue } from "./catalogue.ts";
import { disturbances } from "./disturbances.ts";
import { named, sweep, type SweepJob } from "./sweep.ts";

parentPort?.on("message", ({ scenario, disturbance, every, first }: SweepJob) => {
  parentPort?.postMessage(sweep(named(catalogue, scenario), named(disturbances, disturbance), { every, first }));
});
