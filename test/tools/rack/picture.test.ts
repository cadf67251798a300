import { describe, expect, it } from "vitest";
import type { RackAlarm } from "../../../firmware/alarms/rack-alarms.ts";
import type { Severity } from "../../../firmware/alarms/severity.ts";
import { type CallLadder, ladderPicture } from "../../../tools/rack/ladder-picture.ts";
import { helpPicture, rackPicture } from "../../../tools/rack/picture.ts";
import type { RackView, SlotView } from "../../../tools/rack/rack-view.ts";
import { asciiText, isUnicodeLocale, type Line, plainText } from "../../../tools/rack/styled-text.ts";

const second = 1_000_000;
const size = { columns: 80, rows: 24 };

const lights = { power: "green", active: "green", alarm: "off", bus: "green", link: "off" } as const;
const slots: readonly SlotView[] = [
  {
    number: 1,
    kind: "lim",
    state: "running",
    role: "witness",
    terms: [2],
    commit: 1301,
    lights: { ...lights, link: "green" },
  },
  {
    number: 2,
    kind: "call-server",
    state: "pulled",
    role: undefined,
    terms: [],
    commit: undefined,
    lights: { power: "off", active: "off", alarm: "off", bus: "off", link: "off" },
  },
  { number: 3, kind: "call-server", state: "running", role: "primary", terms: [2], commit: 1302, lights },
  {
    number: 4,
    kind: "transporter",
    state: "running",
    role: "witness",
    terms: [2],
    commit: 1301,
    lights: { ...lights, link: "green" },
  },
];

const view: RackView = {
  name: "demonstration",
  pointCode: "1-1-1",
  upMicros: 83 * second,
  isStarting: false,
  protection: {
    isProtected: false,
    text: "unprotected: no backup",
    notRedundant: "not redundant: only one LIM, only one transporter",
  },
  slots,
  planes: [
    { plane: "A", loadPercent: 6.2, cut: false },
    { plane: "B", loadPercent: 0, cut: true },
  ],
  alarms: [],
  traffic: {
    callsPerSecond: 20,
    settingUp: 31,
    conversing: 88,
    made: 1651,
    answered: 1620,
    lostInSetup: 0,
    lostInConversation: 0,
    packetsSent: 64_878,
    packetsLost: 0,
  },
  detection: { limitMillis: 17.5, realTime: true },
  switchover: {
    cause: "pull",
    from: 2,
    to: 3,
    totalMillis: 22.53,
    detectionMillis: 16.1,
    callsInSetup: 31,
    lostSince: 0,
  },
  switchovers: 1,
  events: [
    { atMicros: 0, sinceMicros: 5 * second, severity: "info", text: "calls run: 20 a second" },
    { atMicros: 0, sinceMicros: 60 * second, severity: "warning", text: "call server pulled out of slot 2" },
  ],
};

const text = (lines: readonly Line[]): string => lines.map((line) => plainText(line).trimEnd()).join("\n");

