import { setImmediate as turn } from "node:timers/promises";
import { expect, test } from "vitest";
import { linuxClock, preciseLinuxClock } from "../../../hal/linux/clock.ts";
import { type ClockUnderTest, clockContract } from "../../contract/clock.ts";

function underTest(create: typeof linuxClock): () => ClockUnderTest {
  return () => ({
    clock: create(),
    passUntil: async (condition) => {
      while (!condition()) await turn();
    },
  });
}

clockContract("Linux", underTest(linuxClock));
clockContract("Linux, precise", underTest(preciseLinuxClock));

test("two clocks of a machine show the same time", () => {
  const before = linuxClock().nowMicros();
  const between = preciseLinuxClock().nowMicros();
  const after = linuxClock().nowMicros();
  expect(between).toBeGreaterThanOrEqual(before);
  expect(after).toBeGreaterThanOrEqual(between);
});

test("a wake that always arms itself again in the past lets the host's own timers run", async () => {
  const clock = linuxClock();
  let woken = 0;
  let cancel = () => {};
  const again = () => {
    woken++;
    cancel = clock.at(0, again);
  };
  again();
  await new Promise((resolve) => setTimeout(resolve, 5));
  cancel();
  expect(woken).toBeGreaterThan(1);
});

test("a deadline beyond the range of the host's timers is waited for without their complaint", async () => {
  const warnings: string[] = [];
  const warned = (warning: Error) => warnings.push(warning.name);
  process.on("warning", warned);
  const clock = linuxClock();
  let woken = false;
  const cancel = clock.at(clock.nowMicros() + 100 * 86_400 * 1_000_000, () => {
    woken = true;
  });
  await new Promise((resolve) => setTimeout(resolve, 10));
  cancel();
  process.off("warning", warned);
  expect(woken).toBe(false);
  expect(warnings).toEqual([]);
});
