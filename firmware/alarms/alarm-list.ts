/**
 * The alarms of one card: those that stand, and the last ones that are over. An alarm is raised when its condition has been there for
 * long enough, becomes worse where the table says so, and is cleared when the condition has been gone for long enough: nobody has to
 * acknowledge it. To be looked at with every status of the card, a few times a second.
 */
import { Trace } from "../card/trace.ts";
import { type Micros, microsPerMilli } from "../time.ts";
import type { CardSight } from "./card-sight.ts";
import {
  type AlarmCondition,
  type AlarmEvent,
  type AlarmEventName,
  conditions,
  events,
  type Finding,
} from "./conditions.ts";
import type { ProbableCause } from "./probable-cause.ts";
import { compareSeverities, type Severity } from "./severity.ts";

export interface Alarm {
  readonly name: string;
  readonly severity: Severity;
  readonly cause: ProbableCause;
  /** The same on every card that sees it. */
  readonly object: string;
  readonly text: string;
  /** UTC, by this card's clock. */
  readonly raisedAtMillis: number;
  /** Absent: it stands. */
  readonly clearedAtMillis?: number;
}

export interface AlarmChange {
  readonly change: "raised" | "worsened" | "cleared";
  readonly alarm: Alarm;
}

/** The card's monotonic clock, by which is judged, and its UTC, which people read. */
export interface AlarmTime {
  readonly nowMicros: Micros;
  readonly wallMillis: number;
}

/** Conditions at the same time. A rack of 64 cards, all missing, has room. */
export const alarmsMax = 256;
/** Alarms that are over. */
export const alarmHistoryMax = 256;

interface Standing {
  readonly row: AlarmEvent & Partial<AlarmCondition>;
  readonly since: Micros;
  seenAt: Micros;
  /** Undefined as long as it has not been there for long enough. */
  alarm: Alarm | undefined;
}

export class AlarmList {
  readonly #conditions: readonly AlarmCondition[];
  /** By name and object. */
  readonly #standing = new Map<string, Standing>();
  readonly #history: Trace<Alarm>;
  #before: CardSight | undefined;
  #refused = 0;

  constructor(table: readonly AlarmCondition[] = conditions, historyMax = alarmHistoryMax) {
    this.#conditions = table;
    this.#history = new Trace(historyMax);
  }

  /** Those that stand, the worst first, and of the same severity the newest; then those that are over, the newest first. */
  list(): readonly Alarm[] {
    return [...this.standing(), ...[...this.#history.entries()].reverse()];
  }

  standing(): readonly Alarm[] {
    return [...this.#standing.values()]
      .flatMap(({ alarm }) => alarm ?? [])
      .sort(
        (one, other) => compareSeverities(one.severity, other.severity) || other.raisedAtMillis - one.raisedAtMillis,
      );
  }

  /** Conditions for which there was no room. */
  get refused(): number {
    return this.#refused;
  }

  examine(sight: CardSight, time: AlarmTime): readonly AlarmChange[] {
    const seen = this.#conditions.flatMap((row) =>
      row.find(sight, this.#before).flatMap((finding) => this.#see(row, row.onMillis, finding, time)),
    );
    this.#before = sight;
    return [...seen, ...this.#clear(time)];
  }

  /** Something of the table of events has happened. */
  tell(name: AlarmEventName, finding: Finding, time: AlarmTime): readonly AlarmChange[] {
    const row = events.find((each) => each.name === name);
    return row === undefined ? [] : this.#see(row, 0, finding, time);
  }

  #see(row: Standing["row"], onMillis: number, { object, text }: Finding, time: AlarmTime): readonly AlarmChange[] {
    const { nowMicros, wallMillis } = time;
    const standing = this.#standingOf(row, object, nowMicros);
    if (standing === undefined) return [];
    standing.seenAt = nowMicros;
    const lastedMillis = (nowMicros - standing.since) / microsPerMilli;
    if (standing.alarm === undefined) {
      if (lastedMillis < onMillis) return [];
      const { name, severity, cause } = row;
      standing.alarm = { name, severity, cause, object, text, raisedAtMillis: wallMillis };
      return [{ change: "raised", alarm: standing.alarm }];
    }
    // Counts in it may change all the time: that is no news.
    standing.alarm = { ...standing.alarm, text };
    const { worse } = row;
    if (worse === undefined || standing.alarm.severity === worse.severity || lastedMillis < worse.afterMillis)
      return [];
    standing.alarm = { ...standing.alarm, severity: worse.severity };
    return [{ change: "worsened", alarm: standing.alarm }];
  }

  #standingOf(row: Standing["row"], object: string, now: Micros): Standing | undefined {
    const key = `${row.name} ${object}`;
    const known = this.#standing.get(key);
    if (known !== undefined) return known;
    if (this.#standing.size >= alarmsMax) {
      this.#refused++;
      return undefined;
    }
    const standing: Standing = { row, since: now, seenAt: now, alarm: undefined };
    this.#standing.set(key, standing);
    return standing;
  }

  #clear({ nowMicros, wallMillis }: AlarmTime): readonly AlarmChange[] {
    const changes: AlarmChange[] = [];
    for (const [key, { row, seenAt, alarm }] of this.#standing) {
      const goneMillis = (nowMicros - seenAt) / microsPerMilli;
      if (goneMillis === 0 || (alarm !== undefined && goneMillis < row.offMillis)) continue;
      this.#standing.delete(key);
      if (alarm === undefined) continue;
      const cleared = { ...alarm, clearedAtMillis: wallMillis };
      this.#history.add(cleared);
      changes.push({ change: "cleared", alarm: cleared });
    }
    return changes;
  }
}

/** As in `alarm raised: major, slot 2: does not beat`. */
export function changeText({ change, alarm: { severity, object, text } }: AlarmChange): string {
  return `alarm ${change}: ${severity}, ${object}: ${text}`;
}
