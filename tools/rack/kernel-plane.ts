/** A plane of virtual CAN cables that the kernel's gateway joins. It has no bit rate: loads are what a wire's would be. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { recordClass, slotOf } from "../../firmware/backplane/frame-identifier.ts";
import type { RackConfiguration } from "../../firmware/configuration/rack-schema.ts";
import { CanBitCount } from "../../hal/can-bits.ts";
import { type CanFrame, canClasses, canClassOf } from "../../hal/can-frame.ts";
import type { CanPort } from "../../hal/can-port.ts";
import { SocketCanPort } from "../../hal/linux/socketcan-port.ts";
import { monotonicMicros } from "../measurement/monotonic-micros.ts";
import type { Plane, PlaneReading } from "./plane.ts";
import type { PlaneName } from "./schedule.ts";

const shell = promisify(execFile);
/** A card that beats is heard more often. */
const heardWithinMicros = 1_000_000;

export interface KernelPlaneOptions {
  readonly name: PlaneName;
  /** What the names of its namespaces begin with. */
  readonly rack: string;
  readonly slots: readonly number[];
  readonly bus: RackConfiguration["bus"];
}

export class KernelPlane implements Plane {
  readonly #options: KernelPlaneOptions;
  readonly #namespace: string;
  readonly #meter: CanPort;
  readonly #bits = Array.from({ length: canClasses }, () => new CanBitCount());
  readonly #frames = new Array<number>(canClasses).fill(0);
  readonly #heardMicros = new Map<number, number>();
  #isCut = false;

  /** The cables lie already. */
  constructor(options: KernelPlaneOptions) {
    this.#options = options;
    this.#namespace = `${options.rack}-${options.name.toLowerCase()}`;
    this.#meter = this.#newTap();
    this.#meter.listen({
      frames: (batch) => this.#count(batch),
      transmitted: () => {},
      writable: () => {},
      state: () => {},
    });
  }

  get name(): PlaneName {
    return this.#options.name;
  }

  addressOf(slot: number): string {
    return `${this.name === "A" ? "can0" : "can1"}@${this.#options.rack}-slot-${slot}`;
  }

  async tap(): Promise<CanPort> {
    return this.#newTap();
  }

  #newTap(): CanPort {
    return new SocketCanPort({
      interface: "listen",
      namespace: this.#namespace,
      fd: this.#options.bus.frames === "fd",
    });
  }

  #count(batch: readonly CanFrame[]): void {
    const now = monotonicMicros();
    for (const frame of batch) {
      const frameClass = canClassOf(frame.id);
      this.#frames[frameClass]++;
      this.#bits[frameClass].add(frame);
      if (frameClass === recordClass.heartbeat) this.#heardMicros.set(slotOf(frame.id), now);
    }
  }

  async reading(): Promise<PlaneReading> {
    const { bitRate, dataBitRate } = this.#options.bus;
    const atMicros = monotonicMicros();
    const isOnIt = (slot: number) => atMicros - (this.#heardMicros.get(slot) ?? -Infinity) < heardWithinMicros;
    return {
      ...{ plane: this.name, atMicros, bitRate, dataBitRate, cut: this.#isCut, errors: 0 },
      frames: [...this.#frames],
      nominalBits: this.#bits.map(({ nominal }) => nominal),
      dataBits: this.#bits.map(({ data }) => data),
      slots: this.#options.slots.filter(isOnIt),
    };
  }

  async cut(): Promise<void> {
    await this.#gateway(["cangw -F"]);
    this.#isCut = true;
  }

  async mend(): Promise<void> {
    const ends = this.#options.slots.map((slot) => `slot${slot}`);
    const pairs = ends.flatMap((from) => [...ends, "tap"].filter((to) => to !== from).map((to) => ({ from, to })));
    // A rule is for classic frames or for FD frames. The gateway takes a frame for its own that comes from an interface of the same
    // number as the one that it is for, and a frame has that of its card's, which counts anew in its own namespace: hence -i.
    const kinds = this.#options.bus.frames === "fd" ? ["", " -X"] : [""];
    await this.#gateway(
      pairs.flatMap(({ from, to }) => kinds.map((kind) => `cangw -A -s ${from} -d ${to} -e -i${kind}`)),
    );
    this.#isCut = false;
  }

  async #gateway(commands: readonly string[]): Promise<void> {
    await shell("ip", ["netns", "exec", this.#namespace, "sh", "-ec", commands.join("\n")]);
  }

  async plug(): Promise<void> {}

  async armPullAtCommit(): Promise<void> {
    throw new Error("only the software bus can unplug a card after a frame");
  }

  async disarm(): Promise<void> {}

  onSevered(): void {}

  close(): void {
    this.#meter.close();
  }
}
