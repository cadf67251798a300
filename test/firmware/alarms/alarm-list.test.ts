import { describe, expect, test } from "vitest";
import { type AlarmChange, AlarmList, alarmHistoryMax, alarmsMax } from "../../../firmware/alarms/alarm-list.ts";
import type { CardSight } from "../../../firmware/alarms/card-sight.ts";
import type { AlarmCondition, Finding } from "../../../firmware/alarms/conditions.ts";

const nowhere: CardSight = { slot: 2, cards: [], communication: {}, application: {} };
const utc = 1_700_000_000_000;

/** A list with one condition, which is whatever the test says at a time. */
function oneCondition(row: Partial<AlarmCondition>, historyMax?: number) {
  let findings: readonly Finding[] = [];
  const condition: AlarmCondition = {
    ...{ name: "broken", severity: "minor", cause: "equipmentMalfunction", onMillis: 0, offMillis: 0, why: "" },
    ...row,
    find: () => findings,
  };
  const list = new AlarmList([condition], historyMax);
  const timeAt = (millis: number) => ({ nowMicros: millis * 1000, wallMillis: utc + millis });
  const texts = (changes: readonly AlarmChange[]) =>
    changes.map(({ change, alarm }) => `${change} ${alarm.severity} ${alarm.object}`);
  return {
    list,
    timeAt,
    texts,
    at: (millis: number, ...objects: string[]) => {
      findings = objects.map((object) => ({ object, text: `at ${millis}` }));
      return texts(list.examine(nowhere, timeAt(millis)));
    },
  };
}

describe("an alarm", () => {
  test("is raised at once and cleared at once where the table has no times", () => {
    const { at, list } = oneCondition({});
    expect(at(0, "slot 3")).toEqual(["raised minor slot 3"]);
    expect(at(200, "slot 3")).toEqual([]);
    expect(list.list()).toEqual([
      {
        ...{ name: "broken", severity: "minor", cause: "equipmentMalfunction", object: "slot 3" },
        ...{ text: "at 200", raisedAtMillis: utc },
      },
    ]);
    expect(at(400)).toEqual(["cleared minor slot 3"]);
    expect(list.standing()).toEqual([]);
    expect(list.list()).toMatchObject([{ raisedAtMillis: utc, clearedAtMillis: utc + 400 }]);
  });

  test("is raised only when its condition has been there without a break for long enough", () => {
    const { at } = oneCondition({ onMillis: 500 });
    expect([at(0, "slot 3"), at(400, "slot 3"), at(450), at(600, "slot 3"), at(1000, "slot 3")].flat()).toEqual([]);
    expect(at(1100, "slot 3")).toEqual(["raised minor slot 3"]);
  });

  test("flaps a hundred times, and is told once", () => {
    const { at, list } = oneCondition({ onMillis: 200, offMillis: 1000 });
    at(0, "plane A");
    const told = Array.from({ length: 100 }, (_, turn) => [at(200 + turn * 400, "plane A"), at(400 + turn * 400)]);
    expect(told.flat(2)).toEqual(["raised minor plane A"]);
    const last = 200 + 99 * 400;
    expect([at(last + 999), at(last + 1000)]).toEqual([[], ["cleared minor plane A"]]);
    expect(list.list()).toMatchObject([{ raisedAtMillis: utc + 200, clearedAtMillis: utc + last + 1000 }]);
  });

  test("becomes worse when it lasts", () => {
    const { at, list } = oneCondition({ worse: { severity: "major", afterMillis: 60_000 } });
    expect([at(0, "group 1"), at(59_999, "group 1")].flat()).toEqual(["raised minor group 1"]);
    expect(at(60_000, "group 1")).toEqual(["worsened major group 1"]);
    expect(at(90_000, "group 1")).toEqual([]);
    expect(list.list()).toMatchObject([{ severity: "major", raisedAtMillis: utc }]);
    expect(at(90_200)).toEqual(["cleared major group 1"]);
  });

  test("is one of each object", () => {
    const { at } = oneCondition({});
    expect(at(0, "slot 3", "slot 4")).toEqual(["raised minor slot 3", "raised minor slot 4"]);
    expect(at(200, "slot 4")).toEqual(["cleared minor slot 3"]);
  });

  test("lasts by the clock that nobody sets, and is dated by the other", () => {
    const { at, list } = oneCondition({ onMillis: 500 });
    at(0, "slot 3");
    list.examine(nowhere, { nowMicros: 1000, wallMillis: utc + 3_600_000 });
    expect(list.standing()).toEqual([]);
  });
});

test("the list has those that stand first, the worst and then the newest; those that are over after them, the newest first", () => {
  const rows = (["warning", "critical", "minor"] as const).map(
    (severity): AlarmCondition => ({
      ...{ name: severity, severity, cause: "softwareError", onMillis: 0, offMillis: 0, why: "" },
      find: ({ application }) =>
        Object.keys(application.exchanges ?? {}).flatMap((object) => {
          return object.startsWith(severity) ? [{ object, text: "" }] : [];
        }),
    }),
  );
  const list = new AlarmList(rows);
  const examine = (millis: number, ...objects: string[]) => {
    const exchanges = Object.fromEntries(objects.map((object) => [object, { available: false }]));
    list.examine({ ...nowhere, application: { exchanges } }, { nowMicros: millis * 1000, wallMillis: utc + millis });
  };
  examine(0, "minor 1", "minor 2", "warning 1");
  examine(1, "minor 2", "warning 1");
  examine(2, "warning 1");
  examine(3, "warning 1", "critical 1", "minor 3");
  examine(4, "warning 1", "critical 1", "minor 3", "minor 4");
  const names = list.list().map(({ object }) => object);
  expect(names).toEqual(["critical 1", "minor 4", "minor 3", "warning 1", "minor 2", "minor 1"]);
});

describe("what happens rather than lasts", () => {
  test("is an alarm until it has not happened again for as long as the table says", () => {
    const { list, timeAt, texts, at } = oneCondition({});
    const tell = (millis: number) =>
      texts(list.tell("login-failures", { object: "console of slot 2", text: `${millis}` }, timeAt(millis)));
    expect(tell(0)).toEqual(["raised minor console of slot 2"]);
    expect(tell(5000)).toEqual([]);
    expect(at(604_999)).toEqual([]);
    expect(at(605_000)).toEqual(["cleared minor console of slot 2"]);
  });
});

describe("memory is bounded", () => {
  test("what is beyond the limit is counted, and told when there is room", () => {
    const { at, list } = oneCondition({});
    const objects = Array.from({ length: alarmsMax + 2 }, (_, index) => `slot ${index}`);
    expect(at(0, ...objects)).toHaveLength(alarmsMax);
    expect(list.refused).toBe(2);
    expect(list.standing()).toHaveLength(alarmsMax);
    at(1, ...objects.slice(1));
    expect(at(2, ...objects.slice(1))).toEqual([`raised minor slot ${alarmsMax}`]);
  });

  test("of those that are over the last ones are kept", () => {
    const { at, list } = oneCondition({});
    for (let turn = 0; turn < alarmHistoryMax + 10; turn++) {
      at(2 * turn, `slot ${turn}`);
      at(2 * turn + 1);
    }
    expect(list.list()).toHaveLength(alarmHistoryMax);
    expect(list.list()[0].object).toBe(`slot ${alarmHistoryMax + 9}`);
    expect(list.list().at(-1)?.object).toBe("slot 10");
  });
});
