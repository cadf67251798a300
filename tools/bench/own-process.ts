/** A measurement in a process of its own: a question goes there as JSON, and so comes the answer. */
import { spawnSync } from "node:child_process";
import { assert } from "../../firmware/result.ts";

const variable = "TANDEM_BENCH_QUESTION";

/** Asks the program in `file`, which calls `answer`. @param flags of the runtime */
export function ask(file: string, flags: readonly string[], question: unknown): unknown {
  const environment = { ...process.env, [variable]: JSON.stringify(question) };
  const { status, stdout, stderr } = spawnSync(process.execPath, [...flags, file], {
    encoding: "utf8",
    env: environment,
  });
  assert(status === 0, `the measurement in ${file} has failed: ${stderr}`);
  return JSON.parse(stdout);
}

/** Answers, if `file` is what this process was started for. */
export function answer(file: string, find: (question: unknown) => unknown): void {
  const question = process.env[variable];
  if (process.argv[1] === file && question !== undefined)
    process.stdout.write(JSON.stringify(find(JSON.parse(question))));
}
