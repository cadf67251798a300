import { describe, expect, test } from "vitest";
import { monitorPicture, type MonitorView } from "../../../tools/monitor/monitor-picture.ts";
import { timeLine } from "../../../tools/monitor/time-line.ts";
import { type Line, plainText } from "../../../tools/rack/styled-text.ts";
import { sampleReport } from "./sample-report.ts";

const view: MonitorView = {
  ...{ report: sampleReport, ageMillis: 400, address: "/dev/ttyUSB0", lineText: "up", isLineUp: true, unreadable: 0 },
  ...{ output: ["> show version", "firmware 0.1.0"], typed: "show al", isPassword: false, nowMillis: 0 },
};

const text = (lines: readonly Line[]): string => lines.map((line) => plainText(line).trimEnd()).join("\n");

describe("the monitor's screen", () => {
  test("at 80 x 24 looks like this", () => {
    expect(`\n${text(monitorPicture(view, { columns: 80, rows: 24 }))}\n`).toMatchInlineSnapshot(`
      "
       TANDEM  demonstration  up 00:01:23                             /dev/ttyUSB0 up
      ┌─ 1 ──────────────┐┌─ 2 ──────────────┐╔═ 3 ══════════════╗┌─ 4 ──────────────┐
      │ LIM              ││ CALL SERVER      │║ CALL SERVER      ║│ TRANSPORTER      │
      │ in service       ││ not heard        │║ PRIMARY          ║│ safe to pull     │
      │ term 4  #1301    ││                  │║ term 4  #1302    ║│ term 4  #1301    │
      │ ●ACT ○SBY ○ALM   ││ ○ACT ○SBY ○ALM   │║ ●ACT ○SBY ●ALM   ║│ ●ACT ○SBY ○ALM   │
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
       15:55:00 minor    gateway gw1: does not answer (over 15:55:10)



      ────────────────────────────────────────────────────────────────────────────────
       > show version
       firmware 0.1.0
       > show al▁
      "
    `);
  });

  test.each([
    [40, 10],
    [80, 24],
    [81, 25],
    [200, 60],
  ])("is exactly %i x %i", (columns, rows) => {
    const output = Array.from({ length: 40 }, (_, at) => `line ${at} ${"x".repeat(at * 9)}`);
    const alarms = Array.from({ length: 30 }, () => sampleReport.alarms[0]);
    for (const report of [undefined, sampleReport, { ...sampleReport, alarms, switchover: undefined }]) {
      const lines = monitorPicture({ ...view, report, output }, { columns, rows });
      expect(lines.map((line) => [...plainText(line)].length)).toEqual(Array.from({ length: rows }, () => columns));
    }
  });

  test("blinks", () => {
    const dark = monitorPicture({ ...view, nowMillis: 600 }, { columns: 80, rows: 24 });
    expect(text(monitorPicture(view, { columns: 80, rows: 24 }))).toContain("●ALM");
    expect(text(dark)).not.toContain("●ALM");
  });

  test("says how old the report is, what was unreadable, and shows no password", () => {
    const late = { ...view, ageMillis: 9000, unreadable: 17, isPassword: true, typed: "secret" };
    const shown = text(monitorPicture(late, { columns: 120, rows: 24 }));
    expect(shown).toContain("unreadable 17  last report 9 s ago  /dev/ttyUSB0 up");
    expect(shown).toContain(" password: ");
    expect(shown).not.toContain("secret");
  });
});

describe("the time line of a switchover", () => {
  test("is drawn to scale", () => {
    const [head, drawn, legend] = timeLine(sampleReport.switchover, 102).map((each) => plainText(each));
    expect(head).toContain("slot 2 to slot 3 in 20.0 ms, term 4");
    // A hundred columns for 20 ms: 16.1 ms is at 80, 16.3 beside it, 17.0 at 84, 18.9 at 94.
    expect([..."HDCB"].map((letter) => drawn.indexOf(letter) - 1)).toEqual([0, 80, 81, 99]);
    expect([drawn.indexOf("G") - 1, drawn.lastIndexOf("G") - 1]).toEqual([84, 94]);
    expect(legend).toBe(" H beat  D detected 16.1  C claim 16.3  G grants 1 17.0, 4 18.9  B begin 20.0");
  });

  test("has room for all its marks where all is at once", () => {
    const atOnce = {
      from: undefined,
      to: 3,
      term: 1,
      detectedMicros: 0,
      claimedMicros: 0,
      beganMicros: 0,
      atMillis: 0,
    };
    const answers = Array.from({ length: 8 }, (_, slot) => ({ slot, micros: 0 }));
    const [, drawn] = timeLine({ ...atOnce, answers }, 40);
    expect(plainText(drawn).trim()).toBe("DCGGGGGGGGB");
  });
});
