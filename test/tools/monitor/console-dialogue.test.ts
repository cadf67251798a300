import { describe, expect, test } from "vitest";
import type { MonitorReport } from "../../../firmware/console/monitor-report.ts";
import { seededEntropy } from "../../../hal/simulated/entropy.ts";
import { ConsoleDialogue } from "../../../tools/monitor/console-dialogue.ts";
import { sampleReport } from "./sample-report.ts";
import { ScriptedConsole } from "./scripted-console.ts";

const stepMillis = 100;

/** What becomes of octets on their way. */
type Wire = (octets: Uint8Array) => Uint8Array;
const whole: Wire = (octets) => octets;

/** A monitor and a console with a wire between them, and a clock. */
class Bench {
  now = 0;
  wire: Wire = whole;
  readonly reports: MonitorReport[] = [];
  readonly texts: string[] = [];
  readonly console: ScriptedConsole;
  readonly dialogue: ConsoleDialogue;
  #toMonitor: Uint8Array[] = [];
  #toConsole: Uint8Array[] = [];

  constructor(password: string | undefined) {
    this.console = new ScriptedConsole(
      "right",
      () => sampleReport,
      (text) => this.#toMonitor.push(Buffer.from(text)),
    );
    const listener = {
      send: (text: string) => void this.#toConsole.push(Buffer.from(text)),
      report: (report: MonitorReport) => void this.reports.push(report),
      text: (line: string) => void this.texts.push(line),
    };
    this.dialogue = new ConsoleDialogue({ user: "admin", password }, listener, 0);
  }

