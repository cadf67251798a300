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

/**
 * Plugs in. Throws a sentence where no hub answers, or the part in C is missing.
 * @param plane the path of a hub's socket; or an interface of the kernel, as `can0`, or `can0@slot-3` in a network namespace
 */
export async function openPlanePort(plane: string, { portName, bus, tell }: PlanePortOptions): Promise<CanPort> {
  if (!isInterface(plane)) return connectSoftwareCanPort({ path: plane, name: portName, queueFramesMax });
  const fd = bus.frames === "fd";
  return new SocketCanPort({ ...canInterfaceNamed(plane), fd, queueFramesMax, rates: ratesOf(bus), tell });
}

export function isInterface(plane: string): boolean {
  return !plane.includes("/");
}

function ratesOf({ frames, bitRate, dataBitRate }: RackConfiguration["bus"]): InterfaceRates {
  return frames === "fd" ? { bitRate, dataBitRate } : { bitRate };
}