describe("the rack on a screen", () => {
  it("at 80 x 24 looks like this", () => {
    const lines = rackPicture(view, 3, size);
    expect(`\n${text(lines)}\n`).toMatchInlineSnapshot(`
      "
       TANDEM  demonstration  1-1-1  up 00:01:23               unprotected: no backup
      ┌─ 1 ──────────────┐┌─ 2 ──────────────┐╔═ 3 ══════════════╗┌─ 4 ──────────────┐
      │ LIM              ││ CALL SERVER      │║ CALL SERVER      ║│ TRANSPORTER      │
      │ in service       ││ PULLED           │║ PRIMARY          ║│ in service       │
      │ term 2  #1301    ││                  │║ term 2  #1302    ║│ term 2  #1301    │
      │ ●PWR ●ACT ○ALM   ││ ○PWR ○ACT ○ALM   │║ ●PWR ●ACT ○ALM   ║│ ●PWR ●ACT ○ALM   │
      │ ●BUS ●LNK        ││ ○BUS ○LNK        │║ ●BUS ○LNK        ║│ ●BUS ●LNK        │
      └──────────────────┘└──────────────────┘╚══════════════════╝└──────────────────┘
       plane A ▓▓▓▓══════════════════════════════════════════════════   6.2 %  ok
       plane B ═════════════════════════  ╳  ═════════════════════════ CUT

       calls     31 in set-up  88 in conversation  1620 answered
                 20 a second   lost 0   voice: 64878 packets, 0 lost
       detection after 17.5 ms of silence  (real-time priority)
       switchover 1: pull 2 to 3 in 22.5 ms, 31 calls in set-up, none lost
       not redundant: only one LIM, only one transporter
      ────────────────────────────────────────────────────────────────────────────────
       00:00:05 calls run: 20 a second
       00:01:00 call server pulled out of slot 2




       0-9 slot  p pull  i insert  f freeze  t thaw  a b plane  l ladder  +- rate  ? q
      "
    `);
  });

  it.each([
    { columns: 80, rows: 24 },
    { columns: 40, rows: 10 },
    { columns: 133, rows: 50 },
  ])("fills $columns x $rows exactly", (other) => {
    const lines = rackPicture(view, 1, other);
    expect(lines).toHaveLength(other.rows);
    for (const line of lines) expect([...plainText(line)]).toHaveLength(other.columns);
  });

  it("shows the alarms between planes and calls, as many as fit, the worst first; warnings are for the log", () => {
    const alarm = (severity: Severity, name: string, object: string): RackAlarm => ({
      ...{ severity, name, object, cause: "lossOfSignal", text: "", raisedAtMillis: 0, toldBy: [1] },
    });
    const shown = (...alarms: RackAlarm[]) =>
      text(rackPicture({ ...view, alarms }, 3, size))
        .split("\n")[10]
        .trimEnd();
    const missing = alarm("major", "card-missing", "slot 2");
    const unprotected = alarm("minor", "no-backup", "group 1");
    const down = alarm("minor", "association-down", "association west at slot 1");
    expect(shown(missing, unprotected)).toBe(" alarms    major card-missing slot 2  minor no-backup group 1");
    expect(shown(missing, unprotected, down, down)).toBe(
      " alarms    major card-missing slot 2  minor no-backup group 1  +2",
    );
    expect(shown(alarm("warning", "no-real-time", "slot 2"))).toBe("");
  });

  it("with more slots than there is room for, shows the selected one", () => {
    const many = Array.from({ length: 12 }, (_, number) => ({ ...slots[0], number }));
    for (const selected of [0, 5, 11]) {
      expect(text(rackPicture({ ...view, slots: many }, selected, size))).toContain(`═ ${selected} ═`);
    }
  });

  it.each(["hangs", "safe to pull", "out of service"])(
    "shows a card that %s as such, whatever its role",
    (condition) => {
      const one = { ...slots[2], condition };
      const shown = text(rackPicture({ ...view, slots: [one] }, 3, size));
      expect(shown).toContain(`║ ${condition} `);
      expect(shown).not.toContain("PRIMARY");
    },
  );

  it("tells the groups of call servers apart where there are several", () => {
    const [lim, , server, transporter] = slots;
    const two = [
      { ...lim, terms: [2, 1], commit: undefined },
      { ...server, group: 1 },
      { ...server, number: 5, group: 2, terms: [1] },
      { ...transporter, terms: [2, 1], commit: undefined },
    ];
    const shown = text(rackPicture({ ...view, slots: two }, 3, size))
      .split("\n")
      .slice(2, 5)
      .join("\n");
    expect(`\n${shown}\n`).toMatchInlineSnapshot(`
      "
      │ LIM              │║ SERVER 1         ║│ SERVER 2         ││ TRANSPORTER      │
      │ in service       │║ PRIMARY          ║│ PRIMARY          ││ in service       │
      │ terms 2 1        │║ term 2  #1302    ║│ term 1  #1302    ││ terms 2 1        │
      "
    `);
  });

  it("says what was lost, and that nobody asked for the switchover", () => {
    const traffic = { ...(view.traffic ?? never()), lostInSetup: 2, lostInConversation: 1 };
    const switchover = { ...(view.switchover ?? never()), cause: "unprompted", lostSince: 3 } as const;
    const shown = text(rackPicture({ ...view, traffic, switchover }, 1, size));
    expect(shown).toContain("lost 3 (2 in set-up, 1 in conversation)");
    expect(shown).toContain("unprompted 2 to 3 in 22.5 ms, 31 calls in set-up, 3 lost");
  });

  it("without exchanges says whose calls are waited for", () => {
    expect(text(rackPicture({ ...view, traffic: undefined }, 1, size))).toContain("no test exchanges");
  });

  it("is of ASCII alone where the locale knows no more", () => {
    const shown = asciiText(text(rackPicture(view, 3, size)));
    expect([...shown].every((character) => character.charCodeAt(0) < 128)).toBe(true);
    expect([{ LANG: "C" }, { LANG: "de_DE.ISO-8859-1" }].map(isUnicodeLocale)).toEqual([false, false]);
    expect([{}, { LANG: "C.UTF-8" }, { LC_ALL: "en_US.utf8", LANG: "C" }].map(isUnicodeLocale)).toEqual([
      true,
      true,
      true,
    ]);
  });

  it("has a page of keys that fits", () => {
    expect(helpPicture.length).toBeLessThanOrEqual(24);
    for (const line of helpPicture) expect([...plainText(line)].length).toBeLessThanOrEqual(80);
  });
});

