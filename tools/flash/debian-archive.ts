/**
 * Debian packages for arm64, by way of the machine's own apt: from the archive that it is configured for, with its keys, but with lists
 * and settings of its own, so that nothing of the machine changes. What was fetched once is kept, with its checksum.
 */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../configuration/read-configuration.ts";
import { runProgram } from "./run-program.ts";

const processor = "arm64";
const keyring = "/usr/share/keyrings/debian-archive-keyring.gpg";

/** A package file in the cache. */
export interface FetchedPackage {
  readonly name: string;
  readonly version: string;
  readonly file: string;
  readonly sha256: string;
}

/** What the cache knows of its packages, by name. */
type Inventory = Record<string, Omit<FetchedPackage, "name">>;

export class DebianArchive {
  readonly #folder: string;
  readonly #inventory: Inventory;
  #isUpdated = false;

  /** @param folder a cache outside of the repository's history; comes to be */
  constructor(folder: string) {
    this.#folder = folder;
    mkdirSync(join(folder, "packages"), { recursive: true });
    this.#inventory = readInventory(join(folder, "inventory.json"));
  }

  /** Package files, those of the cache where their checksums agree. @throws UserError */
  fetch(names: readonly string[], progress: (text: string) => void): FetchedPackage[] {
    const missing = names.filter((name) => !this.#isSound(name));
    if (missing.length > 0) {
      this.#update(progress);
      progress(`fetches ${missing.length} packages`);
      this.#download(missing);
    }
    return names.map((name) => {
      const { version, file, sha256 } = this.#inventory[name];
      return { name, version, sha256, file: join(this.#folder, "packages", file) };
    });
  }

  /** What a package depends on, by a pattern; from the cache where it was asked before. @throws UserError */
  dependency(name: string, pattern: RegExp, progress: (text: string) => void): string {
    const noted = join(this.#folder, `${name}.depends`);
    if (!existsSync(noted)) {
      this.#update(progress);
      writeFileSync(noted, this.#show(name, "Depends"));
    }
    const found = pattern.exec(readFileSync(noted, "utf8"));
    if (found === null)
      throw new UserError(`Debian's package ${name} does not depend on anything like ${pattern.source}`);
    return found[0];
  }

  #isSound(name: string): boolean {
    const known = this.#inventory[name];
    if (known === undefined) return false;
    const file = join(this.#folder, "packages", known.file);
    return existsSync(file) && sha256Of(readFileSync(file)) === known.sha256;
  }

  #download(names: readonly string[]): void {
    const arriving = join(this.#folder, "arriving");
    rmSync(arriving, { recursive: true, force: true });
    mkdirSync(arriving);
    // apt compares checksums with the signed lists.
    runProgram("apt-get", [...this.#settings(), "--quiet", "download", ...names], { cwd: arriving });
    for (const file of readdirSync(arriving)) {
      const [name, version] = file.split("_");
      const sha256 = sha256Of(readFileSync(join(arriving, file)));
      renameSync(join(arriving, file), join(this.#folder, "packages", file));
      this.#inventory[name] = { version: decodeURIComponent(version), file, sha256 };
    }
    rmSync(arriving, { recursive: true });
    const lost = names.filter((name) => this.#inventory[name] === undefined);
    if (lost.length > 0) throw new UserError(`apt-get did not bring ${lost.join(", ")}`);
    writeFileSync(join(this.#folder, "inventory.json"), `${JSON.stringify(this.#inventory, undefined, 1)}\n`);
  }

  #show(name: string, field: string): string {
    const shown = String(runProgram("apt-cache", [...this.#settings(), "--no-all-versions", "show", name]));
    return new RegExp(`^${field}: (.*)$`, "m").exec(shown)?.[1] ?? "";
  }

  #update(progress: (text: string) => void): void {
    if (this.#isUpdated) return;
    progress("asks the archive for its lists");
    for (const folder of ["lists/partial", "archives/partial"])
      mkdirSync(join(this.#folder, folder), { recursive: true });
    writeFileSync(join(this.#folder, "status"), "");
    writeFileSync(join(this.#folder, "sources.list"), sourcesOf(configuredArchives()));
    runProgram("apt-get", [...this.#settings(), "--quiet", "update"]);
    this.#isUpdated = true;
  }

  #settings(): string[] {
    const folder = this.#folder;
    const settings = {
      "APT::Architecture": processor,
      "APT::Architectures::": processor,
      "APT::Sandbox::User": "",
      "Acquire::Languages": "none",
      "Dir::State": folder,
      "Dir::State::lists": join(folder, "lists"),
      "Dir::State::status": join(folder, "status"),
      "Dir::Cache": folder,
      "Dir::Etc::sourcelist": join(folder, "sources.list"),
      "Dir::Etc::sourceparts": "/dev/null",
      "Dir::Etc::preferencesparts": "/dev/null",
    };
    return Object.entries(settings).flatMap(([key, value]) => ["-o", `${key}=${value}`]);
  }
}

interface Archive {
  readonly site: string;
  readonly release: string;
}

/** The archives of Debian's main component that the machine's apt is configured for. @throws UserError where there is none */
export function configuredArchives(): readonly Archive[] {
  const format = "$(SITE) $(RELEASE) $(COMPONENT)";
  const lines = String(runProgram("apt-get", ["indextargets", "--format", format, "Created-By: Packages"])).split("\n");
  const archives = lines.flatMap((line) => {
    const [site, release, component] = line.split(" ");
    return component === "main" && /\/debian(?:-security)?\/?$/.test(site) ? [{ site, release }] : [];
  });
  if (archives.length === 0)
    throw new UserError("apt of this machine knows no archive of Debian, which the image's packages are from");
  return archives.filter(
    (each, index) => archives.findIndex((one) => one.site === each.site && one.release === each.release) === index,
  );
}

function sourcesOf(archives: readonly Archive[]): string {
  const options = existsSync(keyring) ? `[arch=${processor} signed-by=${keyring}]` : `[arch=${processor}]`;
  return archives.map(({ site, release }) => `deb ${options} ${site} ${release} main non-free-firmware\n`).join("");
}

function readInventory(file: string): Inventory {
  return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Inventory) : {};
}

export function sha256Of(octets: Uint8Array): string {
  return createHash("sha256").update(octets).digest("hex");
}
