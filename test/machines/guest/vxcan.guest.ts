/** Each port on a virtual cable of its own, whose other ends the gateway of the kernel joins to a bus. */
import { canPortContract } from "../../contract/can-port.ts";
import { kernelBus, mtuOf, run } from "./kernel-bus.ts";

for (const [name, fd] of [
  ["vxcan, classic", false],
  ["vxcan, FD", true],
] as const) {
  canPortContract(name, async () => {
    const cables: number[] = [];
    /** A rule is for classic frames or for FD frames. */
    const join = (from: number, to: number) => {
      for (const frames of fd ? ["", " -X"] : [""]) run(`cangw -A -s bus${from} -d bus${to} -e${frames}`);
    };
    const plug = (place: number) => {
      run(`ip link add dev card${place} type vxcan peer name bus${place}`);
      for (const end of [`card${place}`, `bus${place}`]) {
        run(`ip link set dev ${end} mtu ${mtuOf(fd)}`);
        run(`ip link set dev ${end} up`);
      }
      for (const other of cables) {
        join(place, other);
        join(other, place);
      }
      cables.push(place);
      return `card${place}`;
    };
    return kernelBus(fd, plug, () => {
      run("cangw -F");
      for (const place of cables) run(`ip link del dev card${place}`);
    });
  });
}
