/**
 * What goes out on the planes: records are cut into frames, wait for room in the ports, and are known to be out when their last frame
 * has been confirmed.
 */
import { type CanFrame, canClasses, canClassOf } from "../../hal/can-frame.ts";
import { type RecordClass, recordClass } from "./frame-identifier.ts";
import { type FrameOctets, segment } from "./segmentation.ts";

export type Plane = 0 | 1;
export const planes: readonly Plane[] = [0, 1];

/** Frames that may wait in the card for one plane and class; a plane that takes none for so long is given up. */
const backlogFramesMax = 8192;
/** Beats that a plane may not have taken yet. Beyond that it takes no other: old beats would be heard as new ones when it is mended. */
const waitingBeatsMax = 3;

/** Hands a frame to the port of a plane. "full": `writable` will be called. */
export type Transmit = (plane: Plane, frame: CanFrame) => "queued" | "full" | "bus-off";

/** A record that its sender wants to know to be out. */
export interface Numbered {
  /** Of those with the same sender it is told up to which number all are out. */
  readonly sender: object;
  readonly number: number;
}

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
  readonly #passive: [boolean, boolean] = [false, false];
  /** By class. */
  readonly #sequences = new Uint8Array(canClasses);
  /** Per plane and class: frames that the port has not taken yet. */
  readonly #backlog: readonly (readonly CanFrame[][])[] = planes.map(() =>
    Array.from({ length: canClasses }, () => []),
  );
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

  constructor(slot: number, frameOctets: FrameOctets, transmit: Transmit) {
    this.#slot = slot;
    this.#frameOctets = frameOctets;
    this.#transmit = transmit;
  }

  /** @returns the record's last frame */
  send(kind: RecordClass, record: Uint8Array, numbered?: Numbered): CanFrame | undefined {
    const sequence = this.#sequences[kind]++;
    let last: CanFrame | undefined;
    const frames: CanFrame[] = [];
    segment(record, kind, this.#slot, sequence, this.#frameOctets, (frame) => {
      frames.push(frame);
      last = frame;
    });
    for (const plane of planes) {
      if (this.#passive[plane]) continue;
      const backlog = this.#backlog[plane][kind];
      if (backlog.length + frames.length > backlogFramesMax) {
        this.dropped[plane] += frames.length;
        continue;
      }
      if (numbered && last) this.#expect(plane, kind, last, numbered);
      for (const frame of frames) backlog.push(frame);
      this.#pump(plane, kind);
    }
    return last;
  }

  #expect(plane: Plane, kind: RecordClass, frame: CanFrame, { sender, number }: Numbered): void {
    const bySender = this.#unconfirmed[plane].get(kind);
    const records = bySender?.get(sender) ?? [];
    records.push({ frame, number, confirmed: false });
    bySender?.set(sender, records);
  }

  /** Frames of a class that wait for room in the port, on the plane where they are fewer. */
  backlog(kind: RecordClass): number {
    return Math.min(...this.#backlog.map((byClass) => byClass[kind].length));
  }

  /** Own frames are on the bus. */
  transmitted(plane: Plane, frames: readonly CanFrame[]): void {
    for (const frame of frames) {
      const beat = this.#waitingBeats[plane].indexOf(frame);
      if (beat >= 0) this.#waitingBeats[plane].splice(beat, 1);
      for (const records of this.#unconfirmed[plane].get(canClassOf(frame.id))?.values() ?? []) confirm(records, frame);
    }
  }

  /** The number up to which all records of a sender and class have gone out on a plane since this was last asked; 0: none has. */
  takeConfirmed(plane: Plane, kind: RecordClass, sender: object): number {
    const records = this.#unconfirmed[plane].get(kind)?.get(sender) ?? [];
    let number = 0;
    while (records[0]?.confirmed) number = records.shift()?.number ?? 0;
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
    const backlog = this.#backlog[plane][kind];
    let taken = 0;
    while (taken < backlog.length) {
      const result = this.#transmit(plane, backlog[taken]);
      if (result === "bus-off") {
        // The other plane has it. Said when the bus is back it would be old, and could pass for a new record.
        this.planeLost(plane);
        return;
      }
      if (result === "full") break;
      taken++;
    }
    if (taken > 0) backlog.splice(0, taken);
  }

  /** The port of a plane has lost what it had queued. */
  planeLost(plane: Plane): void {
    for (const queue of this.#backlog[plane]) queue.length = 0;
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
  const sent = records.find((record) => record.frame === frame);
  if (sent) sent.confirmed = true;
}
