/**
 * The last line of a CI run, from what vitest's JSON reporter has written and vitest's exit code:
 * `node tools/ci/summary.ts report.json 0`. Exit code 1: there is no report.
 */
import { readFileSync } from "node:fs";
import { z } from "zod";

const reportSchema = z.object({
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  numPendingTests: z.number(),
  numTodoTests: z.number(),
  testResults: z.array(z.object({ status: z.string(), assertionResults: z.array(z.object({ status: z.string() })) })),
});

/**
 * `12 passed, 0 failed, 1 skipped`. A file that failed as a whole counts as one failure, and so does whatever else made the
 * run end with `exitCode`. Undefined: this is not a report.
 */
export function summaryLine(report: unknown, exitCode: number): string | undefined {
  const parsed = reportSchema.safeParse(report);
  if (!parsed.success) return undefined;
  const { numPassedTests, numFailedTests, numPendingTests, numTodoTests, testResults } = parsed.data;
  const failedFiles = testResults.filter(
    ({ status, assertionResults }) => status === "failed" && !assertionResults.some((test) => test.status === "failed"),
  );
  const counted = numFailedTests + failedFiles.length;
  const failed = exitCode === 0 || counted > 0 ? counted : 1;
  const skipped = numPendingTests + numTodoTests;
  return `${numPassedTests} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`;
}

function reportIn(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as unknown;
  } catch {
    return undefined;
  }
}

if (import.meta.main) {
  const [file = "", exitCode = "0"] = process.argv.slice(2);
  const line = summaryLine(reportIn(file), Number(exitCode));
  if (line !== undefined) console.log(line);
  else process.exitCode = 1;
}