  run(millis: number): void {
    for (const end = this.now + millis; this.now < end; this.now += stepMillis) {
      if (this.now % 1000 === 0) this.console.second();
      // What each says at once is heard at once.
      for (let turn = 0; turn < 20 && this.#toMonitor.length + this.#toConsole.length > 0; turn++) {
        const [forMonitor, forConsole] = [this.#toMonitor, this.#toConsole];
        [this.#toMonitor, this.#toConsole] = [[], []];
        for (const octets of forConsole) this.console.octets(Buffer.from(this.wire(octets)).toString("latin1"));
        for (const octets of forMonitor) this.dialogue.octets(this.wire(octets), this.now);
      }
      this.dialogue.tick(this.now);
    }
  }
}

function begun(password = "right"): Bench {
  const bench = new Bench(password);
  bench.console.greet();
  bench.dialogue.begin(0);
  return bench;
}

describe("the dialogue with a console", () => {
  test("logs in and has reports told", () => {
    const bench = begun();
    bench.run(5000);
    expect(bench.dialogue.state).toBe("monitoring");
    expect(bench.reports.length).toBeGreaterThanOrEqual(3);
    expect(bench.reports[0]).toEqual(sampleReport);
    expect(bench.console.lines.filter((line) => line !== "")).toEqual(["admin", "*", "terminal length 0", "monitor"]);
    expect(bench.dialogue.unreadable).toBe(0);
  });

  test("finds a console that somebody has left at its prompt, or at its reports", () => {
    const bench = begun();
    bench.run(3000);
    for (let again = 0; again < 3; again++) {
      bench.dialogue.begin(bench.now);
      const before = bench.reports.length;
      bench.run(3000);
      expect(bench.reports.length).toBeGreaterThan(before);
    }
  });

  test("does commands in between, and goes on", () => {
    const bench = begun();
    bench.run(3000);
    bench.dialogue.command("show version");
    bench.dialogue.command("show nothing");
    bench.run(3000);
    expect(bench.texts.slice(-3)).toEqual(["firmware 0.1.0", "runtime v24.0.0", "there is no command show nothing"]);
    const before = bench.reports.length;
    bench.run(2000);
    expect(bench.reports.length).toBe(before + 2);
  });

  test("does not give a wrong password twice", () => {
    const bench = begun("wrong");
    bench.run(60_000);
    expect(bench.dialogue.state).toBe("password");
    expect(bench.console.lines.filter((line) => line === "*").length).toBe(1);
    expect(bench.texts).toContain("wrong login; the next may be tried in 1 s");
    bench.dialogue.command("right");
    bench.run(3000);
    expect(bench.dialogue.state).toBe("monitoring");
  });

  test("asks for a password that nobody has told it", () => {
    const bench = new Bench(undefined);
    bench.console.greet();
    bench.dialogue.begin(0);
    bench.run(3000);
    expect(bench.dialogue.state).toBe("password");
    bench.dialogue.command("right");
    bench.run(3000);
    expect(bench.reports.length).toBeGreaterThan(0);
  });

  test.each(Array.from({ length: 20 }, (_, seed) => seed))(
    "a line that loses octets and brings garbage, seed %i",
    (seed) => {
      const entropy = seededEntropy(seed);
      const random = () => entropy.integer(1_000_000) / 1_000_000;
      const bench = begun();
      bench.run(3000);
      bench.wire = (octets) => {
        const passed = [...octets].flatMap((octet) => {
          const chance = random();
          if (chance < 0.01) return [];
          return chance < 0.015
            ? [octet, Math.floor(random() * 256)]
            : chance < 0.02
              ? [Math.floor(random() * 256)]
              : [octet];
        });
        return Uint8Array.from(passed);
      };
      for (let command = 0; command < 12; command++) {
        bench.dialogue.command("show version");
        bench.run(5000);
      }
      expect(bench.dialogue.unreadable).toBeGreaterThan(0);
      // As soon as the line is whole again so are the reports.
      bench.wire = whole;
      bench.run(20_000);
      if (bench.dialogue.state === "password") {
        bench.dialogue.command("right");
        bench.run(10_000);
      }
      expect(bench.dialogue.state).toBe("monitoring");
      const before = bench.reports.length;
      bench.run(3000);
      expect(bench.reports.length).toBe(before + 3);
    },
  );

  test("a prompt that is lost is asked for again", () => {
    const bench = begun();
    bench.run(3000);
    bench.dialogue.command("show version");
    bench.wire = () => new Uint8Array(0);
    bench.run(500);
    bench.wire = whole;
    const before = bench.reports.length;
    bench.run(10_000);
    expect(bench.reports.length).toBeGreaterThan(before);
  });

  test("a console that does not know the command is not asked for it all the time", () => {
    const bench = begun();
    bench.console.knowsMonitor = false;
    bench.run(60_000);
    const asked = bench.console.lines.filter((line) => line === "monitor").length;
    expect(asked).toBeGreaterThan(1);
    expect(asked).toBeLessThan(7);
    expect(bench.texts).toContain("there is no command monitor");
    bench.dialogue.command("show version");
    bench.run(5000);
    expect(bench.texts).toContain("firmware 0.1.0");
  });

  test("a line without an end is not kept", () => {
    const bench = begun();
    bench.run(3000);
    for (let part = 0; part < 100; part++) bench.dialogue.octets(Buffer.from("x".repeat(10_000)), bench.now);
    bench.dialogue.octets(Buffer.from("\n"), bench.now);
    expect(bench.dialogue.unreadable).toBe(1);
    expect(bench.texts.filter((text) => text.includes("xx"))).toEqual([]);
    bench.run(3000);
    expect(bench.dialogue.state).toBe("monitoring");
  });

  test("a prompt is answered once, however long the line takes to show it", () => {
    const sent: string[] = [];
    const listener = { send: (text: string) => void sent.push(text), report: () => {}, text: () => {} };
    const dialogue = new ConsoleDialogue({ user: "admin", password: "right" }, listener, 0);
    dialogue.octets(Buffer.from("login: "), 0);
    for (let now = 0; now < 3000; now += stepMillis) dialogue.tick(now);
    expect(sent).toEqual(["admin\r"]);
  });

  test("another form of report is counted, not shown", () => {
    const bench = begun();
    bench.run(3000);
    const before = bench.reports.length;
    for (const line of ['{"monitor":2}', '{"monitor":1}', "{", '{"monitor":1,"rack":null}', "[1]", "null"]) {
      bench.dialogue.octets(Buffer.from(`${line}\r\n`), bench.now);
    }
    expect(bench.reports.length).toBe(before);
    expect(bench.dialogue.unreadable).toBe(4);
  });
});
