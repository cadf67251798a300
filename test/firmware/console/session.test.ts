/** A person at a console: what is typed, what is seen, what is done and what is logged. */
import { describe, expect, it } from "vitest";
import { LoginGuard } from "../../../firmware/console/login.ts";
import { octetsOfText } from "../../../firmware/console/utf8.ts";
import { minute, second, Terminal, users } from "./terminal.ts";

describe("login", () => {
  it("without users: admin, without a password, on a line of the card's own; and it says so", () => {
    const terminal = new Terminal();
    expect(terminal.shown).toContain("No users are configured: log in as admin, without a password");
    terminal.type("admin\r");
    expect(terminal.screen.line).toBe("admin@slot 3# ");
    expect(new Terminal().type("root\r").shown).toContain("wrong login");
    const remote = new Terminal({ isLocal: false }).type("admin\r");
    expect(remote.shown).toContain("nobody may log in over this line");
    expect(remote.session.user).toBeUndefined();
  });

  it("with users: name and password, which nobody sees; the role decides what may be done", () => {
    const terminal = new Terminal({ users }).logIn("guest", "welcome");
    expect(terminal.shown).not.toContain("welcome");
    expect(terminal.screen.line).toBe("guest@slot 3> ");
    terminal.type("block west/5\r");
    expect(terminal.shown).toContain('"block west/5" is for administrators only');
    terminal.type("exit\r").logIn("root", "right").type("block west/5\r");
    expect(terminal.card.done).toEqual(["block west/5"]);
    expect(new Terminal({ users }).type("admin\r\r").session.user).toBeUndefined();
  });

  it("wrong logins wait: 1 s, 2 s, 4 s up to a minute, and nothing typed meanwhile is heard", () => {
    const terminal = new Terminal({ users });
    const delays = [1, 2, 4, 8, 16, 32, 60, 60];
    for (const delay of delays) {
      terminal.clear();
      terminal.logIn("root", "wrong");
      expect(terminal.shown).toContain(`wrong login; the next may be tried in ${delay} s`);
      terminal.logIn("root", "right").pass(delay * second - 1);
      expect(terminal.session.user).toBeUndefined();
      terminal.pass(1);
      expect(terminal.screen.line).toBe("login: ");
    }
    expect(terminal.checks).toBe(delays.length);
    terminal.logIn("root", "right");
    expect(terminal.shown).toContain(`Wrong logins since the last right one: ${delays.length}.`);
    expect(terminal.guard.wrongInAll).toBe(delays.length);
  });

  it("wrong logins are logged, every third in a row as an alarm; what is no user's name is not repeated", () => {
    const terminal = new Terminal({ users });
    terminal
      .logIn("root", "wrong")
      .pass(second)
      .logIn("hunter2", "x")
      .pass(2 * second)
      .logIn("root", "x");
    expect(terminal.logs).toEqual([
      { severity: "warning", text: "console on ttyS0: a wrong login, the last of user root" },
      { severity: "warning", text: "console on ttyS0: 2 wrong logins in a row, the last of an unknown user" },
      { severity: "alarm", text: "console on ttyS0: 3 wrong logins in a row, the last of user root" },
    ]);
    expect(JSON.stringify(terminal.logs)).not.toContain("hunter2");
  });

  it("whoever connects anew, or elsewhere, has to wait all the same", () => {
    const guard = new LoginGuard();
    new Terminal({ users, guard }).logIn("root", "wrong");
    const other = new Terminal({ users, guard }).logIn("root", "right");
    expect(other.checks).toBe(0);
    expect(other.session.user).toBeUndefined();
    const local = new Terminal({ guard }).type("admin\r");
    expect(local.session.user).toBeUndefined();
  });

  it("a password of 100 kB is refused without being looked at", () => {
    const terminal = new Terminal({ users }).type("root\r").type("x".repeat(100_000)).type("\r");
    expect(terminal.checks).toBe(0);
    expect(terminal.shown).toContain("wrong login");
  });

  it("is over after the idle time, and a name that is begun after a minute; nothing is due when nobody is there", () => {
    const terminal = Terminal.loggedIn();
    terminal.pass(15 * minute - 1);
    expect(terminal.session.user).toBe("admin");
    terminal.type("x").pass(15 * minute);
    expect(terminal.session.user).toBeUndefined();
    expect(terminal.shown).toContain("logged out: nothing was typed for too long");
    expect(terminal.hangUps).toBe(1);
    expect(terminal.afterHangUp).toBe("login: ");
    expect(terminal.session.nextDeadline()).toBeUndefined();
    terminal.type("ro").pass(minute);
    expect(terminal.hangUps).toBe(2);
    expect(terminal.session.nextDeadline()).toBeUndefined();
  });

  it("ends with exit, ^D, or the line; the next has to log in", () => {
    for (const end of ["exit\r", "logout\r", "\x04"]) {
      const terminal = Terminal.loggedIn().type(end);
      expect(terminal.session.user, JSON.stringify(end)).toBeUndefined();
      expect(terminal.screen.line).toBe("login: ");
    }
    const terminal = Terminal.loggedIn().tell({ kind: "closed" });
    expect(terminal.type("admin\r").session.user).toBeUndefined();
    expect(terminal.session.nextDeadline()).toBeUndefined();
    terminal.tell({ kind: "opened" });
    expect(terminal.screen.line).toBe("login: ");
  });
});

