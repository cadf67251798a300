/** The image of a card, in emulated machines: the virtual one with four CAN controllers on two planes, and a Raspberry Pi 3. */
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { type Firmware, packFirmware, unpackFirmware } from "../../hal/linux/bundle-file.ts";
import { programFile } from "../../hal/linux/firmware-folder.ts";
import { boards } from "../../boards/boards.ts";
import { readConfiguration } from "../../tools/configuration/read-configuration.ts";
import { buildImage, buildRoot } from "../../tools/flash/build-image.ts";
import { copyInto, partitions } from "../../tools/flash/card-image.ts";
import { EmulatedCard } from "./arm64/emulated-card.ts";

const rackFile = "test/machines/arm64/rack.yaml";
const slot = 3;
/** As the tool's own: what was fetched once is there. */
const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "tandem");
/** The emulated processor is some ten times slower than a real one, and this machine may be busy. */
const bootMillisMax = 150_000;
const commandMillisMax = 30_000;
const [configuration, bootA] = partitions;

let folder = "";
let image = "";
let card: EmulatedCard | undefined;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "arm64-"));
  image = join(folder, "card.img");
  const given = ["--board", "raspberry-pi-4", "--slot", String(slot), "--rack", rackFile, "--out", image];
  const flash = spawnSync(
    process.execPath,
    ["tools/flash/main.ts", ...given, "--cache", cache, "--card-options", "--no-rehearsal"],
    { encoding: "utf8" },
  );
  console.log(flash.stdout);
  expect(flash.status, flash.stderr).toBe(0);
  for (const name of ["vmlinuz", "root.cpio"]) take(image, bootA, name);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

afterEach(async () => {
  await card?.stop();
  card = undefined;
});

/** Takes a file out of a FAT partition of an image. @returns its text */
function take(from: string, { startMebi }: { readonly startMebi: number }, name: string): string {
  execFileSync("mcopy", ["-n", "-o", "-i", `${from}@@${startMebi}M`, `::/${name}`, join(folder, name)]);
  return readFileSync(join(folder, name), "latin1");
}

/** An image to write to. */
function copyOfImage(): string {
  const copy = join(folder, "copy.img");
  copyFileSync(image, copy);
  return copy;
}

function boot(machine: readonly string[], commandLine: string): EmulatedCard {
  card = new EmulatedCard([
    ...["-m", "1024", "-nodefaults", "-no-reboot", "-display", "none", ...machine],
    ...["-kernel", join(folder, "vmlinuz"), "-initrd", join(folder, "root.cpio")],
    ...["-append", `quiet panic=-1 card.boot=${bootA.number} ${commandLine}`],
  ]);
  return card;
}

/** The controllers lie on planes A, B, A and B. */
function virtualMachine(disk: string, serial: readonly string[] = ["-serial", "stdio"]): readonly string[] {
  const planes = ["a", "b"];
  return [
    ...["-M", "virt", "-cpu", "cortex-a72", "-smp", "2", ...serial],
    ...["-drive", `if=none,id=disk,file=${disk},format=raw`, "-device", "virtio-blk-pci,drive=disk"],
    ...planes.flatMap((plane) => ["-object", `can-bus,id=${plane}`]),
    ...[...planes, ...planes].flatMap((plane) => ["-device", `kvaser_pci,canbus=${plane}`]),
  ];
}

async function logIn(machine: EmulatedCard): Promise<void> {
  await machine.waitFor("login: ", bootMillisMax);
  await machine.command("admin", commandMillisMax);
  await machine.command("terminal length 0", commandMillisMax);
}

const rowOf = (table: string, first: string) => table.split("\n").find((line) => line.startsWith(`${first} `));

