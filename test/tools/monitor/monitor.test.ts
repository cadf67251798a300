/** The monitor on a terminal of 80 x 24, over a pseudo-terminal, and with a session that was kept. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, describe, expect, test } from "vitest";
import { peerTest, programFile } from "../../interop/peer.ts";
import { runMonitor } from "../../../tools/monitor/monitor-program.ts";
import { sampleReport } from "./sample-report.ts";
import { ScriptedConsole } from "./scripted-console.ts";
import { TerminalSession } from "./terminal-session.ts";

const program = fileURLToPath(new URL("../../../tools/monitor/main.ts", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "monitor-"));
const size = { columns: 80, rows: 24 };
const ends: (() => void)[] = [];
afterEach(() => {
  for (const end of ends.splice(0)) end();
});
afterAll(() => rmSync(folder, { recursive: true }));

/** A session as it is recorded: login, then a report a second. */
function recording(seconds: number): string {
  const parts = [
    "\r\ndemonstration, slot 3, call-server\r\nlogin: ",
    "admin\r\npassword: ",
    "\r\nadmin@slot 3# monitor\r\n",
  ];
  const reports = Array.from({ length: seconds }, () => `${JSON.stringify(sampleReport)}\r\n`);
  const all = [...parts, ...reports, '\xff\x00{"monitor":1, garbage\r\n'];
  const lines = all.map((text, at) => JSON.stringify([at * 1000, text]));
  return `${JSON.stringify({ tandemMonitor: 1, octets: "latin1" })}\n${lines.join("\n")}\n`;
}

function monitorCommand(...given: string[]): string {
  return [process.execPath, program, ...given].map((word) => `'${word}'`).join(" ");
}

