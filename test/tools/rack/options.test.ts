import { describe, expect, it } from "vitest";
import { parseRackCommandLine } from "../../../tools/rack/options.ts";

function read(line: string) {
  let out = "";
  let error = "";
  const outcome = parseRackCommandLine(line === "" ? [] : line.split(" "), {
    out: (text) => {
      out += text;
    },
    error: (text) => {
      error += text;
    },
  });
  return { outcome, out, error };
}

function options(line: string) {
  const { outcome } = read(line);
  if (outcome.kind !== "run") throw new Error(`not run: ${line}`);
  return outcome.options;
}

describe("the command line of the rack", () => {
  it("without arguments runs the demonstration with calls and voice", () => {
    expect(options("")).toMatchObject({
      config: "boards/simulated/rack.yaml",
      exchange: true,
      gateway: true,
      rehearsal: true,
      rate: 20,
      ring: { text: "1s-2s", max: 2_000_000 },
      hold: { text: "3s-6s", max: 6_000_000 },
      voiceCallsMax: 100,
      forMicros: undefined,
      schedule: [],
    });
  });

  it("takes a whole unattended run, with every action any number of times", () => {
    const line =
      "--for 60s --rate 50 --pull primary@30s --pull primary@10s --insert @15s --freeze backup@40s --thaw @45s --cut A@50s --mend A@55s --report r.json";
    const { schedule, ...rest } = options(line);
    expect(rest).toMatchObject({ forMicros: 60_000_000, rate: 50, report: "r.json" });
    expect(schedule.map(({ at, action }) => `${action} ${at / 1_000_000}`)).toEqual([
      "pull 10",
      "insert 15",
      "pull 30",
      "freeze 40",
      "thaw 45",
      "cut 50",
      "mend 55",
    ]);
  });

  it("starts cards without their rehearsal", () => {
    expect(options("--no-rehearsal").rehearsal).toBe(false);
  });

  it("tells figures only when asked, on ports that all slots have", () => {
    expect(options("").metrics).toBeUndefined();
    expect(options("--metrics 65472").metrics).toBe(65_472);
    for (const wrong of ["0", "65473", "here", "127.0.0.1:9400"]) {
      expect(read(`--metrics ${wrong}`)).toMatchObject({ outcome: { kind: "done", exitCode: 2 } });
    }
    expect(read("--metrics 0").error).toContain("a port from 1 to 65472");
  });

  it("without voice has no calls with voice", () => {
    expect(options("--no-voice").voiceCallsMax).toBe(0);
    expect(options("--voice-calls-max 30").voiceCallsMax).toBe(30);
  });

  it.each([
    ["--pull primary", "such as primary@10s"],
    ["--cut C@1s", "C is no plane"],
    ["--rate fast", "a number from 0 to 10000"],
    ["--for 0s", "a time such as 30s"],
    ["--ring 2s-1s", "times such as 3s"],
    ["--everything", "unknown option"],
    ["fast", "too many arguments"],
    ["--for 10s --pull primary@10s", "pull primary comes at 10 s, but the calls end at 10 s"],
    ["--for 10s --no-exchange", "leaves nobody to make them"],
  ])("%s: one sentence and exit code 2", (line, sentence) => {
    const { outcome, error } = read(line);
    expect(outcome).toEqual({ kind: "done", exitCode: 2 });
    expect(error).toContain(sentence);
    expect(error.trim().split("\n")).toHaveLength(1);
  });

  it("--help says what a newcomer needs, and is no error", () => {
    const { outcome, out } = read("--help");
    expect(outcome).toEqual({ kind: "done", exitCode: 0 });
    for (const word of ["--pull", "--thaw", "--mend", "--for", "--report", "npm start", ".run/latest", "Exit code"]) {
      expect(out).toContain(word);
    }
  });
});
