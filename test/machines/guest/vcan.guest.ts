/** All ports on one virtual interface. */
import { canPortContract } from "../../contract/can-port.ts";
import { kernelBus, mtuOf, run } from "./kernel-bus.ts";

for (const [name, fd] of [
  ["vcan, classic", false],
  ["vcan, FD", true],
] as const) {
  canPortContract(name, async () => {
    run("ip link add dev plane0 type vcan");
    run(`ip link set dev plane0 mtu ${mtuOf(fd)}`);
    run("ip link set dev plane0 up");
    return kernelBus(
      fd,
      () => "plane0",
      () => void run("ip link del dev plane0"),
    );
  });
}
