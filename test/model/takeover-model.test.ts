/** The takeover protocol with all its rules, in every state that these faults can lead to. */
import { afterAll, expect, test } from "vitest";
import { exploreTakeover } from "./takeover-model.ts";
import { type ScenarioName, scenarios } from "./scenarios.ts";

const rows: string[] = [];
let total = 0;

afterAll(() => {
  console.log([...rows, `${total} states`].join("\n"));
});

test.each(Object.keys(scenarios) as ScenarioName[])("the protocol holds: %s", (name) => {
  const { states, whole, counterexamples } = exploreTakeover(scenarios[name]);
  rows.push(`${String(states).padStart(7)} states: ${name}`);
  total += states;
  expect(counterexamples).toEqual([]);
  expect(whole).toBe(true);
});
