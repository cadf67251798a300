/**
 * A member's view of its group's commits and inputs: decodes them, closes gaps by asking, and keeps the marks. What is done
 * with a commit whose turn it is, is the member's business.
 */
import { decode, encode } from "../layout/layout.ts";
import type { Micros } from "../time.ts";
import { type Commit, decodeCommit } from "./commit.ts";
import { CommitLog, type HeldCommit } from "./commit-log.ts";
import { recordClass } from "./frame-identifier.ts";
import { InputIntake } from "./input-intake.ts";
import { inputRecord } from "./input-record.ts";
import type { MemberContext } from "./membership.ts";
import { type RepairRecord, repairRecord } from "./repair-records.ts";
import { lowBits, nearest } from "./sequence-number.ts";

/** A gap is asked for so long after it was noticed. */
const askAfterMicros = 1_000;
/**
 * What does not begin to close is asked for again after this time, and then after twice the time, and so on: answers that wait
 * for a busy bus must not be asked for faster than they come.
 */
const askAgainMicros = 4_000;
const askAgainMicrosMax = 64_000;
/** Answers have begun to come: so long the rest of them is waited for. */
const answerMicros = 30_000;
/** Whoever has so many frames of answers waiting for the bus takes no further question: it will be asked again. */
const answerFramesMax = 128;

/** Bits of a commit's sequence and of an input's number that a beat tells. */
const beatenBits = 24;

/** Commits asked for, and given, at once. */
export const repairCommitsMax = 32;

/** Looking for gaps costs as much as there are commits waiting: in a burst not after every frame. */
const lookAgainMicros = 300;

const nothing = new Uint8Array(0);

/** What is missing. */
interface Gap {
  readonly from: number;
  readonly count: number;
}
interface InputGap extends Gap {
  readonly slot: number;
}
const none: readonly InputGap[] = [];

export class GroupView {
  readonly log: CommitLog;
  readonly intake = new InputIntake();
  readonly #context: MemberContext;
  /** A witness keeps inputs of whatever incarnation beats, only to understand commits; call servers keep those of the admitted. */
  readonly #anySender: boolean;
  /** Commit sequence that the primary's beats speak of. */
  #primarySequence = 0;
  #timeMillis = 0;
  #timeAt: Micros = 0;
  #gapSince: Micros | undefined;
  #lookAt: Micros = 0;
  #askAt: Micros = 0;
  #patience: Micros = askAgainMicros;
  /** Where the gaps began when they were looked at last: it moves as they close. */
  #gapsFrom = 0;
  /** Only what has never been asked for is to be asked for next: the rest is being answered. */
  #asksForNew = false;
  /** The last commit asked for. */
  #askedUpTo = 0;

  constructor(context: MemberContext, anySender: boolean) {
    this.#context = context;
    this.log = new CommitLog(context.withoutRules.has("begin-tells-base"));
    this.#anySender = anySender;
  }

  /** The primary's beats tell the low 24 bits of its last commit. A card that has just started knows no more of it than they. */
  primaryIsAt(beaten: number): void {
    this.#primarySequence = this.wholeSequence(beaten);
  }

  /** A commit sequence of which a beat tells the low 24 bits. */
  wholeSequence(beaten: number): number {
    return nearest(this.log.last, lowBits(beaten, beatenBits), beatenBits);
  }

