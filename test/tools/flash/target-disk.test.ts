/** What speaks against a disk, by what a kernel tells of it. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { lookAtDisk, refusal, type TargetDisk } from "../../../tools/flash/target-disk.ts";

let folder = "";

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "disk-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function kernel(disk: string, facts: Readonly<Record<string, string>>, mounts: string) {
  mkdirSync(join(folder, "class", disk), { recursive: true });
  for (const [file, text] of Object.entries(facts)) {
    mkdirSync(join(folder, "class", disk, file, ".."), { recursive: true });
    writeFileSync(join(folder, "class", disk, file), text);
  }
  writeFileSync(join(folder, "mounts"), mounts);
  writeFileSync(join(folder, disk), "");
  return { blockClass: join(folder, "class"), mounts: join(folder, "mounts") };
}

test("size, whether it is removable, and what of it is mounted", () => {
  const facts = { size: "2097152\n", removable: "1\n", "sdb1/partition": "1\n", "queue/rotational": "0\n" };
  const folders = kernel(
    "sdb",
    facts,
    "/dev/sda1 / ext4 rw 0 0\n/dev/sdb1 /media/card vfat rw 0 0\n/dev/sdb12 /x vfat rw 0 0\n",
  );
  expect(lookAtDisk(join(folder, "sdb"), folders)).toEqual({
    path: join(folder, "sdb"),
    octets: 1_073_741_824,
    isRemovable: true,
    mounts: ["/dev/sdb1 at /media/card"],
  });
});

test("a partition, a file and what is not there are no disks", () => {
  const folders = kernel("sdb1", { size: "1\n", partition: "1\n" }, "");
  expect(() => lookAtDisk(join(folder, "sdb1"), folders)).toThrow("sdb1 is a partition: --device wants the whole disk");
  expect(() => lookAtDisk(folder, folders)).toThrow(`${folder} is no disk: --device wants one, such as /dev/sdb`);
  expect(() => lookAtDisk("/dev/nothing-here", folders)).toThrow("there is no /dev/nothing-here");
});

const good: TargetDisk = { path: "/dev/sdb", octets: 8_000_000_000, isRemovable: true, mounts: [] };

test.each<[string, TargetDisk, boolean, string | undefined]>([
  ["one that is free, removable and large enough", good, false, undefined],
  [
    "one too small",
    { ...good, octets: 256_000_000 },
    false,
    "/dev/sdb is too small: it holds 256 MB, and an image has 537 MB",
  ],
  [
    "one too small, forced",
    { ...good, octets: 256_000_000 },
    true,
    "/dev/sdb is too small: it holds 256 MB, and an image has 537 MB",
  ],
  [
    "a mounted one",
    { ...good, mounts: ["/dev/sdb1 at /media/card"] },
    false,
    "/dev/sdb is in use: /dev/sdb1 at /media/card; unmount it first, or say --force",
  ],
  [
    "one built in",
    { ...good, isRemovable: false },
    false,
    "/dev/sdb is no removable disk: say --force if it is the right one all the same",
  ],
  ["one built in and mounted, forced", { ...good, isRemovable: false, mounts: ["/dev/sdb1 at /"] }, true, undefined],
])("%s", (_, disk, force, sentence) => {
  expect(refusal(disk, 512 * 1024 * 1024, force)).toBe(sentence);
});
