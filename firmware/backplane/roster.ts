/** Who is in the rack, as one card hears it: alive or dead by the heartbeats on both planes, and what the beats say. */
import type { Micros } from "../time.ts";
import { receivedBits } from "./deafness.ts";
import { beatKind, cardKinds, type Heartbeat, type Role, role, witnessesABeat } from "./heartbeat.ts";
import type { GroupPlan } from "./membership.ts";
import { nearest } from "./sequence-number.ts";

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

/** What is known of one card. */
export interface RosterEntry {
  readonly slot: number;
  alive: boolean;
  /** Since when alive or dead, on the own clock. */
  since: Micros;
  lastBeat: Micros;
  role: Role;
  term: number;
  leaving: boolean;
  hung: boolean;
  /** The call servers that this witness finds deaf, a bit for each. */
  deaf: number;
  /** The card beats at real-time priority: three misses mean dead. Otherwise the limit follows the measured gaps. */
  realTime: boolean;
  /** Low octet, known from every beat; the whole from the beats of kind identity (0 until then). */
  incarnationLow: number;
  incarnation: number;
  /** Low 24 bits made whole: last commit, last input sent. */
  commit: number;
  input: number;
  /** Undefined until its beats have told. */
  configurationDigest: number | undefined;
  /** What it says that it is: place in `cardKinds`. */
  kind: number | undefined;
  /** What the last beat told of inputs received: low bits of their numbers, from a place in the list of witnesses on. */
  received: { readonly firstWitness: number; readonly numbers: readonly number[] } | undefined;
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
const secondLookMicros = 250;
/** No gap however long makes the limit longer than this. */
const limitMicrosMax = 250_000;

export class Roster {
  readonly #timing: HeartbeatTiming;
  readonly #ownRealTime: boolean;
  readonly #plan: Pick<GroupPlan, "callServers" | "witnesses">;
  readonly #expected: ExpectedOfOthers;
  readonly #secondLookMicros: Micros;
  readonly #entries = new Map<number, RosterEntry>();
  /** The call servers that this card finds deaf, when it is a witness. */
  ownVerdict: number | undefined;

  constructor(
    timing: HeartbeatTiming,
    ownRealTime: boolean,
    plan: Pick<GroupPlan, "callServers" | "witnesses"> = { callServers: [], witnesses: [] },
    expected: ExpectedOfOthers = {},
    ownSecondLookMicros = secondLookMicros,
  ) {
    this.#expected = expected;
    this.#timing = timing;
    this.#ownRealTime = ownRealTime;
    this.#plan = plan;
    this.#secondLookMicros = ownSecondLookMicros;
  }

  entry(slot: number): RosterEntry | undefined {
    return this.#entries.get(slot);
  }

  entries(): IterableIterator<RosterEntry> {
    return this.#entries.values();
  }

  isAlive(slot: number): boolean {
    return this.#entries.get(slot)?.alive === true;
  }

  /** Whether this card is heard as a primary that nothing is said against. */
  isHealthyPrimary(slot: number): boolean {
    return this.isFit(slot) && this.#entries.get(slot)?.role === role.primary;
  }

  /** Whether this card is heard, and nothing is said against it. */
  isFit(slot: number): boolean {
    const entry = this.#entries.get(slot);
    return entry?.alive === true && !entry.leaving && !entry.hung && !this.isDeaf(slot);
  }

  /** Whether the majority of the witnesses that take part find this call server deaf. */
  isDeaf(slot: number): boolean {
    const index = this.#plan.callServers.indexOf(slot);
    if (index < 0) return false;
    let judges = 0;
    let against = 0;
    const hear = (verdict: number) => {
      judges++;
      against += (verdict >> index) & 1;
    };
    if (this.ownVerdict !== undefined) hear(this.ownVerdict);
    for (const witness of this.#plan.witnesses) {
      const entry = this.#entries.get(witness);
      if (entry?.alive && entry.role === role.witness) hear(entry.deaf);
    }
    return 2 * against > judges;
  }

  /** Whether all that this card must say of itself has been heard, and none of it contradicts the own configuration. */
  belongs(slot: number): boolean {
    const entry = this.#entries.get(slot);
    const isKnown = this.#expected.configurationDigest === undefined || entry?.configurationDigest !== undefined;
    return entry?.alive === true && isKnown && this.objection(slot) === undefined;
  }

  /** Why this card cannot take part in a rack as this card knows it. */
  objection(slot: number): string | undefined {
    const { configurationDigest: own, kinds } = this.#expected;
    const entry = this.#entries.get(slot);
    if (entry?.alive !== true) return undefined;
    const { kind, configurationDigest: its } = entry;
    const wanted = kinds?.[slot];
    if (kind !== undefined && wanted !== undefined && cardKinds[kind] !== wanted) {
      return `slot ${slot} holds a ${cardKinds[kind] ?? "card of unknown kind"}, and rack.yaml says ${wanted}`;
    }
    if (own === undefined || its === undefined || its === own) return undefined;
    return `slot ${slot} has configuration ${hexadecimal(its)}, and this card ${hexadecimal(own)}`;
  }

