/** The takeover protocol with one rule left out at a time: what it is there for. */
import { afterAll, expect, test } from "vitest";
import { ablations } from "./ablations.ts";
import { protocolRules, type Rule } from "./protocol-rules.ts";
import { scenarios } from "./scenarios.ts";
import { exploreTakeover } from "./takeover-model.ts";

const rows: string[] = [];

afterAll(() => {
  const head = `${"without".padEnd(26)}  steps states  what breaks`;
  console.log([head, ...rows].join("\n"));
});

test.each(Object.keys(protocolRules) as Rule[])("without the rule: %s", (without) => {
  const { scenario, breaks } = ablations[without];
  const { states, whole, counterexamples } = exploreTakeover({ ...scenarios[scenario], without });
  expect(whole).toBe(true);
  expect(counterexamples.map(({ broken }) => broken)).toContain(breaks);
  const found = counterexamples.find(({ broken }) => broken === breaks);
  const figures = [found?.story.length, states].map((figure) => String(figure).padStart(7)).join("");
  rows.push(`${without.padEnd(26)}${figures}  ${breaks}: ${found?.how}`);
});

test("a counter-example can be read", () => {
  const { counterexamples } = exploreTakeover({ ...scenarios[ablations.salvage.scenario], without: "salvage" });
  expect(counterexamples[0]).toEqual({
    broken: "void output",
    how: "L1 performed #2 (term 1, input 1), which the primary of term 2 does not know",
    story: [
      "L1 broadcasts input 1",
      "A commits #2: input 1 (missed by B)",
      "** A is pulled",
      "B claims term 2 after #1",
      "L1 grants term 2 to B",
      "T grants term 2 to B",
      "B gets the grant of L1",
      "B gets the grant of T",
      "B is primary of term 2: BEGIN #2",
    ],
  });
});
