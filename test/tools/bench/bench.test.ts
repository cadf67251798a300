import { expect, it } from "vitest";
import { tableText } from "../../../tools/bench/bench.ts";
import { ProcessorTime, processorSeconds } from "../../../tools/bench/processor-time.ts";

it("a table has columns as wide as they need, numbers to the right", () => {
  const table = [
    ["calls/s", "lost", "p99 ms"],
    ["50", "0", "12.5"],
    ["100", "12", "112.5"],
  ];
  expect(`\n${tableText(table)}`).toBe(`
calls/s  lost  p99 ms
50          0    12.5
100        12   112.5
`);
});

it("processor time is counted by what a process is at the time", () => {
  const time = new ProcessorTime();
  const burn = () => {
    const before = processorSeconds(process.pid) ?? 0;
    while ((processorSeconds(process.pid) ?? 0) - before < 0.05);
  };
  time.sample([{ name: "backup", pid: process.pid }]);
  expect(time.all().get("backup")).toBe(0);
  burn();
  time.sample([{ name: "primary", pid: process.pid }]);
  expect(time.all().get("backup")).toBe(0);
  expect(time.all().get("primary")).toBeGreaterThanOrEqual(0.05);
});

it("a process that is gone has used nothing", () => {
  expect(processorSeconds(2 ** 30)).toBeUndefined();
  const time = new ProcessorTime();
  time.sample([{ name: "gone", pid: 2 ** 30 }]);
  expect([...time.all()]).toEqual([]);
});
