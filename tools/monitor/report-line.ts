/** A report in one line, for those who have no terminal. */
import type { MonitorReport } from "../../firmware/console/monitor-report.ts";

export function reportLine({ rack, cards, planes, calls, alarms }: MonitorReport): string {
  const states = cards.map(({ slot, present, condition, role }) => {
    return `${slot} ${present ? (condition ?? role ?? "present") : "not heard"}`;
  });
  const loads = planes.map(({ plane, loadPercent, state }) => {
    return `${plane} ${state === "active" && loadPercent !== undefined ? `${loadPercent.toFixed(1)} %` : state}`;
  });
  const standing = alarms.filter(({ clearedAtMillis }) => clearedAtMillis === undefined).length;
  return [
    `${new Date(rack.atMillis).toISOString().slice(11, 19)} ${rack.name}`,
    `slots ${states.join(", ")}`,
    `planes ${loads.join(", ")}`,
    `calls ${calls.inSetUp ?? "?"} in set-up, ${calls.inConversation ?? "?"} in conversation`,
    `alarms ${standing}`,
  ].join("; ");
}
