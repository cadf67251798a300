import { expect, test } from "vitest";
import { VirtualClock } from "../../../hal/simulated/clock.ts";
import { Alarm } from "../../../tools/simulator/alarm.ts";

/** The times at which an alarm goes off that is set to these deadlines, one after the other, at the start. */
function wakes(...deadlines: readonly (number | undefined)[]): readonly number[] {
  const clock = new VirtualClock();
  const at: number[] = [];
  const alarm = new Alarm(clock, () => at.push(clock.nowMicros()));
  for (const deadline of deadlines) alarm.set(deadline);
  clock.run(1000);
  return at;
}

test.each([
  ["once", [100], [100]],
  ["put off", [100, 300], [300]],
  ["put off and drawn forward again", [100, 300, 200], [200]],
  ["drawn forward", [300, 100], [100]],
  ["taken back", [100, undefined], []],
] as const)("goes off when it is due: %s", (_, deadlines, expected) => {
  expect(wakes(...deadlines)).toEqual(expected);
});

test("may be set again when it goes off", () => {
  const clock = new VirtualClock();
  const at: number[] = [];
  const alarm = new Alarm(clock, () => {
    at.push(clock.nowMicros());
    if (at.length < 3) alarm.set(clock.nowMicros() + 10);
  });
  alarm.set(5);
  clock.run(1000);
  expect(at).toEqual([5, 15, 25]);
});
