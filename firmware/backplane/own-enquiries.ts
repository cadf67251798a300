/** Enquiries of the own slot: the same for who asks and who answers, without the bus. */
import { answerOctetsMax, type EnquiryAction, type EnquiryFailure } from "../card/enquiry.ts";
import type { Micros } from "../time.ts";
import type { EnquiryContext } from "./enquiries.ts";
import { unfinishedMicros } from "./enquirer.ts";

interface OwnEnquiry {
  /** What the asking and the answering end call it. */
  readonly asked: number;
  readonly answered: number;
  octets: number;
  progressAt: Micros;
}

export class OwnEnquiries {
  readonly #context: EnquiryContext;
  readonly #enquiries: OwnEnquiry[] = [];

  constructor(context: EnquiryContext) {
    this.#context = context;
  }

  get count(): number {
    return this.#enquiries.length;
  }

  enquire({ slot, enquiry, octets }: EnquiryAction & { kind: "enquire" }, now: Micros): void {
    const answered = this.#context.nextEnquiry();
    this.#enquiries.push({ asked: enquiry, answered, octets: 0, progressAt: now });
    this.#context.tell({ kind: "enquired", slot, enquiry: answered, octets });
  }

  give(enquiry: number, part: { readonly octets: Uint8Array; readonly last: boolean } | undefined, now: Micros): void {
    const own = this.#enquiries.find(({ answered }) => answered === enquiry);
    if (own === undefined) return;
    if (part === undefined) {
      this.#fail(own, "unattended");
      return;
    }
    own.octets += part.octets.length;
    own.progressAt = now;
    if (own.octets > answerOctetsMax) {
      this.#fail(own, "too-long");
      return;
    }
    if (part.last) this.#end(own);
    this.#context.tell({ kind: "enquiry-answered", enquiry: own.asked, ...part });
  }

  cancel(enquiry: number): void {
    for (const own of [...this.#enquiries]) if (own.asked === enquiry) this.#end(own);
  }

  #fail(own: OwnEnquiry, reason: EnquiryFailure): void {
    this.#end(own);
    this.#context.tell({ kind: "enquiry-failed", enquiry: own.asked, reason });
  }

  #end(own: OwnEnquiry): void {
    this.#enquiries.splice(this.#enquiries.indexOf(own), 1);
    this.#context.tell({ kind: "enquiry-over", enquiry: own.answered });
  }

  tick(now: Micros): void {
    for (const own of [...this.#enquiries]) if (now - own.progressAt >= unfinishedMicros) this.#fail(own, "unfinished");
  }

  nextDeadline(): Micros {
    let next = Number.POSITIVE_INFINITY;
    for (const { progressAt } of this.#enquiries) next = Math.min(next, progressAt + unfinishedMicros);
    return next;
  }
}
