/** A process whose code stays in memory, with the capability and without: it lives on, and ends as it should. */
import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";

/** A program that locks its code, lets the engine give pages back, and says how much the kernel has locked: code, and no more. */
const program = `
  import { readFileSync } from "node:fs";
  import { lockCode } from "./hal/linux/memory-lock.ts";
  const outcome = lockCode();
  let kept = [];
  for (let round = 0; round < 20; round++) kept = Array.from({ length: 100_000 }, (_, index) => ({ index, text: "n" + index }));
  const [, kilobytes] = /VmLck:\\s+(\\d+) kB/.exec(readFileSync("/proc/self/status", "utf8"));
  console.log(JSON.stringify({ ...outcome, megabytes: Math.round(kilobytes / 1000), kept: kept.length }));
`;

interface Said {
  readonly locked: boolean;
  readonly reason?: string;
  readonly megabytes: number;
}

function run(...before: string[]): Said {
  const [command, ...given] = [...before, process.execPath, "--input-type=module-typescript", "--eval", program];
  const { stdout, stderr, status } = spawnSync(command ?? "", given, { encoding: "utf8" });
  expect(status, stderr).toBe(0);
  return JSON.parse(stdout) as Said;
}

test("with the capability", () => {
  const said = run();
  expect(said.locked).toBe(true);
  expect(said.megabytes).toBeGreaterThan(50);
  expect(said.megabytes).toBeLessThan(300);
});

test("without it", () => {
  const said = run("setpriv", "--bounding-set=-all", "--inh-caps=-all", "--reuid=65534", "--clear-groups");
  expect(said).toMatchObject({ locked: false, reason: "ENOMEM" });
});
