/** Where frames come from while they are on a bus: interfaces of the kernel, and the hubs of a rack that runs on this machine. */
import { join } from "node:path";
import { decodeErrorFrame } from "../../hal/can-error-frame.ts";
import { type CanFrame, decodeCanFrame } from "../../hal/can-frame.ts";
import { canInterfaceNamed } from "../../hal/linux/can-interface.ts";
import { CanSocket } from "../../hal/linux/can-socket.ts";
import { connectSoftwareCanPort } from "../../hal/software-bus/software-can-port.ts";
import { UserError } from "../configuration/read-configuration.ts";
import { linkedHub } from "../rack/run-folder.ts";
import type { TimedFrame } from "./timed-frame.ts";

/** What a source tells. `ended` comes once, with the reason as a sentence. */
export interface FrameListener {
  frame(frame: TimedFrame): void;
  /** Frames that were on the bus and have not been told, since the beginning. */
  missed(count: number): void;
  ended(reason: string): void;
}

export interface FrameSource {
  close(): void;
}

/** What the kernel says, for a person. */
const interfaceFaults: Readonly<Record<string, (name: string) => string>> = {
  ENODEV: (name) => `there is no CAN interface ${name}`,
  ENETDOWN: (name) => `${name} is down: bring it up with "ip link set ${name} up"`,
  EPERM: (name) => `${name} may not be opened: permission denied`,
  EAFNOSUPPORT: (name) => `this kernel has no SocketCAN: ${name} cannot be opened`,
};

/** Listens to a CAN interface; sends nothing. @throws UserError with a sentence */
export function followInterface(name: string, plane: string, listener: FrameListener): FrameSource {
  const fault = (error: string) => interfaceFaults[error]?.(name) ?? `${name} fails with ${error}`;
  let missed = 0;
  const socket = openSocket(name, {
    frame: (messages, offset, octets) => {
      if (decodeErrorFrame(messages, offset) !== undefined) return;
      const frame = decodeCanFrame(messages, offset, octets);
      if (frame !== undefined) listener.frame(timed(frame, plane));
    },
    read: () => undefined,
    dropped: (count) => {
      if (count > missed) listener.missed(count);
      missed = count;
    },
    failed: (error) => listener.ended(fault(error)),
  });
  if (typeof socket === "string") throw new UserError(fault(socket));
  return socket;
}

function openSocket(name: string, listener: Parameters<typeof CanSocket.open>[2]): CanSocket | string {
  try {
    return CanSocket.open(canInterfaceNamed(name), true, listener);
  } catch (error) {
    throw new UserError((error as Error).message);
  }
}

/** Plugs into the hub at `path` as one more port, which sends nothing. @throws UserError with a sentence */
export async function followHub(path: string, plane: string, listener: FrameListener): Promise<FrameSource> {
  const port = await connectSoftwareCanPort({ path, name: `trace-${process.pid}` }).catch((error: Error) => {
    throw new UserError(error.message);
  });
  let missed = 0;
  port.listen({
    frames: (batch) => {
      for (const frame of batch) listener.frame(timed({ ...frame, data: frame.data.slice() }, plane));
      const { dropped } = port.statistics();
      if (dropped > missed) listener.missed(dropped);
      missed = dropped;
    },
    transmitted: () => undefined,
    writable: () => undefined,
    state: (state) => {
      if (state === "disconnected") listener.ended(`plane ${plane} is gone`);
    },
  });
  return port;
}

/** The hubs of the rack that runs in this folder, of planes A and B; undefined where none does. */
export function hubsOfRack(folder: string): readonly string[] | undefined {
  const latest = join(folder, ".run", "latest");
  const [a, b] = [linkedHub(latest, "A"), linkedHub(latest, "B")];
  return a === undefined || b === undefined ? undefined : [a, b];
}

function timed({ id, fd, data }: CanFrame, plane: string): TimedFrame {
  const micros = Math.round((performance.timeOrigin + performance.now()) * 1000);
  return { plane, identifier: id, fd, octets: data, micros };
}
