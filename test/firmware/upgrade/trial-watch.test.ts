import { expect, test } from "vitest";
import type { CommunicationStatus } from "../../../firmware/card/card-status.ts";
import { TrialWatch } from "../../../firmware/upgrade/trial-watch.ts";

const group = (role: string) => ({ groups: [{ group: 1, role, term: 1 }] });
const card = (slot: number, role: string) => ({ slot, alive: true, role, realTime: true, limitMicros: 15_000 });
const serving: CommunicationStatus = { ...group("backup"), cards: [card(2, "primary")] };
const waiting: CommunicationStatus = { ...group("blank"), cards: [card(2, "primary")] };
const alone: CommunicationStatus = { ...group("blank"), cards: [card(2, "blank")] };

/** The second at which a trial succeeds. `at` says what the card tells in a second. */
function succeedsAt(at: (second: number) => CommunicationStatus): number | undefined {
  const watch = new TrialWatch();
  for (let second = 0; second < 200; second++) if (watch.look(at(second), second * 1_000_000)) return second;
  return undefined;
}

test("a card stays with its firmware when it has been in service for ten seconds", () => {
  expect(succeedsAt(() => serving)).toBe(10);
  expect(succeedsAt((second) => (second < 5 ? waiting : serving))).toBe(15);
  expect(succeedsAt(() => ({ ...serving, ...group("witness") }))).toBe(10);
  expect(succeedsAt(() => ({ ...serving, ...group("primary") }))).toBe(10);
});

test("without a break", () => {
  expect(succeedsAt((second) => (second === 9 ? waiting : serving))).toBe(20);
  expect(succeedsAt((second) => (second === 9 ? { ...serving, hung: true } : serving))).toBe(20);
  expect(succeedsAt((second) => (second === 9 ? { ...serving, outOfService: "plane A" } : serving))).toBe(20);
});

test("not while a rack that is in service does not take it", () => {
  expect(succeedsAt(() => waiting)).toBeUndefined();
  const inOneGroup = {
    groups: [group("witness").groups[0], { group: 2, role: "newcomer", term: 1 }],
    cards: waiting.cards,
  };
  expect(succeedsAt(() => inOneGroup)).toBeUndefined();
});

test("where there is no rack that could take it, it is enough that it runs for half a minute", () => {
  expect(succeedsAt(() => alone)).toBe(30);
  expect(succeedsAt((second) => (second === 20 ? waiting : alone))).toBe(51);
});

test("a card that has told nothing of itself yet is alone", () => {
  expect(succeedsAt(() => ({}))).toBe(30);
});
