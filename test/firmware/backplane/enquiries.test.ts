import { expect, test } from "vitest";
import { classOf, recordClass } from "../../../firmware/backplane/frame-identifier.ts";
import { answerOctetsMax } from "../../../firmware/card/enquiry.ts";
import { enquirySubject } from "../../../firmware/card/enquiry-subjects.ts";
import { seededEntropy } from "../../../hal/simulated/entropy.ts";
import { answerOf, answersAtOnce, askFor } from "./enquiry-rack.ts";
import { ToyRack } from "./toy-rack.ts";

/** A rack in service, all of whose cards answer at once. */
function rackThatAnswers(options: ConstructorParameters<typeof ToyRack>[0] = {}) {
  const rack = new ToyRack(options);
  const asked = new Map([...rack.cards].map(([slot, card]) => [slot, answersAtOnce(card.management, slot)]));
  rack.run(2_000);
  const ask = (from: number, to: number, octets: number) => askFor(rack.card(from).management, to, octets);
  return { rack, asked, ask };
}

test("any card asks any other, and is answered", () => {
  const { rack, ask } = rackThatAnswers();
  for (const from of [1, 2, 3, 4]) {
    const all = [1, 2, 3, 4].map((to) => ({ to, outcome: ask(from, to, 500) }));
    rack.run(1_500);
    for (const { to, outcome } of all) {
      expect(outcome.failure).toBeUndefined();
      expect(outcome.isWhole).toBe(true);
      expect(outcome.octets).toEqual(answerOf(to, 500));
    }
  }
});

test("the longest answer comes whole; one that is longer fails at its end", () => {
  const { rack, ask } = rackThatAnswers({
    fd: true,
    unlike: Object.fromEntries([1, 2, 3, 4].map((s) => [s, { frameOctets: 64 }])),
  });
  const longest = ask(1, 4, answerOctetsMax);
  rack.run(4_000);
  expect(longest.failure).toBeUndefined();
  expect(longest.octets).toEqual(answerOf(4, answerOctetsMax));
  const longer = ask(1, 4, answerOctetsMax + 1);
  rack.run(1_000);
  expect(longer.failure).toBe("too-long");
  const own = ask(1, 1, answerOctetsMax + 1);
  rack.run(10);
  expect(own.failure).toBe("too-long");
});

test("an empty answer is an answer", () => {
  const { rack, ask } = rackThatAnswers();
  const [other, own] = [ask(2, 3, 0), ask(2, 2, 0)];
  rack.run(100);
  expect(other).toMatchObject({ isWhole: true, octets: [], parts: 1 });
  expect(own).toMatchObject({ isWhole: true, octets: [], parts: 1 });
});

test("what nobody attends to is refused", () => {
  const rack = new ToyRack();
  rack.run(2_000);
  const [other, own] = [askFor(rack.card(1).management, 3, 5), askFor(rack.card(1).management, 1, 5)];
  rack.run(100);
  expect(other.failure).toBe("unattended");
  expect(own.failure).toBe("unattended");
});

test("an empty slot is not heard, and a card that is pulled amid its answer has died", () => {
  const { rack, ask } = rackThatAnswers();
  const nobody = ask(1, 9, 100);
  rack.run(1);
  expect(nobody.failure).toBe("not-heard");
  const pulled = ask(1, 4, 20_000);
  rack.run(1_000);
  expect(pulled.parts).toBeGreaterThan(3);
  rack.pull(4);
  rack.run(200);
  expect(pulled.failure).toBe("died");
});

test("an enquiry has so many octets and no more", () => {
  const { rack } = rackThatAnswers();
  const failures: string[] = [];
  for (const slot of [1, 2]) {
    rack.card(1).management.enquire(slot, enquirySubject.console, new Uint8Array(512), {
      answered: () => {},
      failed: (reason) => failures.push(reason),
    });
  }
  rack.run(10);
  expect(failures).toEqual(["not-an-enquiry", "not-an-enquiry"]);
});

test("a card that restarts amid its answer makes the enquiry fail, and answers the next one", () => {
  const { rack, ask } = rackThatAnswers();
  const amid = ask(1, 4, 20_000);
  rack.run(1_000);
  rack.pull(4);
  answersAtOnce(rack.insert(4).management, 4);
  rack.run(60);
  expect(amid.failure).toBe("restarted");
  const next = ask(1, 4, 100);
  rack.run(500);
  expect(next.octets).toEqual(answerOf(4, 100));
});

test("with one plane cut, and with frames lost on both, an answer is whole", () => {
  const { rack, ask } = rackThatAnswers();
  const chance = seededEntropy(3);
  for (const bus of rack.buses) {
    bus.decideFate = (frame) => {
      const isLost = classOf(frame.id) === recordClass.bulk && chance.integer(100) < 2;
      return isLost
        ? { kind: "lost-at", ports: [1, 2, 3, 4].map((slot) => rack.card(slot).ports[rack.buses.indexOf(bus)]) }
        : undefined;
    };
  }
  const lossy = ask(1, 4, 3_000);
  rack.run(8_000);
  expect(lossy.octets).toEqual(answerOf(4, 3_000));
  for (const bus of rack.buses) bus.decideFate = undefined;
  rack.buses[1].decideFate = (frame) =>
    classOf(frame.id) === recordClass.bulk
      ? { kind: "lost-at", ports: [1, 2, 3, 4].map((slot) => rack.card(slot).ports[1]) }
      : undefined;
  const onePlane = ask(2, 3, 2_000);
  rack.run(3_000);
  expect(onePlane.octets).toEqual(answerOf(3, 2_000));
});
