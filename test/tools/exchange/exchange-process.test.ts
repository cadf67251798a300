import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import type { ExchangeNotice } from "../../../tools/exchange/exchange-program.ts";
import { ExchangeProcess } from "../../../tools/exchange/exchange-process.ts";
import { ownAddress } from "../../own-address.ts";

const running: ExchangeProcess[] = [];
const directory = mkdtempSync(join(tmpdir(), "exchange-"));

afterEach(async () => {
  await Promise.all(running.splice(0).map((exchange) => exchange.quit()));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const west = ["--name", "west", "--point-code", "1001", "--node-point-code", "2057", "--called", "2"];
const east = ["--name", "east", "--point-code", "2057", "--node-point-code", "1001", "--called", "1"];
const circuits = ["--cics", "1-60", "--ring", "100ms-200ms", "--hold", "400ms-800ms"];
const [westPorts, eastPorts] = [`${ownAddress}:20000`, `${ownAddress}:20100`];

async function start(args: readonly string[], notices: ExchangeNotice[] = []): Promise<number | undefined> {
  const { exchange, listeningPort } = await ExchangeProcess.start(args, (notice) => notices.push(notice));
  running.push(exchange);
  return listeningPort;
}

describe("two exchange programs on one machine", () => {
  it("call each other for three seconds, with voice, and lose nothing", async () => {
    const port = await start([
      ...east,
      ...circuits,
      "--listen",
      `${ownAddress}:0`,
      "--voice",
      `${eastPorts}/${westPorts}`,
    ]);
    const callsFile = join(directory, "calls.jsonl");
    const voice = ["--voice", `${westPorts}/${eastPorts}`, "--voice-calls-max", "5"];
    const notices: ExchangeNotice[] = [];
    await start(
      [...west, ...circuits, "--connect", `${ownAddress}:${port}`, ...voice, "--calls-file", callsFile],
      notices,
    );
    const [answering, calling] = running;
    await calling.available();
    const marked = calling.mark();
    await calling.rate(20, 3000);
    const { atMicros, afterMicros, type } = await marked;
    expect(type).toBe("ACM");
    expect(atMicros).toBeGreaterThan(afterMicros);
    expect(await calling.quiet(30_000)).toBe(true);
    const statistics = await calling.statistics();
    expect(statistics).toMatchObject({
      ...{ offered: 60, attempts: 60, answered: 60, completed: 60, unplanned: 0 },
      ...{ lost: { setup: 0, stable: 0 }, circuitsLeaked: 0, unexpected: {}, undecodable: {} },
    });
    expect(statistics.voice.conversations).toBeGreaterThan(5);
    expect(statistics.voice).toMatchObject({ lost: 0, foreign: 0, broken: 0, hostDrops: 0 });
    expect((await answering.statistics()).incoming).toMatchObject({ received: 60, completed: 60 });

    expect(await calling.calls()).toHaveLength(60);
    expect(await calling.calls()).toHaveLength(0);
    expect(notices.map((notice) => notice.event)).toEqual(["ready", "link"]);

    const checked = await Promise.all([calling.check(), answering.check()]);
    for (const result of checked)
      expect(result).toEqual({ circuits: 30, answered: 30, released: 30, notIdle: [], failed: [] });
    await calling.quit();
    expect(readFileSync(callsFile, "utf8").trim().split("\n")).toHaveLength(90);
  });

  it("notice when the other is killed: its calls are lost, and the link is down", async () => {
    const port = await start([...east, ...circuits, "--listen", `${ownAddress}:0`]);
    const notices: ExchangeNotice[] = [];
    const impatient = ["--tolerance", "300ms", "--timer", "T1=60s"];
    await start([...west, ...circuits, ...impatient, "--connect", `${ownAddress}:${port}`], notices);
    const [answering, calling] = running;
    await calling.available();
    await calling.call({ scenario: "answer", ringMillis: 2000 });
    if (answering.pid !== undefined) process.kill(answering.pid, "SIGKILL");
    while (!notices.some((notice) => notice.event === "lost")) await new Promise((resolve) => setTimeout(resolve, 20));
    const statistics = await calling.statistics();
    expect(statistics).toMatchObject({ lost: { setup: 1, stable: 0 }, circuitsLeaked: 1, link: { available: false } });
    expect(notices).toContainEqual(expect.objectContaining({ event: "link", available: false }));
  });

  it("refuse requests that make no sense, and live on", async () => {
    await start([...east, ...circuits, "--listen", `${ownAddress}:0`]);
    await expect(running[0].rate(-1)).rejects.toThrow("callsPerSecond");
    expect((await running[0].statistics()).offered).toBe(0);
  });

  it("play a script against an exchange", async () => {
    const port = await start([...east, ...circuits, "--listen", `${ownAddress}:0`]);
    const script = join(directory, "script.yaml");
    writeFileSync(
      script,
      `
name: busy
steps:
  - { send: IAM, cic: 1, called: "210000000000", calling: "700" }
  - { expect: REL, cause: 17, within: 20s }
  - { send: RLC }
`,
    );
    const main = fileURLToPath(new URL("../../../tools/exchange/main.ts", import.meta.url));
    const args = [main, ...west, "--cics", "1-60", "--connect", `${ownAddress}:${port}`, "--script", script];
    const { stdout } = await promisify(execFile)(process.execPath, args);
    expect(stdout).toContain("busy: passed");
  });
});
