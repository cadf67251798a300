import { expect, it } from "vitest";
import { figuresOf, tableOf, verdictOf } from "../../../tools/bench/bus-bench.ts";
import type { RecordCost } from "../../../tools/bench/record-monitor.ts";

const goal = {
  name: "a bus",
  frames: "fd",
  rates: { bitRate: 1_000_000, dataBitRate: 5_000_000 },
  callsPerSecond: 600,
  bitsPerCall: 2600,
} as const;

function cost(recordClass: RecordCost["recordClass"], about: string, records: number): RecordCost {
  return {
    recordClass,
    about,
    records,
    octets: 10 * records,
    frames: 2 * records,
    nominalBits: 500 * records,
    dataBits: 1000 * records,
  };
}

const secondMicros = 1_000_000;
/** Beats of 500 + 1000 bits, 100 of them in a second: 700 microseconds each. */
const costs = [cost("input", "IAM", 50), cost("commit", "IAM", 50), cost("heartbeat", "", 100)];

it("figures are by call, and what the heartbeats take is apart", () => {
  const figures = figuresOf(goal, costs, 50, 0, secondMicros);
  expect(figures.perCall.map(({ recordClass, records, nominalBits }) => [recordClass, records, nominalBits])).toEqual([
    ["commit", 1, 500],
    ["input", 1, 500],
  ]);
  expect(figures.bits).toBe(3000);
  expect(figures.micros).toBe(2 * (500 + 200));
  expect(figures.heartbeatShare).toBeCloseTo(0.07);
  expect(figures.carried).toBeCloseTo((0.63 * secondMicros) / 1400);
});

it("the table has a row a record, a row a class and the sum", () => {
  const table = tableOf([figuresOf(goal, costs, 50, 0, secondMicros)]);
  expect(table).toEqual([
    ["a call", "records", "octets", "fd frames", "bits", "µs"],
    ["commit IAM", "1.00", "10.0", "2.0", "1500", "700"],
    ["input IAM", "1.00", "10.0", "2.0", "1500", "700"],
    ["all: commit", "1.00", "10.0", "2.0", "1500", "700"],
    ["all: input", "1.00", "10.0", "2.0", "1500", "700"],
    ["all", "2.00", "20.0", "4.0", "3000", "1400"],
  ]);
});

it("a goal that is missed is said to be missed", () => {
  const { remarks, reached } = verdictOf(figuresOf(goal, costs, 50, 0, secondMicros));
  expect(reached).toBe(false);
  expect(remarks[0]).toContain("3000 bits a call (goal at most 2600: not reached)");
  expect(remarks[1]).toContain("carries 450 calls a second, 1,620,000 an hour");
});

it("goals are reached only when no call was lost", () => {
  const easy = { ...goal, callsPerSecond: 449, bitsPerCall: 3000 };
  expect(verdictOf(figuresOf(easy, costs, 50, 0, secondMicros)).reached).toBe(true);
  expect(verdictOf(figuresOf(easy, costs, 50, 1, secondMicros)).reached).toBe(false);
});
