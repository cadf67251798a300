/**
 * What runs on a card's communication processor: records on two planes, heartbeats, the roster, and the card's membership in
 * its group. Sans-I/O: frames and time come in by method, everything that is to happen goes out through `effects`.
 */
import { type CanFrame, canClassOf } from "../../hal/can-frame.ts";
import type { ApplicationAction, ApplicationEvent } from "../card/application.ts";
import { workOf } from "../card/link-notes.ts";
import { decode, encode } from "../layout/layout.ts";
import type { Micros } from "../time.ts";
import { beatTells, newRoles } from "./beat-turns.ts";
import { CallServerMember } from "./call-server-member.ts";
import {
  classOf,
  frameIdentifier,
  framePart,
  partOf,
  type RecordClass,
  recordClass,
  slotOf,
} from "./frame-identifier.ts";
import { type cardKinds, heartbeat, role, roleNames } from "./heartbeat.ts";
import type { GroupPlan, Member, MemberContext, Milestone, ProtocolRule } from "./membership.ts";
import { OwnHealth } from "./own-health.ts";
import { RecordStream } from "./record-stream.ts";
import { beatIntervalMicros, type HeartbeatTiming, Roster, type RosterEntry } from "./roster.ts";
import { type FrameOctets, Reassembler, segment } from "./segmentation.ts";
import { lowBits } from "./sequence-number.ts";
import { SlotGuard } from "./slot-guard.ts";
import { Witness } from "./witness.ts";

export type Plane = 0 | 1;
const planes: readonly Plane[] = [0, 1];

export interface CommunicationOptions {
  readonly slot: number;
  readonly kind: (typeof cardKinds)[number];
  readonly plan: GroupPlan;
  readonly frameOctets: FrameOctets;
  readonly timing: HeartbeatTiming;
  /** 16 bits of chance, another at every start; not 0. */
  readonly incarnation: number;
  /** Whether this thread beats at real-time priority. */
  readonly realTime: boolean;
  /** 24 bits of the digest of the configuration. */
  readonly configurationDigest: number;
  /** What rack.yaml says of the slots. */
  readonly kinds?: Readonly<Record<number, (typeof cardKinds)[number]>>;
  readonly withoutRules?: ReadonlySet<ProtocolRule>;
}

/** What a communication processor does to the world. */
export interface CommunicationEffects {
  /** Hands a frame to the port of a plane. "full": `writable` will be called. */
  transmit(plane: Plane, frame: CanFrame): "queued" | "full" | "bus-off";
  toApplication(event: ApplicationEvent): void;
  /** How far the application has got, as it says itself in shared memory. */
  progress(): number;
  /** Asks the application to count one step more. */
  nudge(): void;
  /** For how long in all the application has waited for a processor. */
  starvedMicros(): Micros;
  /** What the application works on, as it says itself in shared memory. */
  work(): number;
  /** How many commits of the group the application has performed since its start, modulo 2^31; in shared memory too. */
  commitsPerformed(): number;
  /** Ends the card: the application has failed, and the others know. */
  end(reason: string): void;
  wallMillis(): number;
  log(severity: "info" | "warning" | "alarm", text: string): void;
  milestone(step: Milestone, term: number): void;
}

/** A card keeps quiet for its first beats, so that everybody knows it has (re)started before it says anything. */
const quietBeats = 3;
/** And before the first it listens, for so many intervals, whether its slot is free. */
const listenIntervals = 1.25;
/** Nobody at all was heard for so many intervals: this card itself could not hear. */
const breakIntervals = 1.5;
/** A card that says nothing on a plane for so long, while it speaks on the other, is not heard there. */
const planeSilentMicros = 100_000;
/** So long after that it is not believed there: longer than what controllers held takes to go out. */
const planeTrialMicros = 50_000;
/** Waking up later than this is time in which the card could not listen. */
const lateMicros = 2_000;
/** The shortest time between two looks at what is missing. */
const restMicros = 1_000;
/** Beats that a plane may not have taken yet. Beyond that it takes no other: old beats would be heard as new ones when it is mended. */
const waitingBeatsMax = 3;
/** Frames that may wait in the card for one plane and class; a plane that takes none for so long is given up. */
const backlogFramesMax = 8192;

interface Unconfirmed {
  readonly commits: SentRecord[];
  readonly inputs: SentRecord[];
}

/** The last frame of a record that is on its way to the bus. */
interface SentRecord {
  readonly frame: CanFrame;
  readonly number: number;
  confirmed: boolean;
}

