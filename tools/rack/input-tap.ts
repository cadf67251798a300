/** Listens on both planes to what the LIMs say: the ISUP messages that the call servers could have heard. */
import { partOf, recordClass, slotOf } from "../../firmware/backplane/frame-identifier.ts";
import { inputRecord } from "../../firmware/backplane/input-record.ts";
import { type FrameOctets, Reassembler } from "../../firmware/backplane/segmentation.ts";
import { input } from "../../firmware/interchange/input.ts";
import { decode } from "../../firmware/layout/layout.ts";
import type { Micros } from "../../firmware/time.ts";
import { type CanFrame, canClassOf } from "../../hal/can-frame.ts";
import type { CanPort } from "../../hal/can-port.ts";
import { monotonicMicros } from "../measurement/monotonic-micros.ts";

/** An ISUP message on a circuit; `type` is its message type code. */
export interface HeardMessage {
  readonly atMicros: Micros;
  readonly circuit: number;
  readonly type: number;
}

/** Messages of a LIM that are remembered: some seconds of a busy one. */
const rememberedMax = 4096;

export class InputTap {
  readonly #ports: readonly CanPort[];
  readonly #frameOctets: FrameOctets;
  readonly #reassemblers = new Map<string, Reassembler>();
  readonly #heard = new Map<number, HeardMessage[]>();

  /** `ports`: one on each plane. */
  constructor(ports: readonly CanPort[], frameOctets: FrameOctets) {
    this.#ports = ports;
    this.#frameOctets = frameOctets;
    ports.forEach((port, plane) => {
      port.listen({
        frames: (batch) => this.#frames(plane, batch),
        transmitted: () => {},
        writable: () => {},
        state: () => {},
      });
    });
  }

  /** Whether the LIM in this slot has said, since then, that it got such a message. Where frames were missed it may have. */
  hasHeard(slot: number, { circuit, type, atMicros }: HeardMessage): boolean {
    if (this.#ports.some((port) => port.statistics().dropped > 0)) return true;
    const heard = this.#heard.get(slot) ?? [];
    return heard.some((each) => each.circuit === circuit && each.type === type && each.atMicros >= atMicros);
  }

  #frames(plane: number, batch: readonly CanFrame[]): void {
    for (const { id, data } of batch) {
      if (canClassOf(id) !== recordClass.input) continue;
      const slot = slotOf(id);
      const key = `${plane} ${slot}`;
      let reassembler = this.#reassemblers.get(key);
      if (!reassembler) {
        reassembler = new Reassembler(recordClass.input, slot, this.#frameOctets);
        this.#reassemblers.set(key, reassembler);
      }
      if (reassembler.frame(partOf(id), data) === "record") this.#record(slot, reassembler.record());
    }
  }

  #record(slot: number, octets: Uint8Array): void {
    const record = decode(inputRecord, octets);
    const said = record.ok ? decode(input, record.value.payload) : record;
    if (!said.ok || said.value.kind !== "isup") return;
    const heard = this.#heard.get(slot) ?? [];
    const { circuit, message } = said.value;
    heard.push({ atMicros: monotonicMicros(), circuit, type: message[0] });
    if (heard.length > 2 * rememberedMax) heard.splice(0, rememberedMax);
    this.#heard.set(slot, heard);
  }
}
