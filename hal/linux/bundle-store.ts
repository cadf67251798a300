/** Firmware in the card's storage (firmware-folder.ts), written and read beside the card's work. */
import { createHash } from "node:crypto";
import { createReadStream, realpathSync, statSync } from "node:fs";
import { type FileHandle, mkdir, open, readdir, readFile, rename, rm, statfs, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { Bundle, BundleStore, HeldBundle, RunningFirmware, TryOutcome } from "../bundle-store.ts";
import { type Firmware, unpackFirmware } from "./bundle-file.ts";
import { FirmwareFolder, jsonOf, type Kept, programFile, versionFile } from "./firmware-folder.ts";

/** The program that runs. */
export interface OwnProgram {
  readonly version: string;
  /** Where it lies: beside others in the storage if it came by an upgrade. */
  readonly folder: string;
}

/** Unpacked it takes so many times as much. */
const unpackedTimes = 12;
const digestCharacters = 16;

/** @param storage the card's */
export function linuxBundleStore(storage: string, program: OwnProgram): BundleStore {
  return new FolderBundleStore(new FirmwareFolder(storage), program);
}

class FolderBundleStore implements BundleStore {
  readonly running: RunningFirmware;
  readonly #folder: FirmwareFolder;
  /** Of the bundle that runs; undefined: it is the installed one. */
  readonly #own: string | undefined;
  #held: HeldBundle | undefined;
  /** What was begun last. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(folder: FirmwareFolder, program: OwnProgram) {
    this.#folder = folder;
    this.#own = ownFolder(folder, program.folder);
    const isTrial = this.#own !== undefined && folder.read("tried") === this.#own;
    this.running = { version: program.version, isTrial, rolledBack: folder.read("rolled-back") };
    folder.remove("rolled-back");
    this.#held = heldIn(folder);
  }

  held(): HeldBundle | undefined {
    return this.#held;
  }

  begin(bundle: Bundle | undefined, done: (isDone: boolean) => void): void {
    this.#do(() => this.#begin(bundle), false, done);
  }

  append(octets: Uint8Array, done: (isDone: boolean) => void): void {
    const copy = Uint8Array.from(octets);
    this.#do(() => this.#append(copy), false, done);
  }

  read(offset: number, octetsMax: number, done: (octets: Uint8Array | undefined) => void): void {
    this.#do(() => this.#read(offset, octetsMax), undefined, done);
  }

  digest(done: (digest: Uint8Array | undefined) => void): void {
    this.#do(() => this.#digest(), undefined, done);
  }

  tryNext(done: (outcome: TryOutcome) => void): void {
    this.#do(() => this.#tryNext(), "no-room", done);
  }

  keep(done: (isDone: boolean) => void): void {
    this.#do(() => this.#keep(), false, done);
  }

  /** One after the other. @param failed what comes of it when the disk refuses */
  #do<T>(work: () => Promise<T>, failed: T, done: (outcome: T) => void): void {
    this.#last = this.#last.then(work).then(done, () => done(failed));
  }

  get #file(): string {
    return join(this.#folder.path, "held");
  }

  async #begin(bundle: Bundle | undefined): Promise<boolean> {
    this.#held = undefined;
    const description = join(this.#folder.path, "held.json");
    await rm(description, { force: true });
    await rm(this.#file, { force: true });
    if (bundle === undefined) return true;
    await mkdir(this.#folder.path, { recursive: true });
    const { bavail, bsize } = await statfs(this.#folder.path);
    if (bavail * bsize < bundle.octets * (1 + unpackedTimes)) return false;
    await writeFile(this.#file, new Uint8Array(0), { flush: true });
    const { version, octets, digest } = bundle;
    const text = JSON.stringify({ version, octets, digest: Buffer.from(digest).toString("hex") });
    await writeFile(description, text, { flush: true });
    await this.#synchronise();
    this.#held = { bundle, octets: 0 };
    return true;
  }

  async #append(octets: Uint8Array): Promise<boolean> {
    const held = this.#held;
    if (held === undefined || held.octets + octets.length > held.bundle.octets) return false;
    await withFile(this.#file, "r+", async (file) => {
      for (let done = 0; done < octets.length; ) {
        done += (await file.write(octets, done, octets.length - done, held.octets + done)).bytesWritten;
      }
      await file.datasync();
    });
    this.#held = { bundle: held.bundle, octets: held.octets + octets.length };
    return true;
  }

  async #read(offset: number, octetsMax: number): Promise<Uint8Array | undefined> {
    if (this.#held === undefined) return undefined;
    const octets = new Uint8Array(Math.max(0, Math.min(octetsMax, this.#held.octets - offset)));
    const read = await withFile(this.#file, "r", (file) => file.read(octets, 0, octets.length, offset));
    return octets.subarray(0, read.bytesRead);
  }

  async #digest(): Promise<Uint8Array | undefined> {
    if (this.#held === undefined) return undefined;
    const hash = createHash("sha256");
    if (this.#held.octets > 0) {
      for await (const part of createReadStream(this.#file, { end: this.#held.octets - 1 }))
        hash.update(part as Buffer);
    }
    return Uint8Array.from(hash.digest());
  }

  async #tryNext(): Promise<TryOutcome> {
    if (this.#held === undefined) return "unfit";
    const octets = await readFile(this.#file);
    const firmware = await new Promise<Firmware | undefined>((resolve) => unpackFirmware(octets, resolve));
    const { version, digest } = this.#held.bundle;
    if (firmware?.processor !== process.arch || firmware.version !== version) return "unfit";
    if (!firmware.files.some(({ name }) => name === programFile)) return "unfit";
    const name = Buffer.from(digest).toString("hex").slice(0, digestCharacters);
    if (name !== this.#own) await this.#unpack(firmware, name);
    await this.#write("trial", name);
    return "done";
  }

  async #unpack({ version, files }: Firmware, name: string): Promise<void> {
    const folder = join(this.#folder.path, name);
    const beside = `${folder}.new`;
    await rm(beside, { recursive: true, force: true });
    await rm(folder, { recursive: true, force: true });
    for (const file of [...files, { name: versionFile, octets: Buffer.from(version) }]) {
      const path = join(beside, file.name);
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, file.octets, { flush: true });
    }
    await rename(beside, folder);
  }

  /** As FirmwareFolder does, but nobody stands still while the disk works. */
  async #write(name: string, text: string): Promise<void> {
    const path = join(this.#folder.path, name);
    await writeFile(`${path}.new`, text, { flush: true });
    await rename(`${path}.new`, path);
    await this.#synchronise();
  }

  async #synchronise(): Promise<void> {
    await withFile(this.#folder.path, "r", (folder) => folder.sync());
  }

  async #keep(): Promise<boolean> {
    if (this.#own === undefined) return true;
    await this.#write(
      "kept",
      JSON.stringify({ folder: this.#own, over: this.#folder.read("installed") ?? "" } satisfies Kept),
    );
    await rm(join(this.#folder.path, "tried"), { force: true });
    for (const name of await readdir(this.#folder.path)) {
      const isOther = /^[0-9a-f]{16}(?:\.new)?$/.test(name) && name !== this.#own;
      if (isOther) await rm(join(this.#folder.path, name), { recursive: true, force: true });
    }
    return true;
  }
}

/** The name of the unpacked bundle that a program lies in. */
function ownFolder(folder: FirmwareFolder, own: string): string | undefined {
  try {
    return realpathSync(dirname(own)) === realpathSync(folder.path) ? basename(own) : undefined;
  } catch {
    return undefined;
  }
}

function heldIn(folder: FirmwareFolder): HeldBundle | undefined {
  const described = jsonOf(folder.read("held.json")) as { version?: unknown; octets?: unknown; digest?: unknown };
  const size = statSync(join(folder.path, "held"), { throwIfNoEntry: false })?.size;
  if (described === undefined || size === undefined) return undefined;
  const { version, octets, digest } = described;
  if (typeof version !== "string" || typeof octets !== "number" || typeof digest !== "string") return undefined;
  return {
    bundle: { version, octets, digest: Uint8Array.from(Buffer.from(digest, "hex")) },
    octets: Math.min(size, octets),
  };
}

async function withFile<T>(path: string, flags: string, use: (file: FileHandle) => Promise<T>): Promise<T> {
  const file = await open(path, flags);
  try {
    return await use(file);
  } finally {
    await file.close();
  }
}
