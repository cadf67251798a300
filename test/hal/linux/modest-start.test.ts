import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const program = fileURLToPath(new URL("modest-starter.ts", import.meta.url));

it("a process yields while it starts, with all its threads, and no longer: where it may take its priority back", () => {
  const { before, during, after, mayRaise } = JSON.parse(
    execFileSync(process.execPath, [program], { encoding: "utf8" }),
  );
  const [usual] = before;
  expect(new Set(before)).toEqual(new Set([usual]));
  expect(new Set(during)).toEqual(new Set([mayRaise ? usual + 10 : usual]));
  expect(new Set(after)).toEqual(new Set([usual]));
});
