/**
 * What runs on a card's communication processor: records on two planes, heartbeats, the roster, and the card's membership in
 * its group. Sans-I/O: frames and time come in by method, everything that is to happen goes out through `effects`.
 */
import { type CanFrame, canClassOf } from "../../hal/can-frame.ts";
import type { ApplicationAction, ApplicationEvent } from "../card/application.ts";
import { decode, encode } from "../layout/layout.ts";
import type { Micros } from "../time.ts";
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
import { beatKind, cardKinds, heartbeat, type Role, role, roleNames } from "./heartbeat.ts";
import type { GroupPlan, Member, MemberContext, Milestone, ProtocolRule } from "./membership.ts";
import { RecordStream } from "./record-stream.ts";
import { type HeartbeatTiming, Roster } from "./roster.ts";
import { type FrameOctets, Reassembler, segment } from "./segmentation.ts";
import { lowBits } from "./sequence-number.ts";
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
  readonly withoutRules?: ReadonlySet<ProtocolRule>;
}

/** What a communication processor does to the world. */
export interface CommunicationEffects {
  /** Hands a frame to the port of a plane. "full": `writable` will be called. */
  transmit(plane: Plane, frame: CanFrame): "queued" | "full" | "bus-off";
  toApplication(event: ApplicationEvent): void;
  /** How far the application has got, as it says itself in shared memory. */
  progress(): number;
  wallMillis(): number;
  log(severity: "info" | "warning" | "alarm", text: string): void;
  milestone(step: Milestone, term: number): void;
}

/** A card keeps quiet for its first beats, so that everybody knows it has (re)started before it says anything. */
const quietBeats = 3;
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

