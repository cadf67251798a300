import { existsSync } from "node:fs";
import { expect, test } from "vitest";

const isPackaged = existsSync(`node_modules/node-${process.platform}-${process.arch}`);

test.runIf(isPackaged)("the tests run on the Node that package.json names, not on the machine's own", () => {
  expect(process.versions.node.split(".")[0]).toBe("24");
  expect(process.execPath).toContain("node_modules");
});

test("the Node that runs the tests runs TypeScript as it is", () => {
  expect(process.features.typescript).toBe("strip");
});
