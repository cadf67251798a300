/** The parts of this folder that are written in C, as `npm run native` builds them. */
import { existsSync } from "node:fs";
import { join } from "node:path";

/** Where they are: beside the firmware on a card, in the folder of build products where it runs from its source. */
const folders = [join(import.meta.dirname, "native"), join(import.meta.dirname, "../../.build/native")];

/** The file of a part for this processor; undefined where it has not been built. */
export function nativePart(name: string): string | undefined {
  const files = folders.map((folder) => join(folder, process.arch, `${name}.node`));
  return files.find((file) => existsSync(file));
}

/** Loads a part. Throws a sentence where it is missing. @param wanting what it is needed for */
export function loadNativePart<Exports>(name: string, wanting: string): Exports {
  const file = nativePart(name);
  if (file === undefined) throw new Error(`${wanting} needs a part written in C: build it with "npm run native"`);
  const module = { exports: {} };
  process.dlopen(module, file);
  return module.exports as Exports;
}
