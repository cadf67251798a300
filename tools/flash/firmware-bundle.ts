/** The card's program as few files: what chooses among firmware, the program itself, one for each thread that it starts, and the version. */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import { build, type Plugin } from "esbuild";
import { versionFile } from "../../hal/linux/firmware-folder.ts";

const repository = join(import.meta.dirname, "../..");
const program = "tools/card/main.ts";
/** A program that is loaded later is named by the address of its source, which is that of a file beside it in the bundle. */
const programAddress = /new URL\("(\.[\w./-]+)\.ts", import\.meta\.url\)/g;
/** Have parts in C, and are found as packages. */
const packagesApart: readonly string[] = ["@serialport/bindings-cpp", "cbor-extract"];

export interface BundledFile {
  readonly name: string;
  readonly octets: Uint8Array;
}

/** What else decides over what a card does. */
const otherSources: readonly string[] = ["package-lock.json", ...nativeSources()];
const digestCharacters = 8;

/** The program comes first, as `card.mjs`, the version last. The same sources give the same octets. */
export async function firmwareBundle(): Promise<readonly BundledFile[]> {
  const programs = await bundledPrograms();
  return [...programs, { name: versionFile, octets: Buffer.from(`${versionOf(programs)}\n`) }];
}

/** Of package.json, and what tells two of the same number apart. */
function versionOf(programs: readonly BundledFile[]): string {
  const { version } = JSON.parse(readFileSync(join(repository, "package.json"), "utf8")) as { version: string };
  const hash = createHash("sha256");
  for (const { octets } of programs) hash.update(octets);
  for (const source of otherSources) hash.update(readFileSync(join(repository, source)));
  return `${version}-${hash.digest("hex").slice(0, digestCharacters)}`;
}

function nativeSources(): readonly string[] {
  const folder = "hal/linux/native";
  return readdirSync(join(repository, folder))
    .filter((name) => /\.[ch]$/.test(name))
    .sort()
    .map((name) => join(folder, name));
}

/** Of the packages with parts in C, those that this firmware loads. */
export function packagesWanted(firmware: readonly BundledFile[]): readonly string[] {
  return packagesApart.filter((name) => firmware.some(({ octets }) => Buffer.from(octets).includes(`"${name}"`)));
}

async function bundledPrograms(): Promise<readonly BundledFile[]> {
  const bundled: BundledFile[] = [];
  const waiting: { readonly source: string; readonly name: string }[] = [{ source: program, name: "card" }];
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    if (bundled.some(({ name }) => name === `${next?.name}.mjs`)) continue;
    const others = new Set<string>();
    bundled.push({ name: `${next.name}.mjs`, octets: await bundleOf(next.source, others) });
    for (const source of [...others].sort()) waiting.push({ source, name: basename(source, ".ts") });
  }
  return bundled;
}

async function bundleOf(entry: string, others: Set<string>): Promise<Uint8Array> {
  const { outputFiles } = await build({
    absWorkingDir: repository,
    entryPoints: [entry],
    bundle: true,
    write: false,
    platform: "node",
    format: "esm",
    target: "node24",
    minifySyntax: true,
    // It goes over a bus on which calls come first.
    minifyWhitespace: true,
    external: [...packagesApart],
    // What is CommonJS among the packages asks for Node's own modules.
    banner: {
      js: 'import { createRequire as requirerOf } from "node:module";\nconst require = requirerOf(import.meta.url);',
    },
    plugins: [besideTheProgram(others)],
    logLevel: "silent",
  });
  return outputFiles[0].contents;
}

/** @param others gets the sources of what is loaded later, from the top of the repository */
function besideTheProgram(others: Set<string>): Plugin {
  return {
    name: "beside the program",
    setup({ onLoad }) {
      onLoad({ filter: /\.ts$/ }, ({ path }) => {
        const contents = readFileSync(path, "utf8").replace(programAddress, (_all, address: string) => {
          others.add(relative(repository, `${join(dirname(path), address)}.ts`));
          return `new URL("./${basename(address)}.mjs", import.meta.url)`;
        });
        return { contents, loader: "ts" };
      });
    },
  };
}
