/**
 * What runs on a card's communication processor: records on two planes, heartbeats, the roster, and the card's part in each of its
 * groups. Sans-I/O: frames and time come in by method, everything that is to happen goes out through `effects`.
 */
import type { CanFrame } from "../../hal/can-frame.ts";
import type { ApplicationAction, ApplicationEvent } from "../card/application.ts";
import type { EnquiryAction, EnquiryEvent } from "../card/enquiry.ts";
import { vouchNote, workOf } from "../card/link-notes.ts";
import { voidWord, vouchWord } from "../card/work-gate.ts";
import { decodeInto, encodeWithoutView } from "../layout/layout.ts";
import { assert } from "../result.ts";
import type { Micros } from "../time.ts";
import { newRoles } from "./beat-turns.ts";
import { Conduct } from "./conduct.ts";
import { Enquiries } from "./enquiries.ts";
import { type PlaneRates, usualRates } from "./enquiry-pace.ts";
import { classOf, type RecordClass, recordClass, slotOf } from "./frame-identifier.ts";
import { FrameReception } from "./frame-reception.ts";
import { FrameTransmission, type Plane, planes, type Transmit } from "./frame-transmission.ts";
import { blankBeat, type cardKinds, heartbeat, role, roleNames } from "./heartbeat.ts";
import type { GroupPlan, Member, Milestone, ProtocolRule } from "./membership.ts";
import { OwnHealth } from "./own-health.ts";
import { Participation } from "./participation.ts";
import { groupOf } from "./record-group.ts";
import { beatIntervalMicros, type HeartbeatTiming, Roster } from "./roster.ts";
import type { FrameOctets } from "./segmentation.ts";
import { lowBits } from "./sequence-number.ts";
import { SlotGuard } from "./slot-guard.ts";

export type { Plane };

export interface CommunicationOptions {
  readonly slot: number;
  readonly kind: (typeof cardKinds)[number];
  /** The groups that the card has a part in: a call server in one, a LIM or transporter in all of the rack. */
  readonly plans: readonly GroupPlan[];
  readonly frameOctets: FrameOctets;
  /** Of the planes; 1 Mbit/s, and 5 for the data of CAN FD, where nothing is said. */
  readonly rates?: PlaneRates;
  readonly timing: HeartbeatTiming;
  /** 16 bits of chance, another at every start; not 0. */
  readonly incarnation: number;
  /** Whether this thread beats at real-time priority. */
  readonly realTime: boolean;
  /** 24 bits of the digest of the configuration. */
  readonly configurationDigest: number;
  /** What rack.yaml says of the slots. */
  readonly kinds?: Readonly<Record<number, (typeof cardKinds)[number]>>;
  /** And of the groups of call servers, whether or not this card has a part in them. */
  readonly groups?: readonly number[];
  readonly withoutRules?: ReadonlySet<ProtocolRule>;
}

