/** A bus analyser for the backplane: what every record on a plane costs, by its class and by what it is about. */
import { classOf, partOf, recordClass, recordClassNames, slotOf } from "../../firmware/backplane/frame-identifier.ts";
import { commitRecord, consumedKinds } from "../../firmware/backplane/commit.ts";
import { enquiryRecord } from "../../firmware/backplane/enquiry-records.ts";
import { inputRecord } from "../../firmware/backplane/input-record.ts";
import { repairRecord } from "../../firmware/backplane/repair-records.ts";
import { resynchronisationRecord } from "../../firmware/backplane/resynchronisation-records.ts";
import { type FrameOctets, Reassembler } from "../../firmware/backplane/segmentation.ts";
import { lowBits } from "../../firmware/backplane/sequence-number.ts";
import { takeoverRecord } from "../../firmware/backplane/takeover-records.ts";
import { input } from "../../firmware/interchange/input.ts";
import { messageTypeOf } from "../../firmware/isup/codec.ts";
import { decode, type Field } from "../../firmware/layout/layout.ts";
import { canFrameBits } from "../../hal/can-bits.ts";
import type { CanFrame } from "../../hal/can-frame.ts";
import { verbNames } from "../decode/interchange-tree.ts";

/** What the records of one class about one thing have cost so far. */
export interface RecordCost {
  readonly recordClass: (typeof recordClassNames)[number];
  /** `IAM`, `created`, `ask commits`; of a commit what it consumed; empty for heartbeats. */
  readonly about: string;
  records: number;
  octets: number;
  frames: number;
  nominalBits: number;
  dataBits: number;
}

/** The frames of one sender and class that are not a whole record yet. */
interface Way {
  readonly reassembler: Reassembler;
  frames: number;
  nominalBits: number;
  dataBits: number;
}

/** Bits of an input's number that input record and commit have in common. */
const numberBits = 12;

export class RecordMonitor {
  readonly #frameOctets: FrameOctets;
  readonly #ways = new Map<number, Way>();
  /** By slot and low bits of the number: what the input was about. A commit names its input by these. */
  readonly #inputs = new Map<number, string>();
  readonly #costs = new Map<string, RecordCost>();

  constructor(frameOctets: FrameOctets) {
    this.#frameOctets = frameOctets;
  }

  /** A frame that was transmitted whole, in the order of the bus. */
  frame(frame: CanFrame): void {
    const kind = classOf(frame.id);
    const slot = slotOf(frame.id);
    const way = this.#wayOf(kind, slot);
    const { nominal, data } = canFrameBits(frame);
    way.frames++;
    way.nominalBits += nominal;
    way.dataBits += data;
    if (kind === recordClass.heartbeat) {
      this.#charge(way, kind, "", frame.data.length);
      return;
    }
    const reassembled = way.reassembler.frame(partOf(frame.id), frame.data);
    if (reassembled === "pending") return;
    if (reassembled === "broken") {
      this.#charge(way, kind, "in pieces", 0);
      return;
    }
    const record = way.reassembler.record();
    this.#charge(way, kind, this.#subjectOf(kind, slot, record), record.length);
  }

  costs(): readonly RecordCost[] {
    return [...this.#costs.values()].map((cost) => ({ ...cost }));
  }

  /** Counts from here on. */
  forget(): void {
    this.#costs.clear();
  }

  #wayOf(kind: number, slot: number): Way {
    const key = slot * recordClassNames.length + kind;
    let way = this.#ways.get(key);
    if (way === undefined) {
      way = { reassembler: new Reassembler(kind, slot, this.#frameOctets), frames: 0, nominalBits: 0, dataBits: 0 };
      this.#ways.set(key, way);
    }
    return way;
  }

  /** The record is whole: what its frames cost is its own. */
  #charge(way: Way, kind: number, about: string, octets: number): void {
    const key = `${kind} ${about}`;
    let cost = this.#costs.get(key);
    if (cost === undefined) {
      const none = { records: 0, octets: 0, frames: 0, nominalBits: 0, dataBits: 0 };
      cost = { recordClass: recordClassNames[kind], about, ...none };
      this.#costs.set(key, cost);
    }
    cost.records++;
    cost.octets += octets;
    cost.frames += way.frames;
    cost.nominalBits += way.nominalBits;
    cost.dataBits += way.dataBits;
    Object.assign(way, { frames: 0, nominalBits: 0, dataBits: 0 });
  }

  #subjectOf(kind: number, slot: number, record: Uint8Array): string {
    switch (kind) {
      case recordClass.input:
        return this.#inputSubject(slot, record);
      case recordClass.commit:
        return this.#commitSubject(record);
      case recordClass.repair:
        return kindIn(repairRecord, record);
      case recordClass.takeover:
        return kindIn(takeoverRecord, record);
      case recordClass.bulk:
        return kindIn(enquiryRecord, record);
      default:
        return kindIn(resynchronisationRecord, record);
    }
  }

  #inputSubject(slot: number, record: Uint8Array): string {
    const decoded = decode(inputRecord, record);
    if (!decoded.ok) return "unreadable";
    const subject = inputSubject(decoded.value.payload);
    this.#inputs.set(inputKey(slot, decoded.value.number), subject);
    return subject;
  }

  #commitSubject(record: Uint8Array): string {
    const decoded = decode(commitRecord, record);
    if (!decoded.ok) return "unreadable";
    const { consumed, consumedSlot = 0, consumedNumber = 0 } = decoded.value;
    const kind = consumedKinds[consumed];
    return kind === "input" ? (this.#inputs.get(inputKey(consumedSlot, consumedNumber)) ?? "an input") : kind;
  }
}

function inputKey(slot: number, number: number): number {
  return slot * 2 ** numberBits + lowBits(number, numberBits);
}

/** `IAM` for an ISUP message, `done (delete)` for a gateway's answer, otherwise the kind of the input. */
export function inputSubject(payload: Uint8Array): string {
  const decoded = decode(input, payload);
  if (!decoded.ok) return "unreadable";
  const { value } = decoded;
  if (value.kind === "isup") return messageTypeOf(value.message) ?? "unknown message";
  return "verb" in value ? `${value.kind} (${verbNames[value.verb]})` : value.kind;
}

function kindIn(field: Field<{ readonly kind: string }>, record: Uint8Array): string {
  const decoded = decode(field, record);
  return decoded.ok ? decoded.value.kind : "unreadable";
}
