/** The backplane of a rack on the kernel's CAN, with a port in every slot. */
import { setTimeout as pause } from "node:timers/promises";
import { afterEach, expect, test } from "vitest";
import { SocketCanPort } from "../../../hal/linux/socketcan-port.ts";
import { canInterfaceNamed } from "../../../hal/linux/can-interface.ts";
import { readConfiguration } from "../../../tools/configuration/read-configuration.ts";
import { type KernelBackplane, layKernelBackplane } from "../../../tools/rack/kernel-backplane.ts";

const { configuration } = readConfiguration("boards/simulated/redundant.yaml");
const slots = configuration.cards.map(({ slot }) => slot);
const patienceMillis = 10_000;

let backplane: KernelBackplane | undefined;
const ports: SocketCanPort[] = [];

afterEach(() => {
  for (const port of ports.splice(0)) port.close();
  for (const plane of backplane?.planes ?? []) plane.close();
  backplane?.close();
});

test.each([false, true])(
  "what is said in a slot is heard in every other, on either plane; FD frames: %s",
  async (fd) => {
    const frames = fd ? "fd" : "classic";
    backplane = await layKernelBackplane({ ...configuration, bus: { ...configuration.bus, frames } });
    for (const plane of backplane.planes) {
      const heard = new Map<number, number[]>();
      const said = slots.map((slot) => {
        const port = new SocketCanPort({ ...canInterfaceNamed(plane.addressOf(slot)), fd });
        ports.push(port);
        const from: number[] = [];
        heard.set(slot, from);
        port.listen({
          frames: (batch) => from.push(...batch.map(({ data }) => data[0])),
          transmitted: () => {},
          writable: () => {},
          state: () => {},
        });
        return { slot, port };
      });
      for (const { slot, port } of said) {
        expect(port.transmit({ id: 0x300 + slot, fd, data: Uint8Array.of(slot) })).toBe("queued");
      }
      const count = () => [...heard.values()].reduce((sum, from) => sum + from.length, 0);
      for (let waited = 0; count() < slots.length * (slots.length - 1) && waited < patienceMillis; waited += 20)
        await pause(20);
      const others = slots.map((slot) => [slot, slots.filter((other) => other !== slot)]);
      expect([...heard].map(([slot, from]) => [slot, from.sort()])).toEqual(others);
    }
  },
);
