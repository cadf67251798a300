/** Compiles a source in C to something that can be loaded. */
import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { dirname } from "node:path";

export interface CompilerOptions {
  /** The command; `cc` where nothing is said. */
  readonly compiler?: string;
  readonly headers?: readonly string[];
}

/** Throws a sentence, with what the compiler said. @returns the file it was written to */
export function compile(
  source: string,
  into: string,
  libraries: readonly string[] = [],
  { compiler = "cc", headers = [] }: CompilerOptions = {},
): string {
  mkdirSync(dirname(into), { recursive: true });
  const including = headers.map((folder) => `-I${folder}`);
  const given = ["-O2", "-Wall", "-Wextra", "-shared", "-fPIC", ...including, "-o", into, source, ...libraries];
  const { status, error, stderr } = spawnSync(compiler, given, { encoding: "utf8" });
  if (error !== undefined)
    throw new Error(`there is no ${compiler}, which compiles the parts written in C: install it`);
  if (status !== 0) throw new Error(`${source} does not compile:\n${stderr}`);
  return into;
}
