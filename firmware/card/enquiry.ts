/**
 * What a card's management asks of the management of any card of the rack, over the bus, and what it is answered. The communication
 * processors carry it (firmware/backplane/enquiries.ts); what the octets mean is the business of both ends (enquiry-subjects.ts).
 */

/** Octets an enquiry has at most. */
export const enquiryOctetsMax = 512;
/** Octets an answer has at most, all its parts together. */
export const answerOctetsMax = 65_536;
/** Octets of a part that management hands over at once: one message of the link between the two processors. */
export const answerPartOctetsMax = 4096;
/** Enquiries of a card under way at once, and answers that it gives at once; those of the own slot count as well. */
export const enquiriesAtOnceMax = 8;

/** Why there is no answer, or no more of it. */
export type EnquiryFailure = keyof typeof failureTexts;

const failureTexts = {
  "not-heard": "is not heard",
  "no-answer": "does not answer",
  died: "was pulled or has died before its answer was whole",
  restarted: "has restarted before its answer was whole",
  busy: "is busy with other enquiries",
  unattended: "has nobody who answers such an enquiry",
  "too-long": `answers with more than ${answerOctetsMax} octets`,
  unfinished: "has not come to the end of its answer",
  "too-many": `cannot be asked: ${enquiriesAtOnceMax} enquiries are under way`,
  "not-an-enquiry": `cannot be asked: an enquiry has 1 to ${enquiryOctetsMax} octets`,
} as const;

/** A sentence for the console: `slot 3 does not answer`. */
export function enquiryFailureText(slot: number, failure: EnquiryFailure): string {
  return `slot ${slot} ${failureTexts[failure]}`;
}

/** To management. */
export type EnquiryEvent =
  /** A card enquires. `enquiry` names it to its answers: another one at every enquiry, whoever enquires. */
  | { readonly kind: "enquired"; readonly slot: number; readonly enquiry: number; readonly octets: Uint8Array }
  /** Nobody waits for this answer any more. */
  | { readonly kind: "enquiry-over"; readonly enquiry: number }
  /** The next part of the answer to an own enquiry; parts come in order, each once. */
  | { readonly kind: "enquiry-answered"; readonly enquiry: number; readonly octets: Uint8Array; readonly last: boolean }
  /** There is no answer, or no more of it. Nothing comes after this, nor after the last part. */
  | { readonly kind: "enquiry-failed"; readonly enquiry: number; readonly reason: EnquiryFailure };

/** From management. */
export type EnquiryAction =
  /** Ask the card in a slot, which may be the own. `enquiry`: whatever names it to the asker among those that are under way. */
  | { readonly kind: "enquire"; readonly slot: number; readonly enquiry: number; readonly octets: Uint8Array }
  /** The answer to an own enquiry is wanted no more. */
  | { readonly kind: "enquiry-cancel"; readonly enquiry: number }
  /** A part of an answer, `answerPartOctetsMax` octets at most; `slot` and `enquiry` as in `enquired`. */
  | {
      readonly kind: "enquiry-answer";
      readonly slot: number;
      readonly enquiry: number;
      readonly octets: Uint8Array;
      readonly last: boolean;
    }
  /** Nobody here answers such an enquiry. */
  | { readonly kind: "enquiry-refuse"; readonly slot: number; readonly enquiry: number };

const eventKinds: ReadonlySet<string> = new Set<EnquiryEvent["kind"]>([
  "enquired",
  "enquiry-over",
  "enquiry-answered",
  "enquiry-failed",
]);
const actionKinds: ReadonlySet<string> = new Set<EnquiryAction["kind"]>([
  "enquire",
  "enquiry-cancel",
  "enquiry-answer",
  "enquiry-refuse",
]);

export function isEnquiryEvent(event: { readonly kind: string }): event is EnquiryEvent {
  return eventKinds.has(event.kind);
}

export function isEnquiryAction(action: { readonly kind: string }): action is EnquiryAction {
  return actionKinds.has(action.kind);
}