describe("commands", () => {
  const calls = (count: number) =>
    Array.from({ length: count }, (_, key) => ({ key, incomingName: "west/1", outgoingName: "east/1", called: "2" }));

  it("show: a table for people, one line of JSON for programs", () => {
    const terminal = Terminal.loggedIn();
    terminal.card.rows = calls(2);
    terminal.type("show calls\r");
    expect(terminal.screen.lines[1]).toMatch(/^call +from +to +calling +called +seized +answered$/);
    expect(terminal.screen.lines[3]).toMatch(/^1 +west\/1 +east\/1 +- +2 /);
    terminal.clear();
    terminal.screen.width = Number.POSITIVE_INFINITY;
    terminal.type("show calls json\r");
    const parsed = JSON.parse(terminal.shown.split("\n").find((line) => line.startsWith("{")) ?? "");
    expect(parsed).toMatchObject({ show: "calls", slot: 3, rows: [{ key: 0 }, { key: 1, called: "2" }] });
  });

  it("every show command has a text and a JSON form that can be read, on every kind of card", () => {
    for (const slot of [1, 3, 4]) {
      const reports = ["rack", "cards", "calls", "endpoints", "connections", "circuits", "links", "routes", "alarms"];
      for (const report of [...reports, "buses", "performance", "upgrade", "version"]) {
        const terminal = Terminal.loggedIn(slot);
        terminal.screen.width = Number.POSITIVE_INFINITY;
        terminal.type(`show ${report}\r`);
        expect(terminal.screen.lines.length, report).toBeGreaterThan(2);
        expect(terminal.shown, report).not.toContain("\x1b");
        terminal.type(`show ${report} json\r`);
        const line = terminal.screen.lines.at(-2) ?? "";
        expect(() => JSON.parse(line), `${report} of slot ${slot}`).not.toThrow();
      }
    }
  });

  it("what another kind of card keeps is told where", () => {
    expect(Terminal.loggedIn(1).type("show calls\r").shown).toContain(
      "slot 1 is a lim and keeps no calls; try: slot 2 show calls",
    );
  });

  it("a table of any length is read a few rows at a time, and written as it is read", () => {
    const terminal = Terminal.loggedIn();
    terminal.screen.width = Number.POSITIVE_INFINITY;
    terminal.card.rows = calls(1000);
    terminal.type("show calls json\r");
    expect(Math.max(...terminal.card.requests.map(({ most }) => most))).toBeLessThanOrEqual(16);
    expect(terminal.longest).toBeLessThan(4000);
    terminal.type("show calls\r");
    expect(terminal.screen.lines.length).toBeGreaterThan(1000);
  });

  it("a line that is too long does nothing; control characters do nothing", () => {
    const terminal = Terminal.loggedIn();
    terminal.type(`restart now ${"x".repeat(100_000)}\r`);
    expect(terminal.shown).toContain("nothing was done: the line is longer than 512 octets");
    terminal.type(`${String.fromCharCode(0, 2, 6, 15, 29)}\r`);
    expect(terminal.card.done).toEqual([]);
    expect(terminal.screen.line).toBe("admin@slot 3# ");
  });

  it("help comes at once, and the line is still there", () => {
    const terminal = Terminal.loggedIn().type("show ca?");
    expect(terminal.shown).toMatch(/calls +calls that are set up/);
    expect(terminal.screen.line).toBe("admin@slot 3# show ca");
    terminal.type("l\r");
    expect(terminal.shown).toContain("there are no calls");
  });

  it("tab completes a word, as far as it is clear, then shows what it could be; or rings", () => {
    const terminal = Terminal.loggedIn().type("sh\tca\t");
    expect(terminal.screen.line).toBe("admin@slot 3# show ca");
    expect(terminal.screen.lines.at(-2)).toBe("calls  cards");
    terminal.type("l\tj\t\x15block we\t");
    expect(terminal.screen.line).toBe("admin@slot 3# block west/");
    const bells = terminal.screen.bells;
    terminal.type("x\t");
    expect(terminal.screen.bells).toBe(bells + 1);
  });

  it("switchover: the primary leaves and comes back, where there is a backup; elsewhere it says who is primary", () => {
    const terminal = Terminal.loggedIn().type("switchover\r");
    expect(terminal.shown).toContain("slot 2 takes over");
    expect(terminal.card.done).toEqual(["leave, restart"]);
    const alone = Terminal.loggedIn();
    alone.card.communication = { role: "primary", cards: [] };
    expect(alone.type("switchover\r").shown).toContain("there is no backup that could take over");
    const backup = Terminal.loggedIn(2);
    backup.card.communication = {
      role: "backup",
      cards: [{ slot: 3, alive: true, role: "primary", realTime: true, limitMicros: 1 }],
    };
    backup.type("switchover\r").type("block west/5\r");
    expect(backup.shown).toContain("slot 3 is primary; try: slot 3 switchover");
    expect(backup.shown).toContain("slot 3 is primary; try: slot 3 block west/5");
    expect([...alone.card.done, ...backup.card.done]).toEqual([]);
  });

  it("actions are done, answered, and logged with who did them; looking is not logged", () => {
    const terminal = Terminal.loggedIn();
    terminal.logs.length = 0;
    for (const line of ["reset west/5-6", "pull-safe", "restart", "restart now", "inhibit plane b", "show calls"]) {
      terminal.type(`${line}\r`);
    }
    expect(terminal.card.done).toEqual([
      ...["reset west/5-6", "leave, stay", "leave, restart", "restart now", "inhibit 1 true"],
    ]);
    expect(terminal.logs.map(({ text }) => text)).toContain("console on ttyS0: admin: reset west/5-6");
    expect(terminal.logs).toHaveLength(5);
    terminal.tell({ kind: "notice", text: "this card has left: safe to pull" });
    expect(terminal.shown).toContain("% this card has left: safe to pull");
  });

  it("one plane stays in use, whatever is inhibited", () => {
    const terminal = Terminal.loggedIn();
    terminal.card.communication = { ...terminal.card.communication, inhibited: [true, false] };
    terminal.type("inhibit plane b\r").type("inhibit plane a\r");
    expect(terminal.shown).toContain("plane A is inhibited, and one has to be used");
    expect(terminal.shown).toContain("plane A is inhibited already");
    expect(terminal.card.done).toEqual([]);
  });

  it("configuration check says what the loader says", () => {
    expect(Terminal.loggedIn().type("conf check\r").shown).toContain("rack.yaml, line 3: pointCode: found 0; allowed:");
  });

  it("what others have written cannot work on the terminal", () => {
    expect(Terminal.loggedIn().type("show alarms\r").shown).toContain("slot 4: ?[31mdoes not beat");
  });
});

