import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";

function hunt(...options: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, ["tools/hunt/main.ts", ...options], {
    encoding: "utf8",
  });
  return { status, stdout, stderr };
}

test("nothing found: 0, and the figures as data", () => {
  const { status, stdout } = hunt("--seeds", "1..3", "--faults", "omissions", "--threads", "1", "--json");
  expect(JSON.parse(stdout)).toMatchObject({ seeds: 3, calls: expect.any(Number), failures: [] });
  expect(Object.keys(JSON.parse(stdout).faults)).toEqual(["omissions"]);
  expect(status).toBe(0);
});

test.each([
  [["--seeds", "9..1"], "--seeds 9..1: is neither a seed nor first..last"],
  [["--seed", "x"], "--seeds x: is neither a seed nor first..last"],
  [["--minutes", "0"], "--minutes 0: is no positive number"],
  [["--faults", "freeze,earthquake"], '--faults: there is no fault "earthquake"; see --help'],
  [["--config", "no.yaml"], "no.yaml: there is no such file"],
  [["--speed"], "unknown option '--speed'"],
])("wrong usage is 2, and says what is wrong: %s", (options, sentence) => {
  const { status, stderr, stdout } = hunt(...options);
  expect(stderr).toContain(sentence);
  expect([status, stdout]).toEqual([2, ""]);
});

test("the help names faults, invariants and exit codes", () => {
  const { status, stdout } = hunt("--help");
  expect(stdout).toMatch(/pull primary in noise +by default/);
  expect(stdout).toMatch(/no void effect +every takeover: a new primary knows/);
  expect(stdout).toContain("Exit code: 0 nothing found");
  expect(status).toBe(0);
});
