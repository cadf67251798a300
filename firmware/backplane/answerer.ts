/** What other cards ask this one: each enquiry is handed to management once, and its answer given in pieces, several in turns. */
import { enquiriesAtOnceMax } from "../card/enquiry.ts";
import type { Micros } from "../time.ts";
import type { EnquiryContext } from "./enquiries.ts";
import { EnquiryAnswer } from "./enquiry-answer.ts";
import { type EnquiryName, type EnquiryRecord, type Refusal, refusals } from "./enquiry-records.ts";

/** An enquirer that has said nothing for so long wants no answer any more. */
export const forgottenMicros: Micros = 10_000_000;
/** So many of the last enquiries of a card are known not to be new. */
const rememberedMax = 32;

/** What a card has asked in its present life. */
interface Asked {
  readonly incarnation: number;
  readonly numbers: number[];
}

export class Answerer {
  readonly #context: EnquiryContext;
  /** Those whose turn comes first in front. */
  readonly #answers: EnquiryAnswer[] = [];
  /** By slot. */
  readonly #asked = new Map<number, Asked>();

  constructor(context: EnquiryContext) {
    this.#context = context;
  }

  get count(): number {
    return this.#answers.length;
  }

  /**
   * A record to this card about an enquiry of another.
   * @param othersAtOnce answers that this card gives elsewhere
   */
  record(slot: number, record: EnquiryRecord, othersAtOnce: number, now: Micros): void {
    const { incarnation, number } = record;
    const answer = this.#answers.find(
      (one) => one.slot === slot && one.incarnation === incarnation && one.number === number,
    );
    switch (record.kind) {
      case "enquiry":
        if (answer === undefined) this.#enquired(slot, record, othersAtOnce, now);
        else this.#goOn(answer, { from: 0, held: 0, again: true }, now);
        break;
      case "ask":
        if (answer === undefined) this.#refuse({ slot, incarnation, number }, "restarted", now);
        else this.#goOn(answer, record, now);
        break;
      case "over":
        if (answer !== undefined) this.#end(answer);
        break;
    }
  }

  #enquired(slot: number, record: EnquiryRecord & { kind: "enquiry" }, othersAtOnce: number, now: Micros): void {
    const { incarnation, number, octets } = record;
    const name = { slot, incarnation, number };
    if (this.#isOld(name)) return;
    if (this.count + othersAtOnce >= enquiriesAtOnceMax) {
      this.#refuse(name, "busy", now);
      return;
    }
    const answer = new EnquiryAnswer(name, this.#context.nextEnquiry(), now);
    this.#answers.push(answer);
    this.#context.tell({ kind: "enquired", slot, enquiry: answer.enquiry, octets });
  }

  /** A repetition that comes late, over the other plane, is not to be done a second time. */
  #isOld({ slot, incarnation, number }: EnquiryName): boolean {
    const known = this.#asked.get(slot);
    if (known?.incarnation !== incarnation) {
      this.#asked.set(slot, { incarnation, numbers: [number] });
      return false;
    }
    const { numbers } = known;
    const isFull = numbers.length === rememberedMax;
    if (numbers.includes(number) || (isFull && number < Math.min(...numbers))) return true;
    if (isFull) numbers.shift();
    numbers.push(number);
    return false;
  }

  #goOn(answer: EnquiryAnswer, asked: Parameters<EnquiryAnswer["ask"]>[0], now: Micros): void {
    answer.ask(asked, now);
    if (answer.refusal !== undefined) this.#refuse(answer, answer.refusal, now);
    else if (asked.again && !answer.isDue) {
      const { slot, incarnation, number } = answer;
      this.#context.say({ kind: "pending", slot, incarnation, number, life: this.#context.incarnation }, now);
    }
  }

  #refuse({ slot, incarnation, number }: EnquiryName, refusal: Refusal, now: Micros): void {
    const { incarnation: life } = this.#context;
    this.#context.say({ kind: "refused", slot, incarnation, number, life, reason: refusals.indexOf(refusal) }, now);
  }

  #end(answer: EnquiryAnswer): void {
    this.#answers.splice(this.#answers.indexOf(answer), 1);
    this.#context.tell({ kind: "enquiry-over", enquiry: answer.enquiry });
  }

  /** Management gives the next part of an answer, or refuses one. */
  give(enquiry: number, part: { readonly octets: Uint8Array; readonly last: boolean } | undefined, now: Micros): void {
    const answer = this.#answers.find((one) => one.enquiry === enquiry);
    if (answer === undefined || answer.refusal !== undefined) return;
    if (part === undefined) answer.refuse("unattended");
    else answer.give(part.octets, part.last);
    // Lost, it is said again when the enquirer asks again.
    if (answer.refusal !== undefined) this.#refuse(answer, answer.refusal, now);
  }

  /** The card in a slot has begun anew, or is not heard any more. */
  gone(slot: number): void {
    for (const answer of [...this.#answers]) if (answer.slot === slot) this.#end(answer);
  }

  get isDue(): boolean {
    for (const { isDue } of this.#answers) if (isDue) return true;
    return false;
  }

  /** A piece to be said, if one is due; the answers take turns. */
  take(): EnquiryRecord | undefined {
    const place = this.#answers.findIndex(({ isDue }) => isDue);
    if (place < 0) return undefined;
    const [answer] = this.#answers.splice(place, 1);
    this.#answers.push(answer);
    const { slot, incarnation, number } = answer;
    return { kind: "piece", slot, incarnation, number, life: this.#context.incarnation, ...answer.take() };
  }

  tick(now: Micros): void {
    for (const answer of [...this.#answers]) if (now - answer.heardAt >= forgottenMicros) this.#end(answer);
  }

  nextDeadline(): Micros {
    let next = Number.POSITIVE_INFINITY;
    for (const { heardAt } of this.#answers) next = Math.min(next, heardAt + forgottenMicros);
    return next;
  }
}