describe("paging", () => {
  const paged = () => {
    const terminal = Terminal.loggedIn();
    terminal.card.rows = Array.from({ length: 30 }, (_, key) => ({ key }));
    terminal.type("terminal length 10\r");
    terminal.clear();
    return terminal.type("show calls\r");
  };

  it("stops at a page; space goes on by a page, enter by a line, q ends it", () => {
    const terminal = paged();
    expect(terminal.screen.lines).toHaveLength(11);
    expect(terminal.screen.line).toBe("--More--");
    terminal.type("\r");
    expect(terminal.screen.lines).toHaveLength(12);
    terminal.type("x");
    expect(terminal.screen.lines).toHaveLength(12);
    terminal.type(" ");
    expect(terminal.screen.lines).toHaveLength(21);
    terminal.type("q");
    expect(terminal.screen.line).toBe("admin@slot 3# ");
    expect(terminal.screen.text).not.toContain("More");
  });

  it("^C ends it, and so it does in the middle of output", () => {
    const terminal = paged().type("\x03");
    expect(terminal.screen.line).toBe("admin@slot 3# ");
  });

  it("what fits a page exactly is not stopped at", () => {
    const terminal = Terminal.loggedIn();
    terminal.card.rows = Array.from({ length: 8 }, (_, key) => ({ key }));
    terminal.type("terminal length 10\r").type("show calls\r");
    expect(terminal.screen.line).toBe("admin@slot 3# ");
  });

  it("somebody who never answers --More-- is logged out like anybody else", () => {
    const terminal = paged().pass(15 * minute);
    expect(terminal.session.user).toBeUndefined();
  });

  it("JSON is not stopped at: it is one line", () => {
    const terminal = paged().type("q").type("show calls json\r");
    expect(terminal.screen.line).toBe("admin@slot 3# ");
  });
});

