import { describe, expect, it } from "vitest";
import { judge, type RackReport } from "../../../tools/rack/report.ts";
import { summaryText } from "../../../tools/rack/summary.ts";

const good: RackReport = {
  seconds: 30,
  callsAttempted: 1500,
  callsAnswered: 1500,
  callsReleasedNormally: 1500,
  callsLost: { setup: 0, stable: 0 },
  undelivered: { messages: 0, calls: 0 },
  reasons: {},
  callsInSetupAtPull: 74,
  circuitsLeaked: 0,
  connectionsLeaked: 0,
  cdrs: { expected: 2500, missing: 0, duplicated: 0, unexpected: 0, cards: [] },
  rtp: { sent: 500_000, lost: 0, hostDrops: 0, foreign: 0 },
  switchovers: [
    {
      cause: "pull",
      group: 1,
      from: 2,
      to: 3,
      detectionMillis: 16.1,
      totalMillis: 22.5,
      longestServiceGapMillis: 30.25,
      callsInSetup: 74,
    },
  ],
  unpromptedSwitchovers: 0,
  secondFaults: 0,
  planes: { A: { loadPercent: 9.5, heartbeatPercent: 4, bitsPerCall: 4253, resynchronisationBits: 100_000 } },
  setupDelayMillis: { p50: 4, p99: 20, max: 61 },
  circuitCheck: { west: { circuits: 500, answered: 500, released: 500, notIdle: [], failed: [] } },
  cardsFailed: 0,
  cardsNotBack: [],
  faults: [],
};

describe("the judgement of a run", () => {
  it("a run in which nothing was lost ends with 0 and says so", () => {
    expect(judge(good)).toEqual({ exitCode: 0, findings: [] });
    expect(summaryText(good)).toContain("Nothing was lost.");
  });

  it("a call lost with a LIM is lost, and told apart", () => {
    const report = { ...good, callsLost: { setup: 2, stable: 0 }, undelivered: { messages: 3, calls: 2 } };
    expect(judge(report)).toEqual({ exitCode: 1, findings: ["2 calls lost in set-up"] });
    expect(summaryText(report)).toContain("2 of them by 3 messages that died with a LIM before they were on the bus");
  });

  it.each<[string, Partial<RackReport>, string]>([
    ["a call lost in set-up", { callsLost: { setup: 1, stable: 0 } }, "1 calls lost in set-up"],
    ["a call lost in conversation", { callsLost: { setup: 0, stable: 2 } }, "2 calls lost in conversation"],
    ["a circuit leaked", { circuitsLeaked: 1 }, "1 circuits not idle after the last call"],
    ["a connection leaked", { connectionsLeaked: 1 }, "1 connections left in a gateway"],
    ["a record missing", { cdrs: { ...good.cdrs, missing: 1 } }, "1 call detail records missing"],
    ["a record too many", { cdrs: { ...good.cdrs, duplicated: 1 } }, "1 call detail records too many"],
    [
      "a record of no call",
      { cdrs: { ...good.cdrs, unexpected: 1 } },
      "1 call detail records of calls that nobody made",
    ],
    ["voice lost", { rtp: { ...good.rtp, lost: 3 } }, "3 voice packets lost"],
    ["another call's voice", { rtp: { ...good.rtp, foreign: 3 } }, "3 voice packets of other calls"],
    ["an unprompted switchover", { unpromptedSwitchovers: 1 }, "1 switchovers without anybody's doing"],
    ["a failed card", { cardsFailed: 1 }, "1 cards failed"],
    ["a card that stays away", { cardsNotBack: ["the card in slot 2"] }, "the card in slot 2 did not come back"],
    ["no call", { callsAttempted: 0 }, "no call was made"],
    ["a fault of the run", { faults: ["calls at exchange west were not over in time"] }, "were not over in time"],
    [
      "a circuit that carries no call",
      { circuitCheck: { west: { circuits: 500, answered: 499, released: 499, notIdle: [], failed: [] } } },
      "west: 499 of 500",
    ],
  ])("%s: exit code 1, and why", (_, difference, finding) => {
    const verdict = judge({ ...good, ...difference });
    expect(verdict.exitCode).toBe(1);
    expect(verdict.findings.join("; ")).toContain(finding);
  });

  it("a host that dropped voice makes the run void, whatever else there was", () => {
    const verdict = judge({ ...good, rtp: { ...good.rtp, hostDrops: 7, lost: 7 } });
    expect(verdict.exitCode).toBe(3);
    expect(verdict.findings[0]).toBe("void: this host dropped 7 voice packets");
  });
});

it("a second fault excuses nothing, but is said", () => {
  expect(judge({ ...good, secondFaults: 1 })).toEqual({ exitCode: 0, findings: [] });
  expect(judge({ ...good, secondFaults: 1, callsLost: { setup: 9, stable: 0 } }).exitCode).toBe(1);
  expect(summaryText({ ...good, secondFaults: 1 })).toContain("1 x the primary was taken while there was no backup");
});

it("the summary says what each switchover took", () => {
  expect(summaryText(good)).toContain(
    "pull of slot 2: slot 3 took over in 22.5 ms (noticed after 16.1 ms, longest silence 30.3 ms), 74 calls in set-up",
  );
});
