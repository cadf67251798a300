/** `npm run native`: builds the parts of hal/linux that are written in C. */
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { Command, Option } from "commander";
import { compile } from "./compile.ts";

const repository = join(import.meta.dirname, "../..");
const sources = join(repository, "hal/linux/native");
/** By processor, as Node names it. */
const compilers = { x64: "x86_64-linux-gnu-gcc", arm64: "aarch64-linux-gnu-gcc" } as const;

const program = new Command("native")
  .description("builds the parts written in C: SocketCAN, and what a card needs of its kernel besides")
  .addOption(
    new Option("--arch <processor>", "for which processor").choices(Object.keys(compilers)).default(process.arch),
  )
  .option("--peer", "also the package socketcan, against which the tests hold ours");

program.action(({ arch, peer }: { readonly arch: string; readonly peer?: boolean }) => {
  const headers = [join(dirname(process.execPath), "../include/node")];
  const compiler = arch === process.arch ? "cc" : compilers[arch as keyof typeof compilers];
  for (const file of readdirSync(sources).filter((name) => name.endsWith(".c"))) {
    const into = join(repository, ".build/native", arch, `${basename(file, ".c")}.node`);
    process.stdout.write(`${compile(join(sources, file), into, [], { compiler, headers })}\n`);
  }
  if (peer) buildPeer();
});

/** npm runs no scripts of packages here, and its own Node may be another than the one that is to load it. */
function buildPeer(): void {
  const gyp = join(repository, "node_modules/node-gyp/bin/node-gyp.js");
  const given = [gyp, "rebuild", "--silent", `--nodedir=${join(dirname(process.execPath), "..")}`];
  const cwd = join(repository, "node_modules/socketcan");
  const { status, stderr } = spawnSync(process.execPath, given, { cwd, encoding: "utf8" });
  if (status !== 0) throw new Error(`the package socketcan does not compile:\n${stderr}`);
  process.stdout.write(`${join(cwd, "build/Release/can.node")}\n`);
}

try {
  program.parse();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
  process.exitCode = 1;
}
