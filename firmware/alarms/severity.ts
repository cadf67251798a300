/** Perceived severity of an alarm (X.733 8.1.2.3), the worst first. That an alarm is cleared is said by its time. */
export const severities = ["critical", "major", "minor", "warning"] as const;

export type Severity = (typeof severities)[number];

/** For sorting: negative when the first is worse. */
export function compareSeverities(one: Severity, other: Severity): number {
  return severities.indexOf(one) - severities.indexOf(other);
}
