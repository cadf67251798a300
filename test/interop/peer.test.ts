import { execFileSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { peerTest, peerVerdict, programFile } from "./peer.ts";

const nowhere = "no-such-program-on-any-machine";

peerTest("a program that is there is run", "sh", (program) => {
  expect(execFileSync(program, ["-c", "echo here"], { encoding: "utf8" })).toBe("here\n");
});

describe("a program that is missing", () => {
  test("skips the test where somebody works, and fails it in CI", () => {
    expect(peerVerdict(nowhere, { PATH: process.env.PATH })).toBe("skip");
    expect(peerVerdict(nowhere, { PATH: process.env.PATH, CI: "false" })).toBe("skip");
    expect(peerVerdict(nowhere, { PATH: process.env.PATH, CI: "true" })).toBe("fail");
  });

  test("is looked for in PATH alone and where Debian puts gateways", () => {
    expect(programFile("sh", { PATH: process.env.PATH })).toMatch(/\/sh$/);
    expect(programFile(nowhere, {})).toBeUndefined();
  });
});