export class CommunicationProcessor {
  readonly #options: CommunicationOptions;
  readonly #effects: CommunicationEffects;
  readonly #roster: Roster;
  readonly #member: Member;
  readonly #streams = new Map<number, { stream: RecordStream; reassemblers: readonly [Reassembler, Reassembler] }>();
  /** By slot: when each plane brought something of the card last, and how long it is on trial. */
  readonly #heard = new Map<number, { readonly lastAt: [Micros, Micros]; readonly trialUntil: [Micros, Micros] }>();
  readonly #passive: [boolean, boolean] = [false, false];
  readonly #sequences = new Uint8Array(8);
  /** Per plane and class: frames that the port has not taken yet. */
  readonly #backlog: readonly (readonly CanFrame[][])[] = planes.map(() => Array.from({ length: 8 }, () => []));
  /** Per plane: the last frames of own commits, with the commit's sequence. */
  readonly #unconfirmed: readonly { readonly frame: CanFrame; readonly sequence: number; confirmed: boolean }[][] = [
    [],
    [],
  ];
  /** Per plane: own beats that are not on the bus yet. */
  readonly #waitingBeats: readonly [CanFrame[], CanFrame[]] = [[], []];
  #incarnation: number;
  #behind = false;
  /** Since the start of this incarnation. */
  #beats = 0;
  #beatenRole: Role | undefined;
  #nextBeat: Micros;
  #wakeBy: Micros | undefined;
  readonly #counters = { records: [0, 0], broken: [0, 0], beats: 0, lateWakes: 0, lateMaxMicros: 0, dropped: [0, 0] };

  constructor(options: CommunicationOptions, effects: CommunicationEffects, now: Micros) {
    this.#options = options;
    this.#effects = effects;
    const looksOnce = options.withoutRules?.has("second-look");
    this.#roster = new Roster(options.timing, options.realTime, looksOnce ? 0 : undefined);
    this.#nextBeat = now;
    this.#incarnation = options.incarnation;
    const incarnation = () => this.#incarnation;
    const context: MemberContext = {
      slot: options.slot,
      get incarnation() {
        return incarnation();
      },
      isBehind: () => this.#behind,
      renew: () => this.#renew(),
      plan: options.plan,
      timing: options.timing,
      roster: this.#roster,
      send: (kind, record) => this.#send(kind, record),
      backlog: (kind) => Math.min(...this.#backlog.map((byClass) => byClass[kind].length)),
      toApplication: (event) => effects.toApplication(event),
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
    const unconfirmed = this.#unconfirmed[plane];
    let sequence = 0;
    for (const frame of frames) {
      const beat = this.#waitingBeats[plane].indexOf(frame);
      if (beat >= 0) this.#waitingBeats[plane].splice(beat, 1);
      const commit = canClassOf(frame.id) === recordClass.commit && unconfirmed.find((sent) => sent.frame === frame);
      if (commit) commit.confirmed = true;
    }
    while (unconfirmed[0]?.confirmed) sequence = unconfirmed.shift()?.sequence ?? 0;
    if (sequence > 0) this.#member.transmitted(sequence, now);
  }

  /** The port of a plane takes frames of this class again. */
  writable(plane: Plane, frameClass: number): void {
    this.#pump(plane, frameClass);
  }

  /** The port of a plane has lost what it had queued. */
  planeLost(plane: Plane): void {
    for (const queue of this.#backlog[plane]) queue.length = 0;
    this.#unconfirmed[plane].length = 0;
    this.#waitingBeats[plane].length = 0;
  }

  /** The port of a plane gets nothing out (`passive`), or does again. Meanwhile only the other plane is written to, but for beats. */
  planePassive(plane: Plane, passive: boolean): void {
    this.#passive[plane] = passive;
    if (passive) this.planeLost(plane);
  }

  application(action: ApplicationAction, now: Micros): void {
    this.#member.application(action, now);
    this.#settle(now);
  }

  /** The application has handled all events up to the last `backup`. */
  drained(now: Micros): void {
    this.#member.drained(now);
    this.#settle(now);
  }

  /** The card leaves on purpose. */
  leave(now: Micros): void {
    this.#member.leave(now);
    this.#settle(now);
  }

  tick(now: Micros): void {
    this.#noticeLateness(now);
    for (const entry of this.#roster.expire(now)) {
      this.#effects.log("warning", `slot ${entry.slot} is silent: counts as dead`);
      this.#effects.milestone("death", entry.slot);
      this.#member.card(entry, "died", now);
      this.#effects.toApplication({ kind: "card", slot: entry.slot, alive: false });
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
      limitMicros: this.#roster.limitMicros(entry),
      gapMaxMicros: Math.max(entry.gapMax, entry.gapMaxBefore),
    }));
    let onlyA = 0;
    let onlyB = 0;
    for (const { stream } of this.#streams.values()) {
      onlyA += stream.only[0];
      onlyB += stream.only[1];
    }
    return { ...this.#member.status(), role: roleNames[this.#member.role()], cards, onlyA, onlyB, ...this.#counters };
  }

  // --- in

  /** Every pass through the processor ends here: the member looks around, the beat goes out, the next deadline is set. */
  #settle(now: Micros): void {
    this.#member.tick(now);
    const interval =
      this.#member.role() === role.primary ? this.#options.timing.primaryMicros : this.#options.timing.othersMicros;
    // What a card has become is news.
    if (this.#member.role() !== this.#beatenRole) this.#nextBeat = now;
    if (now >= this.#nextBeat) {
      this.#beat();
      this.#nextBeat = Math.max(this.#nextBeat + interval, now + interval / 2);
    }
    let look = Number.POSITIVE_INFINITY;
    const silence = this.#roster.nextDeadline();
    if (silence !== undefined) look = silence;
    const member = this.#member.nextDeadline();
    if (member !== undefined && member < look) look = member;
    // This thread may run above all others of the host: but for its beats it leaves them some time, whatever a deadline says.
    this.#wakeBy = Math.min(this.#nextBeat, Math.max(look, now + restMicros));
  }

  #noticeLateness(now: Micros): void {
    if (this.#wakeBy === undefined) return;
    const late = now - this.#wakeBy;
    if (late <= lateMicros) return;
    this.#wakeBy = now;
    this.#counters.lateWakes++;
    this.#counters.lateMaxMicros = Math.max(this.#counters.lateMaxMicros, late);
    this.#roster.excuse(late);
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
    if (slot === this.#options.slot || !this.#isBelieved(slot, plane, now)) return;
    const kind = classOf(frame.id);
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

  #heardBeat(slot: number, data: Uint8Array, now: Micros): void {
    const decoded = decode(heartbeat, data);
    if (!decoded.ok) return;
    this.#counters.beats++;
    const change = this.#roster.beat(slot, decoded.value, now);
    if (change !== "none") {
      // Even a card with the same low octet of the incarnation may have restarted while it was not heard: what it says is new.
      for (let kind = 0; kind < 8; kind++) this.#streams.delete(slot * 8 + kind);
      this.#effects.toApplication({ kind: "card", slot, alive: true });
    }
    const entry = this.#roster.entry(slot);
    if (!entry) return;
    if (change === "restarted") this.#effects.log("warning", `slot ${slot} has restarted`);
    if (change === "came") this.#effects.log("info", `slot ${slot} is heard`);
    if (change !== "none") this.#member.card(entry, change, now);
    this.#member.card(entry, "beat", now);
  }

  // --- out

  #send(kind: RecordClass, record: Uint8Array): void {
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
      if (kind === recordClass.commit && last) {
        this.#unconfirmed[plane].push({ frame: last, sequence: this.#member.lastProposed(), confirmed: false });
      }
      for (const frame of frames) backlog.push(frame);
      this.#pump(plane, kind);
    }
  }

  #pump(plane: Plane, kind: number): void {
    if (this.#beats < quietBeats && kind !== recordClass.heartbeat) return;
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
      taken++;
    }
    if (taken > 0) backlog.splice(0, taken);
  }

  #renew(): void {
    this.#incarnation = (this.#incarnation % 65_535) + 1;
    // As after a start: quiet until everybody has heard of it.
    this.#beats = 0;
  }

  #beat(): void {
    const { slot, kind, plan, realTime, configurationDigest } = this.#options;
    const incarnation = this.#incarnation;
    const member = this.#member;
    this.#beatenRole = member.role();
    const turn = this.#beats++ % 4;
    const tells =
      turn === 0
        ? beatKind.identity
        : turn === 2 && kind === "call-server" && this.#beats % 8 > 4
          ? beatKind.configuration
          : kind === "call-server" || turn === 2
            ? beatKind.commit
            : beatKind.input;
    const values = {
      [beatKind.identity]: incarnation * 256 + cardKinds.indexOf(kind) * 16 + plan.group,
      [beatKind.commit]: lowBits(member.lastCommit(), 24),
      [beatKind.input]: lowBits(member.lastInput(), 24),
      [beatKind.configuration]: configurationDigest,
    };
    const data = encode(heartbeat, {
      role: member.role(),
      leaving: member.leaving ? 1 : 0,
      realTime: realTime ? 1 : 0,
      hung: 0,
      spare: 0,
      term: lowBits(member.term(), 16),
      incarnation: lowBits(incarnation, 8),
      progress: lowBits(this.#effects.progress(), 4),
      kind: tells,
      value: values[tells],
    });
    const frame = { id: frameIdentifier(recordClass.heartbeat, slot, framePart.whole), fd: false, data };
    for (const plane of planes) {
      const waiting = this.#waitingBeats[plane];
      if (waiting.length >= waitingBeatsMax) continue;
      if (this.#effects.transmit(plane, frame) === "queued") waiting.push(frame);
    }
    if (this.#beats === quietBeats) for (const plane of planes) for (let c = 1; c < 8; c++) this.#pump(plane, c);
  }
}
