/** Everything that an image is made of, fetched and taken apart. */
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { type BundledFile, firmwareBundle } from "./firmware-bundle.ts";
import { membersOf, type Member } from "./archive-members.ts";
import { DebianArchive, type FetchedPackage } from "./debian-archive.ts";
import { type KernelModule, moduleName } from "./kernel-modules.ts";
import { runtimeOfCard } from "./npm-packages.ts";
import { bootFirmwarePackage, kernelMetaPackage, rootPackages } from "./package-table.ts";
import { runProgram } from "./run-program.ts";

export interface Kernel {
  readonly image: Uint8Array;
  /** By name, `-` written as `_`. */
  readonly modules: ReadonlyMap<string, KernelModule>;
  /** By path, such as broadcom/bcm2711-rpi-4-b.dtb. */
  readonly deviceTrees: ReadonlyMap<string, Uint8Array>;
}

export interface Ingredients {
  readonly kernel: Kernel;
  /** Files for the root, by package. */
  readonly packages: ReadonlyMap<string, readonly Member[]>;
  /** What the Raspberry Pi's own processor boots from, by name. */
  readonly bootFirmware: ReadonlyMap<string, Uint8Array>;
  readonly runtime: Uint8Array;
  readonly firmware: readonly BundledFile[];
  /** Name and version of each package, a line each. */
  readonly versions: readonly string[];
}

/** @param cache a folder that keeps what was fetched. @throws UserError */
export async function gatherIngredients(cache: string, progress: (text: string) => void): Promise<Ingredients> {
  const archive = new DebianArchive(cache);
  const kernelPackage = archive.dependency(kernelMetaPackage, /linux-image-[\w.+~-]+/, progress);
  const names = [kernelPackage, bootFirmwarePackage, ...rootPackages.map(({ name }) => name)];
  const [kernel, bootFirmware, ...rest] = archive.fetch(names, progress);
  progress("takes the packages apart");
  return {
    kernel: kernelOf(kernel),
    bootFirmware: namedBy(/^usr\/lib\/raspi-firmware\/([^/]+)$/, contentOf(bootFirmware)),
    packages: new Map(rest.map((each) => [each.name, contentOf(each)])),
    runtime: runtimeOfCard(cache),
    firmware: await firmwareBundle(),
    versions: [kernel, bootFirmware, ...rest].map(({ name, version, sha256 }) => `${name} ${version} ${sha256}`),
  };
}

function contentOf({ file }: FetchedPackage): readonly Member[] {
  return [...membersOf(runProgram("dpkg-deb", ["--fsys-tarfile", file]))];
}

function kernelOf(fetched: FetchedPackage): Kernel {
  const members = contentOf(fetched).filter(({ kind }) => kind === "file");
  const image = members.find(({ path }) => path.startsWith("boot/vmlinuz-"));
  if (image === undefined) throw new Error(`${fetched.name} holds no kernel`);
  const modules = Array.from(namedBy(/^lib\/modules\/[^/]+\/kernel\/(.*\.ko)$/, members), ([path, octets]) => {
    const name = moduleName(path.slice(path.lastIndexOf("/") + 1, -".ko".length));
    return [name, { path, octets }] as const;
  });
  return {
    image: image.octets,
    modules: new Map(modules),
    deviceTrees: namedBy(/^usr\/lib\/linux-image-[^/]+\/(.*\.dtb)$/, members),
  };
}

/** Contents by what the pattern's group matches of the path. */
function namedBy(pattern: RegExp, members: readonly Member[]): ReadonlyMap<string, Uint8Array> {
  return new Map(
    members.flatMap(({ path, kind, octets }) => {
      const match = kind === "file" ? pattern.exec(path) : null;
      return match === null ? [] : [[match[1], octets] as const];
    }),
  );
}

/** The parts written in C, as `npm run native` compiles them for the card's processor. @throws UserError */
export function nativeParts(repository: string, processor = "arm64"): readonly BundledFile[] {
  const compiled = runProgram("npm", ["run", "--silent", "native", "--", "--arch", processor], { cwd: repository });
  const files = String(compiled).trim().split("\n");
  return files.map((file) => ({ name: basename(file), octets: readFileSync(file) }));
}
