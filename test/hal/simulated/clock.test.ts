import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { VirtualClock } from "../../../hal/simulated/clock.ts";
import { type ClockUnderTest, clockContract } from "../../contract/clock.ts";

function underTest(clockOf: (virtual: VirtualClock) => ClockUnderTest["clock"]): () => ClockUnderTest {
  return () => {
    const virtual = new VirtualClock();
    return {
      clock: clockOf(virtual),
      passUntil: async (condition) => {
        while (!condition()) if (!virtual.step()) throw new Error("nothing will happen any more");
      },
    };
  };
}

clockContract(
  "simulated",
  underTest((virtual) => virtual),
);
clockContract(
  "simulated, derived, fast",
  underTest((virtual) => virtual.derived({ driftPpm: 130, offsetMicros: 123_456_789 })),
);
clockContract(
  "simulated, derived, slow",
  underTest((virtual) => virtual.derived({ driftPpm: -77.7, offsetMicros: -5 })),
);

describe("VirtualClock", () => {
  test("time passes only by step and run", () => {
    const clock = new VirtualClock();
    const woken: number[] = [];
    clock.at(10, () => woken.push(clock.nowMicros()));
    clock.at(20.25, () => woken.push(clock.nowMicros()));
    expect(clock.nextMicros()).toBe(10);
    clock.run(9);
    expect([clock.nowMicros(), woken]).toEqual([9, []]);
    expect(clock.step()).toBe(true);
    expect([clock.nowMicros(), woken]).toEqual([10, [10]]);
    clock.run(1000);
    expect([clock.nowMicros(), woken]).toEqual([1000, [10, 20.25]]);
    expect(clock.step()).toBe(false);
    expect(clock.nextMicros()).toBeUndefined();
  });

  test("run includes what is armed meanwhile", () => {
    const clock = new VirtualClock();
    let woken = 0;
    const again = () => {
      woken++;
      clock.at(clock.nowMicros() + 10, again);
    };
    clock.at(0, again);
    clock.run(95);
    expect(woken).toBe(10);
  });

  test("the time of day follows", () => {
    const clock = new VirtualClock(1_000_000);
    clock.run(2_500_000);
    expect(clock.wallMillis()).toBe(1_002_500);
  });

  test("a derived clock drifts and starts elsewhere", () => {
    const clock = new VirtualClock();
    const fast = clock.derived({ driftPpm: 100, offsetMicros: 7 });
    clock.run(10_000_000);
    expect(fast.nowMicros()).toBe(10_001_007);
    expect(fast.wallMillis() - clock.wallMillis()).toBe(1);
  });

  test("a derived clock wakes in the first microsecond that shows the deadline", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -200, max: 200 }),
        fc.integer({ min: -1e9, max: 1e12 }),
        fc.integer({ min: 0, max: 1e10 }),
        (driftPpm, offsetMicros, laterMicros) => {
          const source = new VirtualClock();
          const clock = source.derived({ driftPpm, offsetMicros });
          const deadline = clock.nowMicros() + laterMicros;
          let wokenAt = Number.NaN;
          clock.at(deadline, () => {
            wokenAt = clock.nowMicros();
          });
          while (source.step());
          expect(wokenAt).toBeGreaterThanOrEqual(deadline);
          expect(wokenAt).toBeLessThanOrEqual(deadline + 1);
        },
      ),
    );
  });

  test("rounding does not make a derived clock wake early", () => {
    const source = new VirtualClock();
    // 2998 s by the true time, but in floating point that shows a hair less than the deadline.
    const clock = source.derived({ driftPpm: 198, offsetMicros: 0 });
    const deadline = 2998 * 1_000_198;
    let wokenAt = Number.NaN;
    clock.at(deadline, () => {
      wokenAt = clock.nowMicros();
    });
    source.step();
    expect(wokenAt).toBeGreaterThanOrEqual(deadline);
  });

  test("any mixture of arming and cancelling wakes in order", () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ deadline: fc.nat(20), cancels: fc.option(fc.nat(100)) }), { maxLength: 100 }),
        (armings) => {
          const clock = new VirtualClock();
          const woken: number[] = [];
          const expected = new Map<number, number>();
          const cancels: (() => void)[] = [];
          for (const [index, { deadline, cancels: victim }] of armings.entries()) {
            cancels.push(clock.at(deadline, () => woken.push(index)));
            expected.set(index, deadline);
            if (victim === null) continue;
            cancels[victim]?.();
            if (victim <= index) expected.delete(victim);
          }
          while (clock.step());
          const inOrder = [...expected].sort(([a, at], [b, bt]) => at - bt || a - b).map(([index]) => index);
          expect(woken).toEqual(inOrder);
        },
      ),
    );
  });
});
