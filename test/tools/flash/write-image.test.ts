import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { tableOctets, writeImage } from "../../../tools/flash/write-image.ts";

const octets = 9 * 1024 * 1024;
let folder = "";
let image = "";
let disk = "";

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "write-"));
  image = join(folder, "card.img");
  disk = join(folder, "disk");
  writeFileSync(
    image,
    Uint8Array.from({ length: octets }, (_, index) => (index % 251) + 1),
  );
  writeFileSync(disk, new Uint8Array(octets + 1000).fill(0xee));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test("the disk holds the image, and behind it what it held before", async () => {
  const steps: [string, number][] = [];
  await writeImage(image, disk, octets, (done, at) => steps.push([done, at]));
  const written = readFileSync(disk);
  expect(written.subarray(0, octets).equals(readFileSync(image))).toBe(true);
  expect(written.subarray(octets).every((octet) => octet === 0xee)).toBe(true);
  expect(steps.at(-1)).toEqual(["checked", octets]);
  expect(steps.filter(([done]) => done === "written").at(-1)).toEqual(["written", octets]);
});

test("interrupted anywhere, it has no partition table", async () => {
  const stop = new Error("pulled out");
  await expect(
    writeImage(image, disk, octets, () => {
      throw stop;
    }),
  ).rejects.toThrow("holds no partition table now and does not boot: write it again");
  expect(
    readFileSync(disk)
      .subarray(0, tableOctets)
      .every((octet) => octet === 0),
  ).toBe(true);
});

test("a disk that does not give back what was written", async () => {
  const worn = (done: "written" | "checked", at: number) => {
    if (done === "written" && at === octets) {
      const held = readFileSync(disk);
      held[5_000_000] ^= 1;
      writeFileSync(disk, held);
    }
  };
  await expect(writeImage(image, disk, octets, worn)).rejects.toThrow(`${disk} does not give back what was written`);
});

test.skipIf(!existsSync("/dev/full"))("a disk that is full or fails is said by the kernel's name for it", async () => {
  await expect(writeImage(image, "/dev/full", octets, () => undefined)).rejects.toThrow(
    "/dev/full fails with ENOSPC; /dev/full holds no partition table now and does not boot: write it again",
  );
  await expect(writeImage(image, join(folder, "nowhere"), octets, () => undefined)).rejects.toThrow(
    "nowhere cannot be opened: ENOENT",
  );
});
