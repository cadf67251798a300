/** `npm run console`: between a terminal, or a pipe, and the socket of a card. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buffer, text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, it } from "vitest";
import { consoleSocket } from "../../../tools/console/console-socket.ts";

const program = fileURLToPath(new URL("../../../tools/console/main.ts", import.meta.url));
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "console-"));
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

async function run(args: readonly string[], input: string) {
  const child = spawn(process.execPath, [program, ...args, "--run", folder]);
  child.stdin.end(input);
  const [shown, said, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "exit")]);
  return { shown, said, code };
}

it("what is piped in goes to the card, and its answer comes out until the card hangs up", async () => {
  await mkdir(join(folder, "slot-3"));
  let heard = "";
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.write("login: ");
    socket.on("data", (octets) => {
      heard += octets.toString();
    });
    socket.on("end", () => socket.end("bye\r\n"));
  });
  server.listen(join(folder, "slot-3", consoleSocket));
  await once(server, "listening");
  expect(await run(["3"], "admin\rshow rack json\r")).toEqual({ shown: "login: bye\r\n", said: "", code: 0 });
  expect(heard).toBe("admin\rshow rack json\r");
  server.close();
});

it("no such card, or no rack: a sentence", async () => {
  const { said, code } = await run(["9"], "");
  expect(said).toMatch(
    /slot-9\/console\.sock: slot 9 has no console here: does a rack run in this folder, with such a card\?\n$/,
  );
  expect(code).toBe(2);
  expect((await run(["99"], "")).said).toContain("a slot is a number from 0 to 63.");
});

it("the console at a socket: every octet goes through as it is, both ways", async () => {
  const path = join(folder, "card.sock");
  const all = Uint8Array.from({ length: 256 }, (_, octet) => octet);
  const server = createServer({ allowHalfOpen: true }, (socket) => socket.pipe(socket));
  server.listen(path);
  await once(server, "listening");
  const child = spawn(process.execPath, [program, "--socket", path]);
  child.stdin.end(all);
  const [shown, said, [code]] = await Promise.all([buffer(child.stdout), text(child.stderr), once(child, "exit")]);
  expect([new Uint8Array(shown), said, code]).toEqual([all, "", 0]);
  server.close();
});

it("a socket that is not there, neither slot nor socket, and both: a sentence", async () => {
  const nowhere = join(folder, "nowhere");
  const absent = `${nowhere}: there is no console here: does a card run on this machine?\n`;
  expect(await run(["--socket", nowhere], "")).toEqual({ shown: "", said: absent, code: 2 });
  const which = "console: name the slot of a card, or its --socket\n";
  expect(await run([], "")).toEqual({ shown: "", said: which, code: 2 });
  expect(await run(["3", "--socket", nowhere], "")).toEqual({ shown: "", said: which, code: 2 });
});
