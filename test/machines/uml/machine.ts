/** A kernel of its own, with SocketCAN, as a process of the host: User-Mode Linux. */
import { spawn } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { compile } from "../../../tools/native/compile.ts";

const kernel = "/usr/bin/linux.uml";
const marker = "GUEST IS UP";
const bootMillisMax = 20_000;
/** The last word of a kernel that is over, whose process does not always end with it. */
const lastWord = "reboot: System halted";
const haltMillisMax = 5_000;

export interface GuestRun {
  /** Of the command; undefined: it never came to an end. */
  readonly exitCode: number | undefined;
  /** What guest and command wrote. */
  readonly output: string;
  /** The text of a file that the command left in its folder. */
  left(name: string): string | undefined;
}

/**
 * Boots, runs a command in a folder of its own, and powers off. Throws when the guest does not come up. The command finds the path of
 * the repository in `REPOSITORY`.
 * @param millisMax for boot and command
 */
export async function runInGuest(command: string, millisMax: number): Promise<GuestRun> {
  if (!existsSync(kernel))
    throw new Error('User-Mode Linux is missing: "apt-get install user-mode-linux busybox iproute2"');
  const repository = join(import.meta.dirname, "../../..");
  const work = mkdtempSync(join(tmpdir(), "guest-"));
  try {
    const shim = compile(join(import.meta.dirname, "shim.c"), join(repository, ".build/machines/shim.so"), ["-ldl"]);
    const script = join(work, "run.sh");
    writeFileSync(script, `#!/bin/sh\nexport REPOSITORY=${repository}\n${command}\n`);
    chmodSync(script, 0o755);
    const pids = join(work, "uml");
    mkdirSync(pids);
    const output = await run(
      shim,
      [
        ...[
          "mem=1536M",
          "root=/dev/root",
          "rootfstype=hostfs",
          "rootflags=/",
          "ro",
          "con=null",
          "con0=null,fd:1",
          "ssl=null",
        ],
        ...["quiet", "noreboot", `uml_dir=${pids}/`, `init=${join(import.meta.dirname, "guest-init.sh")}`],
        ...[`work=${work}`, "run=./run.sh"],
      ],
      millisMax,
    );
    const files = new Map<string, string>();
    const left = (name: string) => files.get(name);
    for (const name of ["rc", "report.json"]) {
      if (existsSync(join(work, name))) files.set(name, readFileSync(join(work, name), "utf8"));
    }
    const exitCode = files.has("rc") ? Number(files.get("rc")) : undefined;
    return { exitCode, output, left };
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function run(shim: string, parameters: readonly string[], millisMax: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const guest = spawn(kernel, parameters, {
      env: { ...process.env, LD_PRELOAD: shim },
      stdio: ["ignore", "pipe", "pipe"],
      detached: true,
    });
    let output = "";
    const end = (why: string) => {
      // All of its processes are of one group.
      if (guest.pid !== undefined) process.kill(-guest.pid, "SIGKILL");
      output += `\n${why}\n`;
    };
    const boot = setTimeout(() => {
      if (!output.includes(marker)) end(`the guest was not up after ${bootMillisMax} ms`);
    }, bootMillisMax);
    const limit = setTimeout(() => end(`ended after ${millisMax} ms`), millisMax);
    let halt: NodeJS.Timeout | undefined;
    const hear = (octets: Buffer) => {
      output += octets.toString("utf8");
      if (output.includes(lastWord)) halt ??= setTimeout(() => end("halted, and ended by hand"), haltMillisMax);
    };
    guest.stdout.on("data", hear);
    guest.stderr.on("data", hear);
    guest.on("error", reject);
    guest.on("close", () => {
      clearTimeout(halt);
      clearTimeout(boot);
      clearTimeout(limit);
      if (output.includes(marker)) resolve(output);
      else reject(new Error(`the guest did not come up:\n${output}`));
    });
  });
}
