import { octetsFromText } from "../../../firmware/mgcp/latin1.ts";
import { runDecode } from "../../../tools/decode/decode-program.ts";

export interface Run {
  readonly exitCode: number;
  readonly output: string;
  readonly errors: string;
}

/** The program in this process: `input` is its standard input, `files` are the files there are. */
export async function run(
  words: readonly string[],
  { input = "", files = {} }: { readonly input?: string; readonly files?: Readonly<Record<string, string>> } = {},
): Promise<Run> {
  let output = "";
  let errors = "";
  const exitCode = await runDecode(words, {
    readInput: async () => octetsFromText(input),
    readFile: async (path) => (path in files ? octetsFromText(files[path]) : undefined),
    write: (text) => {
      output += text;
    },
    writeError: (text) => {
      errors += text;
    },
  });
  return { exitCode, output, errors };
}

/** What `--json` says, a value a line. */
export function linesOf({ output }: Run): unknown[] {
  return output
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as unknown);
}

/** One line of `<subject>: <kind> at offset <n>[, in <parameter>].` */
export const errorSentence = /^[^\n]+: [a-z-]+ at offset \d+(, in [^\n]+)?\.\n$/;