test("the same input gives the same image, octet for octet; and it boots a Raspberry Pi 3, whose console answers", async () => {
  const build = await buildRoot(cache, () => undefined);
  const again = join(folder, "again.img");
  const { configuration: rack, text } = readConfiguration(rackFile);
  const board = boards.get("raspberry-pi-4") ?? expect.unreachable();
  const identity = { board, slot, rack, address: undefined, gateway: undefined, cardOptions: "--no-rehearsal" };
  buildImage(again, build, identity, text);
  const digest = (file: string) => createHash("sha256").update(readFileSync(file)).digest("hex");
  expect(digest(again)).toBe(digest(image));
  rmSync(again);

  const tree = join(folder, "raspberry-pi-3.dtb");
  writeFileSync(tree, build.ingredients.kernel.deviceTrees.get("broadcom/bcm2837-rpi-3-b.dtb") ?? expect.unreachable());
  const disk = copyOfImage();
  const machine = boot(
    ["-M", "raspi3b", "-serial", "null", "-serial", "stdio", "-dtb", tree, "-drive", `if=sd,file=${disk},format=raw`],
    "console=ttyS1,115200 card.planes=can0,can1 card.console=/dev/ttyS1:115200",
  );
  await logIn(machine);
  const rack3 = await machine.command("show rack", commandMillisMax);
  expect(rack3).toContain(`slot ${slot}, call-server`);
  // It has no CAN controller: the card says so, and does what it can.
  const alarms = await machine.command("show alarms", commandMillisMax);
  expect(machine.transcript).toContain("card: there is no interface can0");
  expect(await machine.command("show version", commandMillisMax)).toMatch(/host +linux arm64/);
  console.log(`${machine.transcript}\n${alarms}`);
});

test("two cards of one guest, each with a controller on either plane, hear each other through real drivers", async () => {
  const disk = copyOfImage();
  const script = { name: "two-cards.sh", octets: readFileSync("test/machines/arm64/two-cards.sh") };
  copyInto(disk, configuration, [script]);
  const machine = boot(virtualMachine(disk), "console=ttyAMA0 card.run=two-cards.sh");
  await logIn(machine);
  // Each says what it hears: slot 2 here, slot 3 over the bus.
  const seesOther = async (command: string, other: string) => {
    const isPresent = (table: string) => /^\d +call-server +1 +present/.test(rowOf(table, other) ?? "");
    let cards = await machine.command(command, commandMillisMax);
    for (let attempt = 0; attempt < 60 && !isPresent(cards); attempt++) {
      await new Promise((resolve) => setTimeout(resolve, 1000));
      cards = await machine.command(command, commandMillisMax);
    }
    expect(isPresent(cards), machine.transcript).toBe(true);
    expect(rowOf(cards, "1")).toMatch(/absent/);
  };
  await seesOther("show cards", "3");
  await seesOther("slot 3 show cards", "2");
  const buses = await machine.command("show buses", commandMillisMax);
  for (const plane of ["A", "B"]) {
    const [, state, sent, received] = (rowOf(buses, plane) ?? "").split(/ +/);
    expect([state, Number(sent) > 0, Number(received) > 0], buses).toEqual(["active", true, true]);
  }
  expect(await machine.command("slot 3 show rack", commandMillisMax)).toContain("slot 3, call-server");
  await machine.command("show rack", commandMillisMax);
  await machine.command("show performance", commandMillisMax);
  console.log(machine.transcript);
});

test("a boot partition on trial that does not come into service goes back to the other one", async () => {
  const disk = copyOfImage();
  const broken = take(disk, configuration, "card.conf").replace("--no-rehearsal", "--no-such-option");
  copyInto(disk, configuration, [
    { name: "card.conf", octets: Buffer.from(`${broken}TRIAL_SECONDS=3\n`) },
    { name: "trial", octets: Buffer.from("3\n") },
  ]);
  const machine = boot(virtualMachine(disk), "console=ttyAMA0 card.planes=can0,can1");
  await machine.waitFor("card: partition 2 is on trial", bootMillisMax);
  await machine.waitFor("card: trial failed", bootMillisMax);
  await machine.ended();
  expect(take(disk, configuration, "autoboot.txt")).toBe("[all]\nboot_partition=3\n");
});

