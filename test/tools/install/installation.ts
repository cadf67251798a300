/** Runs install.sh from a copy of the repository, of links where a test changes nothing, into a folder of the test's own. */
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export const repository = join(import.meta.dirname, "../../..");

export interface Run {
  readonly status: number | null;
  readonly out: string;
  readonly error: string;
}

export class Installation {
  readonly #folder = mkdtempSync(join(tmpdir(), "install-"));
  /** What is installed from. */
  readonly source = join(this.#folder, "source");
  /** Below which it is installed. */
  readonly root = join(this.#folder, "root");
  /** Programs here go before those of the machine. */
  readonly #programs = join(this.#folder, "programs");

  readonly #takenAway: string[] = [];

  constructor() {
    mkdirSync(this.#programs);
    mkdirSync(join(this.source, "node_modules"), { recursive: true });
    for (const name of ["tools", "boards"]) {
      cpSync(join(repository, name), join(this.source, name), { recursive: true });
    }
    for (const name of ["firmware", "hal", "README.md", "LICENSE", "package.json", "package-lock.json"]) {
      symlinkSync(join(repository, name), join(this.source, name));
    }
    for (const name of readdirSync(join(repository, "node_modules"))) this.#link(name);
  }

  /** A program that the scripts find instead of the machine's. */
  replace(program: string, script: string): void {
    writeScript(join(this.#programs, program), script);
  }

  /** A package that is not there, until `restore`. */
  takeAway(name: string): void {
    rmSync(join(this.source, "node_modules", name), { force: true });
    this.#takenAway.push(name);
  }

  /** The machine's programs and all packages are back. */
  restore(): void {
    for (const name of this.#takenAway.splice(0)) this.#link(name);
    for (const name of readdirSync(this.#programs)) rmSync(join(this.#programs, name));
  }

  #link(name: string): void {
    symlinkSync(join(repository, "node_modules", name), join(this.source, "node_modules", name));
  }

  install(args: readonly string[], environment: Readonly<Record<string, string>> = {}): Run {
    return this.run(join(this.source, "tools/install/install.sh"), args, { DESTDIR: this.root, ...environment });
  }

  run(script: string, args: readonly string[], environment: Readonly<Record<string, string>>): Run {
    const PATH = `${this.#programs}:${process.env.PATH}`;
    const { status, stdout, stderr } = spawnSync("sh", [script, ...args], {
      cwd: this.#folder,
      env: { PATH, ...environment },
      encoding: "utf8",
    });
    return { status, out: stdout, error: stderr };
  }

  /** Below the root. */
  has(path: string): boolean {
    return existsSync(join(this.root, path));
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

export function writeScript(file: string, script: string): void {
  rmSync(file, { force: true });
  writeFileSync(file, `#!/bin/sh\n${script}\n`);
  chmodSync(file, 0o755);
}
