/** The wall clocks of call servers are set while calls go on, as when a card without a battery hears of the time. */
import { expect, test } from "vitest";
import { countCalls, endCalls, offerCalls } from "../../tools/bench/simulated-load.ts";
import { SimulatedRack } from "../../tools/simulator/simulated-rack.ts";
import { smallRackOf } from "./one-call.ts";

const configuration = smallRackOf(60);
const ringMicros = 50_000;
const holdMicros = 2_000_000;
const hourMillis = 3_600_000;
const yearMillis = 365 * 24 * hourMillis;

interface Detail {
  readonly seizure: string;
  readonly answer: string;
  readonly release: string;
}

/** @param set by slot, by how much the clock of each call server is set in the middle */
function run(set: Readonly<Record<number, number>>, pulls: boolean) {
  const rack = new SimulatedRack(configuration, { mix: { ringMicros, holdMicros } });
  rack.run(300);
  offerCalls(rack, 10);
  rack.run(3_000);
  const [primary] = rack.primaries();
  for (const [slot, millis] of Object.entries(set)) rack.setClock(Number(slot), millis);
  if (pulls) rack.pull(primary);
  rack.run(3_000);
  endCalls(rack);
  rack.run(500);
  const details = rack.lines(3, "cdr.jsonl").map((line) => JSON.parse(line) as Detail);
  const lasted = details.map(({ answer, release }) => Date.parse(release) - Date.parse(answer));
  return {
    ...countCalls(rack),
    records: details.length,
    shortest: Math.min(...lasted),
    longest: Math.max(...lasted),
    last: Date.parse(details.at(-1)?.release ?? "") - rack.clock.wallMillis(),
    alarms: rack.log.filter((line) => line.includes("of the group's time")),
    differ: rack.log.filter((line) => line.includes("differ")),
  };
}

const undisturbed = run({}, false);

test.each([
  ["an hour ahead", hourMillis],
  ["an hour back", -hourMillis],
  ["30 years ahead", 30 * yearMillis],
  ["25 years back", -25 * yearMillis],
])("%s, at both: no call is lost, and each lasts as long as it did", (_, millis) => {
  for (const pulls of [false, true]) {
    const { attempted, lost, records, shortest, longest, last, alarms, differ } = run({ 2: millis, 3: millis }, pulls);
    expect({ lost, records, differ }).toEqual({ lost: 0, records: attempted, differ: [] });
    expect(shortest).toBeGreaterThan(undisturbed.shortest - 100);
    expect(longest).toBeLessThan(undisturbed.longest + 100);
    expect(last - undisturbed.last).toBeGreaterThan(millis - 500);
    expect(last - undisturbed.last).toBeLessThan(millis + 500);
    expect(alarms).toHaveLength(1);
  }
});

test("at one of them: the group's time is that of whoever is primary", () => {
  const { attempted, lost, records, shortest, longest, alarms } = run({ 3: 10 * yearMillis }, true);
  expect({ lost, records }).toEqual({ lost: 0, records: attempted });
  expect(alarms.map((line) => line.replace(/.*the clock is /, ""))).toEqual([
    expect.stringMatching(/^315360000.0 s ahead of the group's time/),
  ]);
  expect(shortest).toBeGreaterThan(undisturbed.shortest - 100);
  expect(longest).toBeLessThan(undisturbed.longest + 100);
});
