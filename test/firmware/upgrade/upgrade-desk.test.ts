/** What people order at a card's console, and what they are told. The cards that are upgraded are made up. */
import { expect, test } from "vitest";
import type { EnquiryAction } from "../../../firmware/card/enquiry.ts";
import { ManagementDesk } from "../../../firmware/card/management-desk.ts";
import type { Card } from "../../../firmware/configuration/rack-schema.ts";
import { UpgradeDesk } from "../../../firmware/upgrade/upgrade-desk.ts";
import { decodeRequest, encodeStatus, type UpgradeStatus } from "../../../firmware/upgrade/upgrade-records.ts";
import type { Bundle } from "../../../hal/bundle-store.ts";
import { VirtualClock } from "../../../hal/simulated/clock.ts";
import { bundleSource, flashOf, oldVersion } from "./upgradable-card.ts";

const own = 4;
const cards: readonly Card[] = [
  { slot: 1, kind: "lim" },
  { slot: 2, kind: "call-server", group: 1 },
  { slot: 3, kind: "call-server", group: 1 },
  { slot: own, kind: "transporter" },
];
const { bundle, read } = bundleSource("2.0.0", 5000);
const settled: UpgradeStatus = {
  ...{ state: "settled", failure: "none", running: oldVersion, isTrial: false, bundle: undefined, held: 0 },
};
const heard = (slot: number, alive: boolean, role?: string) => ({
  slot,
  alive,
  role,
  realTime: true,
  limitMicros: 15_000,
});

function bench() {
  const clock = new VirtualClock();
  const asked: EnquiryAction[] = [];
  const desk = new ManagementDesk((action) => asked.push(action));
  const log: string[] = [];
  const card = { leave: () => {}, restart: () => {}, log: (_severity: string, text: string) => void log.push(text) };
  const upgrades = new UpgradeDesk({ clock, desk, store: flashOf(clock).boot(), card, slot: own, cards });
  const run = (millis: number) => clock.run(clock.nowMicros() + 1_000 * millis);
  const receive = (what: Bundle) => {
    const told: unknown[] = [];
    upgrades.receive(what, (received) => told.push(received));
    run(10);
    return told;
  };
  const append = (octets: Uint8Array) => {
    const told: unknown[] = [];
    upgrades.append(octets, (received) => told.push(received));
    run(10);
    return told;
  };
  return {
    ...{ desk, upgrades, log, run, receive, append },
    bring() {
      receive(bundle);
      read(0, bundle.octets, (octets) => expect(append(octets ?? new Uint8Array(0))).toEqual([bundle.octets]));
    },
    /** Questions to other cards since the last look. */
    questions: () =>
      asked.splice(0).flatMap((action) => {
        const request = action.kind === "enquire" ? decodeRequest(action.octets.slice(1)) : undefined;
        if (request === undefined || action.kind !== "enquire") return [];
        const { slot, enquiry } = action;
        const answer = (status: UpgradeStatus) =>
          desk.take({ kind: "enquiry-answered", enquiry, octets: encodeStatus(status), last: true });
        return [
          {
            slot,
            kind: request.kind,
            answer,
            fail: () => desk.take({ kind: "enquiry-failed", enquiry, reason: "no-answer" }),
          },
        ];
      }),
    orders: () => upgrades.firmware().map(({ order }) => order),
    versions: () => upgrades.firmware().map(({ status }) => status?.running),
  };
}

test("each card that comes to be heard is asked once what it runs, one after the other; who does not answer is asked again", () => {
  const { upgrades, run, questions, versions } = bench();
  const everybody = { cards: [heard(1, true), heard(2, true), heard(3, true)] };
  upgrades.communication(everybody);
  expect(questions()).toEqual([]);
  run(3_000);
  const [first, ...others] = questions();
  expect([first.slot, first.kind, others]).toEqual([1, "status", []]);
  first.fail();
  run(3_000);
  questions()[0].answer({ ...settled, running: "1.5.0" });
  questions()[0].answer(settled);
  questions()[0].answer({ ...settled, running: "1.7.0" });
  expect(versions()).toEqual(["1.7.0", "1.5.0", oldVersion, oldVersion]);
  upgrades.communication(everybody);
  run(60_000);
  expect(questions()).toEqual([]);
  // Whoever was away may have come back with something else.
  upgrades.communication({ cards: [heard(1, false), heard(2, true), heard(3, true)] });
  expect(versions()[0]).toBeUndefined();
  upgrades.communication(everybody);
  run(3_000);
  expect(questions()).toMatchObject([{ slot: 1 }]);
});

test("firmware comes in pieces, goes on where it was, and gives way to nothing that is under way", () => {
  const { receive, append, upgrades } = bench();
  expect(append(Uint8Array.of(1))).toEqual(["nothing was to be received"]);
  expect(receive(bundle)).toEqual([0]);
  expect(append(new Uint8Array(100))).toEqual([100]);
  expect(upgrades.give([2], true)).toMatch(/^nothing was done: there is no firmware here to give/);
  expect(receive(bundle)).toEqual([100]);
  expect(append(new Uint8Array(bundle.octets))).toEqual(["there is no room for it"]);
  expect(receive({ ...bundle, digest: new Uint8Array(32) })).toEqual([0]);
});

