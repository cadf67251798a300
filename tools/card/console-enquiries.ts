/** The consoles of a rack ask each other over the bus: how this card's console asks, and how it answers. */
import { enquiryFailureText } from "../../firmware/card/enquiry.ts";
import { enquirySubject } from "../../firmware/card/enquiry-subjects.ts";
import type { Enquired, ManagementDesk } from "../../firmware/card/management-desk.ts";
import type { Answer } from "../../firmware/console/enquiry.ts";
import type { Clock } from "../../hal/clock.ts";

/** Between two pieces of an answer, so that calls go on between them. */
const betweenPiecesMicros = 1000;

/** @returns takes the question back */
export function enquireAtConsole(
  desk: ManagementDesk,
  slot: number,
  request: Uint8Array,
  answer: (answer: Answer) => void,
): () => void {
  return desk.enquire(slot, enquirySubject.console, request, {
    answered: (octets, last) => {
      if (octets.length > 0) answer({ kind: "piece", octets: octets.slice() });
      if (last) answer({ kind: "end" });
    },
    failed: (reason) => answer({ kind: "failed", reason: enquiryFailureText(slot, reason) }),
  });
}

/** Answers what other consoles ask, a piece at a time. */
export function attendToConsoles(
  desk: ManagementDesk,
  clock: Clock,
  answerOf: (request: Uint8Array) => Iterator<Uint8Array>,
): void {
  desk.attend(enquirySubject.console, (enquired) => give(enquired, answerOf(enquired.octets), clock));
}

function give(enquired: Enquired, pieces: Iterator<Uint8Array>, clock: Clock): void {
  if (!enquired.isWaiting) return;
  const { value, done } = pieces.next();
  enquired.reply(done === true ? new Uint8Array(0) : value, done === true);
  if (done !== true) clock.at(clock.nowMicros() + betweenPiecesMicros, () => give(enquired, pieces, clock));
}
