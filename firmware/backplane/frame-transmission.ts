/**
 * What goes out on the planes: records are cut into frames, wait for room in the ports, and are known to be out when their last frame
 * has been confirmed.
 */
import { type CanFrame, canClasses, canClassOf } from "../../hal/can-frame.ts";
import { type RecordClass, recordClass } from "./frame-identifier.ts";
import { FrameLane } from "./frame-lane.ts";
import { type FrameOctets, segment } from "./segmentation.ts";

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

/** The last frame of a record that is on its way to the bus. */
interface SentRecord {
  readonly frame: CanFrame;
  readonly number: number;
  confirmed: boolean;
}

type BySender = Map<object, SentRecord[]>;

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
  /** Per plane, of commits and inputs. */
  readonly #unconfirmed: readonly ReadonlyMap<number, BySender>[] = planes.map(
    () =>
      new Map<number, BySender>([
        [recordClass.commit, new Map()],
        [recordClass.input, new Map()],
      ]),
  );
  /** Per plane: own beats that are not on the bus yet. */
  readonly #waitingBeats: readonly [CanFrame[], CanFrame[]] = [[], []];
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
    const frames = segment(record, kind, this.#slot, sequence, this.#frameOctets);
    const last = frames[frames.length - 1];
    for (const plane of planes) {
      if (this.#passive[plane]) continue;
      const backlog = this.#backlog[plane][kind];
      if (backlog.length + frames.length > backlogFramesMax) {
        this.dropped[plane] += frames.length;
        continue;
      }
      if (number !== undefined) this.#expect(plane, kind, last, sender, number);
      backlog.add(sender, frames);
      this.#pump(plane, kind);
    }
    return last;
  }

  #expect(plane: Plane, kind: RecordClass, frame: CanFrame, sender: object, number: number): void {
    const bySender = this.#unconfirmed[plane].get(kind);
    const records = bySender?.get(sender) ?? [];
    records.push({ frame, number, confirmed: false });
    bySender?.set(sender, records);
  }

  /** Frames of a class that are not on the bus yet, on the plane where they are fewer; one that takes nothing does not count. */
  backlog(kind: RecordClass): number {
    const counts = planes
      .filter((plane) => !this.#passive[plane])
      .map((plane) => this.#backlog[plane][kind].length + this.#inPort[plane][kind]);
    return counts.length > 0 ? Math.min(...counts) : 0;
  }

  /** Own frames are on the bus. */
  transmitted(plane: Plane, frames: readonly CanFrame[]): void {
    for (const frame of frames) {
      const beat = this.#waitingBeats[plane].indexOf(frame);
      if (beat >= 0) this.#waitingBeats[plane].splice(beat, 1);
      const kind = canClassOf(frame.id);
      const bySender = this.#unconfirmed[plane].get(kind);
      if (bySender !== undefined) for (const records of bySender.values()) confirm(records, frame);
      const inPort = this.#inPort[plane];
      if (inPort[kind] > 0) inPort[kind]--;
      if (this.#isShared && this.#backlog[plane][kind].length > 0) this.#pump(plane, kind);
    }
  }

  /** The number up to which all records of a sender and class have gone out on a plane since this was last asked; 0: none has. */
  takeConfirmed(plane: Plane, kind: RecordClass, sender: object): number {
    const records = this.#unconfirmed[plane].get(kind)?.get(sender);
    let number = 0;
    while (records?.[0]?.confirmed) number = records.shift()?.number ?? 0;
    return number;
  }

  /** A beat, for both planes: one that has not taken the last ones gets no other. */
  beat(frame: CanFrame): void {
    for (const plane of planes) {
      const waiting = this.#waitingBeats[plane];
      if (waiting.length >= waitingBeatsMax) continue;
      if (this.#transmit(plane, frame) === "queued") waiting.push(frame);
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
    if (this.#isQuiet) return;
    const inPort = this.#inPort[plane];
    this.#backlog[plane][kind].drain((frame) => {
      if (this.#isShared && inPort[kind] >= framesInPortMax) return false;
      const result = this.#transmit(plane, frame);
      // The other plane has it. Said when the bus is back it would be old, and could pass for a new record.
      if (result === "bus-off") this.planeLost(plane);
      if (result === "queued") inPort[kind]++;
      return result === "queued";
    });
  }

  /** The port of a plane has lost what it had queued. */
  planeLost(plane: Plane): void {
    for (const lane of this.#backlog[plane]) lane.clear();
    this.#inPort[plane].fill(0);
    for (const bySender of this.#unconfirmed[plane].values()) bySender.clear();
    this.#waitingBeats[plane].length = 0;
  }

  /** The port of a plane gets nothing out, or does again. Meanwhile only the other plane is written to, but for beats. */
  planePassive(plane: Plane, passive: boolean): void {
    this.#passive[plane] = passive;
    if (passive) this.planeLost(plane);
  }
}

/** Frames may overtake each other in a controller. */
function confirm(records: readonly SentRecord[], frame: CanFrame): void {
  for (const record of records) if (record.frame === frame) record.confirmed = true;
}
