/** `npm run password`: asks for a password, and prints what stands for it in rack.yaml. */
import { createInterface } from "node:readline";
import { Writable } from "node:stream";
import { hashPassword } from "../card/password.ts";

/** What is typed is not shown. */
const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
const { stdin, stderr } = process;
const lines = createInterface({ input: stdin, output: nowhere, terminal: stdin.isTTY });
stderr.write("password: ");
const { value: password = "" } = await lines[Symbol.asyncIterator]().next();
lines.close();
if (stdin.isTTY) stderr.write("\n");
if (password === "") {
  stderr.write("an empty password is none\n");
  process.exitCode = 2;
} else console.log(await hashPassword(password));
