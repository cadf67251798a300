import { expect, test } from "vitest";
import type { Alarm } from "../../../firmware/alarms/alarm-list.ts";
import { rackAlarms } from "../../../firmware/alarms/rack-alarms.ts";

const alarm = (name: string, object: string, more: Partial<Alarm> = {}): Alarm => ({
  ...{ name, object, severity: "minor", cause: "lossOfSignal", text: "", raisedAtMillis: 1000 },
  ...more,
});

test("what several cards tell of the same object is one alarm: the worst severity, the earliest time, and who tells it", () => {
  const told = rackAlarms([
    [
      4,
      [
        alarm("no-backup", "group 1", { raisedAtMillis: 900 }),
        alarm("no-real-time", "slot 4", { severity: "warning" }),
      ],
    ],
    [1, [alarm("no-backup", "group 1", { severity: "major" }), alarm("no-backup", "group 2")]],
    [3, [alarm("no-backup", "group 1"), alarm("card-missing", "slot 2", { severity: "major" })]],
    [5, []],
  ]);
  expect(
    told.map(({ severity, name, object, raisedAtMillis, toldBy }) => [severity, name, object, raisedAtMillis, toldBy]),
  ).toEqual([
    ["major", "no-backup", "group 1", 900, [1, 3, 4]],
    ["major", "card-missing", "slot 2", 1000, [3]],
    ["minor", "no-backup", "group 2", 1000, [1]],
    ["warning", "no-real-time", "slot 4", 1000, [4]],
  ]);
});

test("nothing of nobody", () => {
  expect(rackAlarms([])).toEqual([]);
});
