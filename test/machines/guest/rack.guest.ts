/** The demonstration on CAN interfaces of the kernel: the primary is pulled, and a plane is cut. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";

/** A processor that does everything four times as slowly, and eight programs on it: beats and calls are fewer. */
const slowly = { heartbeat: "{ primaryMillis: 100, othersMillis: 200 }", lastCic: 60, rate: 3, checkRate: 3 };

interface Report {
  readonly callsAttempted: number;
  readonly callsAnswered: number;
  readonly callsLost: { readonly setup: number; readonly stable: number };
  readonly callsInSetupAtPull: number;
  readonly circuitsLeaked: number;
  readonly connectionsLeaked: number;
  readonly cdrs: { readonly missing: number; readonly duplicated: number };
  readonly switchovers: readonly { readonly cause: string }[];
  readonly planes: Readonly<Record<string, { readonly loadPercent: number }>>;
}

const folder = mkdtempSync(join(tmpdir(), "kernel-rack-"));

function run(...given: string[]): { readonly exitCode: number | null; readonly output: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join("tools", "rack", "main.ts"), ...given], {
    encoding: "utf8",
    timeout: 240_000,
  });
  return { exitCode: status, output: `${stdout}${stderr}` };
}

test("a pulled primary and a plane that is cut: nothing is lost", { timeout: 260_000 }, () => {
  const config = join(folder, "rack.yaml");
  const report = join(folder, "report.json");
  const rack = readFileSync("boards/simulated/rack.yaml", "utf8").replaceAll(
    /lastCic: \d+/g,
    `lastCic: ${slowly.lastCic}`,
  );
  writeFileSync(config, `${rack}heartbeat: ${slowly.heartbeat}\n`);
  const { exitCode, output } = run(
    ...["--bus", "socketcan", "--config", config, "--start-within", "180s", "--no-voice"],
    ...["--rate", String(slowly.rate), "--check-rate", String(slowly.checkRate), "--report", report],
    ...["--for", "18s", "--pull", "primary@5s", "--insert", "@8s", "--cut", "A@14s", "--mend", "A@16s"],
  );
  console.log(output);
  expect(exitCode, output).toBe(0);
  const told = JSON.parse(readFileSync(report, "utf8")) as Report;
  expect(told).toMatchObject({
    callsLost: { setup: 0, stable: 0 },
    circuitsLeaked: 0,
    connectionsLeaked: 0,
    cdrs: { missing: 0, duplicated: 0 },
  });
  expect(told.callsAttempted).toBeGreaterThan(30);
  expect(told.callsAnswered).toBe(told.callsAttempted);
  expect(told.callsInSetupAtPull).toBeGreaterThan(0);
  expect(told.switchovers.map(({ cause }) => cause)).toEqual(["pull"]);
  for (const plane of ["A", "B"]) expect(told.planes[plane]?.loadPercent).toBeGreaterThan(0);
});

test("nothing is left of it in the kernel, nor of one that was killed", { timeout: 60_000 }, () => {
  spawnSync("ip", ["netns", "add", "tandem-999999-slot-1"]);
  const { exitCode, output } = run("--bus", "socketcan", "--start-within", "1ms", "--no-rehearsal");
  expect(exitCode, output).toBe(2);
  expect(output).toContain("did not come up within");
  expect(readdirSync("/run/netns")).toEqual([]);
});
