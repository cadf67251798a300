/** The card's program as few files: itself, and one for each thread that it starts. */
import { readFileSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import { build, type Plugin } from "esbuild";

const repository = join(import.meta.dirname, "../..");
const program = "tools/card/main.ts";
/** A thread is started with the address of its source, which is that of a file beside it in the bundle. */
const threadAddress = /new URL\("(\.[\w./-]+)\.ts", import\.meta\.url\)/g;
/** Have parts in C, and are found as packages. */
export const packagesApart: readonly string[] = ["@serialport/bindings-cpp", "cbor-extract"];

export interface BundledFile {
  readonly name: string;
  readonly octets: Uint8Array;
}

/** The program comes first, as `card.mjs`. The same sources give the same octets. */
export async function firmwareBundle(): Promise<readonly BundledFile[]> {
  const bundled: BundledFile[] = [];
  const waiting: { readonly source: string; readonly name: string }[] = [{ source: program, name: "card" }];
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    if (bundled.some(({ name }) => name === `${next?.name}.mjs`)) continue;
    const threads = new Set<string>();
    bundled.push({ name: `${next.name}.mjs`, octets: await bundleOf(next.source, threads) });
    for (const source of [...threads].sort()) waiting.push({ source, name: basename(source, ".ts") });
  }
  return bundled;
}

async function bundleOf(entry: string, threads: Set<string>): Promise<Uint8Array> {
  const { outputFiles } = await build({
    absWorkingDir: repository,
    entryPoints: [entry],
    bundle: true,
    write: false,
    platform: "node",
    format: "esm",
    target: "node24",
    minifySyntax: true,
    external: [...packagesApart],
    // What is CommonJS among the packages asks for Node's own modules.
    banner: {
      js: 'import { createRequire as requirerOf } from "node:module";\nconst require = requirerOf(import.meta.url);',
    },
    plugins: [threadsBesideTheProgram(threads)],
    logLevel: "silent",
  });
  return outputFiles[0].contents;
}

/** @param threads gets the sources of the threads that are started, from the top of the repository */
function threadsBesideTheProgram(threads: Set<string>): Plugin {
  return {
    name: "threads",
    setup({ onLoad }) {
      onLoad({ filter: /\.ts$/ }, ({ path }) => {
        const contents = readFileSync(path, "utf8").replace(threadAddress, (_all, address: string) => {
          threads.add(relative(repository, `${join(dirname(path), address)}.ts`));
          return `new URL("./${basename(address)}.mjs", import.meta.url)`;
        });
        return { contents, loader: "ts" };
      });
    },
  };
}
