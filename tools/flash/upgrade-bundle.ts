/** Firmware for cards that run already: one file that goes from card to card. Kernel and Node stay as they were flashed. */
import { join } from "node:path";
import { packFirmware, unpackFirmware } from "../../hal/linux/bundle-file.ts";
import { programFile, versionFile } from "../../hal/linux/firmware-folder.ts";
import { UserError } from "../configuration/read-configuration.ts";
import { type BundledFile, firmwareBundle, packagesWanted } from "./firmware-bundle.ts";
import { nativeParts } from "./ingredients.ts";
import { addPackages } from "./npm-packages.ts";
import type { Processor } from "./processor.ts";
import { Root } from "./root.ts";

export interface UpgradeBundle {
  readonly version: string;
  readonly octets: Uint8Array;
}

const repository = join(import.meta.dirname, "../..");
/** Chooses among firmware, and stays what it is. */
const chooser = "card.mjs";

/** @throws UserError */
export async function upgradeBundle(processor: Processor, progress: (text: string) => void): Promise<UpgradeBundle> {
  progress("bundles the firmware");
  const programs = (await firmwareBundle()).filter(({ name }) => name !== chooser);
  const root = new Root();
  for (const { name, octets } of programs) root.addFile(name, octets);
  for (const { name, octets } of compiledParts(processor, progress))
    root.addFile(`native/${processor}/${name}`, octets);
  addPackages(root, packagesWanted(programs), "", processor);
  const files = root.files().map(({ path, octets }) => ({ name: path, octets }));
  const version = Buffer.from(root.file(versionFile)?.octets ?? [])
    .toString("utf8")
    .trim();
  return { version, octets: packFirmware({ version, processor, files }) };
}

/** On the software bus a rack does without them, and a machine without a compiler runs one. */
function compiledParts(processor: Processor, progress: (text: string) => void): readonly BundledFile[] {
  progress("compiles the parts written in C");
  try {
    return nativeParts(repository, processor);
  } catch (error) {
    if (!(error instanceof UserError) || processor !== process.arch) throw error;
    progress("they do not compile here: this firmware is for cards on the software bus alone");
    return [];
  }
}

/** What a file is for; undefined: it is no bundle. */
export function readBundleHeader(
  octets: Uint8Array,
): Promise<{ readonly version: string; readonly processor: string } | undefined> {
  return new Promise((resolve) =>
    unpackFirmware(octets, (firmware) => {
      const isProgram = firmware?.files.some(({ name }) => name === programFile) === true;
      resolve(isProgram ? { version: firmware.version, processor: firmware.processor } : undefined);
    }),
  );
}
