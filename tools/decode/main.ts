/** The decode tool as a program: `node tools/decode/main.ts isup 0c 02 00 02 84 90`. */
import { readFile } from "node:fs/promises";
import { buffer } from "node:stream/consumers";
import { runDecode } from "./decode-program.ts";

process.exitCode = await runDecode(process.argv.slice(2), {
  readInput: () => buffer(process.stdin),
  readFile: (path) => readFile(path).catch(() => undefined),
  write: (text) => process.stdout.write(text),
  writeError: (text) => process.stderr.write(text),
});