test("an order goes to one slot after the other, the own last, and stops where one fails", () => {
  const { bring, upgrades, questions, orders, run, log } = bench();
  bring();
  upgrades.communication({ cards: [heard(1, true), heard(2, true, "primary"), heard(3, true, "backup")] });
  run(3_000);
  questions();
  expect(upgrades.give([9], true)).toBe("nothing was done: there is no such slot");
  expect(upgrades.give([own, 3, 2], true)).toBe(
    "2.0.0 goes to slot 3, then 2, then 4: show upgrade tells how far it is",
  );
  expect(orders()).toEqual([undefined, "waits", "waits", "waits"]);
  const step = (status: Partial<UpgradeStatus>) => {
    run(2_000);
    const [question] = questions();
    question.answer({ ...settled, ...status });
    return [question.slot, question.kind];
  };
  expect(step({})).toEqual([3, "status"]);
  expect(step({ state: "staged" })).toEqual([3, "offer"]);
  expect(orders()).toEqual([undefined, "waits", "under way", "waits"]);
  expect(step({ state: "leaving" })).toEqual([3, "activate"]);
  expect(step({ running: "2.0.0", state: "trial", isTrial: true })).toEqual([3, "status"]);
  expect(step({ running: "2.0.0" })).toEqual([3, "status"]);
  expect(step({})).toEqual([2, "status"]);
  expect(orders()).toEqual([undefined, "under way", "done", "waits"]);
  expect(step({ state: "staged" })).toEqual([2, "offer"]);
  expect(step({ state: "arming" })).toEqual([2, "activate"]);
  expect(step({ failure: "unfit" })).toEqual([2, "status"]);
  expect(orders()).toEqual([undefined, "failed: unfit", "done", "stopped"]);
  expect(log.at(-1)).toBe("upgrade of slot 2 has failed: unfit");
});

test("a card that no other stands in for is upgraded only at all costs", () => {
  const { bring, upgrades, orders } = bench();
  bring();
  expect(upgrades.give([1, 2, 3, own], false)).toBe(
    "nothing was done: no other card stands in for slot 1 and 4, and its calls would be lost; now, behind the slots, does it all the same",
  );
  expect(orders()).toEqual([undefined, undefined, undefined, undefined]);
  expect(upgrades.give([2, 3], false)).toMatch(/^2\.0\.0 goes to slot 2, then 3/);
});

test("a call server is not told to run it while its mate does not carry on", () => {
  const { bring, upgrades, questions, run } = bench();
  bring();
  const rack = (role: string) => ({ cards: [heard(1, true), heard(2, true, role), heard(3, true, "backup")] });
  upgrades.communication(rack("blank"));
  run(3_000);
  questions();
  upgrades.give([3], false);
  const answer = (status: Partial<UpgradeStatus>) => {
    const kinds = questions().map((question) => {
      question.answer({ ...settled, ...status });
      return question.kind;
    });
    run(2_000);
    return kinds;
  };
  expect(answer({})).toEqual(["status"]);
  expect(answer({ state: "staged" })).toEqual(["offer"]);
  expect(answer({ state: "staged" })).toEqual(["status"]);
  upgrades.communication({ cards: [heard(1, true), heard(2, false), heard(3, true, "blank")] });
  expect(answer({ state: "staged" })).toEqual(["status"]);
  upgrades.communication(rack("primary"));
  expect(answer({ state: "staged" })).toEqual(["status"]);
  expect(answer({ state: "staged" })).toEqual(["activate"]);
});

test("at all costs it is, where no mate is there", () => {
  const { bring, upgrades, questions, run } = bench();
  bring();
  upgrades.communication({ cards: [heard(1, true), heard(2, false), heard(3, true, "blank")] });
  upgrades.give([3], true);
  const kinds = [{}, { state: "staged" }, { state: "staged" }].map((status) => {
    const question = questions().find(({ slot }) => slot === 3);
    question?.answer({ ...settled, ...status } as UpgradeStatus);
    run(2_000);
    return question?.kind;
  });
  expect(kinds).toEqual(["status", "offer", "activate"]);
});

test("an order is taken back, and what comes meanwhile over a line is refused", () => {
  const { bring, upgrades, receive, orders } = bench();
  expect(upgrades.stop()).toBe("nothing was done: no card is being upgraded from here");
  bring();
  upgrades.give([2, 3], true);
  expect(upgrades.give([2], true)).toMatch(/^nothing was done: cards are being upgraded/);
  expect(receive(bundle)).toEqual(["cards are being upgraded with what is here"]);
  expect(upgrades.stop()).toBe("no further card is upgraded from here");
  expect(orders()).toEqual([undefined, "stopped", "stopped", undefined]);
  expect(receive(bundle)).toEqual([bundle.octets]);
});
