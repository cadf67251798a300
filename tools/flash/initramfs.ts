/**
 * The root of a card, as the kernel unpacks it into memory: a cpio archive of the kind "newc" (kernel documentation, initramfs buffer
 * format). Names in order and one time for all: the same files give the same octets.
 */
import type { Root } from "./root.ts";

const trailer = "TRAILER!!!";
const modeOf = { file: 0o100_000, folder: 0o040_000, link: 0o120_000, device: 0o020_000 } as const;
/** The kernel wants each header at a multiple of four. */
const alignment = 4;

interface Entry {
  readonly path: string;
  readonly mode: number;
  readonly links: number;
  readonly octets: Uint8Array;
  readonly device?: readonly [major: number, minor: number];
}

/** @param timeSeconds of all files, since 1970 */
export function initramfs(root: Root, timeSeconds: number): Buffer {
  const entries: Entry[] = [
    ...root.folders().map((path) => ({ path, mode: modeOf.folder | 0o755, links: 2, octets: new Uint8Array() })),
    ...root.files().map(({ path, mode, octets }) => ({ path, mode: modeOf.file | mode, links: 1, octets })),
    ...root
      .links()
      .map(({ path, target }) => ({ path, mode: modeOf.link | 0o777, links: 1, octets: Buffer.from(target) })),
    // What the kernel opens for the first program, before anything is mounted.
    { path: "dev/console", mode: modeOf.device | 0o600, links: 1, octets: new Uint8Array(), device: [5, 1] },
  ];
  entries.sort((a, b) => (a.path < b.path ? -1 : 1));
  const parts = entries.flatMap((entry, index) => written(entry, index + 1, timeSeconds));
  const end = written({ path: trailer, mode: 0, links: 1, octets: new Uint8Array() }, 0, 0);
  return Buffer.concat([...parts, ...end]);
}

function written({ path, mode, links, octets, device = [0, 0] }: Entry, inode: number, time: number): Buffer[] {
  const fields = [inode, mode, 0, 0, links, time, octets.length, 0, 0, ...device, path.length + 1, 0];
  const header = `070701${fields.map((field) => field.toString(16).padStart(8, "0")).join("")}`;
  return [padded(Buffer.from(`${header}${path}\0`, "latin1")), padded(octets)];
}

function padded(octets: Uint8Array): Buffer {
  const missing = -octets.length & (alignment - 1);
  return missing === 0
    ? Buffer.from(octets.buffer, octets.byteOffset, octets.length)
    : Buffer.concat([octets, Buffer.alloc(missing)]);
}
