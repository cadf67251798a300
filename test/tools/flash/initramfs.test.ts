import { expect, test } from "vitest";
import { initramfs } from "../../../tools/flash/initramfs.ts";
import { Root } from "../../../tools/flash/root.ts";

function example(order: readonly string[]): Root {
  const root = new Root();
  for (const path of order) root.addFile(path, `contents of ${path}`, 0o755);
  root.addLink("bin/sh", "busybox");
  return root;
}

/** Headers of kind newc: names, modes and contents, in order. */
function read(archive: Buffer) {
  const entries: { path: string; mode: string; time: number; text: string }[] = [];
  for (let at = 0; ; ) {
    expect(archive.toString("latin1", at, at + 6)).toBe("070701");
    const field = (index: number) =>
      Number.parseInt(archive.toString("latin1", at + 6 + 8 * index, at + 14 + 8 * index), 16);
    const [length, size] = [field(11), field(6)];
    const path = archive.toString("latin1", at + 110, at + 110 + length - 1);
    if (path === "TRAILER!!!") return entries;
    const from = (at + 110 + length + 3) & ~3;
    const text = archive.toString("latin1", from, from + size);
    entries.push({ path, mode: field(1).toString(8), time: field(5), text });
    at = (from + size + 3) & ~3;
  }
}

test("names in order, folders before what is in them, one time for all", () => {
  expect(read(initramfs(example(["init", "bin/busybox"]), 7))).toEqual([
    { path: "bin", mode: "40755", time: 7, text: "" },
    { path: "bin/busybox", mode: "100755", time: 7, text: "contents of bin/busybox" },
    { path: "bin/sh", mode: "120777", time: 7, text: "busybox" },
    { path: "dev/console", mode: "20600", time: 7, text: "" },
    { path: "init", mode: "100755", time: 7, text: "contents of init" },
  ]);
});

test("the same files in another order give the same octets", () => {
  const one = initramfs(example(["init", "bin/busybox", "lib/a"]), 7);
  expect(initramfs(example(["lib/a", "bin/busybox", "init"]), 7).equals(one)).toBe(true);
});

test("what is twice in a root, or has no place in it, is a mistake of ours", () => {
  expect(() => example(["init", "init"])).toThrow("init: twice in a root");
  expect(() => example(["/init"])).toThrow("/init: not a path of a root");
});
