import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { getPriority } from "node:os";
import { expect, it } from "vitest";
import { weighSession } from "../../../hal/linux/session-weight.ts";

const withWorker =
  'new (require("node:worker_threads").Worker)("setInterval(() => {}, 1000)", { eval: true }).once("online", () => console.log("on"))';

it("weighs a session with all its threads; above its own weight only where it may", async () => {
  const usual = getPriority();
  const child = spawn(process.execPath, ["-e", withWorker], { detached: true, stdio: ["ignore", "pipe", "ignore"] });
  try {
    await once(child.stdout, "data");
    const pid = child.pid ?? 0;
    const niceOfThreads = () => new Set(readdirSync(`/proc/${pid}/task`).map((thread) => getPriority(Number(thread))));
    const niceOfSession = () => Number(/nice (-?\d+)/.exec(readFileSync(`/proc/${pid}/autogroup`, "latin1"))?.[1]);
    expect(niceOfThreads()).toEqual(new Set([usual]));
    const mayRaise = weighSession(pid, -3);
    expect(niceOfThreads()).toEqual(new Set([mayRaise ? -3 : usual]));
    if (mayRaise && existsSync(`/proc/${pid}/autogroup`)) expect(niceOfSession()).toBe(-3);
    const known = weighSession(pid, 12);
    expect(niceOfThreads()).toEqual(new Set([12]));
    if (known) expect(niceOfSession()).toBe(12);
  } finally {
    child.kill("SIGKILL");
  }
});

it("a process that is gone", () => {
  expect(weighSession(2 ** 30, 5)).toBe(false);
});
