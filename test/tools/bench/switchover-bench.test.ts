import { describe, expect, it } from "vitest";
import { readConfiguration } from "../../../tools/configuration/read-configuration.ts";
import { type PullSeries, resultOf, simulatedPulls } from "../../../tools/bench/switchover-bench.ts";
import type { Switchover } from "../../../tools/rack/switchovers.ts";

function pulled(detectionMillis: number, totalMillis: number): Switchover {
  const times = { atMicros: 0, beginMicros: 0, detectionMillis, beginMillis: detectionMillis + 1, totalMillis };
  return { cause: "pull", group: 1, from: 2, to: 3, term: 2, ...times, callsInSetup: 0, lostBefore: 0 };
}

function seriesOf(totals: readonly number[], findings: readonly string[] = []): PullSeries {
  return {
    where: "here",
    switchovers: totals.map((total) => pulled(total - 5, total)),
    gaps: totals.map(() => 6000),
    findings,
  };
}

const ninetyNine = Array.from({ length: 99 }, () => 20);

describe("a hundred pulls", () => {
  it("one late one is the maximum and not the 99th percentile", () => {
    const { table, reachesFloor } = resultOf([seriesOf([...ninetyNine, 80])], 100);
    expect(table).toEqual([
      ["milliseconds", "pulls", "p50", "p99", "max"],
      ["here: longest gap of the primary's beats", "100", "6.0", "6.0", "6.0"],
      ["here: detection", "100", "15.0", "15.0", "75.0"],
      ["here: BEGIN", "100", "16.0", "16.0", "76.0"],
      ["here: total", "100", "20.0", "20.0", "80.0"],
    ]);
    expect(reachesFloor).toBe(true);
  });

  it.each<[string, PullSeries]>([
    ["two of them are late", seriesOf([...ninetyNine.slice(1), 80, 80])],
    ["half of them take longer than the median may", seriesOf(ninetyNine.map(() => 26))],
    ["a call was lost", seriesOf([...ninetyNine, 20], ["1 calls lost in set-up"])],
    ["there were fewer", seriesOf(ninetyNine)],
  ])("not reached when %s", (_, series) => {
    expect(resultOf([series], 100).reachesFloor).toBe(false);
  });

  it("a switchover that nobody asked for has no pull to count from", () => {
    const series = seriesOf(ninetyNine);
    const unprompted: Switchover = { ...pulled(0, 900), cause: "unprompted" };
    const { table } = resultOf([{ ...series, switchovers: [...series.switchovers, unprompted] }], 99);
    expect(table[4]).toEqual(["here: total", "99", "20.0", "20.0", "20.0"]);
  });
});

it("in the simulator every pull is followed by a takeover, one card after the other, and by a message of the new primary", () => {
  const { configuration } = readConfiguration("boards/simulated/rack.yaml");
  const trunkGroups = configuration.trunkGroups.map((group) => ({ ...group, lastCic: 60 }));
  const { switchovers, findings } = simulatedPulls({ ...configuration, trunkGroups }, 3);
  expect(findings).toEqual([]);
  expect(switchovers.map(({ cause, from, to }) => [cause, from, to])).toEqual([
    ["pull", 2, 3],
    ["pull", 3, 2],
    ["pull", 2, 3],
  ]);
  for (const { detectionMillis = 0, beginMillis, totalMillis = 0 } of switchovers) {
    // Three beats of 5 ms missed, on the clock of the simulation.
    expect(detectionMillis).toBeGreaterThan(10);
    expect(beginMillis).toBeGreaterThanOrEqual(detectionMillis);
    expect(totalMillis).toBeGreaterThanOrEqual(beginMillis);
  }
});
