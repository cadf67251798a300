/** The rack in one line, for those who have no terminal. */
import type { RackView } from "./rack-view.ts";

export function statusLine({ traffic, planes, protection, slots }: RackView): string {
  const calls =
    traffic === undefined
      ? []
      : [
          `${traffic.callsPerSecond}/s: ${traffic.settingUp} in set-up, ${traffic.conversing} in conversation, ` +
            `${traffic.answered} of ${traffic.made} answered, ${traffic.lostInSetup + traffic.lostInConversation} lost`,
        ];
  const loads = planes.map(({ plane, loadPercent, cut }) => `${plane} ${cut ? "cut" : `${loadPercent.toFixed(1)} %`}`);
  const servers = slots.filter(({ kind, role }) => kind === "call-server" && role !== undefined);
  const roles = servers.map(({ number, role, group }) => {
    const ofGroup = group === undefined ? "" : ` of group ${group}`;
    return `slot ${number} ${role}${ofGroup}`;
  });
  return [...calls, `planes ${loads.join(", ")}`, `${roles.join(", ")}: ${protection.text}`].join("; ");
}

/** Seconds and milliseconds since the rack was started, right-aligned. */
export function sinceText(micros: number): string {
  return (micros / 1_000_000).toFixed(3).padStart(9);
}
