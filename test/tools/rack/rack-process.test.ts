import { once } from "node:events";
import { existsSync, readFileSync, realpathSync } from "node:fs";
import { createServer } from "node:net";
import { createSocket } from "node:dgram";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { judge, type RackReport } from "../../../tools/rack/report.ts";
import { ownAddress } from "../../own-address.ts";
import {
  makeSmallRack,
  processesLeft,
  processesOf,
  type RackRun,
  runByNpm,
  runRack,
  type SmallRack,
} from "./small-rack.ts";

const racks: SmallRack[] = [];
const runs: RackRun[] = [];

afterEach(async () => {
  for (const { child, ended } of runs.splice(0)) {
    child.kill("SIGKILL");
    await ended;
  }
  for (const rack of racks.splice(0)) {
    await processesLeft(rack);
    rack.remove();
  }
});

function newRack(groups: 1 | 2 = 1): SmallRack {
  const rack = makeSmallRack(0, groups);
  racks.push(rack);
  return rack;
}

function run(rack: SmallRack, ...args: string[]): RackRun {
  const started = runRack(rack, args);
  runs.push(started);
  return started;
}

describe("a rack of processes", () => {
  it("22c, 23: the primary is pulled and put back while calls run, and none is lost", { timeout: 90_000 }, async () => {
    const rack = newRack();
    const args = ["--for", "8s", "--rate", "20", "--pull", "primary@3s", "--insert", "@5s", "--report", "r.json"];
    const short = ["--ring", "500ms-1s", "--hold", "1s-2s", "--voice-calls-max", "20"];
    const supervisor = run(rack, ...args, ...short);
    const exitCode = await supervisor.ended;
    expect(supervisor.complained()).toBe("");
    const report: RackReport = JSON.parse(readFileSync(join(rack.folder, "r.json"), "utf8"));
    expect(report.callsAttempted).toBeGreaterThan(150);
    expect(report.callsReleasedNormally).toBe(report.callsAttempted);
    expect(report.switchovers).toMatchObject([{ cause: "pull" }]);
    const [{ from, to }] = report.switchovers;
    // Whichever card is up first is the first primary.
    expect([from, to].sort()).toEqual([2, 3]);
    expect(report.switchovers[0].callsInSetup).toBeGreaterThan(0);
    expect(report.cdrs.cards).toHaveLength(2);
    expect(judge(report)).toEqual({ exitCode: 0, findings: [] });
    expect(exitCode).toBe(0);
    expect(await processesLeft(rack)).toEqual([]);
  });

  it("with two groups: the primary of each is pulled, and of neither group a call is lost", {
    timeout: 90_000,
  }, async () => {
    const rack = newRack(2);
    const args = ["--for", "10s", "--rate", "20", "--pull", "primary-2@3s", "--insert", "@5s", "--pull", "primary@7s"];
    const short = ["--ring", "500ms-1s", "--hold", "1s-2s", "--voice-calls-max", "20", "--report", "r.json"];
    const supervisor = run(rack, ...args, ...short);
    const exitCode = await supervisor.ended;
    expect(supervisor.complained()).toBe("");
    const report: RackReport = JSON.parse(readFileSync(join(rack.folder, "r.json"), "utf8"));
    expect(report.callsAttempted).toBeGreaterThan(180);
    const [second, first] = report.switchovers;
    expect([second, first]).toMatchObject([
      { cause: "pull", group: 2 },
      { cause: "pull", group: 1 },
    ]);
    expect([5, 6]).toContain(second.from);
    expect([2, 3]).toContain(first.from);
    const records = report.cdrs.cards.map(({ records }) => records);
    expect(records).toHaveLength(3);
    expect(Math.min(...records)).toBeGreaterThan(50);
    expect(judge(report)).toEqual({ exitCode: 0, findings: [] });
    expect(exitCode).toBe(0);
  });

  it("killed itself, leaves no process behind, not even a frozen one", async () => {
    const rack = newRack();
    const supervisor = run(rack, "--no-rehearsal", "--no-voice", "--freeze", "backup@0s");
    await supervisor.until("call server frozen in slot");
    expect(processesOf(rack)).toHaveLength(9);
    supervisor.child.kill("SIGKILL");
    await supervisor.ended;
    expect(await processesLeft(rack)).toEqual([]);
  });

  it.each(["SIGINT", "SIGTERM", "SIGHUP"] as const)("%s ends it, and everything with it", async (signal) => {
    const rack = newRack();
    const supervisor = run(rack, "--no-rehearsal", "--no-exchange");
    await supervisor.until("the rack is up");
    supervisor.child.kill(signal);
    expect(await supervisor.ended).toBe({ SIGINT: 0, SIGTERM: 143, SIGHUP: 129 }[signal]);
    expect(await processesLeft(rack)).toEqual([]);
  });

  it("started by npm, ends when npm is killed", async () => {
    const rack = newRack();
    const npm = runByNpm(rack, ["--no-rehearsal", "--no-exchange"]);
    runs.push(npm);
    await npm.until("the rack is up");
    npm.child.kill("SIGKILL");
    await npm.ended;
    expect(await processesLeft(rack)).toEqual([]);
  });

  it("a second one in the same folder says so in one sentence, and ends with 2", async () => {
    const rack = newRack();
    const first = run(rack, "--no-exchange");
    await first.until("logs and call detail records");
    const second = run(rack, "--no-exchange");
    expect(await second.ended).toBe(2);
    expect(second.complained()).toBe(
      `A rack is running in this folder already (process ${first.child.pid}): end it first, or start this one in another folder.\n`,
    );
    expect(second.said()).toBe("");
  });
});

describe("what is wrong is said before anything is started", () => {
  it("a taken TCP port: which, for what, and where it is configured", async () => {
    const rack = newRack();
    const server = createServer().listen(rack.limPort, ownAddress);
    await once(server, "listening");
    const { ended, complained } = run(rack);
    expect(await ended).toBe(2);
    server.close();
    expect(complained()).toBe(
      `TCP port ${rack.limPort} of ${ownAddress}, where the LIM in slot 1 waits for exchange west, is taken by another program: ` +
        "end that program, or change exchanges[0].associations[0].port in rack.yaml\n",
    );
    expect(existsSync(join(realpathSync(rack.folder), ".run"))).toBe(false);
  });

  it.each([
    ["the gateway's", (rack: SmallRack) => rack.gatewayPort, "gateways[0].port"],
    ["one of voice", (rack: SmallRack) => rack.gatewayPort + 8 + 20, "trunkGroups[0].media.gatewayPort"],
  ])("a taken UDP port: %s", async (_, portOf, path) => {
    const rack = newRack();
    const socket = createSocket("udp4").bind(portOf(rack), ownAddress);
    await once(socket, "listening");
    const { ended, complained } = run(rack);
    expect(await ended).toBe(2);
    socket.close();
    expect(complained()).toContain(`UDP port ${portOf(rack)} of ${ownAddress}`);
    expect(complained()).toContain(path);
    expect(complained().trim().split("\n")).toHaveLength(1);
  });

  it("a report that cannot be written", async () => {
    const { ended, complained } = run(newRack(), "--report", "nowhere/r.json");
    expect(await ended).toBe(2);
    expect(complained()).toBe("nowhere/r.json: the report cannot be written: ENOENT\n");
  });

  it("a configuration that is not there", async () => {
    const { ended, complained } = run(newRack(), "--config", "nowhere.yaml");
    expect(await ended).toBe(2);
    expect(complained()).toBe("nowhere.yaml: there is no such file\n");
  });
});
