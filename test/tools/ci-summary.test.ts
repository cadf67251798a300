import { spawnSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { summaryLine } from "../../tools/ci/summary.ts";

const report = { numPassedTests: 12, numFailedTests: 0, numPendingTests: 0, numTodoTests: 0, testResults: [] };
const file = (status: string, ...tests: readonly string[]) => ({
  status,
  assertionResults: tests.map((each) => ({ status: each })),
});

describe("the last line of a CI run", () => {
  test.each([
    ["all passed", report, 0, "12 passed, 0 failed"],
    ["some skipped", { ...report, numPendingTests: 2, numTodoTests: 1 }, 0, "12 passed, 0 failed, 3 skipped"],
    [
      "a test failed",
      { ...report, numFailedTests: 1, testResults: [file("failed", "passed", "failed")] },
      1,
      "12 passed, 1 failed",
    ],
    ["a file could not be loaded", { ...report, testResults: [file("failed")] }, 1, "12 passed, 1 failed"],
    ["an error outside of all tests", report, 1, "12 passed, 1 failed"],
  ])("%s", (_, given, exitCode, line) => {
    expect(summaryLine([given], exitCode)).toBe(line);
  });

  test("steps are counted together, those that came to a report", () => {
    const failing = { ...report, numPassedTests: 3, numFailedTests: 1, numPendingTests: 1 };
    expect(summaryLine([report, failing], 1)).toBe("15 passed, 1 failed, 1 skipped");
    expect(summaryLine([report, undefined], 1)).toBe("12 passed, 1 failed");
    expect(summaryLine([report, report], 0)).toBe("24 passed, 0 failed");
  });

  test("what is not a report has none", () => {
    expect(summaryLine([], 0)).toBeUndefined();
    expect(summaryLine([undefined, { success: true }], 0)).toBeUndefined();
    const program = spawnSync(process.execPath, ["tools/ci/summary.ts", "0", "no-such-file"], { encoding: "utf8" });
    expect({ status: program.status, stdout: program.stdout }).toEqual({ status: 1, stdout: "" });
  });
});
