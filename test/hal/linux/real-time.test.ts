import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { afterEach, expect, test, vi } from "vitest";
import { type RealTimeGrant, raiseToRealTime } from "../../../hal/linux/real-time.ts";

afterEach(() => {
  vi.unstubAllEnvs();
});

test("a worker raises and names its own thread and no other; a refusal gives the reason", async () => {
  const worker = new Worker(new URL("./real-time-worker.ts", import.meta.url));
  const [told] = (await once(worker, "message")) as [
    { grant: RealTimeGrant; named: boolean; thread: string; name: string },
  ];
  const policyOf = (thread: number | string) => execFileSync("chrt", ["--pid", String(thread)], { encoding: "utf8" });
  try {
    expect(told.named).toBe(true);
    expect(told.name).toBe("heart");
    const thread = told.thread.replace(/^.*\//, "");
    if (told.grant.granted) {
      expect(policyOf(thread)).toMatch(/SCHED_FIFO\|SCHED_RESET_ON_FORK/);
      expect(policyOf(thread)).toMatch(/priority: 7\b/);
    } else {
      expect(told.grant.reason).not.toBe("");
      expect(policyOf(thread)).toMatch(/SCHED_OTHER/);
    }
    expect(policyOf(process.pid)).toMatch(/SCHED_OTHER/);
  } finally {
    await worker.terminate();
  }
});

test("an impossible priority is refused with the reason", () => {
  const grant = raiseToRealTime(1000);
  expect(grant.granted).toBe(false);
  expect(grant).toHaveProperty("reason", expect.stringMatching(/priority/));
});

test("without chrt it is refused with the reason", () => {
  vi.stubEnv("PATH", "/nonexistent");
  expect(raiseToRealTime(5)).toEqual({ granted: false, reason: expect.stringMatching(/ENOENT/) });
});
