/**
 * A call server in its group: blank, being given the state, backup, claimant, primary, resigned. Keeps every input until a
 * commit consumes it and every commit in order; claims when the primary fails; gives way when another was granted its place.
 */
import type { ApplicationAction } from "../card/application.ts";
import { workNumberBits } from "../card/link-notes.ts";
import { decode, encode } from "../layout/layout.ts";
import { assert } from "../result.ts";
import type { Micros } from "../time.ts";
import { Claim } from "./claim.ts";
import { ClaimAnswer } from "./claim-answer.ts";
import { type Commit, type Consumed, encodeCommit } from "./commit.ts";
import { ColdStart } from "./cold-start.ts";
import type { HeldCommit } from "./commit-log.ts";
import { Departure } from "./departure.ts";
import { Draining } from "./draining.ts";
import { type RecordClass, recordClass } from "./frame-identifier.ts";
import { GroupView } from "./group-view.ts";
import { type Role, role, roleNames } from "./heartbeat.ts";
import type { Member, MemberContext } from "./membership.ts";
import { Newcomers } from "./newcomers.ts";
import { type RepairRecord, repairRecord } from "./repair-records.ts";
import { decodeResynchronisation, StateGiver, StateTaker } from "./resynchronisation.ts";
import { type ResynchronisationRecord, resynchronisationRecord } from "./resynchronisation-records.ts";
import type { RosterEntry } from "./group-roster.ts";
import { nearest } from "./sequence-number.ts";
import { TakeoverCourse } from "./takeover-course.ts";
import { isForSender, type ClaimRecord, type TakeoverRecord, takeoverRecord } from "./takeover-records.ts";

const nothing = new Uint8Array(0);

/** A claim is repeated more often than this; an older one is over. */
const claimAnswerMicros = 10_000;
/** A card that is being given the state and has heard no primary for so long has lost its giver. */
const giverLostMicros = 300_000;

/** A term that a call server has begun as its primary. */
export interface Beginning {
  readonly term: number;
  /** Of its BEGIN. */
  readonly sequence: number;
  /** The term of the commit before it. */
  readonly afterTerm: number;
  readonly cold: boolean;
}

export class CallServerMember implements Member {
  readonly #context: MemberContext;
  readonly #view: GroupView;
  readonly #claim: Claim;
  readonly #answer: ClaimAnswer;
  readonly #giver: StateGiver;
  readonly #taker: StateTaker;
  readonly #coldStart: ColdStart;
  readonly #newcomers: Newcomers;
  readonly #departure: Departure;
  readonly #course = new TakeoverCourse();
  /** Made way and waits for the application to hand in what it has committed. */
  readonly #draining = new Draining();
  #role: Role = role.blank;
  /** The term followed; as primary, the own one. */
  #term = 0;
  /** The claim that is heard now, to be answered as soon as this card has made way. */
  #claimHeard: { slot: number; claim: ClaimRecord; at: Micros } | undefined;
  #began: Beginning | undefined;
  /** The last sequence of own commits that is known to be on the bus. */
  #transmitted = 0;
  #giverMissedAt: Micros | undefined;
  /** The application has the state of this commit. */
  #wholeAt: number | undefined;
  /** Commits up to here were before the state that was given: this card could give them to nobody. */
  #unknownUpTo = 0;

  constructor(context: MemberContext) {
    this.#context = context;
    this.#view = new GroupView(context, false);
    this.#claim = new Claim(context, this.#view);
    this.#answer = new ClaimAnswer(context, this.#view);
    this.#giver = new StateGiver(context);
    this.#taker = new StateTaker(context);
    this.#coldStart = new ColdStart(context);
    this.#newcomers = new Newcomers(context);
    this.#departure = new Departure(context);
  }

  /** Who makes way is primary no more, though its application may not know it yet. */
  role(): Role {
    return this.#draining.isOn ? role.resigned : this.#role;
  }

  term(): number {
    return this.#term;
  }

  /** The term that this card has begun last. */
  get began(): Beginning | undefined {
    return this.#began;
  }

