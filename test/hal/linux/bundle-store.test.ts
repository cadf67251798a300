import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { packFirmware, unpackFirmware, type Firmware } from "../../../hal/linux/bundle-file.ts";
import { linuxBundleStore } from "../../../hal/linux/bundle-store.ts";
import { FirmwareFolder, programFile, versionFile } from "../../../hal/linux/firmware-folder.ts";
import { bundleStoreContract } from "../../contract/bundle-store.ts";

const folders = mkdtempSync(join(tmpdir(), "bundle-store-"));
const installedVersion = "1.0.0";
let count = 0;

afterAll(() => rmSync(folders, { recursive: true, force: true }));

function newStorage(): string {
  const storage = join(folders, String(count++));
  mkdirSync(storage);
  return storage;
}

function firmware(version: string, isFit = true): Uint8Array {
  const processor = isFit ? process.arch : "mips";
  return packFirmware({ version, processor, files: [{ name: programFile, octets: Buffer.from(`// ${version}\n`) }] });
}

/** As tools/card/main.ts does it. */
function start(storage: string, installed = installedVersion) {
  const folder = new FirmwareFolder(storage);
  const chosen = folder.choose(installed);
  const own = chosen === undefined ? join(storage, "installed") : join(folder.path, chosen);
  const version = chosen === undefined ? installed : readFileSync(join(own, versionFile), "utf8");
  return { chosen, folder, store: linuxBundleStore(storage, { version, folder: own }) };
}

const unpacked = (octets: Uint8Array) =>
  new Promise<Firmware | undefined>((resolve) => unpackFirmware(octets, resolve));

bundleStoreContract("the card's storage", () => {
  const storage = newStorage();
  return { installedVersion, firmware, start: () => start(storage).store, settle: (begun) => begun };
});

/** Has a version kept. @returns the folder that it lies in */
async function upgraded(storage: string, version: string): Promise<string> {
  const octets = firmware(version);
  const { store } = start(storage);
  const digest = await import("node:crypto").then(({ createHash }) => createHash("sha256").update(octets).digest());
  await new Promise((resolve) => store.begin({ version, octets: octets.length, digest }, resolve));
  await new Promise((resolve) => store.append(octets, resolve));
  await new Promise((resolve) => store.tryNext(resolve));
  const trial = start(storage);
  expect(trial.store.running).toMatchObject({ version, isTrial: true });
  await new Promise((resolve) => trial.store.keep(resolve));
  return trial.chosen ?? expect.unreachable();
}

test("what was installed later counts for more than an upgrade before it", async () => {
  const storage = newStorage();
  await upgraded(storage, "2.0.0");
  expect(start(storage).store.running.version).toBe("2.0.0");
  expect(start(storage, "4.0.0").store.running).toMatchObject({ version: "4.0.0", rolledBack: undefined });
});

test("firmware that cannot be loaded is set aside: what was there before runs", async () => {
  const storage = newStorage();
  const first = await upgraded(storage, "2.0.0");
  const second = await upgraded(storage, "3.0.0");
  // Only what is kept stays on the disk.
  expect(readdirSync(join(storage, "firmware"))).not.toContain(first);
  const { chosen, folder } = start(storage);
  expect(chosen).toBe(second);
  folder.setAside(second);
  expect(start(storage).store.running).toEqual({ version: installedVersion, isTrial: false, rolledBack: undefined });
});

test("files that a power failure has left half written are as good as none", async () => {
  const storage = newStorage();
  const folder = await upgraded(storage, "2.0.0");
  const path = (name: string) => join(storage, "firmware", name);
  for (const [name, text] of [
    ["kept", '{"folder":'],
    ["kept", `{"folder":"../../${folder}","over":"${installedVersion}"}`],
    ["trial", "../.."],
    ["held.json", "[]"],
    ["held.json", '{"version":2,"octets":3,"digest":"00"}'],
  ]) {
    writeFileSync(path(name), text);
    const { store, chosen } = start(storage);
    expect([name, chosen]).toEqual([name, undefined]);
    if (name === "held.json") expect(store.held()).toBeUndefined();
  }
  expect(existsSync(path(folder))).toBe(true);
});

test("a bundle keeps names and octets, and is the same octets each time", async () => {
  const given: Firmware = {
    version: "2.0.0-0a1b2c3d",
    processor: "arm64",
    files: [
      { name: programFile, octets: Buffer.from("program") },
      { name: "native/arm64/part.node", octets: Uint8Array.of(0, 255, 10) },
      { name: "empty", octets: new Uint8Array(0) },
    ],
  };
  const packed = packFirmware(given);
  expect(packFirmware(given)).toEqual(packed);
  const firmware = await unpacked(packed);
  const contents = (files: Firmware["files"] = []) => files.map(({ name, octets }) => [name, [...octets]]);
  expect(firmware).toMatchObject({ version: given.version, processor: "arm64" });
  expect(contents(firmware?.files)).toEqual(contents(given.files));
});

test("what is no bundle is none, whatever its octets", async () => {
  const files = (name: string) =>
    packFirmware({ version: "2", processor: "x64", files: [{ name, octets: Buffer.from("x") }] });
  for (const name of ["../escape", "/etc/passwd", "a/../../b", ".hidden", "a//b", "a/", ""]) {
    expect([name, await unpacked(files(name))]).toEqual([name, undefined]);
  }
  expect(await unpacked(files("a/b.c"))).toBeDefined();
  expect(await unpacked(packFirmware({ version: "a b", processor: "x64", files: [] }))).toBeUndefined();
  const whole = files("a");
  expect(await unpacked(whole.subarray(0, whole.length - 3))).toBeUndefined();
  expect(await unpacked(Buffer.from("no bundle"))).toBeUndefined();
  expect(await unpacked(new Uint8Array(0))).toBeUndefined();
});
