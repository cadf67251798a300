/**
 * Who is in the rack, as one card hears it: alive or dead by the heartbeats on both planes. What a card is to a group is in
 * group-roster.ts.
 */
import type { Micros } from "../time.ts";
import { beatKind, cardKinds, type Heartbeat, type Role, role } from "./heartbeat.ts";

export interface HeartbeatTiming {
  /** Interval of the beats of a primary, and of whoever a takeover waits for. */
  readonly primaryMicros: Micros;
  /** Interval of every other card's beats. */
  readonly othersMicros: Micros;
  /** Beats that may be missing before the card counts as dead. */
  readonly missesToDeath: number;
}

/** How long it is from one beat to the next. Who has made way is waited for until another one is primary, so it beats on quickly. */
export function beatIntervalMicros(own: Role, { primaryMicros, othersMicros }: HeartbeatTiming): Micros {
  return own === role.primary || own === role.resigned ? primaryMicros : othersMicros;
}

/** What is known of one card, whichever of its groups its beats are about. */
export interface CardEntry {
  readonly slot: number;
  alive: boolean;
  /** Since when alive or dead, on the own clock. */
  since: Micros;
  lastBeat: Micros;
  /** From one beat to the next, as it follows from what the card is. */
  intervalMicros: Micros;
  leaving: boolean;
  hung: boolean;
  /** The card beats at real-time priority: three misses mean dead. Otherwise the limit follows the measured gaps. */
  realTime: boolean;
  /** Low octet of the incarnation, known from every beat. */
  incarnationLow: number;
  /** Undefined until its beats have told. */
  configurationDigest: number | undefined;
  /** What it says that it is: place in `cardKinds`. */
  kind: number | undefined;
  /** Since when the silence is too long: once more the card's own mail is looked at before it counts as death. */
  suspectedAt: Micros | undefined;
  /** Longest gap between two beats in the present measuring span, which ends then, and in the last one. */
  gapMax: Micros;
  gapMaxBefore: Micros;
  gapSpanEnds: Micros;
}

/** What the own configuration says of the other cards. What it does not say is not asked of them. */
export interface ExpectedOfOthers {
  readonly configurationDigest?: number;
  /** By slot. */
  readonly kinds?: Readonly<Record<number, (typeof cardKinds)[number]>> | undefined;
}

/** Gaps are measured over spans of this length; the limit looks at the present and the last. */
const gapSpanMicros = 60_000_000;
/** What is not measured yet is taken to be as bad as a host is that starts a whole rack at once. */
const gapUnmeasuredMicros = 60_000;
/**
 * A card that finds another silent may have the beat in a socket that it has not read: a timer is served before the sockets.
 * So it looks once more before it judges.
 */
export const secondLookMicros: Micros = 100;
/** No gap however long makes the limit longer than this. */
const limitMicrosMax = 250_000;

export class Roster {
  readonly #timing: HeartbeatTiming;
  readonly #ownRealTime: boolean;
  readonly #expected: ExpectedOfOthers;
  readonly #secondLookMicros: Micros;
  readonly #bySlot = new Map<number, CardEntry>();
  /** The same, in the order in which they came: looked through at every frame. */
  readonly #entries: CardEntry[] = [];

  constructor(
    timing: HeartbeatTiming,
    ownRealTime: boolean,
    expected: ExpectedOfOthers = {},
    ownSecondLookMicros = secondLookMicros,
  ) {
    this.#expected = expected;
    this.#timing = timing;
    this.#ownRealTime = ownRealTime;
    this.#secondLookMicros = ownSecondLookMicros;
  }

  entry(slot: number): CardEntry | undefined {
    return this.#bySlot.get(slot);
  }

  get entries(): readonly CardEntry[] {
    return this.#entries;
  }

  isAlive(slot: number): boolean {
    return this.#bySlot.get(slot)?.alive === true;
  }

  /** Whether all that this card must say of itself has been heard, and none of it contradicts the own configuration. */
  belongs(slot: number): boolean {
    const entry = this.#bySlot.get(slot);
    const isKnown = this.#expected.configurationDigest === undefined || entry?.configurationDigest !== undefined;
    return entry?.alive === true && isKnown && this.objection(slot) === undefined;
  }

  /** Why this card cannot take part in a rack as this card knows it. */
  objection(slot: number): string | undefined {
    const { configurationDigest: own, kinds } = this.#expected;
    const entry = this.#bySlot.get(slot);
    if (entry?.alive !== true) return undefined;
    const { kind, configurationDigest: its } = entry;
    const wanted = kinds?.[slot];
    if (kind !== undefined && wanted !== undefined && cardKinds[kind] !== wanted) {
      return `slot ${slot} holds a ${cardKinds[kind] ?? "card of unknown kind"}, and rack.yaml says ${wanted}`;
    }
    if (own === undefined || its === undefined || its === own) return undefined;
    return `slot ${slot} has configuration ${hexadecimal(its)}, and this card ${hexadecimal(own)}`;
  }

