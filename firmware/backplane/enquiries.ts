/**
 * What a card's management asks of other cards and is asked by them, as records of class bulk: the lowest on the bus, and paced, so
 * that no call and no beat feels it. Sans-I/O.
 */
import { enquiriesAtOnceMax, type EnquiryAction, type EnquiryEvent, enquiryOctetsMax } from "../card/enquiry.ts";
import { decode, encode } from "../layout/layout.ts";
import type { Micros } from "../time.ts";
import { Answerer } from "./answerer.ts";
import { Enquirer } from "./enquirer.ts";
import { EnquiryPace, type PlaneRates } from "./enquiry-pace.ts";
import { addresseeOf, enquiryRecord, type EnquiryRecord } from "./enquiry-records.ts";
import { OwnEnquiries } from "./own-enquiries.ts";
import type { FrameOctets } from "./segmentation.ts";

/** Where what was said last is not on the bus yet, it is looked at again after this time. */
const lookAgainMicros: Micros = 5_000;

export interface EnquiryOptions {
  readonly slot: number;
  readonly incarnation: number;
  readonly frameOctets: FrameOctets;
  readonly rates: PlaneRates;
}

/** What enquiries do to the world. */
export interface EnquiryEffects {
  /** A record of class bulk, on both planes. */
  send(record: Uint8Array): void;
  /** What was sent before is not on the bus yet. */
  isSpeaking(): boolean;
  /** Whether the card in a slot is alive, and in this life of its own if one is named. */
  isHeard(slot: number, incarnation?: number): boolean;
  tell(event: EnquiryEvent): void;
  /** A record cannot be read. */
  nonsense(): void;
}

/** What the two ends of an enquiry share. */
export interface EnquiryContext extends Pick<EnquiryEffects, "isSpeaking" | "isHeard" | "tell"> {
  readonly incarnation: number;
  now(): Micros;
  /** At once, and counted: what is short, and what the other end waits for. */
  say(record: EnquiryRecord, now: Micros): void;
  /** Names an enquiry to who answers it. */
  nextEnquiry(): number;
}

export class Enquiries {
  readonly #slot: number;
  readonly #effects: EnquiryEffects;
  readonly #pace: EnquiryPace;
  readonly #enquirer: Enquirer;
  readonly #answerer: Answerer;
  readonly #own: OwnEnquiries;
  #now: Micros;
  #lastEnquiry = 0;

  constructor({ slot, incarnation, frameOctets, rates }: EnquiryOptions, effects: EnquiryEffects, now: Micros) {
    this.#slot = slot;
    this.#effects = effects;
    this.#pace = new EnquiryPace(frameOctets, rates, now);
    this.#now = now;
    const context: EnquiryContext = {
      incarnation,
      isSpeaking: () => effects.isSpeaking(),
      isHeard: (of, life) => effects.isHeard(of, life),
      tell: (event) => effects.tell(event),
      now: () => this.#now,
      say: (record, at) => this.#say(record, at),
      nextEnquiry: () => ++this.#lastEnquiry,
    };
    this.#enquirer = new Enquirer(context);
    this.#answerer = new Answerer(context);
    this.#own = new OwnEnquiries(context);
  }

  #say(record: EnquiryRecord, now: Micros): void {
    const octets = encode(enquiryRecord, record);
    this.#pace.charge(octets.length, now);
    this.#effects.send(octets);
  }

  /** Management wants something. */
  action(action: EnquiryAction, now: Micros): void {
    this.#now = now;
    switch (action.kind) {
      case "enquire":
        if (action.slot === this.#slot) this.#enquireOwn(action, now);
        else this.#enquirer.enquire(action, this.#own.count, now);
        break;
      case "enquiry-cancel":
        this.#enquirer.cancel(action.enquiry);
        this.#own.cancel(action.enquiry);
        break;
      case "enquiry-answer":
        this.#answerer.give(action.enquiry, action, now);
        this.#own.give(action.enquiry, { octets: action.octets, last: action.last }, now);
        break;
      case "enquiry-refuse":
        this.#answerer.give(action.enquiry, undefined, now);
        this.#own.give(action.enquiry, undefined, now);
        break;
    }
  }

  #enquireOwn(action: EnquiryAction & { kind: "enquire" }, now: Micros): void {
    const { enquiry, octets } = action;
    const isTooLong = octets.length === 0 || octets.length > enquiryOctetsMax;
    const isBusy = this.#enquirer.count + this.#own.count >= enquiriesAtOnceMax;
    if (isTooLong) this.#effects.tell({ kind: "enquiry-failed", enquiry, reason: "not-an-enquiry" });
    else if (isBusy) this.#effects.tell({ kind: "enquiry-failed", enquiry, reason: "too-many" });
    else this.#own.enquire(action, now);
  }

  /** A whole record of class bulk, first copy, whomever it is for. @returns whether it is for this card */
  record(slot: number, octets: Uint8Array, now: Micros): boolean {
    this.#now = now;
    this.#pace.charge(octets.length, now);
    const addressee = addresseeOf(octets);
    if (addressee !== undefined && addressee !== this.#slot) return false;
    const decoded = decode(enquiryRecord, octets);
    if (decoded.ok) this.#take(slot, decoded.value, now);
    else this.#effects.nonsense();
    return true;
  }

  #take(slot: number, record: EnquiryRecord, now: Micros): void {
    const life = "life" in record ? record.life : record.incarnation;
    if (!this.#effects.isHeard(slot, life)) return;
    if ("life" in record) this.#enquirer.record(slot, record, now);
    else this.#answerer.record(slot, record, this.#own.count, now);
  }

  /** The card in a slot is not heard any more, or has begun anew. */
  gone(slot: number, reason: "died" | "restarted", now: Micros): void {
    this.#now = now;
    this.#enquirer.gone(slot, reason);
    this.#answerer.gone(slot);
  }

  get #isIdle(): boolean {
    return this.#enquirer.count + this.#answerer.count + this.#own.count === 0;
  }

  get #isDue(): boolean {
    return this.#enquirer.isDue || this.#answerer.isDue;
  }

  tick(now: Micros): void {
    if (this.#isIdle) return;
    this.#now = now;
    this.#enquirer.tick(now);
    this.#answerer.tick(now);
    this.#own.tick(now);
    while (this.#isDue && this.#pace.opensAt(now) <= now && !this.#effects.isSpeaking()) {
      const record = this.#enquirer.take() ?? this.#answerer.take();
      if (record !== undefined) this.#say(record, now);
    }
  }

  /** Undefined where nothing is under way. */
  nextDeadline(): Micros | undefined {
    if (this.#isIdle) return undefined;
    const now = this.#now;
    const opens = this.#isDue ? Math.max(this.#pace.opensAt(now), now + lookAgainMicros) : Number.POSITIVE_INFINITY;
    return Math.min(opens, this.#enquirer.nextDeadline(), this.#answerer.nextDeadline(), this.#own.nextDeadline());
  }
}
