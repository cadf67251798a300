/**
 * Where the management of a card (console, upgrade) meets the bus: it asks other cards here, and answers what they ask about the
 * subjects that it attends to. Runs on the application processor beside the application, and knows nothing of it.
 */
import { answerPartOctetsMax, type EnquiryAction, type EnquiryEvent, type EnquiryFailure } from "./enquiry.ts";
import type { EnquirySubject } from "./enquiry-subjects.ts";

/** Who has asked. Nothing is called after the last part or the failure. */
export interface EnquiryListener {
  /** The next part of the answer, in order. */
  answered(octets: Uint8Array, last: boolean): void;
  /** `enquiryFailureText` makes a sentence of it. */
  failed(reason: EnquiryFailure): void;
}

/** An enquiry that waits for its answer. */
export interface Enquired {
  /** Who asks; may be the own slot. */
  readonly slot: number;
  /** Without the subject. */
  readonly octets: Uint8Array;
  /** Gives the next part of the answer, however long; after the last one nothing is taken. */
  reply(octets: Uint8Array, last: boolean): void;
  /** Whether anybody waits for the answer still. */
  readonly isWaiting: boolean;
}

export class ManagementDesk {
  readonly #act: (action: EnquiryAction) => void;
  readonly #attendants = new Map<number, (enquired: Enquired) => void>();
  /** Own enquiries under way. */
  readonly #listeners = new Map<number, EnquiryListener>();
  /** Enquiries of others that wait for their answer. */
  readonly #waiting = new Set<number>();
  #last = 0;

  constructor(act: (action: EnquiryAction) => void) {
    this.#act = act;
  }

  /** Whoever attends to a subject gets its enquiries, and answers each at once or later. */
  attend(subject: EnquirySubject, answer: (enquired: Enquired) => void): void {
    this.#attendants.set(subject, answer);
  }

  /**
   * Asks the card in a slot, which may be the own.
   * @param octets at most `enquiryOctetsMax` with the subject
   * @returns takes the question back: the listener hears nothing more
   */
  enquire(slot: number, subject: EnquirySubject, octets: Uint8Array, listener: EnquiryListener): () => void {
    const enquiry = ++this.#last;
    this.#listeners.set(enquiry, listener);
    const whole = new Uint8Array(1 + octets.length);
    whole[0] = subject;
    whole.set(octets, 1);
    this.#act({ kind: "enquire", slot, enquiry, octets: whole });
    return () => {
      if (this.#listeners.delete(enquiry)) this.#act({ kind: "enquiry-cancel", enquiry });
    };
  }

  /** What the communication processor tells. */
  take(event: EnquiryEvent): void {
    switch (event.kind) {
      case "enquired":
        this.#enquired(event.slot, event.enquiry, event.octets);
        break;
      case "enquiry-over":
        this.#waiting.delete(event.enquiry);
        break;
      case "enquiry-answered": {
        const listener = this.#listeners.get(event.enquiry);
        if (event.last) this.#listeners.delete(event.enquiry);
        listener?.answered(event.octets, event.last);
        break;
      }
      case "enquiry-failed": {
        const listener = this.#listeners.get(event.enquiry);
        this.#listeners.delete(event.enquiry);
        listener?.failed(event.reason);
        break;
      }
    }
  }

  #enquired(slot: number, enquiry: number, octets: Uint8Array): void {
    const answer = this.#attendants.get(octets[0]);
    if (answer === undefined) {
      this.#act({ kind: "enquiry-refuse", slot, enquiry });
      return;
    }
    const waiting = this.#waiting;
    waiting.add(enquiry);
    answer({
      slot,
      octets: octets.slice(1),
      reply: (part, last) => this.#reply(slot, enquiry, part, last),
      get isWaiting() {
        return waiting.has(enquiry);
      },
    });
  }

  #reply(slot: number, enquiry: number, octets: Uint8Array, last: boolean): void {
    if (!this.#waiting.has(enquiry)) return;
    if (last) this.#waiting.delete(enquiry);
    for (let from = 0; from === 0 || from < octets.length; from += answerPartOctetsMax) {
      const until = from + answerPartOctetsMax;
      const part = octets.slice(from, until);
      this.#act({ kind: "enquiry-answer", slot, enquiry, octets: part, last: last && until >= octets.length });
    }
  }
}
