/** The LEDs of a card as they are at a moment: what blinks is lit or dark. */
import type { MonitorCard } from "../../firmware/console/monitor-report.ts";
import { isLit } from "../../firmware/front-panel/lamp-pattern.ts";
import { microsPerMilli } from "../../firmware/time.ts";
import type { Light } from "../rack/rack-view.ts";

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

/** Undefined: nobody knows. */
export function lightOf(name: LampName, { lamps, present }: MonitorCard, nowMillis: number): Light | undefined {
  const pattern = present ? lamps[name] : "off";
  return pattern && (isLit(pattern, nowMillis * microsPerMilli) ? colours[name] : "off");
}
