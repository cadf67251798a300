/** A card's attachment to a plane, by the name that the plane has on the command line. */
import type { RackConfiguration } from "../../firmware/configuration/rack-schema.ts";
import type { CanPort } from "../../hal/can-port.ts";
import { canInterfaceNamed, type InterfaceRates } from "../../hal/linux/can-interface.ts";
import { SocketCanPort } from "../../hal/linux/socketcan-port.ts";
import { connectSoftwareCanPort } from "../../hal/software-bus/software-can-port.ts";

export interface PlanePortOptions {
  /** On a software bus: unique on the plane. */
  readonly portName: string;
  readonly bus: RackConfiguration["bus"];
  /** Hears why an interface cannot be used, in words. */
  readonly tell: (reason: string) => void;
}

/** Frames of one class that wait in the port. */
const queueFramesMax = 256;

/** Of an adapter whose line has one; most are USB devices, which have none. */
const serialBitRate = 115_200;
const slcanPrefix = "slcan:";

/**
 * Plugs in. Throws a sentence where no hub answers, or the part in C is missing.
 * @param plane an interface of the kernel, as `can0`, or `can0@slot-3` in a network namespace; a serial adapter, as
 * `slcan:/dev/ttyACM0`, or `slcan:/dev/ttyUSB0:1000000` with the bit rate of its line; or the path of a hub's socket
 */
export async function openPlanePort(plane: string, { portName, bus, tell }: PlanePortOptions): Promise<CanPort> {
  if (plane.startsWith(slcanPrefix)) return openAdapter(plane.slice(slcanPrefix.length), bus, tell);
  if (!isInterface(plane)) return connectSoftwareCanPort({ path: plane, name: portName, queueFramesMax });
  const fd = bus.frames === "fd";
  return new SocketCanPort({ ...canInterfaceNamed(plane), fd, queueFramesMax, rates: ratesOf(bus), tell });
}

/** Whether the plane is an interface of the kernel. */
export function isInterface(plane: string): boolean {
  return !plane.includes("/");
}

/** What it needs is loaded only where it is asked for. */
async function openAdapter(
  line: string,
  bus: RackConfiguration["bus"],
  tell: (reason: string) => void,
): Promise<CanPort> {
  const [{ openSerialLine }, { SlcanPort }, { preciseLinuxClock }] = await Promise.all([
    import("../../hal/linux/serial-line.ts"),
    import("../../hal/slcan/slcan-port.ts"),
    import("../../hal/linux/clock.ts"),
  ]);
  const [, path, bitRate] = /^(.*?)(?::(\d+))?$/.exec(line) ?? [];
  let told: string | undefined;
  const open = async () => {
    try {
      return await openSerialLine(path, Number(bitRate ?? serialBitRate));
    } catch (error) {
      const reason = (error as Error).message;
      if (reason !== told) tell(reason);
      told = reason;
      throw error;
    }
  };
  const { bitRate: rate, dataBitRate, frames } = bus;
  const rates = { bitRate: rate, dataBitRate };
  return new SlcanPort({ open, rates, fd: frames === "fd", clock: preciseLinuxClock(), queueFramesMax });
}

function ratesOf({ frames, bitRate, dataBitRate }: RackConfiguration["bus"]): InterfaceRates {
  return frames === "fd" ? { bitRate, dataBitRate } : { bitRate };
}
