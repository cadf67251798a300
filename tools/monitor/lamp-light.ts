/** The LEDs of a card as they are at a moment: what blinks is lit or dark. */
import type { LampPattern, MonitorCard } from "../../firmware/console/monitor-report.ts";
import type { Light } from "../rack/rack-view.ts";

/** Milliseconds lit and dark, in turn. */
const millis: Readonly<Record<LampPattern, readonly number[]>> = {
  off: [0, 1000],
  on: [1000, 0],
  "slow blink": [500, 500],
  // A screen that is drawn four times a second shows no quicker one.
  "fast blink": [250, 250],
  "double flash": [250, 250, 250, 1250],
  "short blink": [250, 750],
  "long blink": [750, 250],
};

export type LampName = keyof MonitorCard["lamps"];

const colours: Readonly<Record<LampName, Light>> = {
  active: "green",
  standby: "amber",
  alarm: "red",
  busA: "green",
  busB: "green",
  link: "green",
  safeToPull: "blue",
};

export function lightOf(name: LampName, { lamps, present }: MonitorCard, nowMillis: number): Light {
  const pattern = lamps[name] ?? "off";
  return present && isLit(millis[pattern], nowMillis) ? colours[name] : "off";
}

function isLit(steps: readonly number[], nowMillis: number): boolean {
  const period = steps.reduce((sum, step) => sum + step, 0);
  let left = nowMillis % period;
  for (const [place, step] of steps.entries()) {
    if (left < step) return place % 2 === 0;
    left -= step;
  }
  return false;
}
