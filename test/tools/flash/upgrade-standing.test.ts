import { expect, test } from "vitest";
import type { UpgradeRow } from "../../../tools/flash/console-reports.ts";
import { type Standing, standingOf } from "../../../tools/flash/upgrade-standing.ts";

const runs = { kind: "runs" } as const;
const notOrdered = { kind: "not ordered" } as const;
const underWay = (text: string) => ({ kind: "under way", text }) as const;
const failed = (why: string) => ({ kind: "failed", why }) as const;

// biome-ignore format: what a card tells, and what that is, a row
test.each<[string, Omit<UpgradeRow, "slot"> | undefined, Standing]>([
  ["it runs it", { runs: "2", state: "settled" }, runs],
  ["it runs it, whatever was ordered", { runs: "2", state: "settled", order: "done" }, runs],
  ["on trial it may still come back with the one before", { runs: "2", trial: true, state: "trial" }, underWay("on trial with 2")],
  ["and so while it is written down", { runs: "2", trial: true, state: "keeping", order: "under way" }, underWay("on trial with 2")],
  ["others are first", { runs: "1", state: "settled", order: "waits" }, underWay("waits")],
  ["it fetches", { runs: "1", state: "fetching", percent: 57, order: "under way" }, underWay("fetching 50 %")],
  ["it begins anew", { order: "under way" }, underWay("under way")],
  ["what failed before does not count while it is ordered", { runs: "1", state: "settled", failure: "digest", order: "waits" }, underWay("waits")],
  ["it is at work, and who ordered it has forgotten", { runs: "1", state: "leaving" }, underWay("leaving")],
  ["it is not heard", {}, underWay("is not heard")],
  ["it is not told of", undefined, underWay("is not heard")],
  ["an order that failed", { runs: "1", state: "settled", order: "failed: no-room" }, failed("it has no room for the firmware, or cannot write it")],
  ["for another reason", { runs: "1", state: "settled", order: "failed: heat" }, failed("heat")],
  ["a stop", { runs: "1", state: "staged", order: "stopped" }, failed("it was stopped at a console")],
  ["it has failed, and who ordered it has forgotten", { runs: "1", state: "settled", failure: "trial" }, failed("on trial it did not come into service")],
  ["nobody knows of an order", { runs: "1", state: "settled" }, notOrdered],
  ["nor what it has is for", { runs: "1", state: "staged", percent: 100 }, notOrdered],
])("%s", (_, row, standing) => {
  expect(standingOf(row && { slot: 3, ...row }, "2")).toEqual(standing);
});
