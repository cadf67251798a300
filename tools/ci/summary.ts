/**
 * The last line of a CI run, from its exit code and what vitest's JSON reporter has written at each of its steps:
 * `node tools/ci/summary.ts 0 report.json…`. Exit code 1: there is no report at all.
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

type Report = z.infer<typeof reportSchema>;

/**
 * `12 passed, 0 failed, 1 skipped`, of all steps together. A file that failed as a whole counts as one failure, and so does whatever
 * else made the run end with `exitCode`. Undefined: none of these is a report.
 */
export function summaryLine(reports: readonly unknown[], exitCode: number): string | undefined {
  const parsed = reports.flatMap((report) => reportSchema.safeParse(report).data ?? []);
  if (parsed.length === 0) return undefined;
  const sum = (count: (report: Report) => number) => parsed.reduce((total, report) => total + count(report), 0);
  const passed = sum(({ numPassedTests }) => numPassedTests);
  const counted = sum(
    ({ numFailedTests, testResults }) => numFailedTests + testResults.filter(hasFailedAsAWhole).length,
  );
  const failed = exitCode === 0 || counted > 0 ? counted : 1;
  const skipped = sum(({ numPendingTests, numTodoTests }) => numPendingTests + numTodoTests);
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`;
}

function hasFailedAsAWhole({ status, assertionResults }: Report["testResults"][number]): boolean {
  return status === "failed" && !assertionResults.some((test) => test.status === "failed");
}

function reportIn(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as unknown;
  } catch {
    return undefined;
  }
}

if (import.meta.main) {
  const [exitCode = "0", ...files] = process.argv.slice(2);
  const line = summaryLine(files.map(reportIn), Number(exitCode));
  if (line !== undefined) console.log(line);
  else process.exitCode = 1;
}
