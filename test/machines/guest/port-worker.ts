/** A thread with a port, as a communication processor is. */
import { parentPort, workerData } from "node:worker_threads";
import { SocketCanPort } from "../../../hal/linux/socketcan-port.ts";

const port = new SocketCanPort({ interface: workerData as string, fd: false });
port.listen({
  frames: (batch) => {
    if (batch.some(({ data }) => data[0] === 0xff)) throw new Error("a broken invariant");
    parentPort?.postMessage(batch.map(({ id }) => id));
  },
  transmitted: () => {},
  writable: () => {},
  state: () => {},
});
parentPort?.postMessage("listens");
