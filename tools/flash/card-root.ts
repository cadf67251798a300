/** The root of a card. The same for all cards: who one is stands on its configuration partition. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { UserError } from "../configuration/read-configuration.ts";
import type { BundledFile } from "./firmware-bundle.ts";
import { packagesWanted } from "./firmware-bundle.ts";
import type { Ingredients } from "./ingredients.ts";
import { inLoadingOrder, wantedModules } from "./kernel-modules.ts";
import { addPackages } from "./npm-packages.ts";
import { rootPackages } from "./package-table.ts";
import { Root } from "./root.ts";
import { runProgram } from "./run-program.ts";

const guest = join(import.meta.dirname, "guest");
/** Where the firmware lies on a card. */
const firmwareFolder = "opt/tandem";

/** Programs of BusyBox that the scripts of the card use, and that are at hand for who has to look into one. */
const shellPrograms: readonly string[] = [
  ...[
    "sh",
    "cat",
    "cp",
    "date",
    "dd",
    "df",
    "dmesg",
    "echo",
    "env",
    "false",
    "find",
    "findfs",
    "free",
    "grep",
    "head",
    "hexdump",
  ],
  ...[
    "hostname",
    "insmod",
    "kill",
    "ln",
    "ls",
    "lsmod",
    "mkdir",
    "mount",
    "mv",
    "nsenter",
    "poweroff",
    "printf",
    "ps",
    "readlink",
  ],
  ...[
    "basename",
    "reboot",
    "rm",
    "rmmod",
    "sed",
    "sleep",
    "stty",
    "sync",
    "tail",
    "touch",
    "top",
    "tr",
    "true",
    "udhcpc",
    "umount",
  ],
  ...["uname", "uptime", "vi", "wc", "ping", "timeout", "test", "mkfifo"],
];

/** @throws UserError when something does not fit together */
export function cardRoot(ingredients: Ingredients, native: readonly BundledFile[]): Root {
  const root = new Root();
  for (const folder of ["proc", "sys", "dev", "run", "tmp", "config", "data", "var"]) root.addFolder(folder);
  addScripts(root);
  addDebian(root, ingredients);
  root.addFile("bin/node", stripped(ingredients.runtime), 0o755);
  for (const { name, octets } of ingredients.firmware) root.addFile(`${firmwareFolder}/${name}`, octets);
  for (const { name, octets } of native) root.addFile(`${firmwareFolder}/native/arm64/${name}`, octets, 0o755);
  addPackages(root, packagesWanted(ingredients.firmware), firmwareFolder, "arm64");
  addModules(root, ingredients);
  root.addFile("etc/card/packages", `${ingredients.versions.join("\n")}\n`);
  checkLibraries(root);
  return root;
}

function addScripts(root: Root): void {
  for (const name of readdirSync(guest)) {
    const octets = readFileSync(join(guest, name));
    root.addFile({ init: "init", card: "bin/card" }[name] ?? `etc/card/${name}`, octets, 0o755);
  }
  root.addFile("etc/passwd", "root::0:0:root:/:/bin/sh\n");
  root.addFile("etc/hosts", "127.0.0.1 localhost\n");
}

function addDebian(root: Root, { packages }: Ingredients): void {
  for (const { name, files } of rootPackages) {
    const members = packages.get(name) ?? [];
    for (const [into, from] of files) {
      const matching = members.flatMap((member) => {
        const match = from.exec(member.path);
        return match === null || member.kind === "folder" ? [] : [{ member, tail: match[1] ?? "" }];
      });
      if (matching.length === 0) throw new UserError(`Debian's package ${name} holds nothing like ${from.source}`);
      for (const { member, tail } of matching) {
        const path = into.endsWith("/") ? `${into}${tail}` : into;
        if (member.kind === "link") root.addLink(path, member.target);
        else root.addFile(path, member.octets, member.mode);
      }
    }
  }
  for (const program of shellPrograms) root.addLink(`bin/${program}`, "busybox");
}

function addModules(root: Root, { kernel }: Ingredients): void {
  const order = inLoadingOrder(wantedModules, kernel.modules);
  for (const { path, octets } of order) root.addFile(`lib/modules/${path}`, octets);
  root.addFile("etc/card/modules", order.map(({ path }) => `${path}\n`).join(""));
}

/** Without what only a debugger wants: a card reads it from a slow disk, and keeps it in memory. */
function stripped(program: Uint8Array): Uint8Array {
  return withFile(program, (file) => {
    runProgram("aarch64-linux-gnu-strip", [file]);
    return readFileSync(file);
  });
}

/** A program whose libraries are not there would be found out on the card. @throws UserError */
function checkLibraries(root: Root): void {
  for (const { path, octets } of root.files()) {
    if (
      !Buffer.from(octets.buffer, octets.byteOffset, 4).equals(Buffer.from("\x7fELF", "latin1")) ||
      path.endsWith(".ko")
    )
      continue;
    const dynamic = withFile(octets, (file) => String(runProgram("readelf", ["--dynamic", "--wide", file])));
    for (const [, needed] of dynamic.matchAll(/\(NEEDED\).*\[(.*)\]/g)) {
      if (root.file(`lib/${needed}`) === undefined)
        throw new UserError(`${path} needs ${needed}, which no package of the image brings`);
    }
  }
}

function withFile<T>(octets: Uint8Array, use: (file: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), "card-"));
  try {
    const file = join(folder, "file");
    writeFileSync(file, octets);
    return use(file);
  } finally {
    if (existsSync(folder)) rmSync(folder, { recursive: true });
  }
}
