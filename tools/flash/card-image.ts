/**
 * The image of a card's disk: who the card is, two boot partitions, and what it keeps. Made by programs for partition tables and file
 * systems that work on files, so no root and no loop device is needed; all that would be time or chance is fixed.
 */
import { closeSync, mkdtempSync, openSync, rmSync, ftruncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { DiskFile } from "./boot-files.ts";
import { runProgram } from "./run-program.ts";

const mebi = 1024 * 1024;
const sectorOctets = 512;

/** Of everything in an image: 2026-01-01, UTC. */
export const imageTimeSeconds = 1_767_225_600;
/** An emulated SD card must have a size that is a power of two. */
export const imageOctets = 512 * mebi;

/** The partitions, one after the other, in MiB. */
export const partitions = [
  { number: 1, name: "TANDEM", type: "e", startMebi: 1, mebi: 32, volume: "7a4d0001" },
  { number: 2, name: "TANDEM-A", type: "e", startMebi: 33, mebi: 192, volume: "7a4d0002" },
  { number: 3, name: "TANDEM-B", type: "e", startMebi: 225, mebi: 192, volume: "7a4d0003" },
  {
    number: 4,
    name: "TANDEM-DATA",
    type: "83",
    startMebi: 417,
    mebi: 95,
    volume: "7a4d0004-0000-4000-8000-000000000004",
  },
] as const;
const diskIdentifier = "0x7a4d0000";

export interface CardDisk {
  /** Of partition 1. */
  readonly configuration: readonly DiskFile[];
  /** Of partition 2. */
  readonly bootA: readonly DiskFile[];
  /** Of partition 3: what partition 2 falls back to, or is replaced by. */
  readonly bootB: readonly DiskFile[];
}

/** Writes an image into a new file. @throws UserError */
export function writeCardImage(file: string, disk: CardDisk): void {
  const descriptor = openSync(file, "w");
  ftruncateSync(descriptor, imageOctets);
  closeSync(descriptor);
  const table = partitions.map(
    ({ startMebi, mebi: size, type }) => `start=${startMebi}MiB, size=${size}MiB, type=${type}`,
  );
  runProgram("sfdisk", ["--quiet", file], { input: `label: dos\nlabel-id: ${diskIdentifier}\n${table.join("\n")}\n` });
  const [configuration, bootA, bootB, data] = partitions;
  for (const [partition, files] of [
    [configuration, disk.configuration],
    [bootA, disk.bootA],
    [bootB, disk.bootB],
  ] as const) {
    fatFileSystem(file, partition);
    copyInto(file, partition, files);
  }
  dataFileSystem(file, data);
}

type Partition = (typeof partitions)[number];

function fatFileSystem(file: string, { startMebi, mebi: size, name, volume }: Partition): void {
  const offset = String((startMebi * mebi) / sectorOctets);
  const given = ["--invariant", "-F", "16", "-i", volume, "-n", name, "--offset", offset, file, String(size * 1024)];
  runProgram("mkfs.vfat", given);
}

/** Copies files into a FAT partition of an image; one of the same name is replaced. */
export function copyInto(image: string, { startMebi }: Pick<Partition, "startMebi">, files: readonly DiskFile[]): void {
  if (files.length === 0) return;
  const folder = mkdtempSync(join(tmpdir(), "card-"));
  try {
    for (const { name, octets } of files) writeFileSync(join(folder, name), octets);
    const sources = files.map(({ name }) => join(folder, name));
    const environment = { SOURCE_DATE_EPOCH: String(imageTimeSeconds), TZ: "UTC", MTOOLS_SKIP_CHECK: "1" };
    runProgram("mcopy", ["-o", "-i", `${image}@@${startMebi}M`, ...sources, "::/"], {
      env: environment,
      cwd: dirname(image),
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function dataFileSystem(file: string, { startMebi, mebi: size, name, volume }: Partition): void {
  const extended = `offset=${startMebi * mebi},hash_seed=${volume},lazy_itable_init=1,nodiscard`;
  const given = ["-q", "-F", "-t", "ext4", "-E", extended, "-U", volume, "-L", name, file, `${size}M`];
  runProgram("mke2fs", given, { env: { E2FSPROGS_FAKE_TIME: String(imageTimeSeconds) } });
}
