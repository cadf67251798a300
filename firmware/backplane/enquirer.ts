/** Own enquiries of other cards: said until they are heard of, their answers put in order, what is lost of them asked for again. */
import {
  answerOctetsMax,
  enquiriesAtOnceMax,
  type EnquiryAction,
  type EnquiryFailure,
  enquiryOctetsMax,
} from "../card/enquiry.ts";
import type { Micros } from "../time.ts";
import type { EnquiryContext } from "./enquiries.ts";
import { type EnquiryRecord, type PieceRecord, piecesUnderWayMax, refusals } from "./enquiry-records.ts";

/** What is not answered is said again after this time, and then after twice the time, and so on. */
const repeatAfterMicros: Micros = 300_000;
const repeatAfterMicrosMax: Micros = 1_000_000;
/** A later piece has come: the one before it may yet come over the other plane. */
const gapMicros: Micros = 60_000;
/** A card of which nothing comes for so long does not answer. */
export const noAnswerMicros: Micros = 5_000_000;
/** One that only says that it has nothing to say yet may do so for so long. */
export const unfinishedMicros: Micros = 30_000_000;
/** New pieces, after which they are acknowledged. */
const acknowledgedAtOnce = piecesUnderWayMax / 2;

interface Enquiry {
  readonly slot: number;
  readonly number: number;
  /** What management calls it. */
  readonly enquiry: number;
  readonly octets: Uint8Array;
  /** To be said (again). */
  isDue: boolean;
  /** The incarnation of who answers; undefined until something is heard. */
  life: number | undefined;
  /** Pieces below have been handed on. */
  next: number;
  /** Later ones. */
  readonly ahead: Map<number, PieceRecord>;
  answerOctets: number;
  unacknowledged: number;
  heardAt: Micros;
  progressAt: Micros;
  repeatAt: Micros;
  patience: Micros;
}

export class Enquirer {
  readonly #context: EnquiryContext;
  /** By number, in ascending order. */
  readonly #enquiries = new Map<number, Enquiry>();
  #last = 0;

  constructor(context: EnquiryContext) {
    this.#context = context;
  }

  get count(): number {
    return this.#enquiries.size;
  }

