/** A rack that runs is upgraded card by card while calls are made, each way that there is: not one call is lost. */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Firmware, packFirmware, unpackFirmware } from "../../hal/linux/bundle-file.ts";
import { programFile } from "../../hal/linux/firmware-folder.ts";
import { judge, type RackReport } from "../../tools/rack/report.ts";

const repository = resolve(import.meta.dirname, "../..");
const installed = JSON.parse(readFileSync(join(repository, "package.json"), "utf8")).version as string;
const runSeconds = 200;
const broken = "9.9.9-broken";

let folder = "";
const children: ChildProcess[] = [];

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "upgrade-"));
});

afterAll(async () => {
  for (const child of children.splice(0)) {
    if (child.exitCode !== null) continue;
    child.kill("SIGKILL");
    await once(child, "exit");
  }
  rmSync(folder, { recursive: true, force: true });
});

interface Ended {
  readonly code: number | null;
  readonly said: string;
}

/** Runs a program of the repository in the test's folder. */
function start(
  program: string,
  given: readonly string[],
): { readonly child: ChildProcess; readonly ended: Promise<Ended> } {
  const child = spawn(process.execPath, [join(repository, program), ...given], { cwd: folder });
  children.push(child);
  let said = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (octets) => (said += octets));
  return { child, ended: once(child, "exit").then(([code]) => ({ code, said })) };
}

async function upgrade(...given: readonly string[]): Promise<Ended> {
  const ended = await start("tools/flash/main.ts", ["--upgrade", ...given]).ended;
  console.log(ended.said);
  return ended;
}

const consoleOf = (slot: number) => `.run/latest/slot-${slot}/console.sock`;

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((done) => setTimeout(done, 100));
}

/** Firmware that cannot even be loaded. */
async function breakFirmware(from: string, into: string): Promise<void> {
  const firmware = await new Promise<Firmware | undefined>((done) => unpackFirmware(readFileSync(from), done));
  const { processor, files } = firmware ?? expect.unreachable();
  const others = files.filter(({ name }) => name !== programFile);
  const program = { name: programFile, octets: Buffer.from("this is no program\n") };
  writeFileSync(into, packFirmware({ version: broken, processor, files: [program, ...others] }));
}

/** A server of SSH for this user, on loopback, and a client that knows it. @returns the client's program */
async function startSsh(): Promise<string> {
  const path = (name: string) => join(folder, name);
  const port = await freePort();
  execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", path("key")]);
  execFileSync("dropbearkey", ["-t", "ed25519", "-f", path("host-key")], { stdio: "ignore" });
  // Its user's home, in a mount namespace of its own, is this folder.
  mkdirSync(path(".ssh"), { mode: 0o700 });
  writeFileSync(path(".ssh/authorized_keys"), readFileSync(path("key.pub")), { mode: 0o600 });
  writeFileSync(path("passwd"), `root:x:0:0:root:${folder}:/bin/sh\n`);
  const server = `mount --bind ${path("passwd")} /etc/passwd && exec dropbear -F -E -s -r ${path("host-key")} -p 127.0.0.1:${port}`;
  const environment = { ...process.env, PATH: `${process.env.PATH}:/usr/sbin:/sbin` };
  const child = spawn("unshare", ["--mount", "sh", "-c", server], {
    env: environment,
    stdio: ["ignore", "ignore", "pipe"],
  });
  children.push(child);
  await new Promise<void>((done, failed) => {
    child.stderr.on("data", (octets) => String(octets).includes("Not backgrounding") && done());
    child.once("exit", () =>
      failed(new Error('no dropbear: "npm run peers -- machines" installs it, and it wants root')),
    );
  });
  const known = `-o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR -o IdentitiesOnly=yes`;
  writeFileSync(path("ssh"), `#!/bin/sh\nexec ssh -F none ${known} -i ${path("key")} -p ${port} "$@"\n`);
  chmodSync(path("ssh"), 0o755);
  return path("ssh");
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  return typeof address === "object" && address !== null ? address.port : expect.unreachable();
}

test("over the bus, over ssh, over a line; firmware that does not run is rolled back", async () => {
  const [good, bad] = [join(folder, "good.tandem"), join(folder, "bad.tandem")];
  const built = await upgrade("--out", good, "--processor", process.arch);
  expect(built.code, built.said).toBe(0);
  const version = /is (\S+) for/.exec(built.said)?.[1] ?? expect.unreachable(built.said);
  expect(version).toMatch(new RegExp(`^${installed}-[0-9a-f]{8}$`));
  await breakFirmware(good, bad);
  const ssh = await startSsh();

  const config = join(repository, "boards/simulated/redundant.yaml");
  const calls = ["--rate", "10", "--no-voice", "--for", `${runSeconds}s`, "--report", "report.json"];
  const rack = start("tools/rack/main.ts", ["--config", config, "--no-rehearsal", ...calls]);
  let out = "";
  rack.child.stdout?.on("data", (octets) => (out += octets));
  let isOver = false;
  void rack.ended.then(() => (isOver = true));
  await until(() => isOver || /answered/.test(out));

  const bus = await upgrade("--card", "3,4", "--over", "bus", "--line", consoleOf(5), "--firmware", good);
  expect(bus.code, bus.said).toBe(0);
  expect(bus.said).toContain(`slot  version\n3     ${version}\n4     ${version}\n`);

  const socket = join(folder, consoleOf(1));
  const command = `cd ${folder} && ${process.execPath} ${join(repository, "tools/console/main.ts")} --socket ${socket}`;
  const given = ["--ssh", ssh, "--host", "root@127.0.0.1", "--ssh-command", command, "--firmware", good];
  const overSsh = await upgrade("--card", "1", "--over", "ssh", ...given);
  expect(overSsh.code, overSsh.said).toBe(0);
  expect(overSsh.said).toContain(`slot  version\n1     ${version}\n`);

  const rolledBack = await upgrade("--card", "1", "--over", "serial", "--line", consoleOf(1), "--firmware", bad);
  expect(rolledBack.code, rolledBack.said).toBe(1);
  expect(rolledBack.said).toContain("slot 1 is not upgraded: on trial it did not come into service");
  expect(rolledBack.said).toContain(`it runs on with ${version}`);

  expect(isOver, "the run was over before the upgrades were").toBe(false);
  const { code, said } = await rack.ended;
  const report = JSON.parse(readFileSync(join(folder, "report.json"), "utf8")) as RackReport;
  console.log(said.slice(-2000));
  expect(report.callsAttempted).toBeGreaterThan(1500);
  expect(report.callsReleasedNormally).toBe(report.callsAttempted);
  expect(report.switchovers).toMatchObject([{ cause: "leave" }]);
  expect(judge(report)).toEqual({ exitCode: 0, findings: [] });
  expect(code).toBe(0);
});
