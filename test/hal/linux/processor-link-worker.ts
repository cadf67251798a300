import { workerData } from "node:worker_threads";
import { type ProcessorLinkMemory, processorLink } from "../../../hal/linux/processor-link.ts";

/** The application processor of the test: sends every message back, counting its progress, until it is told to hang. */
const link = processorLink(workerData as ProcessorLinkMemory, "application");
let unsent: Uint8Array[] = [];

link.listen({
  message: (message) => {
    if (message.length === 0) for (;;);
    link.countProgress();
    if (unsent.length > 0 || !link.send(message)) unsent.push(message);
  },
  writable: () => {
    const refusedFrom = unsent.findIndex((message) => !link.send(message));
    unsent = refusedFrom < 0 ? [] : unsent.slice(refusedFrom);
  },
  nudged: () => link.countProgress(),
});
