/** Programs of the host that do part of the work. */
import { type SpawnSyncOptions, spawnSync } from "node:child_process";
import { UserError } from "../configuration/read-configuration.ts";

/** Some of them lie in sbin, which is not everybody's path. */
const path = `${process.env.PATH ?? ""}:/usr/local/sbin:/usr/sbin:/sbin`;
const outputOctetsMax = 512 * 1024 * 1024;

/** @returns what it wrote. @throws UserError when it is missing, or ends with another code than 0 */
export function runProgram(program: string, given: readonly string[], options: SpawnSyncOptions = {}): Buffer {
  const { status, error, stdout, stderr } = spawnSync(program, given, {
    maxBuffer: outputOctetsMax,
    ...options,
    env: { ...process.env, ...options.env, PATH: path },
  });
  if ((error as NodeJS.ErrnoException | undefined)?.code === "ENOENT")
    throw new UserError(`${program} is missing: "npm run peers -- machines" installs it`);
  if (error !== undefined) throw new UserError(`${program}: ${error.message}`);
  if (status !== 0) throw new UserError(`${program} ${given[0] ?? ""} failed:\n${String(stderr).trim()}`);
  return stdout as Buffer;
}
