/** Tests against other people's programs, where they are installed (`npm run peers`). */
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { test } from "vitest";

type Environment = Readonly<Record<string, string | undefined>>;

/** Where Debian puts gateways, which is not in everybody's PATH. */
const systemFolders = ["/usr/local/sbin", "/usr/sbin", "/sbin"];

/** The file that `command` would run; undefined where there is none. */
export function programFile(command: string, environment: Environment = process.env): string | undefined {
  const folders = [...(environment.PATH ?? "").split(delimiter), ...systemFolders];
  return folders
    .filter((folder) => folder !== "")
    .map((folder) => join(folder, command))
    .find(isExecutable);
}

/** What becomes of a test that needs `command`: in CI it fails where the program is missing, elsewhere it is skipped. */
export function peerVerdict(command: string, environment: Environment = process.env): "run" | "skip" | "fail" {
  if (programFile(command, environment) !== undefined) return "run";
  return environment.CI === "true" ? "fail" : "skip";
}

/**
 * A test that needs the program `command`. Where it is missing the test is skipped and a line says so; with CI=true it
 * fails. `body` is given the path of the program.
 */
export function peerTest(name: string, command: string, body: (program: string) => void | Promise<void>): void {
  const verdict = peerVerdict(command);
  const missing = `${command} is not installed (npm run peers)`;
  if (verdict === "skip") console.log(`${missing}: skipped "${name}"`);
  test.skipIf(verdict === "skip")(name, async () => {
    const program = programFile(command);
    if (program === undefined) throw new Error(missing);
    await body(program);
  });
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