  /** Number of the last input of this sender, as far as its beats or its inputs have told. */
  #lastInput(slot: number): number {
    const entry = this.#context.roster.entry(slot);
    const near = this.intake.numberNear(slot);
    if (entry?.incarnation !== this.intake.incarnation(slot)) return near;
    return Math.max(near, nearest(near, lowBits(entry.input, beatenBits), beatenBits));
  }

  /** The time at the primary, as well as it can be told from here. */
  timeMillis(now: Micros): number {
    return this.#timeMillis === 0
      ? this.#context.wallMillis()
      : this.#timeMillis + Math.round((now - this.#timeAt) / 1000);
  }

  setTime(timeMillis: number, now: Micros): void {
    if (timeMillis === 0) return;
    this.#timeMillis = timeMillis;
    this.#timeAt = now;
  }

  /** A commit record from the bus, with its shortened numbers made whole. `sequence` where the sender gave it whole. */
  decode(octets: Uint8Array, now: Micros, sequence?: number): Commit | undefined {
    const near = sequence ?? Math.max(this.log.last, this.#primarySequence) + 1;
    const decoded = decodeCommit(octets, {
      sequence: near,
      timeMillis: this.timeMillis(now),
      inputNumber: (slot) => this.#lastInput(slot),
    });
    if (!decoded.ok) this.#context.nonsense();
    return decoded.ok && decoded.value.group === this.#context.plan.group ? decoded.value : undefined;
  }

  /** Puts a commit where it waits for its turn. Its octets may be lent. */
  hold(commit: Commit, octets: Uint8Array, input: Uint8Array | undefined): void {
    this.log.hold({ commit, octets: octets.slice(), input: input ?? this.#inputOf(commit) });
  }

  #inputOf(commit: Commit): Uint8Array | undefined {
    if (commit.consumed.kind !== "input") return undefined;
    return this.intake.payload(commit.consumed.slot, commit.consumed.number);
  }

  /** The commit whose turn it is, made whole if the input it refers to has come meanwhile. */
  next(): HeldCommit | undefined {
    const held = this.log.held(this.log.last + 1);
    if (held) held.input ??= this.#inputOf(held.commit);
    if (held && this.#context.withoutRules.has("whole-commits")) held.input ??= nothing;
    return this.log.next();
  }

  /** A commit has its place now: it is the last of the run, and what it consumed is consumed. */
  append(held: HeldCommit, now: Micros): void {
    const { commit } = held;
    this.log.append(held);
    this.setTime(commit.timeMillis, now);
    if (commit.consumed.kind === "input") this.intake.consume(commit.consumed.slot, commit.consumed.number);
    if (commit.consumed.kind === "admit") this.#admit(commit.consumed.slot, commit.consumed.incarnation);
  }

  #admit(slot: number, incarnation: number): void {
    const restarted = this.intake.incarnation(slot) >= 0;
    if (restarted && this.#context.withoutRules.has("incarnations")) return;
    this.intake.admit(slot, incarnation);
  }

  /** Whether a primary of this term has been replaced, for a card that follows `ownTerm`. */
  isStale(term: number, ownTerm: number): boolean {
    return term < ownTerm && !this.#context.withoutRules.has("no-stale-terms");
  }

  deliver(held: HeldCommit): void {
    const { commit } = held;
    this.#context.toApplication({ kind: "commit", commit: { ...commit, input: held.input ?? nothing } });
  }

  /** An input record from the bus. @returns whether it was new and is not consumed */
  input(slot: number, octets: Uint8Array): boolean {
    const decoded = decode(inputRecord, octets);
    if (!decoded.ok) this.#context.nonsense();
    if (!decoded.ok || decoded.value.group !== this.#context.plan.group) return false;
    const entry = this.#context.roster.entry(slot);
    if (!entry) return false;
    if (this.#anySender && entry.incarnation !== 0) this.intake.admit(slot, entry.incarnation);
    const admitted = this.intake.incarnation(slot);
    // A card that has just started knows the low octet from every beat, the whole only after a few.
    if (entry.incarnation === 0 ? entry.incarnationLow !== lowBits(admitted, 8) : entry.incarnation !== admitted) {
      return false;
    }
    const number = nearest(this.#lastInput(slot), decoded.value.number, 12);
    return this.intake.hear(slot, number, decoded.value.payload);
  }

  /** An input given again. @returns whether it was new and is not consumed */
  repairedInput(record: RepairRecord & { kind: "input" }): boolean {
    if (record.incarnation !== this.intake.incarnation(record.slot)) return false;
    return this.intake.hear(record.slot, record.number, record.payload);
  }

  repair(record: RepairRecord): void {
    this.#context.send(recordClass.repair, encode(repairRecord, record));
  }

  /** Says inputs again that somebody lacks. */
  giveInputs(slot: number, incarnation: number, from: number, count: number): void {
    if (this.#context.backlog(recordClass.repair) > answerFramesMax) return;
    if (incarnation !== this.intake.incarnation(slot)) return;
    for (let number = from; number < from + Math.min(count, repairCommitsMax); number++) {
      const payload = this.intake.payload(slot, number);
      if (payload) this.repair({ kind: "input", group: this.#context.plan.group, slot, incarnation, number, payload });
    }
  }

  /** Says pending inputs again whose sender has died: the primary may never have heard them. */
  handOn(slot: number): void {
    const incarnation = this.intake.incarnation(slot);
    for (const { number, payload } of this.intake.unconsumed(slot)) {
      this.repair({ kind: "input", group: this.#context.plan.group, slot, incarnation, number, payload });
    }
  }

  /** Says commits again, as the primary of `term`. */
  giveCommits(from: number, count: number, term: number, asker: number): void {
    const { group } = this.#context.plan;
    // The answer to an earlier question is on its way, to everybody who lacks the same.
    if (this.#context.backlog(recordClass.repair) > 0) return;
    if (from <= this.log.last && !this.log.at(from)) {
      this.repair({ kind: "too old", group, slot: asker, from });
      return;
    }
    for (let sequence = from; sequence < from + Math.min(count, repairCommitsMax); sequence++) {
      const held = this.log.at(sequence);
      if (!held) return;
      if (held.commit.term < term && this.#context.withoutRules.has("repair-of-earlier-terms")) continue;
      this.repair({
        kind: "commit",
        group,
        term,
        sequence,
        commit: held.octets,
        input: held.commit.refersToInput ? (held.input ?? nothing) : nothing,
      });
    }
  }

  /** The first commits that are known to exist and have not come, or not whole. */
  #commitGap(): Gap | undefined {
    const highest = Math.max(this.log.highest(), this.#primarySequence);
    let from = this.log.last + 1;
    while (from <= highest && this.#isWhole(from)) from++;
    let count = 0;
    while (count < repairCommitsMax && from + count <= highest && !this.#isWhole(from + count)) count++;
    return count > 0 ? { from, count } : undefined;
  }

  /** Whether a commit waits for its turn only. */
  #isWhole(sequence: number): boolean {
    const held = this.log.held(sequence);
    if (held === undefined) return false;
    held.input ??= this.#inputOf(held.commit);
    return !held.commit.refersToInput || held.input !== undefined;
  }

  /** Whether everything is here up to the last commit that the primary has told of. */
  isLevel(): boolean {
    return this.#commitGap() === undefined;
  }

  #inputGaps(): readonly InputGap[] {
    let gaps = none;
    for (const slot of this.intake.slots()) {
      const gap = this.intake.gap(slot, this.#lastInput(slot));
      if (gap) gaps = [...gaps, { slot, ...gap }];
    }
    return gaps;
  }

  /** Asks for what is missing: commits of the primary when `commits`, inputs of whoever has them when `inputs`. */
  ask(now: Micros, commits: boolean, inputs: boolean): void {
    if (this.#context.withoutRules.has("repair") || this.#context.isBehind() || now < this.#lookAt) return;
    this.#lookAt = now + lookAgainMicros;
    const commitGap = commits ? this.#commitGap() : undefined;
    const inputGaps = inputs ? this.#inputGaps() : none;
    if (commitGap || inputGaps.length > 0) this.#askFor(commitGap, inputGaps, commits, now);
    else this.#gapSince = undefined;
  }

  #askFor(commitGap: Gap | undefined, inputGaps: readonly InputGap[], commits: boolean, now: Micros): void {
    const newGaps = inputGaps.filter(({ slot, from }) => !this.intake.isAsked(slot, from));
    const gapsFrom = inputGaps.reduce((sum, { from }) => sum + from, commitGap?.from ?? 0);
    if (this.#gapSince === undefined) {
      this.#gapSince = now;
      this.#askAt = now + askAfterMicros;
      this.#patience = askAgainMicros;
    } else if (gapsFrom !== this.#gapsFrom) {
      this.#patience = askAgainMicros;
      // What has been asked for is on its way; the next that is missing is not.
      const nextCommits = commitGap !== undefined && commitGap.from > this.#askedUpTo;
      this.#askAt = now + (nextCommits ? 0 : newGaps.length > 0 ? askAfterMicros : answerMicros);
      this.#asksForNew = !nextCommits && newGaps.length > 0;
    }
    this.#gapsFrom = gapsFrom;
    // A question that waits for a busy bus is not asked again behind itself: it would be answered once more, when all has come.
    if (commits && this.#context.backlog(recordClass.repair) > 0) {
      this.#askAt = Math.max(this.#askAt, now + askAgainMicros);
    }
    if (now < this.#askAt) return;
    const asksForNew = this.#asksForNew && newGaps.length > 0;
    this.#asksForNew = false;
    if (commitGap && !asksForNew) this.#askedUpTo = commitGap.from + commitGap.count - 1;
    this.#askAt = now + this.#patience;
    this.#patience = Math.min(2 * this.#patience, askAgainMicrosMax);
    const { group } = this.#context.plan;
    if (commitGap && !asksForNew) this.repair({ kind: "ask commits", group, ...commitGap });
    for (const { slot, from, count } of asksForNew ? newGaps : inputGaps) {
      this.intake.ask(slot, from + count - 1);
      this.repair({ kind: "ask inputs", group, slot, incarnation: this.intake.incarnation(slot), from, count });
    }
  }

  nextDeadline(): Micros | undefined {
    return this.#gapSince === undefined ? undefined : Math.max(this.#askAt, this.#lookAt);
  }

  /** Forgets everything: what follows begins after `sequence`. */
  reset(sequence: number, lastTerm: number): void {
    this.log.reset(sequence, lastTerm);
    this.#gapSince = undefined;
  }
}