/** What a communication processor does to the world. */
export interface CommunicationEffects {
  readonly transmit: Transmit;
  toApplication(event: ApplicationEvent): void;
  /** To what manages the card, beside the application. */
  toManagement(event: EnquiryEvent): void;
  /** How far the application has got, as it says itself in shared memory. */
  progress(): number;
  /** Asks the application to count one step more. */
  nudge(): void;
  /** For how long in all the application has waited for a processor. */
  starvedMicros(): Micros;
  /** What the application works on, as it says itself in shared memory. */
  work(): number;
  /** How many commits of a group the application has performed since its start, modulo 2^31; in shared memory too. */
  commitsPerformed(group: number): number;
  /** Notes something for the application of a LIM or transporter; in shared memory too (card/work-gate.ts). */
  note(place: number, value: number): void;
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
/** A card that has beaten within so many intervals is not found dead yet. */
const vouchedIntervals = 2;
/** Waking up later than this is time in which the card could not listen. */
const lateMicros = 2_000;
/** The shortest time between two looks at what is missing. */
const restMicros = 1_000;
/** And between two looks at a silence: a clock that is a little slow wakes before the deadline that it was set to. */
const silenceRestMicros = 100;

// What is asked of every part at every frame: written down once, so that nothing is allocated for a question.
const isCatchingUp = ({ member }: Participation): boolean => member.isCatchingUp;
const isLeaving = ({ member }: Participation): boolean => member.leaving;
const hasLeft = ({ member }: Participation): boolean => member.hasLeft;
const hasNews = (part: Participation): boolean => part.hasNews;

export class CommunicationProcessor {
  readonly #options: CommunicationOptions;
  readonly #effects: CommunicationEffects;
  readonly #roster: Roster;
  /** In the order of their groups. */
  readonly #parts: readonly Participation[];
  readonly #partOf: ReadonlyMap<number, Participation>;
  readonly #health: OwnHealth;
  readonly #enquiries: Enquiries;
  readonly #reception: FrameReception;
  readonly #transmission: FrameTransmission;
  /** By plane: what its port says, what an operator wants, and what comes of both. */
  readonly #passive: [boolean, boolean] = [false, false];
  readonly #lost: [boolean, boolean] = [false, false];
  readonly #inhibited: [boolean, boolean] = [false, false];
  readonly #restricted: [boolean, boolean] = [false, false];
  #behind = false;
  /** Whose record is being taken in, and when. */
  #speaker = 0;
  #spokenAt: Micros = 0;
  /** The beat that is heard, and the one that is said. */
  readonly #heard = blankBeat();
  readonly #said = blankBeat();
  /** Since the start of the card. */
  #beats = 0;
  /** What the last beat said of the card as a whole that nobody should have to wait for. */
  #beatenNews: number | undefined;
  /** When any beat was heard last, and since when there has been no break in hearing them. */
  #heardAt: Micros;
  #listeningSince: Micros;
  readonly #guard: SlotGuard;
  readonly #conduct: Conduct;
  /** Another card was in this slot first. */
  #isSilenced = false;
  /** By slot: what was said last that keeps the card out of service. */
  readonly #objections = new Map<number, string>();
  /** The beat that says that this card has left, until it is on the bus. */
  #farewell: CanFrame | undefined;
  #hasSaidFarewell = false;
  #nextBeat: Micros;
  /** No number until there was a first pass. */
  #wakeBy: Micros = Number.NaN;
  readonly #counters = { beats: 0, lateWakes: 0, lateMaxMicros: 0 };

