/** The version of the firmware that runs: as it stands beside the program in a bundle or an image, or else in package.json. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { versionFile } from "../../hal/linux/firmware-folder.ts";

const repository = join(import.meta.dirname, "../..");

/** @param folder the program's */
export function firmwareVersion(folder: string): string {
  try {
    return readFileSync(join(folder, versionFile), "utf8").trim();
  } catch {
    const { version } = JSON.parse(readFileSync(join(repository, "package.json"), "utf8")) as { version: string };
    return version;
  }
}
