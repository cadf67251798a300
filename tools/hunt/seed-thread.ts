/** A thread of the hunt: plays the seeds that it is given. */
import { parentPort, workerData } from "node:worker_threads";
import { readConfiguration } from "../configuration/read-configuration.ts";
import { playSeed, type SeedTask } from "./seed-play.ts";

const { configuration } = readConfiguration(workerData as string);
parentPort?.on("message", (task: SeedTask) => parentPort?.postMessage(playSeed(configuration, task)));
