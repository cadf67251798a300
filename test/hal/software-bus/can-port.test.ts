import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate as turn } from "node:timers/promises";
import type { CanPort } from "../../../hal/can-port.ts";
import { startHub } from "../../../hal/software-bus/hub.ts";
import { windowSize } from "../../../hal/software-bus/hub-protocol.ts";
import { connectSoftwareCanPort } from "../../../hal/software-bus/software-can-port.ts";
import { canPortContract } from "../../contract/can-port.ts";

const rates = { bitRate: 1_000_000, dataBitRate: 5_000_000 };

for (const [name, options] of [
  ["software bus, classic", { fd: false, paced: false }],
  ["software bus, FD", { fd: true, paced: false }],
  ["software bus, FD, paced", { fd: true, paced: true }],
] as const) {
  canPortContract(name, async () => {
    const folder = await mkdtemp(join(tmpdir(), "can-port-"));
    const path = join(folder, "plane");
    const hub = await startHub({ plane: "A", path, rates, ...options });
    const ports: CanPort[] = [];
    return {
      attach: async (port) => {
        const attached = await connectSoftwareCanPort({ path, name: port });
        ports.push(attached);
        return attached;
      },
      // A condition that never comes is ended by the test's own time limit.
      until: async (done) => {
        while (!done()) await turn();
      },
      handedOnFramesMax: windowSize.framesMax,
      close: async () => {
        for (const port of ports) port.close();
        await hub.close();
        await rm(folder, { recursive: true });
      },
    };
  });
}