  /** @param othersAtOnce enquiries of this card that are under way elsewhere */
  enquire({ slot, enquiry, octets }: EnquiryAction & { kind: "enquire" }, othersAtOnce: number, now: Micros): void {
    const failure = this.#objection(slot, octets, othersAtOnce);
    if (failure !== undefined) {
      this.#context.tell({ kind: "enquiry-failed", enquiry, reason: failure });
      return;
    }
    const number = ++this.#last;
    this.#enquiries.set(number, {
      ...{ slot, number, enquiry, octets: octets.slice(), isDue: true, life: undefined, next: 0, ahead: new Map() },
      ...{ answerOctets: 0, unacknowledged: 0, heardAt: now, progressAt: now, repeatAt: now + repeatAfterMicros },
      patience: repeatAfterMicros,
    });
  }

  #objection(slot: number, octets: Uint8Array, othersAtOnce: number): EnquiryFailure | undefined {
    if (octets.length === 0 || octets.length > enquiryOctetsMax) return "not-an-enquiry";
    if (this.count + othersAtOnce >= enquiriesAtOnceMax) return "too-many";
    return this.#context.isHeard(slot) ? undefined : "not-heard";
  }

  cancel(enquiry: number): void {
    for (const one of this.#enquiries.values()) if (one.enquiry === enquiry) this.#end(one);
  }

  /** A record to this card about an enquiry that it has made. */
  record(slot: number, record: EnquiryRecord, now: Micros): void {
    if (record.kind !== "piece" && record.kind !== "pending" && record.kind !== "refused") return;
    const { incarnation, number, kind, life } = record;
    const enquiry = incarnation === this.#context.incarnation ? this.#enquiries.get(number) : undefined;
    if (enquiry?.slot !== slot) {
      if (kind === "piece") this.#context.say({ kind: "over", slot, incarnation, number }, now);
      return;
    }
    if (enquiry.life !== undefined && enquiry.life !== life) {
      this.#fail(enquiry, "restarted");
      return;
    }
    enquiry.life = life;
    enquiry.isDue = false;
    enquiry.heardAt = now;
    if (kind === "refused") this.#fail(enquiry, refusals[record.reason] ?? "no-answer");
    else if (kind === "pending") enquiry.repeatAt = now + repeatAfterMicrosMax;
    else this.#piece(enquiry, record, now);
  }

  #piece(enquiry: Enquiry, piece: PieceRecord, now: Micros): void {
    const { next, ahead } = enquiry;
    if (piece.index < next || piece.index >= next + piecesUnderWayMax) return;
    ahead.set(piece.index, piece);
    for (let one = ahead.get(enquiry.next); one !== undefined; one = ahead.get(enquiry.next)) {
      ahead.delete(enquiry.next++);
      if (!this.#handOn(enquiry, one)) return;
    }
    if (enquiry.next > next) {
      enquiry.progressAt = now;
      enquiry.patience = repeatAfterMicros;
      enquiry.repeatAt = now + repeatAfterMicros;
      enquiry.unacknowledged += enquiry.next - next;
    }
    if (ahead.size > 0) enquiry.repeatAt = Math.min(enquiry.repeatAt, now + gapMicros);
    if (enquiry.unacknowledged >= acknowledgedAtOnce) this.#ask(enquiry, false, now);
  }

  /** @returns whether there is more to come */
  #handOn(enquiry: Enquiry, { octets, last }: PieceRecord): boolean {
    enquiry.answerOctets += octets.length;
    if (enquiry.answerOctets > answerOctetsMax) {
      this.#fail(enquiry, "too-long");
      return false;
    }
    if (last) this.#end(enquiry);
    this.#context.tell({ kind: "enquiry-answered", enquiry: enquiry.enquiry, octets, last });
    return !last;
  }

  #ask(enquiry: Enquiry, again: boolean, now: Micros): void {
    enquiry.unacknowledged = 0;
    let held = 0;
    for (const index of enquiry.ahead.keys()) held |= 1 << (index - enquiry.next - 1);
    const { slot, number, next } = enquiry;
    const { incarnation } = this.#context;
    this.#context.say({ kind: "ask", slot, incarnation, number, from: next, held, again }, now);
  }

  /** The card in a slot has begun anew, or is not heard any more. */
  gone(slot: number, reason: "died" | "restarted"): void {
    for (const enquiry of this.#enquiries.values()) {
      // What the new life hears of, it may answer.
      const isUnheard = reason === "restarted" && enquiry.life === undefined;
      if (enquiry.slot === slot && !isUnheard) this.#fail(enquiry, reason);
    }
  }

  #fail(enquiry: Enquiry, reason: EnquiryFailure): void {
    this.#end(enquiry);
    this.#context.tell({ kind: "enquiry-failed", enquiry: enquiry.enquiry, reason });
  }

  #end({ slot, number }: Enquiry): void {
    this.#enquiries.delete(number);
    const { incarnation } = this.#context;
    if (this.#context.isHeard(slot)) {
      this.#context.say({ kind: "over", slot, incarnation, number }, this.#context.now());
    }
  }

  get isDue(): boolean {
    for (const { isDue } of this.#enquiries.values()) if (isDue) return true;
    return false;
  }

  /** An enquiry to be said, if one is due. */
  take(): EnquiryRecord | undefined {
    for (const enquiry of this.#enquiries.values()) {
      if (!enquiry.isDue) continue;
      enquiry.isDue = false;
      const { slot, number, octets } = enquiry;
      return { kind: "enquiry", slot, incarnation: this.#context.incarnation, number, octets };
    }
    return undefined;
  }

  tick(now: Micros): void {
    for (const enquiry of this.#enquiries.values()) {
      if (now - enquiry.heardAt >= noAnswerMicros) this.#fail(enquiry, "no-answer");
      else if (now - enquiry.progressAt >= unfinishedMicros) this.#fail(enquiry, "unfinished");
      else if (now >= enquiry.repeatAt) this.#repeat(enquiry, now);
    }
  }

  #repeat(enquiry: Enquiry, now: Micros): void {
    enquiry.patience = Math.min(2 * enquiry.patience, repeatAfterMicrosMax);
    enquiry.repeatAt = now + enquiry.patience;
    if (enquiry.life === undefined) enquiry.isDue = true;
    else if (!this.#context.isSpeaking()) this.#ask(enquiry, true, now);
  }

  nextDeadline(): Micros {
    let next = Number.POSITIVE_INFINITY;
    for (const { heardAt, progressAt, repeatAt } of this.#enquiries.values()) {
      next = Math.min(next, heardAt + noAnswerMicros, progressAt + unfinishedMicros, repeatAt);
    }
    return next;
  }
}
