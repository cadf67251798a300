import { describe, expect, test } from "vitest";
import type { Clock } from "../../hal/clock.ts";

/** A clock under test, and what makes its time pass. */
export interface ClockUnderTest {
  readonly clock: Clock;
  /** Lets time pass until `condition` holds. */
  passUntil(condition: () => boolean): Promise<void>;
}

/** What every Clock must do. */
export function clockContract(implementation: string, create: () => ClockUnderTest): void {
  describe(`Clock: ${implementation}`, () => {
    test("shows whole microseconds that never go back", async () => {
      const { clock, passUntil } = create();
      let last = clock.nowMicros();
      const end = last + 3000;
      let ended = false;
      clock.at(end, () => {
        ended = true;
      });
      await passUntil(() => {
        const now = clock.nowMicros();
        expect(Number.isInteger(now)).toBe(true);
        expect(now).toBeGreaterThanOrEqual(last);
        last = now;
        return ended;
      });
      expect(last).toBeGreaterThanOrEqual(end);
    });

    test("shows a time of day in whole milliseconds of this century", () => {
      const { clock } = create();
      expect(Number.isInteger(clock.wallMillis())).toBe(true);
      expect(clock.wallMillis()).toBeGreaterThanOrEqual(Date.UTC(2000, 0, 1));
      expect(clock.wallMillis()).toBeLessThan(Date.UTC(2100, 0, 1));
    });

    test("wakes once, never before the deadline", async () => {
      const { clock, passUntil } = create();
      const early: number[] = [];
      const woken: number[] = [];
      const start = clock.nowMicros();
      for (let index = 0; index < 60; index++) {
        const deadline = start + index * 333;
        clock.at(deadline, () => {
          woken.push(index);
          if (clock.nowMicros() < deadline) early.push(index);
        });
      }
      let after = false;
      clock.at(start + 30_000, () => {
        after = true;
      });
      await passUntil(() => after);
      expect(early).toEqual([]);
      expect(woken).toEqual(Array.from({ length: 60 }, (_, index) => index));
    });

    test("wakes in the order of the deadlines, equal ones as armed", async () => {
      const { clock, passUntil } = create();
      const woken: string[] = [];
      const base = clock.nowMicros() + 2000;
      const armed: readonly [string, number][] = [
        ["e", 4000],
        ["c", 100],
        ["a", 0],
        ["d", 100],
        ["b", 1],
      ];
      for (const [name, later] of armed) clock.at(base + later, () => woken.push(name));
      await passUntil(() => woken.length >= armed.length);
      expect(woken.join("")).toBe("abcde");
    });

    test("a deadline that is past wakes soon, but not from within at", async () => {
      const { clock, passUntil } = create();
      let returned = false;
      const wokenAfterReturn: boolean[] = [];
      const armedAtMicros = clock.nowMicros();
      clock.at(armedAtMicros - 1_000_000, () => wokenAfterReturn.push(returned));
      returned = true;
      await passUntil(() => wokenAfterReturn.length > 0);
      expect(wokenAfterReturn).toEqual([true]);
      expect(clock.nowMicros()).toBeGreaterThanOrEqual(armedAtMicros);
    });

    test("a wake that arms itself for the past again and again leaves the others their turn", async () => {
      const { clock, passUntil } = create();
      const past = clock.nowMicros() - 1_000_000;
      let wakes = 0;
      const again = () => {
        if (wakes++ < 1000) clock.at(past, again);
      };
      clock.at(past, again);
      let wakesBefore = Number.NaN;
      clock.at(clock.nowMicros(), () => {
        wakesBefore = wakes;
      });
      await passUntil(() => !Number.isNaN(wakesBefore));
      expect(wakesBefore).toBe(1);
      await passUntil(() => wakes > 1000);
    });

    test("a wake may arm and cancel others", async () => {
      const { clock, passUntil } = create();
      const woken: string[] = [];
      const base = clock.nowMicros() + 1000;
      const cancelSecond = clock.at(base + 1000, () => woken.push("second"));
      clock.at(base, () => {
        woken.push("first");
        cancelSecond();
        clock.at(base + 500, () => woken.push("armed by first"));
      });
      // Far away: a busy host may serve what is due milliseconds late, and then a deadline that is past by then is as good as now.
      clock.at(base + 500_000, () => woken.push("last"));
      await passUntil(() => woken.includes("last"));
      expect(woken).toEqual(["first", "armed by first", "last"]);
    });

    test("what is cancelled never wakes; cancelling again or too late does nothing", async () => {
      const { clock, passUntil } = create();
      const woken: number[] = [];
      const base = clock.nowMicros() + 1000;
      const cancels = Array.from({ length: 40 }, (_, index) => clock.at(base + index * 50, () => woken.push(index)));
      for (const [index, cancel] of cancels.entries()) {
        if (index % 3 !== 0) cancel();
        if (index % 3 === 1) cancel();
      }
      let after = false;
      clock.at(base + 5000, () => {
        after = true;
      });
      await passUntil(() => after);
      for (const cancel of cancels) cancel();
      expect(woken).toEqual(Array.from({ length: 14 }, (_, index) => index * 3));
    });
  });
}
