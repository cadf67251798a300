/**
 * What a card runs: the firmware that it was installed with, or another that came by an upgrade and lies in `firmware/` of the card's
 * storage. All that is decided is in the names and contents of small files, each replaced as a whole:
 *
 *     <digest>/        a bundle, unpacked
 *     kept             which of them is run, and in place of which installed version: another one has been installed since, and counts
 *     installed        the version that the card was installed with, when it tried one last
 *     trial            which is to be run next, once
 *     tried            which was run on trial, and has not been kept yet
 *     rolled-back      the version of one that was not kept
 *     held, held.json  a bundle as it comes in
 */
import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** In a bundle: the card's program, a module that exports `runCard(argv)`. */
export const programFile = "card-program.mjs";
/** In a bundle: its version, as text. */
export const versionFile = "version";
/** The name of an unpacked bundle. */
const folderForm = /^[0-9a-f]{16}$/;

export interface Kept {
  readonly folder: string;
  /** The version that the card was installed with. */
  readonly over: string;
}

export class FirmwareFolder {
  readonly path: string;

  /** @param storage the card's; nothing comes to be in it before something is written */
  constructor(storage: string) {
    this.path = join(storage, "firmware");
  }

  /**
   * What is to be run now; undefined: what the card was installed with. One that was on trial before and has not been kept is not run
   * again. Never throws: where the memory fails it is the installed one.
   */
  choose(installedVersion: string): string | undefined {
    try {
      const tried = this.read("tried");
      if (tried !== undefined) this.#rollBack(tried);
      const trial = this.read("trial");
      if (trial !== undefined && folderForm.test(trial)) {
        this.write("installed", installedVersion);
        this.#rename("trial", "tried");
        return trial;
      }
      const kept = this.kept();
      return kept?.over === installedVersion ? kept.folder : undefined;
    } catch {
      return undefined;
    }
  }

  /** What was chosen cannot even be loaded. */
  setAside(folder: string): void {
    this.#rollBack(folder);
    if (this.kept()?.folder === folder) this.remove("kept");
  }

  kept(): Kept | undefined {
    const value = jsonOf(this.read("kept")) as Partial<Kept> | undefined;
    if (value === undefined || typeof value.over !== "string" || !folderForm.test(value.folder ?? "")) return undefined;
    return value as Kept;
  }

  versionOf(folder: string): string {
    return textOf(join(this.path, folder, versionFile)) ?? folder;
  }

  /** A small file; undefined: there is none. */
  read(name: string): string | undefined {
    return textOf(join(this.path, name));
  }

  /** Outlives the power when it has returned. */
  write(name: string, text: string): void {
    mkdirSync(this.path, { recursive: true });
    const beside = join(this.path, `${name}.new`);
    writeFileSync(beside, text, { flush: true });
    this.#rename(`${name}.new`, name);
  }

  remove(name: string): void {
    rmSync(join(this.path, name), { recursive: true, force: true });
  }

  #rename(from: string, to: string): void {
    renameSync(join(this.path, from), join(this.path, to));
    const folder = openSync(this.path, "r");
    try {
      fsyncSync(folder);
    } finally {
      closeSync(folder);
    }
  }

  #rollBack(folder: string): void {
    if (this.kept()?.folder !== folder) this.write("rolled-back", this.versionOf(folder));
    this.remove("tried");
  }
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8").trim();
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}

/** Undefined where it is no JSON object: the disk may have kept half of it. */
export function jsonOf(text: string | undefined): object | undefined {
  try {
    const value: unknown = JSON.parse(text ?? "");
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