  hearsAnybody(): boolean {
    for (const entry of this.#entries) if (entry.alive) return true;
    return false;
  }

  /**
   * Takes in a beat.
   * @returns what it changed: a card that was not alive came, or a living one turned out to have restarted
   */
  beat(slot: number, beat: Heartbeat, now: Micros): "none" | "came" | "restarted" {
    let entry = this.#bySlot.get(slot);
    if (!entry) {
      entry = this.#blankEntry(slot, beat, now);
      this.#bySlot.set(slot, entry);
      this.#entries.push(entry);
      this.#take(entry, beat, now);
      return "came";
    }
    const restarted = entry.incarnationLow !== beat.incarnation;
    const came = !entry.alive;
    if (entry.alive && !restarted) entry.gapMax = Math.max(entry.gapMax, now - entry.lastBeat);
    if (restarted) Object.assign(entry, this.#blankEntry(slot, beat, now));
    else if (came) {
      entry.alive = true;
      entry.since = now;
    }
    entry.lastBeat = now;
    entry.suspectedAt = undefined;
    this.#take(entry, beat, now);
    return restarted ? "restarted" : came ? "came" : "none";
  }

  #take(entry: CardEntry, beat: Heartbeat, now: Micros): void {
    const intervalMicros = beatIntervalMicros(beat.role as Role, this.#timing);
    // Another interval has gaps of its own.
    if (entry.intervalMicros !== intervalMicros) Object.assign(entry, gapsUnmeasured(now), { intervalMicros });
    entry.leaving = beat.leaving === 1;
    entry.hung = beat.hung === 1;
    entry.realTime = beat.realTime === 1;
    if (beat.kind === beatKind.identity) entry.kind = (beat.value >> 4) & 15;
    if (beat.kind === beatKind.configuration) entry.configurationDigest = beat.value;
  }

  /** How long a card may be silent before it counts as dead. */
  limitMicros(entry: CardEntry): Micros {
    const interval = entry.intervalMicros;
    // The leeway for the way of a beat. A takeover waits for the silence of a primary; on that of others nothing waits that is as urgent.
    const leeway = interval === this.#timing.primaryMicros ? interval / 4 : interval / 2;
    const misses = interval * this.#timing.missesToDeath + leeway;
    if (entry.realTime && this.#ownRealTime) return misses;
    const gap = Math.max(entry.gapMax, entry.gapMaxBefore);
    return Math.min(Math.max(misses, 2 * gap, 4 * interval), Math.max(limitMicrosMax, misses));
  }

  /** Time in which this card itself could not listen is nobody's silence. */
  excuse(micros: Micros): void {
    for (const entry of this.#entries) {
      if (!entry.alive) continue;
      entry.lastBeat += micros;
      entry.suspectedAt = undefined;
    }
  }

  /** The cards that have fallen silent for too long; each is named once. */
  expire(now: Micros): CardEntry[] {
    const dead: CardEntry[] = [];
    for (const entry of this.#entries) {
      if (now >= entry.gapSpanEnds) {
        entry.gapMaxBefore = entry.gapMax;
        entry.gapMax = 0;
        entry.gapSpanEnds = now + gapSpanMicros;
      }
      if (!entry.alive || now - entry.lastBeat < this.limitMicros(entry)) continue;
      entry.suspectedAt ??= now;
      if (now - entry.suspectedAt < this.#secondLookMicros) continue;
      entry.suspectedAt = undefined;
      entry.alive = false;
      entry.since = now;
      dead.push(entry);
    }
    return dead;
  }

  /** When the next card would count as dead; infinite where nobody is alive. */
  nextDeadline(): Micros {
    let next = Number.POSITIVE_INFINITY;
    for (const entry of this.#entries) {
      if (!entry.alive) continue;
      const deadline =
        entry.suspectedAt === undefined
          ? entry.lastBeat + this.limitMicros(entry)
          : entry.suspectedAt + this.#secondLookMicros;
      next = Math.min(next, deadline);
    }
    return next;
  }

  #blankEntry(slot: number, beat: Heartbeat, now: Micros): CardEntry {
    return {
      slot,
      alive: true,
      since: now,
      lastBeat: now,
      intervalMicros: beatIntervalMicros(beat.role as Role, this.#timing),
      leaving: false,
      hung: false,
      realTime: false,
      incarnationLow: beat.incarnation,
      configurationDigest: undefined,
      kind: undefined,
      suspectedAt: undefined,
      ...gapsUnmeasured(now),
    };
  }
}

function hexadecimal(digest: number): string {
  return digest.toString(16).padStart(6, "0");
}

function gapsUnmeasured(now: Micros): Pick<CardEntry, "gapMax" | "gapMaxBefore" | "gapSpanEnds"> {
  return { gapMax: 0, gapMaxBefore: gapUnmeasuredMicros, gapSpanEnds: now + gapSpanMicros };
}
