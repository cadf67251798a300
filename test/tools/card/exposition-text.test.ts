import { expect, test } from "vitest";
import { readExposition } from "./exposition-text.ts";

const head = "# HELP calls_total Calls.\n# TYPE calls_total counter\n";

test("families with their samples", () => {
  const read = readExposition(
    `${head}calls_total 3\ncalls_total{a="x \\"y\\" \\\\ \\n",b="1"} 1.5e+3\n\n# HELP up \n# TYPE up gauge\nup{} NaN\n`,
  );
  expect([...read.keys()]).toEqual(["calls_total", "up"]);
  expect(read.get("calls_total")).toEqual({
    ...{ name: "calls_total", help: "Calls.", kind: "counter" },
    samples: [
      { labels: {}, value: 3 },
      { labels: { a: 'x "y" \\ \n', b: "1" }, value: 1500 },
    ],
  });
});

test.each([
  ["no end", `${head}calls_total 3`],
  ["no type", "calls_total 3\n"],
  ["a name that is none", `${head}calls-total 3\n`],
  ["a label without quotes", `${head}calls_total{a=x} 3\n`],
  ["a value that is none", `${head}calls_total three\n`],
  ["a series twice", `${head}calls_total{a="1",b="2"} 3\ncalls_total{b="2",a="1"} 3\n`],
  ["a family twice", `${head}${head}`],
  ["families mixed", `${head}# HELP up Up.\n# TYPE up gauge\ncalls_total 3\n`],
])("%s is refused", (_, text) => {
  expect(() => readExposition(text)).toThrow();
});
