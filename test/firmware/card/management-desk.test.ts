import { expect, test } from "vitest";
import {
  answerPartOctetsMax,
  type EnquiryAction,
  enquiryFailureText,
  enquiryOctetsMax,
} from "../../../firmware/card/enquiry.ts";
import { enquirySubject } from "../../../firmware/card/enquiry-subjects.ts";
import { type Enquired, ManagementDesk } from "../../../firmware/card/management-desk.ts";

function desk() {
  const actions: EnquiryAction[] = [];
  return { actions, desk: new ManagementDesk((action) => actions.push(action)) };
}

const nothing = new Uint8Array(0);

test("an enquiry goes out under its subject, and its answer comes back to who asked", () => {
  const { actions, desk: own } = desk();
  const heard: unknown[] = [];
  const listener = {
    answered: (octets: Uint8Array, last: boolean) => heard.push([[...octets], last]),
    failed: (reason: string) => heard.push(reason),
  };
  own.enquire(3, enquirySubject.console, Uint8Array.of(7), listener);
  own.enquire(4, enquirySubject.upgrade, nothing, listener);
  expect(actions).toEqual([
    { kind: "enquire", slot: 3, enquiry: 1, octets: Uint8Array.of(1, 7) },
    { kind: "enquire", slot: 4, enquiry: 2, octets: Uint8Array.of(2) },
  ]);
  own.take({ kind: "enquiry-answered", enquiry: 1, octets: Uint8Array.of(8), last: false });
  own.take({ kind: "enquiry-failed", enquiry: 2, reason: "died" });
  own.take({ kind: "enquiry-answered", enquiry: 1, octets: nothing, last: true });
  own.take({ kind: "enquiry-answered", enquiry: 1, octets: nothing, last: true });
  own.take({ kind: "enquiry-failed", enquiry: 2, reason: "died" });
  expect(heard).toEqual([[[8], false], "died", [[], true]]);
});

test("a question that is taken back is heard of no more", () => {
  const { actions, desk: own } = desk();
  const never = () => expect.fail("is told nothing");
  const cancel = own.enquire(3, enquirySubject.console, nothing, { answered: never, failed: never });
  cancel();
  cancel();
  own.take({ kind: "enquiry-answered", enquiry: 1, octets: nothing, last: true });
  expect(actions.map(({ kind }) => kind)).toEqual(["enquire", "enquiry-cancel"]);
});

test("who attends to a subject answers, in parts that fit the link; nobody else's enquiries are answered", () => {
  const { actions, desk: own } = desk();
  const asked: Enquired[] = [];
  own.attend(enquirySubject.upgrade, (enquired) => asked.push(enquired));
  for (const octets of [nothing, Uint8Array.of(enquirySubject.console), Uint8Array.of(200, 1)]) {
    own.take({ kind: "enquired", slot: 5, enquiry: 20, octets });
  }
  expect(actions.splice(0)).toEqual(Array(3).fill({ kind: "enquiry-refuse", slot: 5, enquiry: 20 }));
  own.take({ kind: "enquired", slot: 5, enquiry: 21, octets: Uint8Array.of(enquirySubject.upgrade, 1, 2) });
  const [one] = asked;
  expect([one.slot, [...one.octets], one.isWaiting]).toEqual([5, [1, 2], true]);
  one.reply(new Uint8Array(2 * answerPartOctetsMax + 1), false);
  one.reply(nothing, true);
  one.reply(Uint8Array.of(1), true);
  expect(
    actions.map((action) => (action.kind === "enquiry-answer" ? [action.octets.length, action.last] : action)),
  ).toEqual([
    [answerPartOctetsMax, false],
    [answerPartOctetsMax, false],
    [1, false],
    [0, true],
  ]);
  expect(one.isWaiting).toBe(false);
});

test("for an answer that nobody waits for nothing is said any more", () => {
  const { actions, desk: own } = desk();
  const asked: Enquired[] = [];
  own.attend(enquirySubject.console, (enquired) => asked.push(enquired));
  own.take({ kind: "enquired", slot: 5, enquiry: 3, octets: Uint8Array.of(enquirySubject.console) });
  own.take({ kind: "enquiry-over", enquiry: 3 });
  expect(asked[0].isWaiting).toBe(false);
  asked[0].reply(Uint8Array.of(1), true);
  expect(actions).toEqual([]);
});

test("why there is no answer is a sentence", () => {
  expect(enquiryFailureText(3, "no-answer")).toBe("slot 3 does not answer");
  expect(enquiryFailureText(9, "not-an-enquiry")).toBe(
    `slot 9 cannot be asked: an enquiry has 1 to ${enquiryOctetsMax} octets`,
  );
});