export class CommunicationProcessor {
  readonly #options: CommunicationOptions;
  readonly #effects: CommunicationEffects;
  readonly #roster: Roster;
  readonly #member: Member;
  readonly #health: OwnHealth;
  readonly #streams = new Map<number, { stream: RecordStream; reassemblers: readonly [Reassembler, Reassembler] }>();
  /** By slot: when each plane brought something of the card last, and how long it is on trial. */
  readonly #heard = new Map<number, { readonly lastAt: [Micros, Micros]; readonly trialUntil: [Micros, Micros] }>();
  readonly #passive: [boolean, boolean] = [false, false];
  /** By slot: whether the application was told last that the card is there. */
  readonly #serving = new Map<number, boolean>();
  readonly #sequences = new Uint8Array(8);
  /** Per plane and class: frames that the port has not taken yet. */
  readonly #backlog: readonly (readonly CanFrame[][])[] = planes.map(() => Array.from({ length: 8 }, () => []));
  /** Per plane and class: frames that the port has taken and not said to be on the bus. */
  readonly #inPort: readonly number[][] = planes.map(() => new Array<number>(8).fill(0));
  /** Per plane: the last frames of own commits and inputs, with their sequences and numbers. */
  readonly #unconfirmed: readonly Unconfirmed[] = planes.map(() => ({ commits: [], inputs: [] }));
  /** Per plane: own beats that are not on the bus yet. */
  readonly #waitingBeats: readonly [CanFrame[], CanFrame[]] = [[], []];
  #incarnation: number;
  #behind = false;
  /** Since the start of this incarnation. */
  #beats = 0;
  /** What the last beat said that nobody should have to wait for. */
  #beatenNews: number | undefined;
  /** When any beat was heard last, and since when there has been no break in hearing them. */
  #heardAt: Micros;
  #listeningSince: Micros;
  /** Since the start of the card. */
  #beatsSaid = 0;
  readonly #guard: SlotGuard;
  /** Another card was in this slot first. */
  #isSilenced = false;
  /** By slot: what was said last that keeps the card out of service. */
  readonly #objections = new Map<number, string>();
  /** The beat that says that this card has left, until it is on the bus. */
  #farewell: CanFrame | undefined;
  #hasSaidFarewell = false;
  #nextBeat: Micros;
  #wakeBy: Micros | undefined;
  readonly #counters = { records: [0, 0], broken: [0, 0], beats: 0, lateWakes: 0, lateMaxMicros: 0, dropped: [0, 0] };

