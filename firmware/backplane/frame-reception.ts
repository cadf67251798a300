/** What comes from the planes: whether a card's frames on a plane are to be believed, and the records that they make up. */
import { type CanFrame, canClasses } from "../../hal/can-frame.ts";
import type { Micros } from "../time.ts";
import { classOf, partOf, recordClass, slotOf } from "./frame-identifier.ts";
import type { Plane } from "./frame-transmission.ts";
import { RecordLender } from "./record-lender.ts";
import { RecordStream } from "./record-stream.ts";
import { type FrameOctets, Reassembler } from "./segmentation.ts";

/** A card that says nothing on a plane for so long, while it speaks on the other, is not heard there. */
const planeSilentMicros = 100_000;
/** So long after that it is not believed there: longer than what controllers held takes to go out. */
const planeTrialMicros = 50_000;

/** The way of the records of one sender and class. */
interface Way {
  readonly stream: RecordStream;
  readonly reassemblers: readonly [Reassembler, Reassembler];
}

export class FrameReception {
  readonly #frameOctets: FrameOctets;
  /** By slot and class. */
  readonly #ways = new Map<number, Way>();
  /** By slot: when each plane brought something of the card last, and how long it is on trial. */
  readonly #heard = new Map<number, { readonly lastAt: [Micros, Micros]; readonly trialUntil: [Micros, Micros] }>();
  readonly #lender = new RecordLender();
  readonly counters = { records: [0, 0], broken: [0, 0] };

  constructor(frameOctets: FrameOctets) {
    this.#frameOctets = frameOctets;
  }

  /**
   * Whether a card's frame on a plane is to be believed. A plane that was cut brings first what was in the controllers when it was:
   * beats of a role long past among them. So a plane on which a card was silent while it spoke on the other is on trial first.
   */
  isBelieved(slot: number, plane: Plane, now: Micros): boolean {
    let heard = this.#heard.get(slot);
    if (!heard) {
      heard = { lastAt: [now, now], trialUntil: [0, 0] };
      this.#heard.set(slot, heard);
    }
    const other = plane === 0 ? 1 : 0;
    const silent = now - heard.lastAt[plane] >= planeSilentMicros;
    if (silent && now - heard.lastAt[other] < planeSilentMicros) heard.trialUntil[plane] = now + planeTrialMicros;
    heard.lastAt[plane] = now;
    return now >= heard.trialUntil[plane];
  }

  /** A frame that is no beat. @returns the record that it completes, when that is its first whole copy; valid until the next one is */
  frame(plane: Plane, { id, data }: CanFrame, now: Micros): Uint8Array | undefined {
    const way = this.#ways.get(wayOf(slotOf(id), classOf(id))) ?? this.#newWay(id);
    const reassembler = way.reassemblers[plane];
    const reassembled = reassembler.frame(partOf(id), data);
    if (reassembled === "broken") this.counters.broken[plane]++;
    if (reassembled !== "record") return undefined;
    this.counters.records[plane]++;
    return way.stream.first(reassembler.sequence, plane, now) ? reassembler.lentRecord(this.#lender) : undefined;
  }

  #newWay(id: number): Way {
    const [slot, kind] = [slotOf(id), classOf(id)];
    const newOne = () => new Reassembler(kind, slot, this.#frameOctets);
    const way: Way = { stream: new RecordStream(), reassemblers: [newOne(), newOne()] };
    this.#ways.set(wayOf(slot, kind), way);
    return way;
  }

  /** The card in this slot begins anew: what it says is new. */
  forget(slot: number): void {
    for (const kind of Object.values(recordClass)) this.#ways.delete(wayOf(slot, kind));
  }

  /** Records that came on one plane only. */
  only(plane: Plane): number {
    let sum = 0;
    for (const { stream } of this.#ways.values()) sum += stream.only[plane];
    return sum;
  }
}

function wayOf(slot: number, kind: number): number {
  return slot * canClasses + kind;
}
