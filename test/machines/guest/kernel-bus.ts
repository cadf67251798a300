/** Buses of the kernel for the contract of CanPort. */
import { execFileSync } from "node:child_process";
import { setImmediate as turn } from "node:timers/promises";
import type { CanPort } from "../../../hal/can-port.ts";
import { SocketCanPort } from "../../../hal/linux/socketcan-port.ts";
import type { CanBusUnderTest } from "../../contract/can-port.ts";

/** Runs a command that is to work. */
export function run(command: string): string {
  const [program, ...given] = command.split(" ");
  return execFileSync(program, given, { encoding: "utf8" });
}

/** Of linux/can.h. */
export function mtuOf(fd: boolean): number {
  return fd ? 72 : 16;
}

/**
 * A bus of which each port has an interface.
 * @param plug makes the interface of the next port, and gives its name
 */
export function kernelBus(fd: boolean, plug: (place: number) => string, unplug: () => void): CanBusUnderTest {
  const ports: CanPort[] = [];
  return {
    attach: async () => {
      const port = new SocketCanPort({ interface: plug(ports.length), fd });
      ports.push(port);
      return port;
    },
    // A condition that never comes is ended by the test's own time limit.
    until: async (done) => {
      while (!done()) await turn();
    },
    handedOnFramesMax: 8,
    close: async () => {
      for (const port of ports) port.close();
      unplug();
    },
  };
}