describe("other cards", () => {
  it("slot 2 show calls: the request goes there with the role, and the answer comes page by page", () => {
    const terminal = Terminal.loggedIn().type("slot 2 show calls\r");
    expect(terminal.asked).toMatchObject([{ slot: 2, request: "administrator: show calls" }]);
    terminal.piece("call  fr").piece("om\n1     west/1\n");
    expect(terminal.screen.lines.slice(1)).toEqual(["call  from", "1     west/1", ""]);
    terminal.answer({ kind: "end" });
    expect(terminal.screen.line).toBe("admin@slot 3# ");
  });

  it("connect: all that follows goes there, and the prompt says so, until disconnect", () => {
    const terminal = Terminal.loggedIn().type("connect 4\r");
    expect(terminal.screen.line).toBe("admin@slot 3 -> slot 4# ");
    terminal.type("sh links\r").answer({ kind: "end" });
    expect(terminal.asked).toMatchObject([{ slot: 4, request: "administrator: show links" }]);
    terminal.type("disconnect\r");
    expect(terminal.screen.line).toBe("admin@slot 3# ");
  });

  it("the own slot is not asked over the bus", () => {
    const terminal = Terminal.loggedIn().type("slot 3 show version\r");
    expect(terminal.asked).toEqual([]);
    expect(terminal.shown).toContain("1.2.3");
  });

  it("a failure is a sentence; what comes after it, or after ^C, is not shown", () => {
    const terminal = Terminal.loggedIn().type("slot 2 show calls\r");
    terminal.answer({ kind: "failed", reason: "slot 2 does not answer" });
    expect(terminal.screen.lines.slice(-2)).toEqual(["slot 2 does not answer", "admin@slot 3# "]);
    terminal.type("slot 2 show calls\r").type("\x03");
    expect(terminal.abandoned).toEqual([2]);
    expect(terminal.screen.line).toBe("admin@slot 3# ");
    terminal.piece("late\n");
    expect(terminal.shown).not.toContain("late");
  });

  it("an answer without an end is cut", () => {
    const terminal = Terminal.loggedIn().type("terminal length 5\r").type("slot 2 show calls\r");
    for (let sent = 0; sent < 12; sent++) terminal.piece(`${"x".repeat(99)}\n`.repeat(1000));
    expect(terminal.abandoned).toEqual([1]);
    terminal.type("q");
    expect(terminal.screen.line).toBe("admin@slot 3# ");
  });

  it("what is typed while an answer is awaited comes after it, and is bounded", () => {
    const terminal = Terminal.loggedIn().type("slot 2 show calls\r").type("show ver\r").type("x".repeat(10_000));
    terminal.answer({ kind: "end" });
    expect(terminal.shown).toContain("1.2.3");
    expect(terminal.screen.text.length).toBeLessThan(1500);
    terminal.type("\x15slot 2 show calls\r").clear();
    terminal.type("\r".repeat(10_000)).answer({ kind: "end" });
    expect(terminal.screen.lines.length).toBeLessThan(600);
  });
});

