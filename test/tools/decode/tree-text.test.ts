import { expect, test } from "vitest";
import type { Tree } from "../../../firmware/isup/message-tree.ts";
import { treeText } from "../../../tools/decode/tree-text.ts";

test("a line a value; lists of values in one line, lists of trees with a hyphen; nothing is said to be nothing", () => {
  const tree: Tree = {
    text: "0123",
    blank: "",
    no: false,
    values: [1, "a"],
    noValues: [],
    inner: { number: 1, empty: {} },
    trees: [{ a: 1, b: { c: 2 } }, { a: 3 }],
  };
  expect(treeText(tree).split("\n")).toEqual([
    "text: 0123",
    'blank: ""',
    "no: false",
    "values: 1, a",
    "noValues: none",
    "inner:",
    "  number: 1",
    "  empty: none",
    "trees:",
    "  - a: 1",
    "    b:",
    "      c: 2",
    "  - a: 3",
    "",
  ]);
});