/** A card's console at a Unix socket; what is typed at one connection is not forgotten at the next. */
function consoleAt(path: string): { readonly console: ScriptedConsole; readonly server: Server } {
  const sockets = new Set<Socket>();
  const write = (text: string) => {
    for (const socket of sockets) socket.write(text);
  };
  const console = new ScriptedConsole("right", () => sampleReport, write);
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("data", (octets) => console.octets(octets.toString("latin1")));
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => socket.destroy());
  });
  server.listen(path);
  const timer = setInterval(() => console.second(), 200);
  ends.push(() => {
    clearInterval(timer);
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return { console, server };
}

/** A pseudo-terminal at `link` whose other end is the socket. */
async function pseudoTerminal(socat: string, link: string, socket: string): Promise<ChildProcess> {
  const child = spawn(socat, [`pty,rawer,link=${link}`, `unix-connect:${socket}`], { stdio: "ignore" });
  ends.push(() => child.kill());
  while (!existsSync(link)) await pause(10);
  return child;
}

function terminal(tmux: string, command: string): TerminalSession {
  const session = new TerminalSession(tmux, command, size);
  ends.push(() => session.end());
  return session;
}

describe("the monitor on a terminal", () => {
  peerTest("plays a session that was kept", "tmux", async (tmux) => {
    const file = join(folder, "session.jsonl");
    writeFileSync(file, recording(5));
    const session = terminal(tmux, monitorCommand("--replay", file, "--speed", "20"));
    const screen = await session.until((shown) => shown.includes("replay, end"));
    expect(screen.split("\n").length - 1).toBe(size.rows);
    const lines = screen.split("\n");
    expect(lines[0]).toMatch(
      /^ TANDEM {2}demonstration {2}up 00:01:23 {2}unreadable 1 {2}….*session.jsonl replay, end$/,
    );
    // Alarm LEDs blink, and are left out.
    const rack = lines.slice(1, 16).map((line) => line.replaceAll(/[●○]ALM/g, "?ALM"));
    expect(`\n${rack.join("\n")}\n`).toMatchInlineSnapshot(`
      "
      ┌─ 1 ──────────────┐┌─ 2 ──────────────┐╔═ 3 ══════════════╗┌─ 4 ──────────────┐
      │ LIM              ││ CALL SERVER      │║ CALL SERVER      ║│ TRANSPORTER      │
      │ in service       ││ not heard        │║ PRIMARY          ║│ safe to pull     │
      │ term 4  #1301    ││                  │║ term 4  #1302    ║│ term 4  #1301    │
      │ ●ACT ○SBY ?ALM   ││ ○ACT ○SBY ?ALM   │║ ●ACT ○SBY ?ALM   ║│ ●ACT ○SBY ?ALM   │
      │ ·A ·B ·LNK ·OUT  ││ ○A ○B ○LNK ○OUT  │║ ●A ○B ○LNK ○OUT  ║│ ●A ●B ●LNK ●OUT  │
      └──────────────────┘└──────────────────┘╚══════════════════╝└──────────────────┘
       plane A ▓▓▓▓══════════════════════════════════════════════════   6.2 %  ok
       plane B bus-off
       calls   31 in set-up  88 in conversation  1620 of 1651 answered
       switchover slot 2 to slot 3 in 20.0 ms, term 4, 2026-11-28 15:55:49
       H─────────────────────────────────────────────────────────────DC─G───────G───B
       H beat  D detected 16.1  C claim 16.3  G grants 1 17.0, 4 18.9  B begin 20.0
      ────────────────────────────────────────────────────────────────────────────────
       15:55:50 major    slot 2: does not beat
      "
    `);
    session.press("C-c");
    await session.until((shown) => !shown.includes("demonstration"));
  });

  peerTest(
    "follows a console over a pseudo-terminal, does commands, and comes back when the line drops",
    // It takes two programs.
    ["tmux", "socat"].find((name) => programFile(name) === undefined) ?? "tmux",
    async (tmux) => {
      const socat = programFile("socat") ?? "socat";
      const [socket, link, kept] = [join(folder, "console"), join(folder, "tty"), join(folder, "kept.jsonl")];
      const { console } = consoleAt(socket);
      const line = await pseudoTerminal(socat, link, socket);
      const session = terminal(tmux, monitorCommand(link, "--record", kept));
      // Nobody has told it the password.
      await session.until((shown) => shown.includes(" password: "));
      session.type("right");
      expect(session.screen()).not.toContain("right");
      session.press("Enter");
      await session.until((shown) => shown.includes("PRIMARY"));
      session.type("show version");
      await session.until((shown) => shown.includes(" > show version"));
      session.press("Enter");
      const screen = await session.until((shown) => shown.includes("runtime v24.0.0"));
      expect(screen).toMatch(/> show version\n firmware 0\.1\.0\n runtime v24\.0\.0\n > /);
      const before = console.reportsGiven;
      while (console.reportsGiven < before + 2) await pause(20);

      line.kill();
      await session.until((shown) => shown.includes(`${link} down`) && shown.includes("tried again every second"));
      rmSync(link, { force: true });
      await pseudoTerminal(socat, link, socket);
      const again = console.reportsGiven;
      await session.until((shown) => shown.includes(`${link} up`));
      while (console.reportsGiven < again + 2) await pause(20);
      session.press("C-c");
      await session.until((shown) => !shown.includes("demonstration"));

      const played = spawnSync(process.execPath, [program, "--replay", kept, "--speed", "1000"], { encoding: "utf8" });
      expect(played.status).toBe(0);
      expect(played.stdout).toContain(
        "15:55:56 demonstration; slots 1 witness, 2 not heard, 3 primary, 4 safe to pull;",
      );
      expect(readFileSync(kept, "utf8")).not.toContain("right");
    },
  );
});

describe("what is wrong is said in a sentence", () => {
  test.each([
    [[], /name the line to a console/],
    [["/dev/no-such-line", "--replay", "x"], /name the line to a console/],
    [["--replay", "no-such-file"], /no-such-file: cannot be read: ENOENT/],
    [["--replay", program], /line 1: is no recorded session/],
    [[tmpdir()], /is no serial line and no socket/],
    [["tcp://host:0"], /a port is 1 to 65535/],
    [["http://host"], /tcp:\/\/host:port/],
    [["/dev/x", "--baud", "fast"], /number above 0/],
    [["/dev/x", "--record", join(tmpdir(), "no-such-folder", "x")], /cannot be written: ENOENT/],
  ])("%j", async (words, sentence) => {
    const said: string[] = [];
    expect(await runMonitor(words, (text) => said.push(text))).toBe(2);
    expect(said.join("")).toMatch(sentence);
    expect(said.join("").trimEnd().split("\n").length).toBe(1);
  });
});
