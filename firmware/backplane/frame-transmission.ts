/**
 * What goes out on the planes: records are cut into frames, wait for room in the ports, and are known to be out when their last frame
 * has been confirmed.
 */
import { type CanFrame, canClasses, canClassOf } from "../../hal/can-frame.ts";
import { CanFramePool } from "../../hal/can-frame-pool.ts";
import { frameIdentifier, framePart, type RecordClass, recordClass } from "./frame-identifier.ts";
import { FrameLane } from "./frame-lane.ts";
import { FrameQueue } from "./frame-queue.ts";
import { type FrameOctets, segment } from "./segmentation.ts";
import { SentRecords } from "./sent-records.ts";

export type Plane = 0 | 1;
export const planes: readonly Plane[] = [0, 1];

/** Frames that may wait in the card for one plane and class; a plane that takes none for so long is given up. */
const backlogFramesMax = 8192;
/** Beats that a plane may not have taken yet. Beyond that it takes no other: old beats would be heard as new ones when it is mended. */
const waitingBeatsMax = 3;

/**
 * Frames of one class that the port of a plane is given at once, where several groups send: behind those it has, each group waits
 * for its turn.
 */
const framesInPortMax = 16;

/** Hands a frame to the port of a plane. "full": `writable` will be called. */
export type Transmit = (plane: Plane, frame: CanFrame) => "queued" | "full" | "bus-off";

export class FrameTransmission {
  readonly #slot: number;
  readonly #frameOctets: FrameOctets;
  readonly #transmit: Transmit;
  /** Several groups send. */
  readonly #isShared: boolean;
  readonly #passive: [boolean, boolean] = [false, false];
  /** By class. */
  readonly #sequences = new Uint8Array(canClasses);
  /** Per plane and class: frames that the port has not taken yet, and how many it has. */
  readonly #backlog = planes.map(() => Array.from({ length: canClasses }, () => new FrameLane()));
  readonly #inPort = planes.map(() => new Uint32Array(canClasses));
  /** Per plane and class: what is told of records that are on their way. */
  readonly #unconfirmed = planes.map(() => Array.from({ length: canClasses }, () => new SentRecords()));
  /** Per plane: own beats that are not on the bus yet. */
  readonly #waitingBeats: readonly [FrameQueue, FrameQueue] = [new FrameQueue(), new FrameQueue()];
  readonly #pool = new CanFramePool();
  /** Those of the record that is being sent. */
  readonly #frames = new FrameQueue();
  /** Per plane and class: hands a frame to the port, if that takes it. */
  readonly #hand = planes.map((plane) =>
    Array.from({ length: canClasses }, (_, kind) => (frame: CanFrame) => this.#offer(plane, kind, frame)),
  );
  /** Nothing but beats goes out yet. */
  #isQuiet = true;
  readonly dropped: [number, number] = [0, 0];

  /** @param senders how many there are */
  constructor(slot: number, frameOctets: FrameOctets, senders: number, transmit: Transmit) {
    this.#slot = slot;
    this.#frameOctets = frameOctets;
    this.#isShared = senders > 1;
    this.#transmit = transmit;
  }