  constructor(options: CommunicationOptions, effects: CommunicationEffects, now: Micros) {
    this.#options = options;
    this.#effects = effects;
    const looksOnce = options.withoutRules?.has("second-look");
    this.#roster = new Roster(options.timing, options.realTime, options, looksOnce ? 0 : undefined);
    this.#reception = new FrameReception(options.frameOctets);
    const { slot, frameOctets, plans } = options;
    this.#transmission = new FrameTransmission(slot, frameOctets, plans.length, (plane, frame) =>
      effects.transmit(plane, frame),
    );
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
    this.#enquiries = new Enquiries(
      { slot, incarnation: options.incarnation, frameOctets, rates: options.rates ?? usualRates },
      {
        send: (record) => void this.#send(recordClass.bulk, record, this.#enquiries),
        isSpeaking: () => this.#transmission.backlog(recordClass.bulk) > 0,
        isHeard: (of, incarnation) => this.#roster.isAlive(of) && this.#isLifeOf(of, incarnation),
        tell: (event) => effects.toManagement(event),
        nonsense: () => this.#conduct.nonsense(this.#speaker, this.#spokenAt),
      },
      now,
    );
    this.#conduct = new Conduct(
      options.kinds,
      options.timing.primaryMicros,
      (severity, text) => effects.log(severity, text),
      now,
    );
    this.#guard = new SlotGuard(options.slot, (text) => effects.log("alarm", text));
    // Whoever is in this slot already would be heard by then.
    this.#nextBeat = now + listenIntervals * options.timing.othersMicros;
    this.#heardAt = now;
    this.#listeningSince = now;
    const card = {
      slot: options.slot,
      kind: options.kind,
      incarnation: options.incarnation,
      configurationDigest: options.configurationDigest,
      groupsOfCard: plans.length,
      timing: options.timing,
      roster: this.#roster,
      isFit: () => !this.#health.isUnfit && !this.#health.isMute,
      isMute: () => this.#health.isMute,
      isBehind: () => this.#behind,
      send: (kind: RecordClass, record: Uint8Array, sender: object, number?: number) =>
        void this.#send(kind, record, sender, number),
      backlog: (kind: RecordClass) => this.#transmission.backlog(kind),
      toApplication: (event: ApplicationEvent) => effects.toApplication(event),
      progress: () => effects.progress(),
      commitsPerformed: (group: number) => effects.commitsPerformed(group),
      voidBefore: (group: number, sequence: number) => effects.note(group, voidWord(sequence)),
      wallMillis: () => effects.wallMillis(),
      log: (severity: "info" | "warning" | "alarm", text: string) => effects.log(severity, text),
      milestone: (step: Milestone, term: number) => effects.milestone(step, term),
      nonsense: () => this.#conduct.nonsense(this.#speaker, this.#spokenAt),
      withoutRules: options.withoutRules ?? new Set<ProtocolRule>(),
    };
    this.#parts = plans.map((plan) => new Participation(plan, card));
    this.#partOf = new Map(this.#parts.map((part) => [part.plan.group, part]));
  }

  get roster(): Roster {
    return this.#roster;
  }

  /** The groups that this card has a part in. */
  get groups(): readonly number[] {
    return [...this.#partOf.keys()];
  }

  /** What this card is in a group that it has a part in. */
  memberOf(group: number): Member {
    return this.#part(group).member;
  }

  #part(group: number): Participation {
    const part = this.#partOf.get(group);
    assert(part !== undefined, `slot ${this.#options.slot} has no part in group ${group}`);
    return part;
  }

  // --- what happens

  /** Frames from a plane, in bus order. `more`: others have come already and will be handed in next. */
  frames(plane: Plane, frames: readonly CanFrame[], now: Micros, more = false): void {
    this.#noticeLateness(now);
    const isBehindAsBefore = this.#behind === more;
    this.#behind = more;
    let isNew = false;
    for (const frame of frames) if (this.#frame(plane, frame, now)) isNew = true;
    // A record's frames but for the last, and its copy on the other plane, change nothing that anybody would have to look at.
    if (isNew || !isBehindAsBefore || now >= this.nextDeadline()) this.#settle(now);
  }

  /** Own frames that are on the bus, the very objects that were handed to `transmit`; one may have overtaken another. */
  transmitted(plane: Plane, frames: readonly CanFrame[], now: Micros): void {
    this.#health.transmitted(plane, frames);
    if (this.#farewell !== undefined && frames.includes(this.#farewell)) this.#saidFarewell();
    this.#transmission.transmitted(plane, frames);
    for (const part of this.#parts) {
      const input = this.#transmission.takeConfirmed(plane, recordClass.input, part);
      if (input > 0) part.member.inputTransmitted(input);
      const sequence = this.#transmission.takeConfirmed(plane, recordClass.commit, part);
      if (sequence > 0) part.member.transmitted(sequence, now);
    }
    // That a death note is out is not to wait for the next beat.
    if (!this.#hasNews()) return;
    this.#noticeLateness(now);
    this.#settle(now);
  }

  /** The port of a plane takes frames of this class again. */
  writable(plane: Plane, frameClass: number): void {
    this.#transmission.writable(plane, frameClass);
  }

  /** The port of a plane has lost what it had queued. */
  planeLost(plane: Plane): void {
    this.#transmission.planeLost(plane);
    this.#lost[plane] = true;
    if (this.#inhibited[1 - plane]) this.#restrictPlane(plane);
  }

  /** The port of a plane gets nothing out (`passive`), or does again. Meanwhile only the other plane is written to, but for beats. */
  planePassive(plane: Plane, passive: boolean): void {
    this.#health.planePassive(plane, passive);
    this.#passive[plane] = passive;
    this.#lost[plane] = false;
    this.#restrictPlane(plane);
  }

  /** An operator wants a plane to be used for beats only, or for all again; never both at a time. */
  inhibitPlane(plane: Plane, on: boolean): void {
    if (on && this.#inhibited[1 - plane]) return;
    this.#inhibited[plane] = on;
    this.#effects.log(on ? "warning" : "info", `plane ${"AB"[plane]} is ${on ? "inhibited" : "used again"}`);
    this.#restrictPlane(plane);
  }

  /** A plane that was inhibited is used all the same while the other one gets nothing out. */
  #restrictPlane(plane: Plane): void {
    for (const each of planes) {
      const isNeeded = this.#passive[1 - each] || this.#lost[1 - each];
      const isRestricted = this.#passive[each] || (this.#inhibited[each] && !isNeeded);
      if (each === plane || isRestricted !== this.#restricted[each])
        this.#transmission.planePassive(each, isRestricted);
      this.#restricted[each] = isRestricted;
    }
  }

  application(action: ApplicationAction, now: Micros): void {
    this.#noticeLateness(now);
    const part = action.kind === "input" ? this.#part(action.group) : this.#parts[0];
    part.member.application(action, now);
    this.#settle(now);
  }

  /** What manages the card asks other cards, or answers them. */
  management(action: EnquiryAction, now: Micros): void {
    this.#noticeLateness(now);
    this.#enquiries.action(action, now);
    this.#settle(now);
  }

  /** The application has handled all events up to the last `backup`. */
  drained(now: Micros): void {
    this.#noticeLateness(now);
    for (const { member } of this.#parts) member.drained(now);
    this.#settle(now);
  }

  /** The card leaves on purpose. */
  leave(now: Micros): void {
    this.#noticeLateness(now);
    for (const { member } of this.#parts) member.leave(now);
    this.#settle(now);
  }

  /** The card is to stay after all, where it has not begun to leave. */
  stay(now: Micros): void {
    this.#noticeLateness(now);
    for (const { member } of this.#parts) member.stay();
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
      this.#enquiries.gone(entry.slot, "died", now);
      for (const part of this.#parts) {
        part.changed(entry.slot, "died", now);
        part.tell(entry.slot, this.#listenedFor(now));
      }
    }
    this.#settle(now);
  }

  nextDeadline(): Micros {
    return Number.isNaN(this.#wakeBy) ? this.#nextBeat : this.#wakeBy;
  }

  /** The planes on which another card babbles, by their letters: its beats are not listened to there. */
  babblesOn(slot: number): string {
    return this.#conduct.babblesOn(slot);
  }

  /** What is of one group is that of the first; where there are several, `groups` has it of all. */
  status(): Readonly<Record<string, unknown>> {
    const [first] = this.#parts;
    const groups = this.#parts.map(({ plan, member }) => ({
      group: plan.group,
      ...member.status(),
      role: roleNames[member.role()],
    }));
    const cards = this.#roster.entries.map((entry) => {
      const roster = this.#parts.map((part) => part.roster).find((each) => each.entry(entry.slot) !== undefined);
      const its = roster?.entry(entry.slot);
      return {
        slot: entry.slot,
        alive: entry.alive,
        role: its && roleNames[its.role],
        term: its?.term,
        commit: its?.commit,
        realTime: entry.realTime,
        fit: roster?.isFit(entry.slot) === true,
        hung: entry.hung,
        deaf: roster?.isDeaf(entry.slot) === true,
        objection: this.#roster.objection(entry.slot),
        babblesOn: this.babblesOn(entry.slot),
        limitMicros: this.#roster.limitMicros(entry),
        gapMaxMicros: Math.max(entry.gapMax, entry.gapMaxBefore),
        gapMeasuredMicros: entry.gapMax,
      };
    });
    return {
      ...groups[0],
      groups,
      outOfService: this.#outOfService(),
      hung: this.#health.isHung,
      hungLimitMicros: this.#health.hungLimitMicros,
      deaf: this.#health.hearsNobody || first.roster.isDeaf(this.#options.slot),
      mute: this.#health.isMute,
      cards,
      onlyA: this.#reception.only(0),
      onlyB: this.#reception.only(1),
      ...this.#reception.counters,
      ...this.#counters,
      dropped: this.#transmission.dropped,
      inhibited: [...this.#inhibited],
    };
  }

  /** Why this card takes no part in some group, if it is so. */
  #outOfService(): string | undefined {
    if (this.#isSilenced) return "its slot is taken";
    for (const { member, roster } of this.#parts) {
      const primary = newRoles.includes(member.role()) ? roster.primary() : undefined;
      const objection = primary && roster.objection(primary.slot);
      if (objection !== undefined) return objection;
    }
    return undefined;
  }

  // --- in

  /** Every pass through the processor ends here: the members look around, the beat goes out, the next deadline is set. */
  #settle(now: Micros): void {
    this.#silence(now);
    this.#conduct.look(now);
    this.#health.examine(now);
    // Thousands of times a second: a loop by places makes no iterator, however little of it has been compiled.
    for (let place = 0; place < this.#parts.length; place++) this.#parts[place].member.tick(now);
    this.#enquiries.tick(now);
    this.#vouch(now);
    if (this.#hasNews()) this.#nextBeat = now;
    if (now >= this.#nextBeat) this.#beatInTime(now);
    this.#setWake(now);
  }

  #beatInTime(now: Micros): void {
    let interval = Number.POSITIVE_INFINITY;
    for (const { member } of this.#parts) {
      interval = Math.min(interval, beatIntervalMicros(member.role(), this.#options.timing));
    }
    if (!this.#isSilenced) this.#beat(now);
    // Of a card that has become something else in several groups each is to hear it now.
    while (!this.#isSilenced && this.#hasNews()) this.#beat(now);
    this.#nextBeat = Math.max(this.#nextBeat + interval, now + interval / 2);
  }

  #setWake(now: Micros): void {
    const infinite = Number.POSITIVE_INFINITY;
    let look = Math.min(this.#health.nextDeadline() ?? infinite, this.#enquiries.nextDeadline() ?? infinite);
    for (let place = 0; place < this.#parts.length; place++) {
      const deadline = this.#parts[place].member.nextDeadline();
      if (deadline !== undefined && deadline < look) look = deadline;
    }
    const silence = this.#roster.nextDeadline();
    // This thread may run above all others of the host: but for its own beats, and for those that do not come, it leaves them some
    // time, whatever a deadline says.
    this.#wakeBy = Math.min(
      this.#nextBeat,
      Math.max(silence, now + silenceRestMicros),
      Math.max(look, now + restMicros),
    );
  }

  /** As long as the next beat is not overdue this card has not been away: what it has handed over may be done. */
  #vouch(now: Micros): void {
    if (this.#options.kind === "call-server" || this.#options.withoutRules?.has("catch-up-first")) return;
    const isBehind = this.#parts.some(isCatchingUp);
    const until = now + vouchedIntervals * this.#options.timing.othersMicros;
    this.#effects.note(vouchNote, vouchWord(isBehind ? undefined : until));
  }

  /** What the application was working on, for whoever takes over. */
  #sendDeathNote(): CanFrame | undefined {
    const work = workOf(this.#effects.work());
    const [part] = this.#parts;
    const note = work && part.member.deathNote(work.slot, work.number);
    if (!work || !note) return undefined;
    this.#effects.log("alarm", `the application was working on input ${work.number} of slot ${work.slot}`);
    return this.#send(recordClass.takeover, note, part);
  }

  #noticeLateness(now: Micros): void {
    if (Number.isNaN(this.#wakeBy)) return;
    const late = now - this.#wakeBy;
    if (late <= lateMicros) return;
    this.#wakeBy = now;
    this.#counters.lateWakes++;
    this.#counters.lateMaxMicros = Math.max(this.#counters.lateMaxMicros, late);
    this.#roster.excuse(late);
    this.#health.excuse(late);
    this.#conduct.excuse(late);
    this.#heardAt += late;
    // Whoever has missed a beat of its own may have missed all that make the others find it dead.
    if (late >= this.#options.timing.othersMicros) for (const { member } of this.#parts) member.wasAway(now);
  }

  /** @returns whether it says anything: a beat does, and the frame that makes a record whole */
  #frame(plane: Plane, frame: CanFrame, now: Micros): boolean {
    const slot = slotOf(frame.id);
    const kind = classOf(frame.id) as RecordClass;
    if (slot === this.#options.slot) {
      if (kind === recordClass.heartbeat) this.#hearOwnSlot(frame.data, now);
      return false;
    }
    if (!this.#conduct.maySay(kind, slot)) {
      this.#conduct.nonsense(slot, now);
      return false;
    }
    if (kind === recordClass.heartbeat && !this.#conduct.beat(slot, plane, now)) return false;
    if (!this.#reception.isBelieved(slot, plane, now)) return false;
    if (kind === recordClass.heartbeat) {
      this.#heardBeat(slot, frame.data, now);
      return true;
    }
    const record = this.#reception.frame(plane, frame, now);
    if (record === undefined) return false;
    this.#speaker = slot;
    this.#spokenAt = now;
    if (kind === recordClass.bulk) return this.#enquiries.record(slot, record, now);
    const group = groupOf(kind, record);
    const part = group === undefined ? undefined : this.#partOf.get(group);
    if (part) part.member.record(kind, slot, record, now);
    else if (group === undefined || this.#options.groups?.includes(group) === false) {
      this.#conduct.nonsense(slot, now);
    }
    return true;
  }

  #hearOwnSlot(data: Uint8Array, now: Micros): void {
    const error = decodeInto(heartbeat, data, this.#heard);
    if (error !== undefined || this.#heard.incarnation === lowBits(this.#options.incarnation, 8)) return;
    this.#guard.heard(this.#beats, now);
    this.#silence(now);
  }

  #silence(now: Micros): void {
    this.#isSilenced = this.#guard.isSilenced(now);
    this.#transmission.quiet = this.#isSilenced || this.#beats < quietBeats;
  }

  /** Says once what keeps a card out; the primary does, the card itself, and all as long as there is no primary. */
  #object(slot: number): void {
    const objection = this.#roster.objection(slot);
    if (objection === undefined) this.#objections.delete(slot);
    if (objection === undefined || objection === this.#objections.get(slot)) return;
    const primaries = this.#parts.flatMap(({ roster }) => roster.primary()?.slot ?? []);
    const isPrimary = this.#parts.some(({ member }) => member.role() === role.primary);
    if (primaries.length > 0 && !isPrimary && !primaries.includes(slot)) return;
    this.#objections.set(slot, objection);
    this.#effects.log("alarm", `${objection}: ${isPrimary ? "is" : "one of the two is"} kept out of service`);
  }

  #heardBeat(slot: number, data: Uint8Array, now: Micros): void {
    const beat = this.#heard;
    if (decodeInto(heartbeat, data, beat) !== undefined) {
      this.#conduct.nonsense(slot, now);
      return;
    }
    this.#counters.beats++;
    if (this.#isHearingBroken(now)) {
      this.#listeningSince = now;
      for (const { member } of this.#parts) member.wasAway(now);
    }
    this.#heardAt = now;
    const change = this.#roster.beat(slot, beat, now);
    // Even a card with the same low octet of the incarnation may have restarted while it was not heard: what it says is new.
    if (change !== "none") this.#reception.forget(slot);
    if (change === "restarted") this.#enquiries.gone(slot, "restarted", now);
    for (const part of this.#parts) {
      if (change === "restarted") part.restarted(slot, now);
      if (change === "came") part.changed(slot, "came", now);
    }
    const part = this.#partOf.get(beat.group);
    part?.take(slot, beat, now);
    this.#tellApplication(slot, now);
    for (const other of this.#roster.entries) if (!other.alive) this.#tellApplication(other.slot, now);
    if (change === "restarted") this.#effects.log("warning", `slot ${slot} has restarted`);
    if (change === "came") this.#effects.log("info", `slot ${slot} is heard`);
    this.#object(slot);
    part?.changed(slot, "beat", now);
  }

  #tellApplication(slot: number, now: Micros): void {
    for (const part of this.#parts) part.tell(slot, this.#listenedFor(now));
  }

  /** Whether the card in a slot can be in this life, as far as its beats say it. */
  #isLifeOf(slot: number, incarnation: number | undefined): boolean {
    return incarnation === undefined || this.#roster.entry(slot)?.incarnationLow === lowBits(incarnation, 8);
  }

  #isHearingBroken(now: Micros): boolean {
    return now - this.#heardAt > breakIntervals * this.#options.timing.othersMicros;
  }

  #listenedFor(now: Micros): Micros {
    return this.#isHearingBroken(now) ? 0 : now - this.#listeningSince;
  }

  // --- out

  /** @returns the record's last frame */
  #send(kind: RecordClass, record: Uint8Array, sender: object, number?: number): CanFrame | undefined {
    return this.#isSilenced ? undefined : this.#transmission.send(kind, record, sender, number);
  }

  get #leaving(): boolean {
    return this.#parts.some(isLeaving);
  }

  get #hasLeft(): boolean {
    return this.#parts.every(hasLeft);
  }

  /** That the card leaves, and that it cannot do its work, is told at once, and so is what it has become in a group. */
  #news(): number {
    const leaving = this.#leaving ? 1 : 0;
    const hasLeft = this.#hasLeft ? 2 : 0;
    const isUnfit = this.#health.isUnfit ? 4 : 0;
    return leaving | hasLeft | isUnfit;
  }

  #hasNews(): boolean {
    if (this.#beats === 0 || this.#isSilenced) return false;
    return this.#news() !== this.#beatenNews || this.#parts.some(hasNews);
  }

  #saidFarewell(): void {
    this.#farewell = undefined;
    if (this.#hasSaidFarewell) return;
    this.#hasSaidFarewell = true;
    this.#effects.log("info", "has left: safe to pull");
    this.#effects.milestone("left", this.#parts[0].member.term());
  }

  /** About the group that has news, or else about the one whose turn it is. */
  #beat(now: Micros): void {
    this.#beatenNews = this.#news();
    const turn = this.#parts[this.#beats % this.#parts.length];
    const part = this.#beats === 0 ? turn : (this.#parts.find(hasNews) ?? turn);
    this.#beats++;
    const beat = this.#said;
    part.tellInBeat(beat);
    beat.leaving = this.#leaving ? 1 : 0;
    beat.realTime = this.#options.realTime ? 1 : 0;
    beat.hung = this.#health.isUnfit ? 1 : 0;
    const { octets, length } = encodeWithoutView(heartbeat, beat);
    const frame = this.#transmission.beatFrame(length);
    for (let index = 0; index < length; index++) frame.data[index] = octets[index];
    this.#farewell = this.#hasLeft ? frame : undefined;
    if (!this.#hasLeft) this.#hasSaidFarewell = false;
    for (const plane of planes) this.#health.beats(plane, frame, now);
    this.#transmission.beat(frame);
    this.#silence(now);
  }
}