test("one that comes into service stays", async () => {
  const disk = copyOfImage();
  const settings = take(disk, configuration, "card.conf");
  copyInto(disk, configuration, [
    { name: "card.conf", octets: Buffer.from(`${settings}TRIAL_SECONDS=20\n`) },
    { name: "trial", octets: Buffer.from("3\n") },
  ]);
  const machine = boot(virtualMachine(disk), "console=ttyAMA0 card.planes=can0,can1");
  await machine.waitFor("login: ", bootMillisMax);
  await machine.waitFor("card: partition 2 stays", bootMillisMax);
  await machine.stop();
  expect(take(disk, configuration, "autoboot.txt")).toBe("[all]\nboot_partition=2\n");
  expect(() => take(disk, configuration, "trial")).toThrow();
});

/** Another version of the firmware, with another program if one is given. */
async function otherFirmware(from: string, version: string, program?: string): Promise<string> {
  const firmware = await new Promise<Firmware | undefined>((done) => unpackFirmware(readFileSync(from), done));
  const { processor, files } = firmware ?? expect.unreachable();
  const changed = files.map(({ name, octets }) => {
    const isProgram = program !== undefined && name === programFile;
    return { name, octets: isProgram ? Buffer.from(program) : octets };
  });
  const file = join(folder, `${version}.tandem`);
  writeFileSync(file, packFirmware({ version, processor, files: changed }));
  return file;
}

/** Does not wait: the line is read by this process. */
async function upgrade(...given: readonly string[]): Promise<{ readonly code: number | null; readonly said: string }> {
  const child = spawn(process.execPath, ["tools/flash/main.ts", "--upgrade", ...given]);
  let said = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (octets) => (said += octets));
  const [code] = await once(child, "exit");
  console.log(said);
  return { code, said };
}

test("firmware comes over the serial line, stays over a restart of the machine; one that dies at once is rolled back", async () => {
  const disk = copyOfImage();
  const [whole, dies] = [
    join(folder, "whole.tandem"),
    "export async function runCard() { throw new Error('dies'); }\n",
  ];
  expect((await upgrade("--out", whole, "--processor", "arm64")).code).toBe(0);
  const wanted = "2.0.0-wanted";
  const good = await otherFirmware(whole, wanted);
  const bad = await otherFirmware(whole, "3.0.0-dies", dies);

  const commandLine = "console=ttyAMA0 card.planes=can0,can1";
  const log = join(folder, "line.log");
  const pty = ["-chardev", `pty,id=line,logfile=${log}`, "-serial", "chardev:line"];
  let machine = boot(virtualMachine(disk, pty), commandLine);
  const told = await machine.waitFor(" (label line)", bootMillisMax);
  const line = /redirected to (\S+) /.exec(told)?.[1] ?? expect.unreachable(told);
  await expect.poll(() => readFileSync(log, "utf8"), { timeout: bootMillisMax, interval: 500 }).toContain("login: ");
  // It is alone: nobody stands in for it.
  const alone = ["--card", String(slot), "--over", "serial", "--line", line, "--now"];
  const upgraded = await upgrade(...alone, "--firmware", good);
  expect(upgraded.code, upgraded.said).toBe(0);
  expect(upgraded.said).toContain(`slot  version\n${slot}     ${wanted}\n`);
  const rolledBack = await upgrade(...alone, "--firmware", bad);
  expect(rolledBack.code, rolledBack.said).toBe(1);
  expect(rolledBack.said).toContain("on trial it did not come into service");
  expect(rolledBack.said).toContain(`it runs on with ${wanted}`);
  await machine.stop();

  machine = boot(virtualMachine(disk), commandLine);
  await logIn(machine);
  expect(await machine.command("show version", commandMillisMax)).toMatch(new RegExp(`firmware +${wanted}`));
  console.log(machine.transcript);
});
