import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, test } from "vitest";
import { linuxStorage } from "../../../hal/linux/storage.ts";
import { storageContract, textOf } from "../../contract/storage.ts";

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function freshFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "storage-"));
  folders.push(folder);
  return folder;
}

storageContract("Linux", () => {
  const folder = join(freshFolder(), "not", "there", "yet");
  return { storage: linuxStorage(folder), restart: () => linuxStorage(folder) };
});

describe("Linux Storage", () => {
  test("killed at any moment: no line that was appended is lost", async () => {
    const folder = freshFolder();
    const script = fileURLToPath(new URL("./storage-writer.ts", import.meta.url));
    const writer = spawn(process.execPath, [script, folder], { stdio: ["ignore", "pipe", "inherit"] });
    let told = "";
    writer.stdout.setEncoding("utf8").on("data", (text: string) => {
      told += text;
      if (told.length > 2000) writer.kill("SIGKILL");
    });
    await once(writer, "close");

    const lastTold = Number(told.slice(0, told.lastIndexOf("\n")).split("\n").at(-1));
    const storage = linuxStorage(folder);
    const lines = textOf(storage.read("lines", 0, 1 << 24))
      .split("\n")
      .slice(0, -1);
    // On a busy machine the writer has written a million of them by then: too many for a comparison that could tell them apart.
    expect(lines.findIndex((line, number) => line !== String(number))).toBe(-1);
    expect(lines.length).toBeGreaterThan(lastTold);
  });

  test("a folder that cannot be is a failure with the host's words, not an exception", () => {
    const folder = freshFolder();
    writeFileSync(join(folder, "file"), "");
    const storage = linuxStorage(join(folder, "file"));
    const broken = { ok: false, error: { kind: "broken", detail: expect.stringMatching(/ENOTDIR/) } };
    expect(storage.append("name", "x")).toMatchObject(broken);
  });

  test("a full disk takes nothing of an append", ({ skip }) => {
    const folder = freshFolder();
    mkdirSync(folder, { recursive: true });
    try {
      execFileSync("mount", ["-t", "tmpfs", "-o", "size=64k", "tmpfs", folder], { stdio: "ignore" });
    } catch {
      skip("may not mount a small disk here");
    }
    try {
      const storage = linuxStorage(folder);
      const line = "x".repeat(4999);
      let lines = 0;
      let outcome = storage.append("lines", `${line}\n`);
      for (; outcome.ok && lines < 100; lines++) outcome = storage.append("lines", `${line}\n`);
      expect(outcome).toMatchObject({ ok: false, error: { kind: "full", name: "lines" } });
      expect(textOf(storage.read("lines", 0, 1 << 20))).toBe(`${line}\n`.repeat(lines));
    } finally {
      execFileSync("umount", [folder]);
    }
  });
});
