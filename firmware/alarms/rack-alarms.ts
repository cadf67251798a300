/** The alarms of a rack: what several cards tell of the same object is one alarm. */
import type { Alarm } from "./alarm-list.ts";
import { compareSeverities } from "./severity.ts";

export interface RackAlarm extends Alarm {
  /** The cards that tell it, ascending. */
  readonly toldBy: readonly number[];
}

/**
 * Of several that tell the same the worst severity counts, and the earliest time. The worst first, then the oldest.
 * @param bySlot the alarms that stand at each card
 */
export function rackAlarms(bySlot: Iterable<readonly [number, readonly Alarm[]]>): readonly RackAlarm[] {
  const merged = new Map<string, RackAlarm>();
  for (const [slot, alarms] of bySlot) {
    for (const alarm of alarms) {
      const key = `${alarm.name} ${alarm.object}`;
      const other = merged.get(key);
      const worse = other !== undefined && compareSeverities(other.severity, alarm.severity) < 0 ? other : alarm;
      merged.set(key, {
        ...worse,
        raisedAtMillis: Math.min(alarm.raisedAtMillis, other?.raisedAtMillis ?? Number.POSITIVE_INFINITY),
        toldBy: [...(other?.toldBy ?? []), slot].sort((one, another) => one - another),
      });
    }
  }
  return [...merged.values()].sort(
    (one, other) => compareSeverities(one.severity, other.severity) || one.raisedAtMillis - other.raisedAtMillis,
  );
}
