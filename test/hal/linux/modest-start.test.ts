import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const program = fileURLToPath(new URL("modest-starter.ts", import.meta.url));

it("a process yields while it starts, with all its threads, and no longer: where it may take its priority back", () => {
  const { before, during, after, mayRaise } = JSON.parse(
    execFileSync(process.execPath, [program], { encoding: "utf8" }),
  );
  expect(new Set(before)).toEqual(new Set([0]));
  expect(Math.max(...during)).toBe(mayRaise ? 5 : 0);
  expect(new Set(after)).toEqual(new Set([0]));
});
