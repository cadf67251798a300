import { SimulatedCanBus } from "../../../hal/simulated/can-bus.ts";
import { VirtualClock } from "../../../hal/simulated/clock.ts";
import { canPortContract } from "../../contract/can-port.ts";

const rates = { bitRate: 1_000_000, dataBitRate: 5_000_000 };

for (const [name, options] of [
  ["simulated, classic", { rates, fd: false }],
  ["simulated, FD", { rates, fd: true }],
  ["simulated, frames take no time", { rates: undefined, fd: true }],
] as const) {
  canPortContract(name, async () => {
    const clock = new VirtualClock();
    const bus = new SimulatedCanBus({ ...options, clock });
    return {
      attach: async (port) => bus.attach(port),
      until: async (done) => {
        while (!done()) if (!clock.step()) throw new Error("nothing left to happen");
      },
      handedOnFramesMax: 0,
      close: async () => undefined,
    };
  });
}