  /** Whether this card is heard and holds its group's state. */
  isComplete(slot: number): boolean {
    const entry = this.#entries.get(slot);
    return entry?.alive === true && entry.role >= role.backup;
  }

  hearsAnybody(): boolean {
    for (const entry of this.#entries.values()) if (entry.alive) return true;
    return false;
  }

  /**
   * Takes in a beat.
   * @returns what it changed: a card that was not alive came, or a living one turned out to have restarted
   */
  beat(slot: number, beat: Heartbeat, now: Micros): "none" | "came" | "restarted" {
    let entry = this.#entries.get(slot);
    if (!entry) {
      entry = blankEntry(slot, beat, now);
      this.#entries.set(slot, entry);
      this.#take(entry, beat, now);
      return "came";
    }
    const restarted = entry.incarnationLow !== beat.incarnation;
    const came = !entry.alive;
    if (entry.alive && !restarted) entry.gapMax = Math.max(entry.gapMax, now - entry.lastBeat);
    if (restarted) Object.assign(entry, blankEntry(slot, beat, now));
    else if (came) {
      entry.alive = true;
      entry.since = now;
    }
    entry.lastBeat = now;
    entry.suspectedAt = undefined;
    this.#take(entry, beat, now);
    return restarted ? "restarted" : came ? "came" : "none";
  }

  #take(entry: RosterEntry, beat: Heartbeat, now: Micros): void {
    // Another role has another interval, and gaps of its own.
    if (entry.role !== beat.role) Object.assign(entry, gapsUnmeasured(now));
    entry.role = beat.role as Role;
    entry.term = nearest(entry.term, beat.term, 16);
    entry.leaving = beat.leaving === 1;
    entry.hung = beat.hung === 1;
    entry.realTime = beat.realTime === 1;
    entry.deaf = beat.deaf;
    entry.received = undefined;
    switch (beat.kind) {
      case beatKind.identity:
        entry.incarnation = Math.floor(beat.value / 256);
        entry.kind = (beat.value >> 4) & 15;
        break;
      case beatKind.commit:
        entry.commit = nearest(entry.commit, beat.value, 24);
        break;
      case beatKind.input:
        entry.input = nearest(entry.input, beat.value, 24);
        break;
      case beatKind.configuration:
        entry.configurationDigest = beat.value;
        break;
      default:
        if (beat.kind < beatKind.received) break;
        entry.received = {
          firstWitness: (beat.kind - beatKind.received) * witnessesABeat,
          numbers: [beat.value >> receivedBits, beat.value % 2 ** receivedBits],
        };
    }
  }

  /** How long a card may be silent before it counts as dead. */
  limitMicros(entry: RosterEntry): Micros {
    const interval = beatIntervalMicros(entry.role, this.#timing);
    // Half an interval is the leeway for the way of the beat itself.
    const misses = interval * (this.#timing.missesToDeath + 0.5);
    if (entry.realTime && this.#ownRealTime) return misses;
    const gap = Math.max(entry.gapMax, entry.gapMaxBefore);
    return Math.min(Math.max(misses, 2 * gap, 4 * interval), Math.max(limitMicrosMax, misses));
  }

  /** Time in which this card itself could not listen is nobody's silence. */
  excuse(micros: Micros): void {
    for (const entry of this.#entries.values()) {
      if (!entry.alive) continue;
      entry.lastBeat += micros;
      entry.suspectedAt = undefined;
    }
  }

  /** The cards that have fallen silent for too long; each is named once. */
  expire(now: Micros): RosterEntry[] {
    const dead: RosterEntry[] = [];
    for (const entry of this.#entries.values()) {
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

  /** When the next card would count as dead. */
  nextDeadline(): Micros | undefined {
    let next: Micros | undefined;
    for (const entry of this.#entries.values()) {
      if (!entry.alive) continue;
      const deadline =
        entry.suspectedAt === undefined
          ? entry.lastBeat + this.limitMicros(entry)
          : entry.suspectedAt + this.#secondLookMicros;
      if (next === undefined || deadline < next) next = deadline;
    }
    return next;
  }
}

function blankEntry(slot: number, beat: Heartbeat, now: Micros): RosterEntry {
  return {
    slot,
    alive: true,
    since: now,
    lastBeat: now,
    role: beat.role as Role,
    term: beat.term,
    leaving: false,
    hung: false,
    deaf: 0,
    realTime: false,
    incarnationLow: beat.incarnation,
    incarnation: 0,
    commit: 0,
    input: 0,
    configurationDigest: undefined,
    kind: undefined,
    received: undefined,
    suspectedAt: undefined,
    ...gapsUnmeasured(now),
  };
}

function hexadecimal(digest: number): string {
  return digest.toString(16).padStart(6, "0");
}

function gapsUnmeasured(now: Micros): Pick<RosterEntry, "gapMax" | "gapMaxBefore" | "gapSpanEnds"> {
  return { gapMax: 0, gapMaxBefore: gapUnmeasuredMicros, gapSpanEnds: now + gapSpanMicros };
}
