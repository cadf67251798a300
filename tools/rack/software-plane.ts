/** A plane that is a hub, a process of its own. */
import { join } from "node:path";
import type { RackConfiguration } from "../../firmware/configuration/rack-schema.ts";
import type { Micros } from "../../firmware/time.ts";
import type { CanPort } from "../../hal/can-port.ts";
import { connectSoftwareCanPort } from "../../hal/software-bus/software-can-port.ts";
import { type HubProcess, startHubProcess } from "./hub-process.ts";
import type { Plane, PlaneReading } from "./plane.ts";
import { linkHub } from "./run-folder.ts";
import type { PlaneName } from "./schedule.ts";

/** Path of its socket, in a folder. */
function hubSocket(folder: string, plane: PlaneName): string {
  return join(folder, plane.toLowerCase());
}

export interface HubSurroundings {
  readonly bus: RackConfiguration["bus"];
  readonly socketFolder: string;
  readonly runFolder: string;
  readonly environment: Readonly<Record<string, string>>;
}

export class SoftwarePlane implements Plane {
  readonly hub: HubProcess;

  private constructor(hub: HubProcess) {
    this.hub = hub;
  }

  /** @throws UserError */
  static async start(plane: PlaneName, surroundings: HubSurroundings): Promise<SoftwarePlane> {
    const { bus, socketFolder, runFolder, environment } = surroundings;
    const logFile = join(runFolder, `plane-${plane.toLowerCase()}.log`);
    const socket = hubSocket(socketFolder, plane);
    const hub = await startHubProcess(plane, socket, bus, logFile, environment);
    linkHub(runFolder, plane, socket);
    return new SoftwarePlane(hub);
  }

  get name(): PlaneName {
    return this.hub.plane;
  }

  addressOf(_slot: number): string {
    return this.hub.socket;
  }

  tap(): Promise<CanPort> {
    return connectSoftwareCanPort({ path: this.hub.socket, name: "tap" });
  }

  async reading(): Promise<PlaneReading> {
    const { ports, ...reading } = await this.hub.control.statistics();
    const active = ports.filter(({ port, state }) => state === "active" && slotOfPort.test(port));
    return { ...reading, slots: active.map(({ port }) => slotOf(port)) };
  }

  cut(): Promise<void> {
    return this.hub.control.cut();
  }

  mend(): Promise<void> {
    return this.hub.control.mend();
  }

  plug(slot: number): Promise<void> {
    return this.hub.control.plug(portName(slot));
  }

  armPullAtCommit(slot: number, frames: number): Promise<void> {
    return this.hub.control.armPullAtCommit(portName(slot), frames);
  }

  disarm(): Promise<void> {
    return this.hub.control.disarm();
  }

  onSevered(listener: (slot: number, atMicros: Micros) => void): void {
    this.hub.control.onEvent(({ event, port, atMicros }) => {
      if (event === "severed" && slotOfPort.test(port)) listener(slotOf(port), atMicros);
    });
  }

  close(): void {
    this.hub.control.close();
  }
}

const slotOfPort = /^slot (\d+)$/;

function slotOf(port: string): number {
  return Number(slotOfPort.exec(port)?.[1]);
}

/** As the card calls itself. */
function portName(slot: number): string {
  return `slot ${slot}`;
}