describe("trace", () => {
  const trace = (terminal: Terminal, type: string, name = "west/5") =>
    terminal.card.traced.add({ atMillis: 1, text: `from west ${name} ${type}`, words: [type, "west", name] });

  it("is off, and costs nothing, until it is switched on; then lines come above what is typed", () => {
    const terminal = Terminal.loggedIn();
    trace(terminal, "IAM");
    const idle = terminal.session.nextDeadline();
    expect(idle).toBe(terminal.now + 15 * minute);
    terminal.type("trace on isup\r").type("show ca");
    trace(terminal, "ACM");
    terminal.pass(second);
    expect(terminal.screen.lines.slice(-2)).toEqual([
      ...["00:00:00.001 isup from west west/5 ACM", "admin@slot 3# show ca"],
    ]);
    expect(terminal.shown).not.toContain("IAM");
    terminal.type("\x15trace off\r");
    expect(terminal.card.wanted).toEqual(["isup true", "isup false"]);
    expect(terminal.session.nextDeadline()).toBe(terminal.now + 15 * minute);
  });

  it("shows what the filters say", () => {
    const terminal = Terminal.loggedIn().type("trace on isup iam west/5\r");
    trace(terminal, "IAM");
    trace(terminal, "IAM", "west/6");
    trace(terminal, "REL");
    terminal.pass(second);
    expect(terminal.shown.match(/from west/g)).toHaveLength(1);
  });

  it("more than the line has room for is counted", () => {
    const terminal = Terminal.loggedIn().type("trace on isup\r");
    for (let count = 0; count < 100; count++) trace(terminal, "IAM");
    terminal.pass(second / 10);
    expect(terminal.shown.match(/from west/g)).toHaveLength(8);
    expect(terminal.shown).toContain("isup: 92 more that the line has no room for");
  });

  it("what is traced elsewhere, or not at all, is told", () => {
    const terminal = Terminal.loggedIn().type("trace on mgcp\r").type("trace on h248\r");
    expect(terminal.shown).toContain("nothing was done: mgcp is traced elsewhere");
    expect(terminal.shown).toContain("nothing was done: this node does not speak H.248 yet");
  });

  it("ends with the login", () => {
    const terminal = Terminal.loggedIn().type("trace on isup\r").type("exit\r");
    expect(terminal.card.wanted).toEqual(["isup true", "isup false"]);
    expect(terminal.session.nextDeadline()).toBeUndefined();
  });
});

it("any one octet lost from a session: it goes on, and the last command is done", () => {
  const typed = octetsOfText("admin\rshow calls\r\x1b[Ashow ca\t\tl\rterminal length 0\r");
  for (let lost = 0; lost < typed.length; lost++) {
    const terminal = new Terminal();
    terminal.tell({ kind: "octets", octets: typed.filter((_, place) => place !== lost) });
    terminal.type("\r").pass(second).type("\x05\x15admin\r").pass(second).type("admin\r");
    terminal.type("\x03\x03").type("show version\r");
    expect(terminal.shown, `without octet ${lost}`).toContain("1.2.3");
  }
});

describe("monitor", () => {
  const reports = (terminal: Terminal) =>
    terminal.written.split("\r\n").flatMap((line) => (line.startsWith("{") ? [JSON.parse(line)] : []));

  it("tells a program of the rack at once, and each second, until ^C brings the prompt back", () => {
    const terminal = Terminal.loggedIn();
    terminal.type("monitor\r").pass(3 * second);
    expect(reports(terminal).map(({ monitor, rack }) => [monitor, rack.upMicros / second])).toEqual([
      [1, 30],
      [1, 31],
      [1, 32],
      [1, 33],
    ]);
    terminal.clear();
    terminal.type("show rack\r").pass(second / 2);
    expect(terminal.shown).toBe("");
    terminal.type("\x03").pass(5 * second);
    expect(terminal.shown).toBe("^C\nadmin@slot 3# ");
  });

  it("whoever is monitoring is there, and is not logged out", () => {
    const terminal = Terminal.loggedIn();
    terminal.type("monitor\r").pass(60 * minute);
    expect(terminal.hangUps).toBe(0);
    expect(reports(terminal)).toHaveLength(3601);
    terminal.type("\x03").pass(16 * minute);
    expect(terminal.hangUps).toBe(1);
  });

  it("a line that goes amid it ends it", () => {
    const terminal = Terminal.loggedIn();
    terminal.type("monitor\r").tell({ kind: "closed" });
    expect(terminal.session.nextDeadline()).toBeUndefined();
  });
});
