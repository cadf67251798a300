/** Enquiries in a whole rack on bit-exact planes: who asks what, and what comes of it. */
import { answerOctetsMax, type EnquiryFailure } from "../../../firmware/card/enquiry.ts";
import { enquirySubject } from "../../../firmware/card/enquiry-subjects.ts";
import type { Enquired, ManagementDesk } from "../../../firmware/card/management-desk.ts";

/** What has come of an enquiry so far. */
export interface Outcome {
  octets: number[];
  parts: number;
  isWhole: boolean;
  failure: EnquiryFailure | undefined;
  cancel(): void;
}

/** Asks for so many octets, and writes down what comes. */
export function askFor(desk: ManagementDesk, slot: number, octets: number, onPart = (_: Outcome) => {}): Outcome {
  const outcome: Outcome = { octets: [], parts: 0, isWhole: false, failure: undefined, cancel: () => {} };
  const question = Uint8Array.of(octets >> 16, (octets >> 8) & 255, octets & 255);
  outcome.cancel = desk.enquire(slot, enquirySubject.console, question, {
    answered: (part, last) => {
      if (outcome.isWhole || outcome.failure) throw new Error("an answer after its end");
      for (const octet of part) outcome.octets.push(octet);
      outcome.parts++;
      outcome.isWhole = last;
      onPart(outcome);
    },
    failed: (reason) => {
      if (outcome.isWhole || outcome.failure) throw new Error("a failure after the end");
      outcome.failure = reason;
    },
  });
  return outcome;
}

/** What the card in a slot answers when so many octets are wanted. */
export function answerOf(slot: number, octets: number): number[] {
  return Array.from({ length: octets }, (_, place) => (place * 7 + (place >> 8) * 3 + slot) & 255);
}

/** Lets the card in a slot answer at once. @returns what it was asked */
export function answersAtOnce(desk: ManagementDesk, slot: number): Enquired[] {
  const asked: Enquired[] = [];
  desk.attend(enquirySubject.console, (enquired) => {
    asked.push(enquired);
    const [upper, middle, lower] = enquired.octets;
    const wanted = Math.min((upper << 16) | (middle << 8) | lower, answerOctetsMax + 1);
    enquired.reply(Uint8Array.from(answerOf(slot, wanted)), true);
  });
  return asked;
}
