import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { type LinuxValueStore, openLinuxValueStore } from "../../../hal/linux/value-store.ts";
import { textOf } from "../../contract/storage.ts";
import { valueStoreContract } from "../../contract/value-store.ts";

/** Room for a value of the contract's twice, and for little else. */
const diskKibi = 1024;

/** Mounts a small disk. @returns whether it could */
function mount(folder: string): boolean {
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", `size=${diskKibi}k`, "tmpfs", folder], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

valueStoreContract("SQLite on Linux", async () => {
  const place = mkdtempSync(join(tmpdir(), "values-"));
  const isMounted = mount(place);
  const folder = join(place, "not", "there", "yet");
  const ballast = join(place, "ballast");
  let store: LinuxValueStore | undefined;
  return {
    open: async () => {
      await store?.close();
      store = await openLinuxValueStore(folder);
      return store;
    },
    until: async (isSo) => {
      while (!isSo()) await pause(1);
    },
    fill: isMounted
      ? (full) => {
          if (full) writeFileSync(ballast, Buffer.alloc(statfsSync(place).bavail * statfsSync(place).bsize));
          else rmSync(ballast);
        }
      : undefined,
    damage: () => {
      // The log, where a value is that was put last, and the database: whatever octet is changed, it must be found out.
      for (const name of readdirSync(folder)) {
        const file = join(folder, name);
        const octets = readFileSync(file);
        const place = octets.lastIndexOf("what was said");
        if (place < 0) continue;
        octets[place] ^= 1;
        writeFileSync(file, octets);
      }
    },
    remove: async () => {
      await store?.close();
      if (isMounted) execFileSync("umount", [place]);
      rmSync(place, { recursive: true, force: true });
    },
  };
});

test("killed at any moment: what was confirmed is there, or what came after it, and whole", async () => {
  const folder = mkdtempSync(join(tmpdir(), "values-"));
  const script = fileURLToPath(new URL("./value-writer.ts", import.meta.url));
  const writer = spawn(process.execPath, [script, folder], { stdio: ["ignore", "pipe", "inherit"] });
  let told = "";
  writer.stdout.setEncoding("utf8").on("data", (text: string) => {
    told += text;
    if (told.length > 1000) writer.kill("SIGKILL");
  });
  await once(writer, "close");

  const confirmed = Number(told.slice(0, told.lastIndexOf("\n")).split("\n").at(-1));
  const store = await openLinuxValueStore(folder);
  const value = textOf(store.get("number"));
  await store.close();
  expect(value).toHaveLength(5000);
  expect(Number(value)).toBeGreaterThanOrEqual(confirmed);
  expect(Number(value)).toBeLessThanOrEqual(confirmed + 1);
  rmSync(folder, { recursive: true });
});

test("a file that is no database is set aside, and said to be corrupt", async () => {
  const folder = mkdtempSync(join(tmpdir(), "values-"));
  writeFileSync(join(folder, "values.db"), "no database at all ".repeat(500));
  const store = await openLinuxValueStore(folder);
  expect(store.get("value")).toMatchObject({ ok: false, error: { kind: "corrupt", name: "value" } });
  const outcome = await new Promise((resolve) => store.put("value", new Uint8Array([7]), resolve));
  expect(outcome).toEqual({ ok: true, value: undefined });
  await store.close();
  expect(readdirSync(folder)).toContain("values.db.corrupt");
  const again = await openLinuxValueStore(folder);
  expect(again.get("value")).toEqual({ ok: true, value: new Uint8Array([7]) });
  await again.close();
  rmSync(folder, { recursive: true });
});

test("a folder that cannot be is a failure with the host's words, until it can", async () => {
  const folder = mkdtempSync(join(tmpdir(), "values-"));
  const file = join(folder, "file");
  writeFileSync(file, "");
  const store = await openLinuxValueStore(file);
  expect(store.get("key")).toMatchObject({ ok: false, error: { kind: "broken", detail: expect.any(String) } });
  const put = () => new Promise((resolve) => store.put("key", new Uint8Array([1]), resolve));
  expect(await put()).toMatchObject({ ok: false, error: { kind: "broken", name: "key" } });
  rmSync(file);
  mkdirSync(file);
  expect(await put()).toEqual({ ok: true, value: undefined });
  await store.close();
  rmSync(folder, { recursive: true });
});
