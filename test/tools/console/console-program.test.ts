/** `npm run console`: between a terminal, or a pipe, and the socket of a card. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
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

async function run(slot: string, input: string) {
  const child = spawn(process.execPath, [program, slot, "--run", folder]);
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
  expect(await run("3", "admin\rshow rack json\r")).toEqual({ shown: "login: bye\r\n", said: "", code: 0 });
  expect(heard).toBe("admin\rshow rack json\r");
  server.close();
});

it("no such card, or no rack: a sentence", async () => {
  const { said, code } = await run("9", "");
  expect(said).toMatch(
    /slot-9\/console\.sock: slot 9 has no console here: does a rack run in this folder, with such a card\?\n$/,
  );
  expect(code).toBe(2);
  expect((await run("99", "")).said).toContain("a slot is a number from 0 to 63.");
});
