/** Runs `ending-threads.ts`, and what is to come of it. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { expect } from "vitest";

const program = join(import.meta.dirname, "ending-threads.ts");

const outcomes = [
  "throws: 1 by an error",
  "throws in its listener: 1 by an error",
  "throws, just having closed it: 1 by an error",
  "exits: 3",
  "exits in its listener: 3",
  "is terminated: 1",
];

/** @param opened what its threads have open */
export function expectThreadsToEnd(opened: string): void {
  const { stdout, stderr, status, signal } = spawnSync(process.execPath, [program, opened], { encoding: "utf8" });
  const ended = { threads: stdout.trim().split("\n"), signal, status };
  expect(ended, stderr).toEqual({ threads: outcomes, signal: null, status: 7 });
}