function never(): never {
  throw new Error("the fixture has it");
}

describe("the ladder of a call", () => {
  const rung = (millis: number, from: string, to: string, said: string) => ({
    atMicros: 7 * second + millis * 1000,
    from,
    to,
    text: said,
  });
  const call: CallLadder = {
    title: "0205800000007 calls 20100150300500: west/14 to east/3",
    rungs: [
      rung(0, "west", "LIM 1", "IAM west/14"),
      rung(0.4, "LIM 1", "call server 2", "input"),
      rung(1.2, "call server 2", "transporter 4", "connect west/14"),
      rung(1.9, "transporter 4", "gw1", "CRCX"),
      rung(3.1, "gw1", "transporter 4", "200"),
      rung(4, "call server 2", "call server 2", "T7"),
      rung(4.2, "call server 2", "LIM 1", "IAM east/3"),
      rung(4.3, "call server 2", "call server 3", "commit 1301"),
      rung(4.5, "LIM 1", "east", "IAM east/3"),
    ],
  };

  it("has a line for each party and an arrow for each message", () => {
    expect(`\n${text(ladderPicture(call, 0, { columns: 80, rows: 14 }))}\n`).toMatchInlineSnapshot(`
      "
       0205800000007 calls 20100150300500: west/14 to east/3
            ms      west     LIM 1    server 2  server 3 transp. 4    gw1       east
           0.0       │───IAM──▶│         │         │         │         │         │
           0.4       │         │──input─▶│         │         │         │         │
           1.2       │         │         │──connect west/14─▶│         │         │
           1.9       │         │         │         │         │──CRCX──▶│         │
           3.1       │         │         │         │         │◀──200───│         │
           4.0       │         │         ○ T7      │         │         │         │
           4.2       │         │◀──IAM───│         │         │         │         │
           4.3       │         │         │─commit─▶│         │         │         │
           4.5       │         │───────────────────IAM east/3───────────────────▶│


       any key goes back
      "
    `);
  });

  it("fills the screen exactly, also from the middle of a long call on", () => {
    const long = { ...call, rungs: Array.from({ length: 100 }, (_, index) => call.rungs[index % 9]) };
    const lines = ladderPicture(long, 50, size);
    expect(lines).toHaveLength(24);
    for (const line of lines) expect([...plainText(line)]).toHaveLength(80);
  });

  it("of a call that nobody remembers says so", () => {
    expect(text(ladderPicture({ title: "no call has ended yet", rungs: [] }, 0, size))).toContain(
      "nothing is remembered",
    );
  });
});
