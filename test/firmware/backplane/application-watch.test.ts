import { describe, expect, test } from "vitest";
import { ApplicationWatch } from "../../../firmware/backplane/application-watch.ts";

/** An application, and the watch that looks at it every 5 ms as a beating primary does. */
function watched() {
  let now = 0;
  let progress = 0;
  let nudges = 0;
  let answers = true;
  let starved = 0;
  const watch = new ApplicationWatch(
    {
      progress: () => progress,
      nudge: () => {
        nudges++;
        if (answers) progress++;
      },
      starvedMicros: () => starved,
    },
    now,
  );
  return {
    watch,
    nudges: () => nudges,
    work: () => progress++,
    commitsPerformed: () => 0,
    starve: (micros: number) => {
      starved += micros;
    },
    hang: () => {
      answers = false;
    },
    answer: () => {
      answers = true;
      progress++;
    },
    /** Looks until then. @returns when it was found hung or well again */
    until(micros: number): [number, boolean][] {
      const found: [number, boolean][] = [];
      while (now < micros) {
        now += 5_000;
        if (watch.look(now)) found.push([now, watch.isHung]);
      }
      return found;
    },
  };
}

describe("an application", () => {
  test("that has nothing to do answers when it is nudged", () => {
    const bench = watched();
    expect(bench.until(2_000_000)).toEqual([]);
    expect(bench.nudges()).toBeGreaterThan(50);
  });

  test("that works is not even asked", () => {
    const bench = watched();
    for (let until = 10_000; until < 1_000_000; until += 10_000) {
      bench.work();
      bench.until(until);
    }
    expect(bench.nudges()).toBe(0);
  });

  test("that is slow, one step in 140 ms and no time for nudges, does not hang", () => {
    const bench = watched();
    bench.hang();
    for (let until = 140_000; until < 5_000_000; until += 140_000) {
      expect(bench.until(until)).toEqual([]);
      bench.work();
    }
  });

  test("that a busy host keeps waiting gets twice the time of its longest answer, for a minute or two", () => {
    const bench = watched();
    bench.hang();
    bench.until(160_000);
    bench.work();
    bench.until(165_000);
    const answer = 165_000 - 20_000;
    expect(bench.watch.limitMicros).toBe(2 * answer);
    expect(bench.until(1_000_000)).toEqual([[165_000 + 20_000 + 2 * answer, true]]);
    bench.answer();
    bench.until(180_000_000);
    expect(bench.watch.limitMicros).toBe(150_000);
  });

  test("that hung for a long time is not said to answer slowly", () => {
    const bench = watched();
    bench.hang();
    bench.until(5_000_000);
    bench.work();
    bench.until(5_005_000);
    expect(bench.watch.limitMicros).toBe(150_000);
  });

  test("that gets no processor does not hang, however long that lasts; it does when it had one for long enough", () => {
    const bench = watched();
    bench.hang();
    for (let until = 140_000; until < 3_000_000; until += 140_000) {
      expect(bench.until(until)).toEqual([]);
      bench.starve(140_000);
    }
    expect(bench.until(4_000_000)).toHaveLength(1);
  });

  test("that waits for a processor soon after the nudge is not to blame for that", () => {
    const bench = watched();
    bench.hang();
    bench.until(30_000);
    bench.starve(60_000);
    expect(bench.until(225_000)).toEqual([]);
    expect(bench.until(300_000)).toEqual([[170_000 + 60_000, true]]);
  });

  test("that does not answer hangs, and is well again with its next step", () => {
    const bench = watched();
    bench.hang();
    expect(bench.until(500_000)).toEqual([[170_000, true]]);
    bench.work();
    expect(bench.until(600_000)).toEqual([[505_000, false]]);
  });

  test("is not to blame for time in which the whole card stood still", () => {
    const bench = watched();
    bench.hang();
    bench.until(25_000);
    expect(bench.watch.nextDeadline()).toBe(30_000);
    bench.until(40_000);
    bench.watch.excuse(300_000);
    expect(bench.until(340_000)).toEqual([]);
    expect(bench.watch.nextDeadline()).toBe(470_000);
  });
});
