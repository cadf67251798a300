import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Source } from "./check.ts";

/** All files of the repository but those that .gitignore names (folders as `name/`, files as `name` or `*.ending`). */
export function repositorySources(top: string): readonly Source[] {
  const ignored = readFileSync(join(top, ".gitignore"), "utf8").split("\n").filter(Boolean);
  const isIgnored = (name: string, isFolder: boolean) =>
    name === ".git" ||
    ignored.some((line) => {
      if (line.endsWith("/")) return isFolder && name === line.slice(0, -1);
      return line.startsWith("*") ? name.endsWith(line.slice(1)) : name === line;
    });
  const walk = (folder: string): Source[] =>
    readdirSync(join(top, folder), { withFileTypes: true }).flatMap((entry) => {
      const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
      if (isIgnored(entry.name, entry.isDirectory())) return [];
      if (entry.isDirectory()) return walk(path);
      return entry.isFile() ? [{ path, text: readFileSync(join(top, path), "latin1") }] : [];
    });
  return walk("");
}
