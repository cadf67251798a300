/** Enquiries of several cards on a bus that does to each record what a test says. */
import { Enquiries } from "../../../firmware/backplane/enquiries.ts";
import { usualRates } from "../../../firmware/backplane/enquiry-pace.ts";
import { enquiryRecord, type EnquiryRecord } from "../../../firmware/backplane/enquiry-records.ts";
import { type EnquiryEvent, isEnquiryEvent } from "../../../firmware/card/enquiry.ts";
import { ManagementDesk } from "../../../firmware/card/management-desk.ts";
import { decode } from "../../../firmware/layout/layout.ts";
import { lowBits } from "../../../firmware/backplane/sequence-number.ts";
import { VirtualClock } from "../../../hal/simulated/clock.ts";

/** A record on the bus: from 0 on, by whom. */
export interface Said {
  readonly place: number;
  readonly slot: number;
  readonly octets: Uint8Array;
  readonly record: EnquiryRecord;
}

/** When it comes, in microseconds from now: several times, once, or never. */
export type Fate = (said: Said) => readonly number[];

const wayMicros = 2_000;
export const usually: readonly number[] = [wayMicros];
/** A silence is noticed after so long. */
const detectionMicros = 70_000;

class Card {
  readonly incarnation: number;
  readonly desk: ManagementDesk;
  readonly enquiries: Enquiries;
  readonly events: EnquiryEvent[] = [];
  readonly medium: Medium;
  readonly slot: number;
  isOut = false;
  nonsense = 0;
  #disarm: (() => void) | undefined;

  constructor(slot: number, incarnation: number, medium: Medium) {
    this.slot = slot;
    this.incarnation = incarnation;
    this.medium = medium;
    const { clock } = medium;
    this.desk = new ManagementDesk((action) => this.#later(() => this.enquiries.action(action, clock.nowMicros())));
    this.enquiries = new Enquiries(
      { slot, incarnation, frameOctets: 8, rates: usualRates },
      {
        send: (octets) => medium.carry(this, octets),
        isSpeaking: () => false,
        isHeard: (of, life) => medium.isHeard(of, life),
        tell: (event) => this.#later(() => this.#told(event)),
        nonsense: () => void this.nonsense++,
      },
      clock.nowMicros(),
    );
  }

  #told(event: EnquiryEvent): void {
    if (!isEnquiryEvent(event)) throw new Error("no event of management");
    this.events.push(event);
    this.desk.take(event);
  }

  #later(work: () => void, micros = 20): void {
    this.medium.clock.at(this.medium.clock.nowMicros() + micros, () => this.work(work));
  }

  work(work: () => void): void {
    if (this.isOut) return;
    const { clock } = this.medium;
    work();
    this.enquiries.tick(clock.nowMicros());
    this.#disarm?.();
    const deadline = this.enquiries.nextDeadline();
    if (deadline !== undefined) {
      this.#disarm = clock.at(Math.max(deadline, clock.nowMicros() + 100), () => this.work(() => {}));
    }
  }

  hear(slot: number, octets: Uint8Array): void {
    this.work(() => this.enquiries.record(slot, octets, this.medium.clock.nowMicros()));
  }
}

export class Medium {
  readonly clock = new VirtualClock();
  readonly cards = new Map<number, Card>();
  readonly said: Said[] = [];
  /** Which life each slot is known to be in. */
  readonly #heard = new Map<number, number>();
  readonly #fate: Fate;
  #lives = 0;

  constructor(slots: readonly number[], fate: Fate = () => usually) {
    this.#fate = fate;
    for (const slot of slots) this.#heard.set(slot, this.insert(slot).incarnation);
  }

  insert(slot: number): Card {
    const card = new Card(slot, 500 + 13 * ++this.#lives, this);
    this.cards.set(slot, card);
    return card;
  }

  card(slot: number): Card {
    const card = this.cards.get(slot);
    if (card === undefined) throw new Error(`no card in slot ${slot}`);
    return card;
  }

  /** The others find out a little later. */
  pull(slot: number): void {
    this.card(slot).isOut = true;
    this.clock.at(this.clock.nowMicros() + detectionMicros, () => {
      this.#heard.delete(slot);
      this.#gone(slot, "died");
    });
  }

  /** Another life begins at once; the others hear of it a little later. */
  restart(slot: number): Card {
    this.card(slot).isOut = true;
    const card = this.insert(slot);
    this.clock.at(this.clock.nowMicros() + detectionMicros / 2, () => {
      this.#heard.set(slot, card.incarnation);
      this.#gone(slot, "restarted");
    });
    return card;
  }

  /** A card that was pulled is in again; the others hear it at once. */
  return(slot: number): Card {
    const card = this.insert(slot);
    this.#heard.set(slot, card.incarnation);
    return card;
  }

  #gone(slot: number, reason: "died" | "restarted"): void {
    for (const card of this.cards.values()) {
      if (card.slot !== slot) card.work(() => card.enquiries.gone(slot, reason, this.clock.nowMicros()));
    }
  }

  isHeard(slot: number, incarnation: number | undefined): boolean {
    const life = this.#heard.get(slot);
    return life !== undefined && (incarnation === undefined || lowBits(life, 8) === lowBits(incarnation, 8));
  }

  carry(from: Card, octets: Uint8Array): void {
    const decoded = decode(enquiryRecord, octets);
    if (!decoded.ok) throw new Error("a record that nobody can read");
    const said = { place: this.said.length, slot: from.slot, octets: octets.slice(), record: decoded.value };
    this.said.push(said);
    for (const micros of this.#fate(said)) {
      this.clock.at(this.clock.nowMicros() + micros, () => {
        for (const card of this.cards.values()) if (card.slot !== from.slot) card.hear(from.slot, said.octets);
      });
    }
  }

  run(millis: number): void {
    this.clock.run(this.clock.nowMicros() + 1_000 * millis);
  }
}
