/** A LIM that is given more than its group consumes. */
import { expect, test } from "vitest";
import { inputCongestionThresholds } from "../../../firmware/backplane/input-congestion.ts";
import { inputsOutstandingMax } from "../../../firmware/backplane/input-record.ts";
import { started } from "./toy-words.ts";

const [first, second] = inputCongestionThresholds;
const values = Array.from({ length: second.onset + inputsOutstandingMax + 50 }, (_, index) => 1 + (index % 255));

test("its application is told, and told again when the group keeps up; nothing is lost or turned round", () => {
  const rack = started();
  for (const value of values) rack.say(1, value);
  rack.run(1);
  expect(rack.congestion(1)).toEqual([1, 2]);
  rack.run(3_000);
  expect(rack.congestion(1)).toEqual([1, 2, 1, 0]);
  expect(rack.callServer(2).values).toEqual(values);
  expect(rack.lines.filter((line) => line.includes("behind"))).toHaveLength(3);
});

test("no more than a window of it is on the bus", () => {
  const rack = started();
  for (const slot of [2, 3]) rack.card(slot).freeze();
  for (const value of values.slice(0, first.onset)) rack.say(1, value);
  rack.run(1);
  expect(rack.status(1)).toMatchObject({ inputsUnconsumed: first.onset });
  expect(rack.congestion(1)).toEqual([]);
});

test("a takeover in the middle of it loses nothing", () => {
  const rack = started();
  for (const value of values) rack.say(1, value);
  rack.run(5);
  rack.pull(2);
  rack.run(3_000);
  expect(rack.congestion(1).slice(-1)).toEqual([0]);
  expect(rack.callServer(3).values).toEqual(values);
});