  lastCommit(): number {
    return this.#role === role.primary ? this.#transmitted : this.#view.log.last;
  }

  lastInput(): number {
    return 0;
  }

  deathNote(slot: number, number: number): Uint8Array | undefined {
    if (this.#role !== role.primary) return undefined;
    const { intake } = this.#view;
    return encode(takeoverRecord, {
      kind: "death note",
      group: this.#context.plan.group,
      slot,
      incarnation: intake.incarnation(slot),
      number: nearest(intake.numberNear(slot), number, workNumberBits),
    });
  }

  receivedFrom(slot: number): number {
    return this.#view.intake.numberNear(slot);
  }

  deaf(): number {
    return 0;
  }

  lastProposed(): number {
    return this.#view.log.last;
  }

  get #complete(): boolean {
    return this.#role >= role.backup;
  }

  /** Whether commits are followed: by a complete card, and by one that has been told where to begin. */
  get #follows(): boolean {
    return (this.#complete && this.#role !== role.primary) || (this.#role === role.incomplete && this.#taker.headed);
  }

  // --- records

  record(kind: RecordClass, slot: number, record: Uint8Array, now: Micros): void {
    switch (kind) {
      case recordClass.takeover:
        this.#takeover(slot, record, now);
        break;
      case recordClass.commit: {
        const commit = this.#view.decode(record, now);
        if (commit) this.#commit(commit, record, undefined, commit.term, now);
        break;
      }
      case recordClass.input:
        if (this.#view.input(slot, record)) this.#hand(slot);
        break;
      case recordClass.repair: {
        const decoded = decode(repairRecord, record);
        if (!decoded.ok) this.#context.nonsense();
        if (decoded.ok && decoded.value.group === this.#context.plan.group) this.#repair(slot, decoded.value, now);
        break;
      }
      case recordClass.management:
      case recordClass.resynchronisation:
        this.#resynchronisation(slot, record, now);
        break;
    }
  }

  #repair(slot: number, record: RepairRecord, now: Micros): void {
    switch (record.kind) {
      case "ask commits":
        if (this.#role === role.primary) this.#view.giveCommits(record.from, record.count, this.#term, slot);
        break;
      case "ask inputs":
        if (slot !== this.#context.slot && this.#complete) {
          // The sender answers while it lives; a call server speaks for the dead.
          if (!this.#context.roster.isAlive(record.slot)) {
            this.#view.giveInputs(record.slot, record.incarnation, record.from, record.count);
          }
        }
        break;
      case "commit": {
        const commit = this.#view.decode(record.commit, now, record.sequence);
        const input = record.input.length > 0 ? record.input : undefined;
        if (commit) this.#commit(commit, record.commit, input, record.term, now);
        break;
      }
      case "input":
        if (this.#view.repairedInput(record)) this.#hand(record.slot);
        break;
      case "salvage": {
        if (this.#role !== role.claimant || record.claimant !== this.#context.slot) break;
        const commit = this.#view.decode(record.commit, now, record.sequence);
        const input = record.input.length > 0 ? record.input : undefined;
        if (commit && !this.#claim.salvaged(slot, record, commit, input))
          this.#loseThread("salvage of another history");
        break;
      }
      case "too old":
        if (record.slot === this.#context.slot && this.#follows && record.from > this.#view.log.last) {
          this.#loseThread("commits no longer to be had");
        }
        break;
    }
  }

  /** A commit from a primary of `senderTerm`: its own, or one it repairs. */
  #commit(commit: Commit, octets: Uint8Array, input: Uint8Array | undefined, senderTerm: number, now: Micros): void {
    if (this.#view.isStale(senderTerm, this.#term)) return;
    if (this.#role === role.primary && senderTerm === this.#term && !this.#draining.isOn) return;
    if (this.#role === role.primary || this.#draining.isOn) {
      this.#makeWay(now);
      const kept = octets.slice();
      this.#draining.later(() => this.#commit(commit, kept, input, senderTerm, now));
      return;
    }
    if (this.#role === role.claimant && this.#claim.term > senderTerm) {
      this.#term = senderTerm;
    } else if (senderTerm > this.#term || this.#complete) {
      this.#term = senderTerm;
      if (this.#complete) this.#role = role.backup;
    }
    if (!this.#follows) return;
    const { log } = this.#view;
    const begin = commit.consumed.kind === "begin";
    if (begin && commit.sequence <= log.last) {
      // A run that reaches beyond a BEGIN without being of its term has taken another way.
      const term = log.at(commit.sequence)?.commit.term ?? Math.min(log.lastTerm, commit.term);
      if (term !== commit.term) this.#loseThread("own commits are not the group's");
      return;
    }
    if (commit.sequence <= log.last) return;
    if (log.isContradictedBy(commit, senderTerm)) {
      this.#loseThread("the group has commits of an earlier term beyond the own ones");
      return;
    }
    if (begin) {
      log.dropOlderTerms(commit.sequence, commit.term);
      this.#answer.end();
    }
    this.#view.hold(commit, octets, input);
    this.#run(now);
  }

  /** Applies what has its turn. */
  #run(now: Micros): void {
    for (let held = this.#view.next(); held; held = this.#view.next()) this.#append(held, now);
    if (this.#view.log.isAstray()) this.#loseThread("the group began a term before the end of the own commits");
  }

  #append(held: HeldCommit, now: Micros): void {
    this.#view.append(held, now);
    if (held.commit.consumed.kind !== "begin") this.#view.deliver(held);
  }

  // --- takeover

  #takeover(slot: number, octets: Uint8Array, now: Micros): void {
    const decoded = decode(takeoverRecord, octets);
    if (decoded.ok && decoded.value.group !== this.#context.plan.group) return;
    if (!decoded.ok || !isForSender(decoded.value, slot, this.#context.plan)) {
      this.#context.nonsense();
      return;
    }
    const record = decoded.value;
    switch (record.kind) {
      case "claim":
        this.#answerClaim(slot, record, now);
        break;
      case "grant":
        if (record.claimant === this.#context.slot) this.#answered(slot, record, now);
        else if (this.#role === role.primary && record.term > this.#term) this.#makeWay(now);
        break;
      case "death note":
        this.#view.intake.markPoison(record.slot, record.incarnation, record.number);
        break;
      case "resign":
        if (record.claimant === this.#context.slot) this.#answered(slot, record, now);
        break;
    }
  }

  #answered(slot: number, record: TakeoverRecord & { kind: "grant" | "resign" }, now: Micros): void {
    if (this.#role !== role.claimant || record.term !== this.#claim.term) return;
    this.#claim.answers.answered(slot, record.after, record.salvaged);
    if (this.#claim.answers.isWhole(slot)) this.#course.answered(slot, now);
    this.#tryBegin(now);
  }

  /** Another call server claims. A primary waits for a grant; whoever else is complete, or blank at a cold start, gives way. */
  #answerClaim(slot: number, claim: ClaimRecord, now: Micros): void {
    this.#claim.heard(slot, claim.term, now);
    this.#claimHeard = { slot, claim, at: now };
    if (this.#role === role.primary || this.#draining.isOn || claim.term <= this.#term) return;
    const blank = claim.cold === 1 && this.#role === role.blank;
    if (!this.#complete && !blank) return;
    if (this.#role === role.claimant) {
      if (this.#claim.term > claim.term) return;
      this.#role = claim.cold === 1 ? role.blank : role.resigned;
    }
    if (this.#role === role.backup) this.#role = role.resigned;
    if (claim.settled.includes(this.#context.slot)) this.#answer.end();
    else this.#answer.give("resign", slot, claim, now);
  }

  /** Steps down. The application stops; what it committed before still counts as said. */
  #makeWay(now: Micros): void {
    if (this.#role !== role.primary || this.#draining.isOn) return;
    this.#draining.begin();
    this.#context.milestone("resign", this.#term);
    this.#context.log("warning", `makes way as primary of term ${this.#term}`);
    this.#context.toApplication({ kind: "backup", term: this.#term });
    this.tick(now);
  }

  drained(now: Micros): void {
    if (!this.#draining.isOn) return;
    this.#role = role.resigned;
    this.#giver.clear();
    if (!this.#draining.end()) this.#loseThread("the application hung");
    const heard = this.#claimHeard;
    if (heard && now - heard.at < claimAnswerMicros) this.#answerClaim(heard.slot, heard.claim, now);
    this.tick(now);
  }

  leave(now: Micros): void {
    this.#departure.ask();
    this.tick(now);
    if (!this.leaving) this.#context.log("warning", "is to leave, and waits for a backup");
  }

  stay(): void {
    if (this.#departure.withdraw()) this.#context.log("info", "is to stay");
  }

  #leaveIfPossible(now: Micros): void {
    const startsCold = this.#role === role.claimant && this.#claim.cold;
    if (!this.#departure.begins(this.#role, this.#complete && !startsCold)) return;
    this.#context.milestone("leave", this.#term);
    if (this.#role === role.primary) this.#makeWay(now);
    else if (this.#role === role.claimant) this.#withdraw();
    else if (this.#role === role.backup) this.#role = role.resigned;
  }

  get leaving(): boolean {
    return this.#departure.isOn;
  }

  get hasLeft(): boolean {
    return this.leaving && !this.#draining.isOn && (!this.#complete || this.#healthyPrimary());
  }

  /** What this card holds is not the group's: it begins anew with what the primary gives it. */
  #loseThread(reason: string): void {
    this.#context.log("warning", `state is not the group's (${reason}): resynchronises`);
    this.#beginTaking();
  }

  #beginTaking(): void {
    this.#role = role.incomplete;
    this.#wholeAt = undefined;
    this.#view.reset(0, 0);
    this.#taker.begin();
  }

  #claimIfDue(now: Micros): void {
    const { roster } = this.#context;
    if (this.leaving || this.#draining.isOn) return;
    if (!roster.hearsAnybody() || !this.#context.isFit()) {
      if (this.#role === role.claimant) this.#withdraw();
      return;
    }
    if (this.#role === role.blank) {
      if (this.#coldStart.isDue(now)) {
        this.#role = role.claimant;
        this.#claim.raise(this.#claim.due(this.#term), true, now);
      }
      return;
    }
    const halfDone = this.#role === role.incomplete && this.#context.withoutRules.has("claim-when-complete");
    if (this.#role === role.primary || (!this.#complete && !halfDone)) return;
    if (this.#role === role.claimant) {
      if (this.#claim.higherIsHeard(now)) {
        this.#withdraw();
        return;
      }
      if (this.#healthyPrimary() && !this.#isAnswered() && !this.#claim.isFollowed()) {
        this.#role = this.#claim.cold ? role.blank : role.backup;
        return;
      }
      if (this.#claim.isOutbid()) this.#claim.raise(this.#claim.due(this.#term), this.#claim.cold, now);
      else this.#claim.repeatIfDue(now);
      this.#tryBegin(now);
      return;
    }
    if (this.#healthyPrimary() || this.#claim.mustDefer(this.#role, now)) return;
    this.#role = role.claimant;
    this.#claim.raise(this.#claim.due(this.#term), false, now);
    this.#course.claimed(this.#incumbent(), now);
    this.#context.milestone("claim", this.#claim.term);
    this.#context.log(
      "warning",
      `finds no primary: claims term ${this.#claim.term} after commit ${this.#view.log.last}`,
    );
  }

  /** The other call server that was heard as primary last, dead or alive. */
  #incumbent(): RosterEntry | undefined {
    const { roster, plan, slot } = this.#context;
    const others = plan.callServers.filter((each) => each !== slot).flatMap((each) => roster.entry(each) ?? []);
    return others.find((entry) => entry.role === role.primary) ?? others.find((entry) => entry.role === role.resigned);
  }

  /** Somebody who lives has answered the claim. */
  #isAnswered(): boolean {
    return this.#claim.answers.some((slot) => this.#context.roster.isAlive(slot));
  }

  #withdraw(): void {
    this.#role = this.#claim.cold ? role.blank : role.resigned;
  }

  #healthyPrimary(): boolean {
    return this.#context.roster.hearsHealthyPrimary(this.#context.slot);
  }

  /** Becomes primary when every living witness and the incumbent, if heard, have answered, and they are a majority. */
  #tryBegin(now: Micros): void {
    if (this.#role !== role.claimant || !this.#claim.isSettled()) return;
    if (this.#claim.cold) {
      this.#view.reset(0, 0);
      this.#view.intake.clear();
      this.#context.toApplication({ kind: "forget" });
    }
    this.#run(now);
    this.#view.log.dropHeld();
    const { log } = this.#view;
    const term = this.#claim.term;
    this.#role = role.primary;
    this.#term = term;
    this.#newcomers.clear();
    this.#view.intake.handAnew(!this.#context.withoutRules.has("pending-inputs"));
    const cold = this.#claim.cold;
    const afterTerm = log.lastTerm;
    // Only a cold start goes by this card's clock: the commits of a group have one time, which does not jump.
    const timeMillis = cold ? this.#context.wallMillis() : this.#view.timeMillis(now);
    if (!this.#context.withoutRules.has("begin")) {
      this.#propose({ kind: "begin", cold, afterTerm }, false, timeMillis, nothing, now);
    }
    this.#began = { term, sequence: log.last, afterTerm, cold };
    this.#transmitted = log.last;
    this.#context.log("warning", `is primary of term ${term} from commit ${log.last}`);
    this.#course.begun(term, this.#context.wallMillis(), now);
    this.#context.milestone("begin", term);
    // Of a card that has never been heard nobody has said that it is gone.
    for (const slot of this.#context.plan.witnesses) {
      if (this.#context.roster.entry(slot) !== undefined) continue;
      this.#context.toApplication({ kind: "card", slot, alive: false, performed: 0 });
    }
    this.#context.toApplication({ kind: "primary", term, sequence: log.last, coldStart: cold, timeMillis });
    this.#view.intake.handAll((slot, number, payload) => this.#give(slot, number, payload));
    this.tick(now);
  }

  // --- primary

  /** Makes a commit the group's: puts it at the end of the run and on the bus. */
  #propose(consumed: Consumed, refersToInput: boolean, timeMillis: number, body: Uint8Array, now: Micros): void {
    const commit: Commit = {
      group: this.#context.plan.group,
      term: this.#term,
      sequence: this.#view.log.last + 1,
      consumed,
      refersToInput,
      timeMillis,
      body,
    };
    const octets = encodeCommit(commit);
    const input = consumed.kind === "input" ? this.#view.intake.payload(consumed.slot, consumed.number) : undefined;
    assert(!refersToInput || input !== undefined, "a commit refers to an input that is not held");
    this.#view.append({ commit, octets, input }, now);
    this.#context.send(recordClass.commit, octets);
  }

  #hand(slot: number): void {
    if (this.#role !== role.primary || this.#draining.isOn) return;
    this.#view.intake.hand(slot, (number, payload) => this.#give(slot, number, payload));
  }

  #give(slot: number, number: number, payload: Uint8Array): void {
    const { intake } = this.#view;
    const kind = intake.isPoison(slot, number) ? "poison" : "input";
    this.#context.toApplication({ kind, slot, number, payload, waiting: intake.handedOver() - 1 });
  }

  application(action: ApplicationAction, now: Micros): void {
    switch (action.kind) {
      case "commit":
        if (this.#role !== role.primary) break;
        assert(action.sequence === this.#view.log.last + 1, `commit ${action.sequence} after ${this.#view.log.last}`);
        this.#propose(action.consumed, action.refersToInput, action.timeMillis, action.body, now);
        break;
      case "snapshot":
        this.#giver.piece(action.slot, action.piece, action.sequence, action.last);
        break;
      case "snapshot-request":
        this.#taker.request(action.request, now);
        break;
      case "complete":
        if (this.#role === role.incomplete && this.#taker.isWanted) this.#wholeAt = action.sequence;
        this.#completeIfDue();
        break;
      case "digest":
        if (!this.#complete || this.#draining.isOn) break;
        this.#context.send(
          recordClass.management,
          encode(resynchronisationRecord, {
            kind: "digest",
            group: this.#context.plan.group,
            term: this.#term,
            sequence: action.sequence,
            digest: action.digest,
          }),
        );
        break;
      case "astray":
        if (this.#role === role.primary || this.#role === role.blank) break;
        if (this.#role === role.incomplete && !this.#taker.isWanted) break;
        this.#context.log("alarm", action.reason);
        this.#loseThread("its application says so");
        break;
    }
  }

  inputTransmitted(): void {}

  transmitted(sequence: number): void {
    if (sequence <= this.#transmitted) return;
    this.#transmitted = sequence;
    this.#context.toApplication({ kind: "transmitted", sequence });
  }

  #resynchronisation(slot: number, octets: Uint8Array, now: Micros): void {
    const record = decodeResynchronisation(octets, this.#context.plan.group);
    if (!record) return;
    switch (record.kind) {
      case "want":
        if (this.#role === role.primary && !this.#draining.isOn && this.#context.roster.belongs(slot)) {
          this.#giver.want(slot, record.attempt, record.request.slice(), () => ({
            term: this.#term,
            sequence: this.#view.log.last,
            lastTerm: this.#view.log.lastTerm,
            timeMillis: this.#view.timeMillis(now),
            marks: this.#view.intake.marks(),
          }));
        }
        break;
      case "ask":
        if (this.#role === role.primary && !this.#draining.isOn) this.#giver.ask(slot, record.attempt, record.from);
        break;
      case "head": {
        const head = this.#role === role.incomplete ? this.#taker.head(record, now) : undefined;
        if (!head) break;
        this.#term = Math.max(this.#term, head.term);
        this.#view.reset(head.sequence, head.lastTerm);
        this.#unknownUpTo = head.sequence;
        this.#view.setTime(head.timeMillis, now);
        this.#view.intake.adopt(head.marks);
        break;
      }
      case "piece":
        if (this.#role === role.incomplete) this.#taker.piece(record, now);
        break;
      case "gone":
        if (this.#role === role.incomplete) this.#taker.gone(record);
        break;
      case "digest":
        this.#heardDigest(slot, record);
        break;
    }
  }

  /** Primary and backup listen to each other; of two that are not of one term neither knows better. */
  #heardDigest(slot: number, { term, sequence, digest }: ResynchronisationRecord & { kind: "digest" }): void {
    const isBetweenTheTwo = (this.#role === role.primary) !== (this.#context.roster.entry(slot)?.role === role.primary);
    if (term !== this.#term || !this.#complete || this.#draining.isOn || !isBetweenTheTwo) return;
    this.#context.toApplication({ kind: "digest", slot, sequence, digest });
  }

  /**
   * The card is complete when its commits have reached its state, and no witness lacks one that it does not know: as primary it could
   * not give it again. When nobody is left who can, the state is better than none; a primary that has only made way still can.
   */
  #completeIfDue(): void {
    if (this.#role !== role.incomplete || this.#wholeAt === undefined) return;
    if (
      this.#context.roster.hearsComplete(this.#context.slot) &&
      (this.#view.log.last < this.#wholeAt || this.#isWitnessBehind())
    )
      return;
    this.#role = role.backup;
    this.#context.milestone("complete", this.#term);
    this.#context.log("info", `has the state of commit ${this.#wholeAt}: backup`);
  }

  #isWitnessBehind(): boolean {
    return this.#context.plan.witnesses.some((slot) => {
      const entry = this.#context.roster.entry(slot);
      if (!entry?.alive || entry.role !== role.witness) return false;
      return this.#view.wholeSequence(entry.commit) < this.#unknownUpTo;
    });
  }

  // --- time and the others

  card(entry: RosterEntry, change: "came" | "restarted" | "died" | "beat", now: Micros): void {
    const callServer = this.#context.plan.callServers.includes(entry.slot);
    if (callServer && entry.alive && entry.role === role.primary && entry.term >= this.#term) {
      this.#view.primaryIsAt(entry.commit);
      this.#claim.primaryHeard(entry.slot);
      if (this.#isElsewhere(entry))
        this.#loseThread("the group has another commit at the end of the own ones, or before");
    }
    if (change === "beat") {
      // A witness that follows a higher term has granted it: that is as good as hearing the grant.
      if (!callServer && this.#role === role.primary && entry.term > this.#term) this.#makeWay(now);
      if (callServer && entry.role !== role.incomplete && entry.role !== role.blank) this.#giver.finished(entry.slot);
      return;
    }
    if (change === "restarted" || change === "died") {
      this.#giver.finished(entry.slot);
      if (change === "restarted") this.#claim.answers.forget(entry.slot);
      if (!callServer && this.#role === role.backup) this.#view.handOn(entry.slot);
      // A primary that is only silent for a moment goes on giving where it was.
      if (callServer && this.#role === role.incomplete && change === "restarted") this.#role = role.blank;
    }
  }

  /**
   * Whether a primary's beat shows that the own run is not its: it is of a later term and not beyond this run, which therefore reaches
   * over the BEGIN of that term and does not hold it.
   */
  #isElsewhere({ term, commit, commitTerm }: RosterEntry): boolean {
    if (!this.#complete || this.#role === role.primary || commitTerm !== term) return false;
    const { log } = this.#view;
    return term > log.lastTerm && this.#view.wholeSequence(commit) <= log.last;
  }

  wasAway(): void {}

  get isCatchingUp(): boolean {
    return false;
  }

  tick(now: Micros): void {
    const { roster } = this.#context;
    this.#leaveIfPossible(now);
    this.#answer.feed(now);
    if (this.#role === role.primary && !this.#draining.isOn) {
      if (!roster.hearsAnybody() || this.#context.isMute()) this.#makeWay(now);
      else this.#newcomers.admit(now);
    }
    if (this.#role === role.blank && this.#context.roster.belongsToPrimary(this.#context.slot)) this.#beginTaking();
    // A commit would say the same, but a group may be without calls for hours.
    const isOut = this.leaving || this.#draining.isOn;
    if (this.#role === role.resigned && !isOut && this.#context.roster.hearsPrimaryOf(this.#term, this.#context.slot))
      this.#role = role.backup;
    if (this.#healthyPrimary() || this.#role !== role.incomplete) {
      this.#giverMissedAt = undefined;
    } else {
      this.#giverMissedAt ??= now;
      if (now - this.#giverMissedAt >= giverLostMicros) this.#role = role.blank;
    }
    if (this.#role === role.incomplete) {
      if (this.#wholeAt === undefined && this.#taker.isLost(now)) {
        this.#loseThread("what the primary gave was not the whole");
      }
      this.#taker.tick(now);
      this.#completeIfDue();
    }
    this.#claimIfDue(now);
    this.#view.ask(now, this.#follows, this.#complete);
    if (this.#follows) this.#run(now);
  }

  nextDeadline(): Micros | undefined {
    const claim = this.#role === role.claimant ? this.#claim.nextDeadline() : this.#answer.nextDeadline();
    const view = this.#view.nextDeadline();
    return claim === undefined ? view : view === undefined ? claim : Math.min(claim, view);
  }

  status(): Readonly<Record<string, unknown>> {
    return {
      role: roleNames[this.role()],
      term: this.#term,
      commit: this.#view.log.last,
      pendingInputs: this.#view.intake.pendingCount(),
      waitingCommits: this.#view.log.heldCount,
      leaving: !this.#departure.isAskedFor
        ? undefined
        : !this.leaving
          ? "waits for a backup"
          : this.hasLeft
            ? "safe to pull"
            : "makes way",
      takeover: this.#course.last,
    };
  }
}
