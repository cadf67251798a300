/**
 * The program of a card: its slot in rack.yaml tells it what it is. Firmware that came by an upgrade runs in place of what lies beside
 * this file; one that cannot be loaded is set aside.
 */
import { enableCompileCache } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { FirmwareFolder, programFile } from "../../hal/linux/firmware-folder.ts";
import { firmwareVersion } from "./firmware-version.ts";

/** What all firmware has in common, whatever its version. */
interface CardProgram {
  runCard(argv: readonly string[]): Promise<void>;
}

enableCompileCache();
const { runCard } = await chosenProgram(storageOf(process.argv));
await runCard(process.argv);

async function chosenProgram(storage: string | undefined): Promise<CardProgram> {
  const installed = new URL("./card-program.ts", import.meta.url).href;
  const folder = storage === undefined ? undefined : new FirmwareFolder(storage);
  for (;;) {
    const chosen = folder?.choose(firmwareVersion(import.meta.dirname));
    if (folder === undefined || chosen === undefined) return (await import(installed)) as CardProgram;
    try {
      return (await import(pathToFileURL(join(folder.path, chosen, programFile)).href)) as CardProgram;
    } catch (error) {
      console.error(`firmware ${folder.versionOf(chosen)} cannot be loaded:`, error);
      folder.setAside(chosen);
    }
  }
}

/** The rest of the command line is the program's. */
function storageOf(argv: readonly string[]): string | undefined {
  const [name, assigned] = ["--storage", "--storage="];
  const place = argv.findIndex((word) => word === name || word.startsWith(assigned));
  if (place < 0) return undefined;
  return argv[place] === name ? argv[place + 1] : argv[place].slice(assigned.length);
}
