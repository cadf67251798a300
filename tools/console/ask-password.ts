/** Asks whoever sits at this terminal for a password, or takes the first line of what is piped in. */
import { createInterface } from "node:readline";
import { Writable } from "node:stream";

/** @returns "" where nothing is said */
export async function askPassword(): Promise<string> {
  // What is typed is not shown.
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const { stdin, stderr } = process;
  const lines = createInterface({ input: stdin, output: nowhere, terminal: stdin.isTTY });
  stderr.write("password: ");
  const { value: password = "" } = await lines[Symbol.asyncIterator]().next();
  lines.close();
  if (stdin.isTTY) stderr.write("\n");
  return password;
}