  /**
   * @param sender whoever has it sent: takes turns with the others
   * @param number where the sender wants to know up to which number its records of the class are out
   * @returns the record's last frame
   */
  send(kind: RecordClass, record: Uint8Array, sender: object, number?: number): CanFrame | undefined {
    const sequence = this.#sequences[kind]++;
    const frames = this.#frames;
    frames.clear();
    const last = segment(record, kind, this.#slot, sequence, this.#frameOctets, frames, this.#pool);
    for (const plane of planes) {
      if (this.#passive[plane]) continue;
      const backlog = this.#backlog[plane][kind];
      if (backlog.length + frames.length > backlogFramesMax) {
        this.dropped[plane] += frames.length;
        continue;
      }
      if (number !== undefined) this.#unconfirmed[plane][kind].add(sender, last, number);
      for (let place = 0, frame = frames.at(0); frame !== undefined; frame = frames.at(++place)) this.#pool.hold(frame);
      backlog.add(sender, frames);
      this.#pump(plane, kind);
    }
    return last;
  }

  /** Frames of a class that are not on the bus yet, on the plane where they are fewer; one that takes nothing does not count. */
  backlog(kind: RecordClass): number {
    let fewest = Number.POSITIVE_INFINITY;
    for (const plane of planes) {
      const count = this.#backlog[plane][kind].length + this.#inPort[plane][kind];
      if (!this.#passive[plane] && count < fewest) fewest = count;
    }
    return fewest === Number.POSITIVE_INFINITY ? 0 : fewest;
  }

  /** Own frames are on the bus. */
  transmitted(plane: Plane, frames: readonly CanFrame[]): void {
    const inPort = this.#inPort[plane];
    for (const frame of frames) {
      const kind = canClassOf(frame.id);
      if (kind === recordClass.heartbeat) this.#waitingBeats[plane].remove(frame);
      this.#unconfirmed[plane][kind].confirm(frame);
      if (inPort[kind] > 0) inPort[kind]--;
      this.#pool.release(frame);
      if (this.#isShared && this.#backlog[plane][kind].length > 0) this.#pump(plane, kind);
    }
  }

  /** The number up to which all records of a sender and class have gone out on a plane since this was last asked; 0: none has. */
  takeConfirmed(plane: Plane, kind: RecordClass, sender: object): number {
    return this.#unconfirmed[plane][kind].take(sender);
  }

  /** A frame for a beat. */
  beatFrame(octets: number): CanFrame {
    return this.#pool.take(frameIdentifier(recordClass.heartbeat, this.#slot, framePart.whole), false, octets);
  }

  /** A beat, for both planes: one that has not taken the last ones gets no other. */
  beat(frame: CanFrame): void {
    for (const plane of planes) {
      const waiting = this.#waitingBeats[plane];
      if (waiting.length >= waitingBeatsMax || this.#transmit(plane, frame) !== "queued") continue;
      this.#pool.hold(frame);
      waiting.push(frame);
    }
  }

  /** Whether anything but beats goes out. */
  set quiet(isQuiet: boolean) {
    const wasQuiet = this.#isQuiet;
    this.#isQuiet = isQuiet;
    if (!wasQuiet || isQuiet) return;
    for (const plane of planes) for (const kind of this.#backlog[plane].keys()) this.#pump(plane, kind);
  }

  /** The port of a plane takes frames of this class again. */
  writable(plane: Plane, kind: number): void {
    this.#pump(plane, kind);
  }

  #pump(plane: Plane, kind: number): void {
    if (!this.#isQuiet) this.#backlog[plane][kind].drain(this.#hand[plane][kind]);
  }

  #offer(plane: Plane, kind: number, frame: CanFrame): boolean {
    const inPort = this.#inPort[plane];
    if (this.#isShared && inPort[kind] >= framesInPortMax) return false;
    const result = this.#transmit(plane, frame);
    // The other plane has it. Said when the bus is back it would be old, and could pass for a new record.
    if (result === "bus-off") this.planeLost(plane);
    if (result === "queued") inPort[kind]++;
    return result === "queued";
  }

  /** The port of a plane has lost what it had queued. */
  planeLost(plane: Plane): void {
    for (const lane of this.#backlog[plane]) lane.clear();
    this.#inPort[plane].fill(0);
    for (const sent of this.#unconfirmed[plane]) sent.clear();
    this.#waitingBeats[plane].clear();
  }

  /** The port of a plane gets nothing out, or does again. Meanwhile only the other plane is written to, but for beats. */
  planePassive(plane: Plane, passive: boolean): void {
    this.#passive[plane] = passive;
    if (passive) this.planeLost(plane);
  }
}