  constructor(options: CommunicationOptions, effects: CommunicationEffects, now: Micros) {
    this.#options = options;
    this.#effects = effects;
    const looksOnce = options.withoutRules?.has("second-look");
    this.#roster = new Roster(options.timing, options.realTime, options.plan, options, looksOnce ? 0 : undefined);
    this.#health = new OwnHealth(
      {
        progress: () => effects.progress(),
        nudge: () => effects.nudge(),
        starvedMicros: () => effects.starvedMicros(),
        log: (severity, text) => effects.log(severity, text),
        sendDeathNote: () => this.#sendDeathNote(),
        end: (reason) => effects.end(reason),
      },
      this.#roster,
      now,
    );
    this.#guard = new SlotGuard(options.slot, (text) => effects.log("alarm", text));
    // Whoever is in this slot already would be heard by then.
    this.#nextBeat = now + listenIntervals * options.timing.othersMicros;
    this.#heardAt = now;
    this.#listeningSince = now;
    this.#incarnation = options.incarnation;
    const incarnation = () => this.#incarnation;
    const context: MemberContext = {
      slot: options.slot,
      get incarnation() {
        return incarnation();
      },
      isFit: () => !this.#health.isUnfit && !this.#health.isMute && !this.#roster.isDeaf(options.slot),
      isMute: () => this.#health.isMute,
      isBehind: () => this.#behind,
      renew: () => this.#renew(),
      plan: options.plan,
      timing: options.timing,
      roster: this.#roster,
      send: (kind, record) => void this.#send(kind, record),
      backlog: (kind) => this.#underWay(kind),
      toApplication: (event) => effects.toApplication(event),
      commitsPerformed: () => effects.commitsPerformed(),
      wallMillis: () => effects.wallMillis(),
      log: (severity, text) => effects.log(severity, text),
      milestone: (step, term) => effects.milestone(step, term),
      withoutRules: options.withoutRules ?? new Set(),
    };
    this.#member = options.kind === "call-server" ? new CallServerMember(context) : new Witness(context);
  }

  get roster(): Roster {
    return this.#roster;
  }

  get member(): Member {
    return this.#member;
  }

  // --- what happens

  /** Frames from a plane, in bus order. `more`: others have come already and will be handed in next. */
  frames(plane: Plane, frames: readonly CanFrame[], now: Micros, more = false): void {
    this.#noticeLateness(now);
    this.#behind = more;
    for (const frame of frames) this.#frame(plane, frame, now);
    this.#settle(now);
  }

  /** Own frames that are on the bus, the very objects that were handed to `transmit`; one may have overtaken another. */
  transmitted(plane: Plane, frames: readonly CanFrame[], now: Micros): void {
    const { commits, inputs } = this.#unconfirmed[plane];
    this.#health.transmitted(plane, frames);
    for (const frame of frames) {
      const beat = this.#waitingBeats[plane].indexOf(frame);
      if (beat >= 0) this.#waitingBeats[plane].splice(beat, 1);
      if (frame === this.#farewell) this.#saidFarewell();
      const frameClass = canClassOf(frame.id);
      this.#inPort[plane][frameClass] = Math.max(0, this.#inPort[plane][frameClass] - 1);
      if (frameClass === recordClass.commit) confirm(commits, frame);
      if (frameClass === recordClass.input) confirm(inputs, frame);
    }
    const sequence = takeConfirmed(commits);
    const input = takeConfirmed(inputs);
    if (input > 0) this.#member.inputTransmitted(input);
    if (sequence > 0) this.#member.transmitted(sequence, now);
    // That a death note is out is not to wait for the next beat.
    if (!this.#hasNews()) return;
    this.#noticeLateness(now);
    this.#settle(now);
  }

  /** The port of a plane takes frames of this class again. */
  writable(plane: Plane, frameClass: number): void {
    this.#pump(plane, frameClass);
  }

  /** The port of a plane has lost what it had queued. */
  planeLost(plane: Plane): void {
    for (const queue of this.#backlog[plane]) queue.length = 0;
    this.#inPort[plane].fill(0);
    this.#unconfirmed[plane].commits.length = 0;
    this.#unconfirmed[plane].inputs.length = 0;
    this.#waitingBeats[plane].length = 0;
  }

  /** The port of a plane gets nothing out (`passive`), or does again. Meanwhile only the other plane is written to, but for beats. */
  planePassive(plane: Plane, passive: boolean): void {
    this.#passive[plane] = passive;
    this.#health.planePassive(plane, passive);
    if (passive) this.planeLost(plane);
  }

  application(action: ApplicationAction, now: Micros): void {
    this.#noticeLateness(now);
    this.#member.application(action, now);
    this.#settle(now);
  }

  /** The application has handled all events up to the last `backup`. */
  drained(now: Micros): void {
    this.#noticeLateness(now);
    this.#member.drained(now);
    this.#settle(now);
  }

  /** The card leaves on purpose. */
  leave(now: Micros): void {
    this.#noticeLateness(now);
    this.#member.leave(now);
    this.#settle(now);
  }

  /** The application does nothing any more. What it died of is told the others, and then the card ends. */
  applicationFailed(reason: string, now: Micros): void {
    this.#noticeLateness(now);
    this.#health.applicationFailed(reason, now);
    this.#settle(now);
  }

  tick(now: Micros): void {
    this.#noticeLateness(now);
    for (const entry of this.#roster.expire(now)) {
      this.#effects.log("warning", `slot ${entry.slot} is silent: counts as dead`);
      this.#effects.milestone("death", entry.slot);
      this.#member.card(entry, "died", now);
      this.#tellApplication(entry.slot, now);
    }
    this.#settle(now);
  }

  nextDeadline(): Micros {
    return this.#wakeBy ?? this.#nextBeat;
  }

  status(): Readonly<Record<string, unknown>> {
    const cards = [...this.#roster.entries()].map((entry) => ({
      slot: entry.slot,
      alive: entry.alive,
      role: roleNames[entry.role],
      term: entry.term,
      commit: entry.commit,
      realTime: entry.realTime,
      fit: this.#roster.isFit(entry.slot),
      limitMicros: this.#roster.limitMicros(entry),
      gapMaxMicros: Math.max(entry.gapMax, entry.gapMaxBefore),
      gapMeasuredMicros: entry.gapMax,
    }));
    let onlyA = 0;
    let onlyB = 0;
    for (const { stream } of this.#streams.values()) {
      onlyA += stream.only[0];
      onlyB += stream.only[1];
    }
    return {
      ...this.#member.status(),
      role: roleNames[this.#member.role()],
      outOfService: this.#outOfService(),
      hung: this.#health.isHung,
      hungLimitMicros: this.#health.hungLimitMicros,
      deaf: this.#health.hearsNobody || this.#roster.isDeaf(this.#options.slot),
      mute: this.#health.isMute,
      cards,
      onlyA,
      onlyB,
      ...this.#counters,
    };
  }

  /** Why this card takes no part, if it is so. */
  #outOfService(): string | undefined {
    if (this.#isSilenced) return "its slot is taken";
    if (!newRoles.includes(this.#member.role())) return undefined;
    for (const { slot, alive, role: its } of this.#roster.entries()) {
      const objection = alive && its === role.primary ? this.#roster.objection(slot) : undefined;
      if (objection !== undefined) return objection;
    }
    return undefined;
  }

  // --- in

  /** Every pass through the processor ends here: the member looks around, the beat goes out, the next deadline is set. */
  #settle(now: Micros): void {
    this.#isSilenced = this.#guard.isSilenced(now);
    this.#health.examine(now);
    this.#member.tick(now);
    const interval = beatIntervalMicros(this.#member.role(), this.#options.timing);
    if (this.#hasNews()) this.#nextBeat = now;
    if (now >= this.#nextBeat) {
      if (!this.#isSilenced) this.#beat(now);
      this.#nextBeat = Math.max(this.#nextBeat + interval, now + interval / 2);
    }
    let look = Number.POSITIVE_INFINITY;
    const silence = this.#roster.nextDeadline();
    if (silence !== undefined) look = silence;
    const member = this.#member.nextDeadline();
    if (member !== undefined && member < look) look = member;
    const hung = this.#health.nextDeadline();
    if (hung !== undefined && hung < look) look = hung;
    // This thread may run above all others of the host: but for its beats it leaves them some time, whatever a deadline says.
    this.#wakeBy = Math.min(this.#nextBeat, Math.max(look, now + restMicros));
  }

  /** What the application was working on, for whoever takes over. */
  #sendDeathNote(): CanFrame | undefined {
    const work = workOf(this.#effects.work());
    const note = work && this.#member.deathNote(work.slot, work.number);
    if (!work || !note) return undefined;
    this.#effects.log("alarm", `the application was working on input ${work.number} of slot ${work.slot}`);
    return this.#send(recordClass.takeover, note);
  }

  #noticeLateness(now: Micros): void {
    if (this.#wakeBy === undefined) return;
    const late = now - this.#wakeBy;
    if (late <= lateMicros) return;
    this.#wakeBy = now;
    this.#counters.lateWakes++;
    this.#counters.lateMaxMicros = Math.max(this.#counters.lateMaxMicros, late);
    this.#roster.excuse(late);
    this.#health.excuse(late);
    this.#heardAt += late;
  }

  /**
   * Whether a card's frame on a plane is to be believed. A plane that was cut brings first what was in the controllers when it was:
   * beats of a role long past among them. So a plane on which a card was silent while it spoke on the other is on trial first.
   */
  #isBelieved(slot: number, plane: Plane, now: Micros): boolean {
    let heard = this.#heard.get(slot);
    if (!heard) {
      heard = { lastAt: [now, now], trialUntil: [0, 0] };
      this.#heard.set(slot, heard);
    }
    const other = plane === 0 ? 1 : 0;
    const silent = now - heard.lastAt[plane] >= planeSilentMicros;
    if (silent && now - heard.lastAt[other] < planeSilentMicros) heard.trialUntil[plane] = now + planeTrialMicros;
    heard.lastAt[plane] = now;
    return now >= heard.trialUntil[plane];
  }

  #frame(plane: Plane, frame: CanFrame, now: Micros): void {
    const slot = slotOf(frame.id);
    const kind = classOf(frame.id);
    if (slot === this.#options.slot) {
      if (kind === recordClass.heartbeat) this.#hearOwnSlot(frame.data, now);
      return;
    }
    if (!this.#isBelieved(slot, plane, now)) return;
    if (kind === recordClass.heartbeat) {
      this.#heardBeat(slot, frame.data, now);
      return;
    }
    const key = slot * 8 + kind;
    let way = this.#streams.get(key);
    if (!way) {
      const reassembler = () => new Reassembler(kind, slot, this.#options.frameOctets);
      way = { stream: new RecordStream(), reassemblers: [reassembler(), reassembler()] };
      this.#streams.set(key, way);
    }
    const reassembled = way.reassemblers[plane].frame(partOf(frame.id), frame.data);
    if (reassembled.kind === "broken") this.#counters.broken[plane]++;
    if (reassembled.kind !== "record") return;
    this.#counters.records[plane]++;
    if (!way.stream.first(reassembled.sequence, plane, now)) return;
    this.#member.record(kind as RecordClass, slot, reassembled.record, now);
  }

  #hearOwnSlot(data: Uint8Array, now: Micros): void {
    const decoded = decode(heartbeat, data);
    if (!decoded.ok || decoded.value.incarnation === lowBits(this.#incarnation, 8)) return;
    this.#guard.heard(this.#beatsSaid, now);
    this.#isSilenced = this.#guard.isSilenced(now);
  }

  /** Says once what keeps a card out; the primary does, the card itself, and all as long as there is no primary. */
  #object(entry: RosterEntry): void {
    const objection = this.#roster.objection(entry.slot);
    if (objection === undefined) this.#objections.delete(entry.slot);
    if (objection === undefined || objection === this.#objections.get(entry.slot)) return;
    const hearsPrimary = [...this.#roster.entries()].some(({ alive, role: its }) => alive && its === role.primary);
    const isPrimary = this.#member.role() === role.primary;
    if (hearsPrimary && !isPrimary && entry.role !== role.primary) return;
    this.#objections.set(entry.slot, objection);
    this.#effects.log("alarm", `${objection}: ${isPrimary ? "is" : "one of the two is"} kept out of service`);
  }

  #heardBeat(slot: number, data: Uint8Array, now: Micros): void {
    const decoded = decode(heartbeat, data);
    if (!decoded.ok) return;
    this.#counters.beats++;
    if (this.#listenedFor(now) === 0) this.#listeningSince = now;
    this.#heardAt = now;
    const performed = this.#serving.get(slot) ? this.#roster.entry(slot)?.commit : undefined;
    const change = this.#roster.beat(slot, decoded.value, now);
    if (change === "restarted" && performed !== undefined) {
      this.#serving.set(slot, false);
      this.#effects.toApplication({ kind: "card", slot, alive: false, performed });
    }
    if (change !== "none") {
      // Even a card with the same low octet of the incarnation may have restarted while it was not heard: what it says is new.
      for (let kind = 0; kind < 8; kind++) this.#streams.delete(slot * 8 + kind);
      this.#serving.delete(slot);
    }
    this.#tellApplication(slot, now);
    for (const other of this.#roster.entries()) if (!other.alive) this.#tellApplication(other.slot, now);
    const entry = this.#roster.entry(slot);
    if (!entry) return;
    if (change === "restarted") this.#effects.log("warning", `slot ${slot} has restarted`);
    if (change === "came") this.#effects.log("info", `slot ${slot} is heard`);
    if (change !== "none") this.#member.card(entry, change, now);
    this.#object(entry);
    this.#member.card(entry, "beat", now);
  }

  /**
   * To the application a card that leaves, or whose own application hangs, is as good as gone. A card that is silent is gone only when
   * this one has listened without a break for as long: whoever was deaf for a moment must not refuse calls because of it.
   */
  #tellApplication(slot: number, now: Micros): void {
    const entry = this.#roster.entry(slot);
    if (entry && !entry.alive && this.#listenedFor(now) < this.#roster.limitMicros(entry)) return;
    const alive = this.#roster.isFit(slot) && this.#roster.objection(slot) === undefined;
    if (this.#serving.get(slot) === alive) return;
    this.#serving.set(slot, alive);
    const performed = this.#roster.entry(slot)?.commit ?? 0;
    this.#effects.toApplication({ kind: "card", slot, alive, ...(alive ? {} : { performed }) });
  }

  #listenedFor(now: Micros): Micros {
    const isBroken = now - this.#heardAt > breakIntervals * this.#options.timing.othersMicros;
    return isBroken ? 0 : now - this.#listeningSince;
  }

  // --- out

  /** @returns the record's last frame */
  #send(kind: RecordClass, record: Uint8Array): CanFrame | undefined {
    if (this.#isSilenced) return undefined;
    const { slot, frameOctets } = this.#options;
    const sequence = this.#sequences[kind]++;
    let last: CanFrame | undefined;
    const frames: CanFrame[] = [];
    segment(record, kind, slot, sequence, frameOctets, (frame) => {
      frames.push(frame);
      last = frame;
    });
    for (const plane of planes) {
      if (this.#passive[plane]) continue;
      const backlog = this.#backlog[plane][kind];
      if (backlog.length + frames.length > backlogFramesMax) {
        this.#counters.dropped[plane] += frames.length;
        continue;
      }
      const { commits, inputs } = this.#unconfirmed[plane];
      if (kind === recordClass.commit && last)
        commits.push({ frame: last, number: this.#member.lastProposed(), confirmed: false });
      if (kind === recordClass.input && last)
        inputs.push({ frame: last, number: this.#member.lastInput(), confirmed: false });
      for (const frame of frames) backlog.push(frame);
      this.#pump(plane, kind);
    }
    return last;
  }

  /** Where a plane takes nothing, the other one counts alone. */
  #underWay(kind: RecordClass): number {
    const taking = planes.filter((plane) => !this.#passive[plane]);
    const counts = taking.map((plane) => this.#backlog[plane][kind].length + this.#inPort[plane][kind]);
    return counts.length > 0 ? Math.min(...counts) : 0;
  }

  #pump(plane: Plane, kind: number): void {
    if (this.#isSilenced || this.#beats < quietBeats) return;
    const backlog = this.#backlog[plane][kind];
    let taken = 0;
    while (taken < backlog.length) {
      const result = this.#effects.transmit(plane, backlog[taken]);
      if (result === "bus-off") {
        // The other plane has it. Said when the bus is back it would be old, and could pass for a new record.
        this.planeLost(plane);
        return;
      }
      if (result === "full") break;
      this.#inPort[plane][kind]++;
      taken++;
    }
    if (taken > 0) backlog.splice(0, taken);
  }

  #renew(): void {
    this.#incarnation = (this.#incarnation % 65_535) + 1;
    // As after a start: quiet until everybody has heard of it.
    this.#beats = 0;
  }

  /** What a card has become, that it leaves, that it cannot do its work, and what it finds of others, is told at once. */
  #news(): number {
    const member = this.#member;
    const flags = [member.leaving, member.hasLeft, this.#health.isUnfit];
    return (
      flags.reduce<number>((sum, flag, index) => sum | (flag ? 8 << index : 0), member.role()) | (member.deaf() << 6)
    );
  }

  #hasNews(): boolean {
    return this.#beatsSaid > 0 && !this.#isSilenced && this.#news() !== this.#beatenNews;
  }

  #saidFarewell(): void {
    this.#farewell = undefined;
    if (this.#hasSaidFarewell) return;
    this.#hasSaidFarewell = true;
    this.#effects.log("info", "has left: safe to pull");
    this.#effects.milestone("left", this.#member.term());
  }

  #beat(now: Micros): void {
    const { slot, realTime } = this.#options;
    const incarnation = this.#incarnation;
    const member = this.#member;
    this.#beatenNews = this.#news();
    this.#beatsSaid++;
    const { kind, value } = beatTells(this.#beats++, { ...this.#options, incarnation, member });
    const data = encode(heartbeat, {
      role: member.role(),
      leaving: member.leaving ? 1 : 0,
      realTime: realTime ? 1 : 0,
      hung: this.#health.isUnfit ? 1 : 0,
      deaf: member.deaf(),
      term: lowBits(member.term(), 16),
      incarnation: lowBits(incarnation, 8),
      progress: lowBits(this.#effects.progress(), 4),
      kind,
      value,
    });
    const frame = { id: frameIdentifier(recordClass.heartbeat, slot, framePart.whole), fd: false, data };
    this.#farewell = member.hasLeft ? frame : undefined;
    if (!member.hasLeft) this.#hasSaidFarewell = false;
    for (const plane of planes) {
      this.#health.beats(plane, frame, now);
      const waiting = this.#waitingBeats[plane];
      if (waiting.length >= waitingBeatsMax) continue;
      if (this.#effects.transmit(plane, frame) === "queued") waiting.push(frame);
    }
    if (this.#beats === quietBeats) for (const plane of planes) for (let c = 1; c < 8; c++) this.#pump(plane, c);
  }
}

/** Frames may overtake each other in a controller. */
function confirm(records: readonly SentRecord[], frame: CanFrame): void {
  const sent = records.find((record) => record.frame === frame);
  if (sent) sent.confirmed = true;
}

/** The number of the last record up to which all are confirmed; 0 when the first is not. */
function takeConfirmed(records: SentRecord[]): number {
  let number = 0;
  while (records[0]?.confirmed) number = records.shift()?.number ?? 0;
  return number;
}
