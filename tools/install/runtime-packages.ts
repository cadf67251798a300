/** The folders of the npm packages that a card needs to run, of those that are there: a line each, relative to the repository. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

const repository = join(import.meta.dirname, "../..");

interface Lock {
  readonly packages: Readonly<Record<string, { readonly dev?: boolean }>>;
}

const { packages } = JSON.parse(readFileSync(join(repository, "package-lock.json"), "utf8")) as Lock;
for (const [folder, { dev }] of Object.entries(packages)) {
  // Packages within a package come with it.
  const isOutermost = folder.lastIndexOf("node_modules/") === 0;
  if (isOutermost && dev !== true && existsSync(join(repository, folder))) process.stdout.write(`${folder}\n`);
}
