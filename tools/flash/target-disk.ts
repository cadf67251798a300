/** The disk that an image goes to: what the kernel says of it, and why it should not be written to. */
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { UserError } from "../configuration/read-configuration.ts";

const sectorOctets = 512;
const mega = 1_000_000;

export interface TargetDisk {
  readonly path: string;
  readonly octets: number;
  readonly isRemovable: boolean;
  /** Of it and its partitions: `/dev/sdb1 at /media/card`. */
  readonly mounts: readonly string[];
}

/** Where the kernel tells; tests have their own. */
export interface KernelFolders {
  readonly blockClass: string;
  readonly mounts: string;
}

const kernelFolders: KernelFolders = { blockClass: "/sys/class/block", mounts: "/proc/self/mounts" };

/** @throws UserError where it is no whole disk */
export function lookAtDisk(path: string, { blockClass, mounts }: KernelFolders = kernelFolders): TargetDisk {
  const name = basename(path);
  const folder = join(blockClass, name);
  if (!existsSync(path)) throw new UserError(`there is no ${path}`);
  if (!existsSync(folder) || statSync(path).isDirectory())
    throw new UserError(`${path} is no disk: --device wants one, such as /dev/sdb; --out writes a file`);
  if (existsSync(join(folder, "partition")))
    throw new UserError(`${path} is a partition: --device wants the whole disk`);
  const number = (file: string) => Number(readFileSync(join(folder, file), "latin1"));
  const own = [name, ...readdirSync(folder).filter((each) => existsSync(join(folder, each, "partition")))];
  const mounted = readFileSync(mounts, "utf8")
    .split("\n")
    .map((line) => line.split(" "))
    .filter(([device]) => own.some((each) => device === `/dev/${each}`));
  return {
    path,
    octets: number("size") * sectorOctets,
    isRemovable: number("removable") === 1,
    mounts: mounted.map(([device, at]) => `${device} at ${at}`),
  };
}

/** A sentence; undefined where nothing speaks against it. @param force the user knows what is on the disk, and in use */
export function refusal(disk: TargetDisk, imageOctets: number, force: boolean): string | undefined {
  const { path, octets, isRemovable, mounts } = disk;
  if (octets < imageOctets) {
    return `${path} is too small: it holds ${Math.floor(octets / mega)} MB, and an image has ${Math.ceil(imageOctets / mega)} MB`;
  }
  if (force) return undefined;
  if (mounts.length > 0) return `${path} is in use: ${mounts.join(", ")}; unmount it first, or say --force`;
  if (!isRemovable) return `${path} is no removable disk: say --force if it is the right one all the same`;
  return undefined;
}
