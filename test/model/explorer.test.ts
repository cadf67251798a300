import { expect, test } from "vitest";
import { explore, type Model } from "./explorer.ts";

/** A walker on the numbers from 0 to 9, who wants to get to 9. */
function walker(
  ways: Readonly<Record<number, readonly number[]>>,
  { bad = -1, faultsFrom = -1 } = {},
): Model<number, "bad place"> {
  return {
    initial: 0,
    key: String,
    *steps(state) {
      for (const next of ways[state] ?? []) yield { text: `to ${next}`, next, counts: state !== faultsFrom };
    },
    judge: (state) => (state === bad ? { broken: "bad place", how: `${state} is bad` } : undefined),
    missing: (state) => (state === 9 ? undefined : `${state} is not 9`),
  };
}

test("every state is visited once, and nothing is found where nothing is", () => {
  const found = explore(walker({ 0: [1, 2], 1: [3, 9], 2: [3], 3: [0, 9] }), 100);
  expect(found).toEqual({ states: 5, whole: true, counterexamples: [], standstill: undefined });
});

test("the way to a bad state is the shortest", () => {
  const found = explore(walker({ 0: [1, 5], 1: [2], 2: [3], 3: [4, 9], 5: [4, 9] }, { bad: 4 }), 100);
  expect(found.counterexamples).toEqual([{ broken: "bad place", how: "4 is bad", story: ["to 5", "to 4"] }]);
});

test("a state from which the goal is out of reach is a standstill", () => {
  const found = explore(walker({ 0: [1, 9], 1: [2], 2: [1] }), 100);
  expect(found.counterexamples).toEqual([{ broken: "standstill", how: "in the end 2 is not 9", story: ["to 1"] }]);
  expect(found.standstill).toBe(1);
});

test("what happens only by a fault does not get one to the goal", () => {
  const ways = { 0: [1, 9], 1: [9] };
  expect(explore(walker(ways), 100).standstill).toBeUndefined();
  expect(explore(walker(ways, { faultsFrom: 1 }), 100).standstill).toBe(1);
});

test("a walk that was cut off says so, and knows nothing of standstills", () => {
  const found = explore(walker({ 0: [1, 2], 1: [3], 2: [3], 3: [4] }), 3);
  expect([found.states, found.whole, found.standstill]).toEqual([3, false, undefined]);
});
