/** A measurement in a process of its own: a question goes there as JSON, and so comes the answer. */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { assert } from "../../firmware/result.ts";

const variable = "TANDEM_BENCH_QUESTION";

/** Asks the program in `file`, which calls `answer`. @param flags of the runtime */
export function ask(file: string, flags: readonly string[], question: unknown): unknown {
  const { status, stdout, stderr } = spawnSync(process.execPath, [...flags, file], {
    encoding: "utf8",
    env: withQuestion(question),
  });
  assert(status === 0, `the measurement in ${file} has failed: ${stderr}`);
  return JSON.parse(stdout);
}

/** A process that measures the same again whenever it is asked. */
export interface Interview {
  again(): Promise<unknown>;
  end(): void;
}

/** Several of these are asked in turn: what disturbs the machine for a while disturbs them all alike. */
export function interview(file: string, flags: readonly string[], question: unknown): Interview {
  const child = spawn(process.execPath, [...flags, file], {
    stdio: ["pipe", "pipe", "inherit"],
    env: withQuestion(question),
  });
  const lines = createInterface(child.stdout);
  const gone = once(child, "exit").then(() => undefined);
  return {
    again: async () => {
      const answered = once(lines, "line");
      child.stdin.write("\n");
      const line = (await Promise.race([answered, gone]))?.[0];
      assert(typeof line === "string", `the measurement in ${file} has failed`);
      return JSON.parse(line);
    },
    end: () => child.stdin.end(),
  };
}

/** Answers, if `file` is what this process was started for. What `find` gives is the answer to `ask`. */
export async function answer(file: string, find: (question: unknown) => unknown): Promise<void> {
  const question = questionFor(file);
  if (question !== undefined) process.stdout.write(JSON.stringify(await find(question)));
}

/** The same for `interview`: `find` gives what measures again and again. */
export function answerAgain(file: string, find: (question: unknown) => () => unknown): void {
  const question = questionFor(file);
  if (question === undefined) return;
  const measure = find(question);
  createInterface(process.stdin).on("line", () => process.stdout.write(`${JSON.stringify(measure())}\n`));
}

function withQuestion(question: unknown): NodeJS.ProcessEnv {
  return { ...process.env, [variable]: JSON.stringify(question) };
}

function questionFor(file: string): unknown {
  const question = process.env[variable];
  return process.argv[1] === file && question !== undefined ? JSON.parse(question) : undefined;
}
