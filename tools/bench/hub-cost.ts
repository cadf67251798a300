/** Processor time of a hub for a frame: a real one in its process, between the ports of a full rack. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { frameIdentifier, framePart, recordClass } from "../../firmware/backplane/frame-identifier.ts";
import type { RackConfiguration } from "../../firmware/configuration/rack-schema.ts";
import type { Micros } from "../../firmware/time.ts";
import { connectSoftwareCanPort } from "../../hal/software-bus/software-can-port.ts";
import { startHubProcess } from "../rack/hub-process.ts";
import { processorSeconds } from "./processor-time.ts";

const microsPerSecond = 1_000_000;
const ports = 6;
/** About what 200 calls a second need on a plane of FD frames. */
const framesPerMilli = 4;
const warmUpMillis = 1000;
const measureMillis = 4000;
const frameOctets = 24;

export async function hubFrameMicros({ bus }: RackConfiguration): Promise<Micros> {
  const folder = mkdtempSync(join(tmpdir(), "hub-cost-"));
  const socket = join(folder, "a");
  const hub = await startHubProcess("A", socket, { ...bus, frames: "fd" }, join(folder, "hub.log"), {});
  try {
    const connecting = Array.from({ length: ports }, (_, slot) =>
      connectSoftwareCanPort({ path: socket, name: `slot ${slot}` }),
    );
    const connected = await Promise.all(connecting);
    let sent = 0;
    const timer = setInterval(() => {
      for (let frame = 0; frame < framesPerMilli; frame++) {
        const slot = sent++ % ports;
        const id = frameIdentifier(recordClass.input, slot, framePart.whole);
        connected[slot].transmit({ id, fd: true, data: new Uint8Array(frameOctets).fill(sent) });
      }
    }, 1);
    const reading = async () => {
      const { frames } = await hub.control.statistics();
      const seconds = processorSeconds(hub.child.pid ?? 0) ?? 0;
      return { seconds, frames: frames.reduce((sum, ofClass) => sum + ofClass, 0) };
    };
    await pause(warmUpMillis);
    const first = await reading();
    await pause(measureMillis);
    const last = await reading();
    clearInterval(timer);
    for (const port of connected) port.close();
    return (microsPerSecond * (last.seconds - first.seconds)) / (last.frames - first.frames);
  } finally {
    hub.control.close();
    hub.child.kill("SIGKILL");
    rmSync(folder, { recursive: true, force: true });
  }
}
