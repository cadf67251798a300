/**
 * A LIM or transporter as a witness of a group: it alone acts on the outside world, so it decides whom it follows. It performs
 * the outputs of commits in order, each once, under the term it follows or as confirmed by that term's BEGIN.
 */
import type { ApplicationAction } from "../card/application.ts";
import { decode, encode } from "../layout/layout.ts";
import type { Micros } from "../time.ts";
import { CatchingUp } from "./catching-up.ts";
import { claimRepeatMicros } from "./claim.ts";
import { ClaimAnswer } from "./claim-answer.ts";
import type { Commit, Consumed } from "./commit.ts";
import type { HeldCommit } from "./commit-log.ts";
import { type RecordClass, recordClass } from "./frame-identifier.ts";
import { DeafnessWatch } from "./deafness.ts";
import { GroupView } from "./group-view.ts";
import { type Role, role } from "./heartbeat.ts";
import { inputRecord, inputsOutstandingMax } from "./input-record.ts";
import { InputCongestion } from "./input-congestion.ts";
import { InputSender } from "./input-sender.ts";
import type { Member, MemberContext } from "./membership.ts";
import { PerformedMark } from "./performed-mark.ts";
import { repairRecord } from "./repair-records.ts";
import type { RosterEntry } from "./group-roster.ts";
import { lowBits } from "./sequence-number.ts";
import { isForSender, type ClaimRecord, takeoverRecord } from "./takeover-records.ts";

const nothing = new Uint8Array(0);

/** So long without a primary, and the application is told that there is no service. */
const noServiceAfterMicros = 1_000_000;

export class Witness implements Member {
  readonly #context: MemberContext;
  readonly #view: GroupView;
  readonly #answer: ClaimAnswer;
  readonly #inputs: InputSender;
  readonly #congestion = new InputCongestion();
  readonly #mark = new PerformedMark();
  readonly #catchingUp: CatchingUp;
  /** A commit of a primary has admitted this card since it started. */
  #admitted = false;
  /** Was found dead, and not admitted again since: it follows and votes as ever, but performs nothing. */
  #dismissed = false;
  /** The term granted or followed, and whom it was granted. */
  #term = 0;
  #grantedTo = -1;
  /** The last claim, where it was not granted because a primary was still heard. */
  #early: { readonly slot: number; readonly claim: ClaimRecord; readonly at: Micros } | undefined;
  /** The term whose BEGIN was heard last, and the last sequence it confirmed. */
  #begun = 0;
  #base = 0;
  #service = false;
  #primaryHeardAt: Micros = 0;
  #leaving = false;
  readonly #deafness = new DeafnessWatch();
  /** What the last primary died of, for the next one. */
  #deathNote: Uint8Array | undefined;
  /** The last own input that is known to have been on the bus. */
  #inputTransmitted = { incarnation: 0, number: 0 };

  constructor(context: MemberContext) {
    this.#context = context;
    this.#view = new GroupView(context, true);
    this.#answer = new ClaimAnswer(context, this.#view);
    this.#catchingUp = new CatchingUp(context.timing.primaryMicros);
    this.#view.intake.admit(context.slot, context.incarnation);
    const window = Math.floor(inputsOutstandingMax / context.groupsOfCard);
    this.#inputs = new InputSender(window, (number, payload) => {
      this.#view.intake.hear(context.slot, number, payload);
      const record = { group: context.plan.group, number: lowBits(number, 12), payload };
      context.send(recordClass.input, encode(inputRecord, record));
    });
  }

  /** The term whose commits are performed: from the grant to the BEGIN none is. */
  get #performed(): number {
    return this.#context.withoutRules.has("hold-until-begin") ? this.#begun : this.#term;
  }

  role(): Role {
    return this.#admitted ? role.witness : role.newcomer;
  }

  term(): number {
    return this.#term;
  }

  lastCommit(): number {
    return this.#mark.at(this.#context.commitsPerformed(), this.#view.log.last);
  }

  lastInput(): number {
    return this.#inputs.last;
  }

  deathNote(): undefined {
    return undefined;
  }

  receivedFrom(): number {
    return 0;
  }

  deaf(): number {
    return this.#context.roster.ownVerdict ?? 0;
  }

  lastProposed(): number {
    return this.#view.log.last;
  }

  get leaving(): boolean {
    return this.#leaving;
  }

  get hasLeft(): boolean {
    return this.#leaving;
  }

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
        this.#view.input(slot, record);
        this.#run(now);
        break;
      case recordClass.repair:
        this.#repair(slot, record, now);
        break;
    }
  }

  #repair(slot: number, octets: Uint8Array, now: Micros): void {
    const decoded = decode(repairRecord, octets);
    if (!decoded.ok) this.#context.nonsense();
    if (!decoded.ok || decoded.value.group !== this.#context.plan.group) return;
    const record = decoded.value;
    switch (record.kind) {
      case "commit": {
        const commit = this.#view.decode(record.commit, now, record.sequence);
        const input = record.input.length > 0 ? record.input : undefined;
        if (commit) this.#commit(commit, record.commit, input, record.term, now);
        break;
      }
      case "input":
        this.#view.repairedInput(record);
        this.#run(now);
        break;
      case "ask inputs":
        if (record.slot === this.#context.slot && record.incarnation === this.#context.incarnation) {
          for (let number = record.from; number < record.from + record.count; number++) {
            const payload = this.#inputs.payload(number);
            if (payload) this.#view.repair({ ...record, kind: "input", number, payload });
          }
        }
        break;
      case "too old":
        if (record.slot === this.#context.slot && this.#admitted && record.from > this.#view.log.last) {
          this.#beginAnew(`commits from ${record.from} are no longer to be had from slot ${slot}`);
        }
        break;
    }
  }

  /** What this card has performed is not what the group goes on from: it waits to be admitted again. */
  #beginAnew(reason: string): void {
    this.#context.log("alarm", `${reason}: begins anew`);
    this.#admitted = false;
  }

  /** A commit from a primary of `senderTerm`: its own, or one it repairs. */
  #commit(commit: Commit, octets: Uint8Array, input: Uint8Array | undefined, senderTerm: number, now: Micros): void {
    if (!this.#admitted && !this.#admit(commit, octets, senderTerm, now)) return;
    if (this.#view.isStale(senderTerm, this.#performed)) return;
    if (senderTerm > this.#term) {
      this.#term = senderTerm;
      this.#grantedTo = -1;
      this.#view.log.dropHeld();
    }
    const { log } = this.#view;
    const begins = commit.consumed.kind === "begin" && commit.term > this.#begun;
    if (begins && commit.sequence <= log.last) this.#beginAnew(`term ${commit.term} begins before commit ${log.last}`);
    if (commit.sequence <= log.last) return;
    if (log.isContradictedBy(commit, senderTerm)) {
      this.#beginAnew(`commit ${commit.sequence} is of a term before that of commit ${log.last}`);
      return;
    }
    if (begins) {
      log.dropOlderTerms(commit.sequence, commit.term);
      this.#begun = commit.term;
      this.#base = commit.sequence - 1;
      this.#deathNote = undefined;
      this.#answer.end();
      this.#inputs.repeat(now);
    }
    this.#view.hold(commit, octets, input);
    this.#run(now);
  }

  /** The commit that admits this card begins its run; nothing before it is performed. */
  #admit(commit: Commit, octets: Uint8Array, senderTerm: number, now: Micros): boolean {
    const { consumed } = commit;
    if (consumed.kind !== "admit" || senderTerm < this.#term) return false;
    if (consumed.slot !== this.#context.slot || consumed.incarnation !== this.#context.incarnation) return false;
    this.#admitted = true;
    this.#dismissed = false;
    this.#term = senderTerm;
    this.#grantedTo = -1;
    this.#begun = commit.term;
    this.#base = commit.sequence;
    this.#view.reset(commit.sequence - 1, commit.term);
    this.#view.append({ commit, octets, input: undefined }, now);
    this.#primaryHeardAt = now;
    this.#serve(commit.group);
    this.#inputs.repeat(now);
    this.#inputs.flush(now);
    return true;
  }

  /** Performs what it may: in order, under the followed term or confirmed by its BEGIN. */
  #run(now: Micros): void {
    if (!this.#admitted || this.#catchingUp.isUnderWay) return;
    const first = this.#next();
    if (first !== undefined) this.#perform(first, now);
    if (this.#view.log.isAstray()) this.#beginAnew(`a term began before commit ${this.#view.log.last}`);
  }

  #perform(first: HeldCommit, now: Micros): void {
    const run: HeldCommit[] = [];
    for (let held: HeldCommit | undefined = first; held; held = this.#next()) {
      this.#view.append(held, now);
      run.push(held);
    }
    // Whoever reads that it was dismissed has performed nothing of what came before and was read with it.
    const dismissal = run.findLastIndex(({ commit }) => this.#dismisses(commit.consumed));
    run.forEach((held, place) => {
      this.#follow(held, place <= dismissal, now);
    });
  }

  /** The commit whose turn it is, if it may be performed. */
  #next(): HeldCommit | undefined {
    const held = this.#view.next();
    if (!held) return undefined;
    const { term, sequence } = held.commit;
    const mayBegin = this.#begun === this.#performed || this.#context.withoutRules.has("begin");
    const foreign = term > this.#performed || this.#view.isStale(term, this.#performed);
    return !mayBegin || (foreign && sequence > this.#base) ? undefined : held;
  }

  #dismisses(consumed: Consumed): boolean {
    const isOwn = consumed.kind === "dismiss" && consumed.slot === this.#context.slot;
    return isOwn && !this.#context.withoutRules.has("dismissal");
  }

  /** A commit that has its place. `isVoid`: what it wants done is another card's to do. */
  #follow(held: HeldCommit, isVoid: boolean, now: Micros): void {
    const { group, consumed } = held.commit;
    const { slot, incarnation } = this.#context;
    if (this.#dismisses(consumed)) this.#dismiss(held.commit.sequence);
    if (consumed.kind === "begin") this.#serve(group);
    else {
      this.#deliver(held, isVoid || this.#dismissed);
      if (this.#context.withoutRules.has("perform-once")) this.#deliver(held, isVoid || this.#dismissed);
    }
    const isReadmitted = consumed.kind === "admit" && consumed.slot === slot && consumed.incarnation === incarnation;
    if (isReadmitted && this.#dismissed) {
      this.#dismissed = false;
      this.#context.log("info", "is admitted again");
      this.#serve(group);
    }
    if (consumed.kind === "input" && consumed.slot === slot) this.#inputs.consumed(consumed.number, now);
  }

  #dismiss(sequence: number): void {
    this.#context.voidBefore(sequence);
    if (!this.#dismissed) this.#context.log("warning", "was found dead: others do its work until it is admitted again");
    this.#dismissed = true;
  }

  #serve(group: number): void {
    this.#service = true;
    this.#context.toApplication({ kind: "service", group, available: true });
  }

  /** Also of what is not to be performed the application knows what it consumed. */
  #deliver(held: HeldCommit, isVoid: boolean): void {
    this.#mark.handedOver(held.commit.sequence);
    this.#view.deliver(isVoid ? { ...held, commit: { ...held.commit, body: nothing } } : held);
  }

  #takeover(slot: number, octets: Uint8Array, now: Micros): void {
    const decoded = decode(takeoverRecord, octets);
    if (decoded.ok && decoded.value.group !== this.#context.plan.group) return;
    if (!decoded.ok || !isForSender(decoded.value, slot, this.#context.plan)) {
      this.#context.nonsense();
      return;
    }
    const record = decoded.value;
    if (record.kind === "claim") this.#claim(slot, record, now);
    if (record.kind === "death note") this.#deathNote = octets.slice();
  }

  /** Judges a claim; each repetition afresh. From the grant to the BEGIN nothing is performed. */
  #claim(slot: number, claim: ClaimRecord, now: Micros): void {
    this.#early = undefined;
    const granted = claim.term === this.#term && this.#grantedTo === slot;
    if (granted) {
      if (claim.settled.includes(this.#context.slot)) this.#answer.end();
      else this.#answer.give("grant", slot, claim, now);
      return;
    }
    const { roster, plan, withoutRules } = this.#context;
    if (claim.term < this.#term || (claim.term === this.#term && !withoutRules.has("one-grant-a-term"))) return;
    if (plan.callServers.some((other) => other !== slot && roster.isHealthyPrimary(other))) {
      this.#early = { slot, claim, at: now };
      return;
    }
    if (roster.objection(slot) !== undefined) return;
    // A card that has just started has seen nothing: it follows only where there is nothing that it could have seen.
    const abstains = !this.#admitted && claim.cold === 0 && !withoutRules.has("newcomers-abstain");
    if (abstains && !this.#everybodyIsHeardWithoutPrimary()) return;
    if (this.#admitted && claim.cold === 1) {
      // The group's state is lost with every card that had it. What this card performed belongs to a group that is no more.
      if (plan.callServers.some((other) => other !== slot && roster.isComplete(other))) return;
      this.#beginAnew("the group has lost its state");
      this.#context.renew();
      this.#inputs.restart();
      this.#view.intake.admit(this.#context.slot, this.#context.incarnation);
    }
    this.#term = claim.term;
    this.#grantedTo = slot;
    if (this.#deathNote) this.#context.send(recordClass.takeover, this.#deathNote);
    this.#answer.give("grant", slot, claim, now);
  }

  /** The claimant may have missed the primary a little before this card: it need not say again what it has just said. */
  #judgeEarlyClaim(now: Micros): void {
    const early = this.#early;
    if (early !== undefined && now - early.at < claimRepeatMicros(this.#context.timing)) {
      this.#claim(early.slot, early.claim, now);
    }
  }

  #everybodyIsHeardWithoutPrimary(): boolean {
    const { roster, plan, slot } = this.#context;
    return [...plan.callServers, ...plan.witnesses].every((other) => other === slot || roster.isAlive(other));
  }

  card(entry: RosterEntry, change: "came" | "restarted" | "died" | "beat", now: Micros): void {
    if (change === "died") this.#judgeEarlyClaim(now);
    if (entry.role === role.primary && entry.alive && this.#context.plan.callServers.includes(entry.slot)) {
      this.#primaryHeardAt = now;
      if (entry.term >= this.#term) this.#hearPrimary(entry.commit, now);
    }
    this.#listen(entry, now);
  }

  #hearPrimary(beaten: number, now: Micros): void {
    this.#view.primaryIsAt(beaten);
    if (this.#catchingUp.primaryBeats(this.#knowsAll, now)) this.#run(now);
  }

  readonly #knowsAll = () => !this.#context.isBehind() && this.#view.isLevel();

  get isCatchingUp(): boolean {
    return this.#catchingUp.isUnderWay;
  }

  wasAway(now: Micros): void {
    if (this.#admitted && !this.#context.withoutRules.has("catch-up-first")) this.#catchingUp.begin(now);
  }

  /** What a call server says that it heard is held against what this card knows to have been said. */
  #listen({ slot, alive, role: itsRole, received }: RosterEntry, now: Micros): void {
    const { plan } = this.#context;
    if (!plan.callServers.includes(slot)) return;
    if (!alive || itsRole < role.backup) this.#deafness.forget(slot);
    else if (received && this.#admitted) {
      for (let index = 0; index < received.numbers.length; index++) {
        const sender = plan.witnesses[received.firstWitness + index];
        if (sender !== undefined) this.#toldOf(sender, slot, received.numbers[index], now);
      }
    }
    this.#judge(now);
  }

  /** A call server says what it heard last of a sender, who may be this card. */
  #toldOf(sender: number, slot: number, number: number, now: Micros): void {
    const { incarnation } = this.#context;
    const { intake } = this.#view;
    if (sender === this.#context.slot) {
      const own = this.#inputTransmitted.incarnation === incarnation ? this.#inputTransmitted.number : 0;
      this.#deafness.told(slot, sender, number, own, incarnation, now);
    } else {
      this.#deafness.told(slot, sender, number, intake.numberNear(sender), intake.incarnation(sender), now);
    }
  }

  #judge(now: Micros): void {
    const { plan, roster } = this.#context;
    let verdict = 0;
    for (let index = 0; index < plan.callServers.length; index++) {
      const slot = plan.callServers[index];
      if (!this.#deafness.isDeaf(slot, now)) continue;
      verdict |= 1 << index;
      if (((this.deaf() >> index) & 1) === 0) {
        this.#context.log("alarm", `slot ${slot} does not hear what others hear: finds it deaf`);
      }
    }
    roster.ownVerdict = this.#admitted ? verdict : undefined;
  }

  application(action: ApplicationAction, now: Micros): void {
    if (action.kind === "input") this.#inputs.submit(action.payload, this.#admitted, now);
  }

  drained(): void {}

  inputTransmitted(number: number): void {
    this.#inputTransmitted = { incarnation: this.#context.incarnation, number };
  }

  transmitted(): void {}

  leave(): void {
    this.#leaving = true;
  }

  /** It left at once. */
  stay(): void {}

  /** Whoever has given this card its inputs may have to be held back. */
  #tellCongestion(): void {
    if (!this.#congestion.note(this.#inputs.waiting)) return;
    const { level } = this.#congestion;
    const text = ["the group keeps up again", "the group is behind", "the group is far behind"];
    this.#context.log(level === 0 ? "info" : "warning", `${text[level]} (${this.#inputs.waiting} inputs wait)`);
    this.#context.toApplication({ kind: "congestion", group: this.#context.plan.group, level });
  }

  tick(now: Micros): void {
    const { roster, plan } = this.#context;
    this.#tellCongestion();
    this.#answer.feed(now);
    if (!this.#admitted) return;
    this.#view.ask(now, true, false);
    if (roster.hearsHealthyPrimary()) this.#inputs.repeatOverdue(now);
    if (this.#service && now - this.#primaryHeardAt > noServiceAfterMicros) {
      this.#service = false;
      this.#context.toApplication({ kind: "service", group: plan.group, available: false });
    }
  }

  nextDeadline(): Micros | undefined {
    return this.#answer.nextDeadline() ?? this.#view.nextDeadline();
  }

  status(): Readonly<Record<string, unknown>> {
    return {
      term: this.#term,
      commit: this.#view.log.last,
      admitted: this.#admitted,
      dismissed: this.#dismissed,
      inputsUnconsumed: this.#inputs.unconsumed,
      waitingCommits: this.#view.log.heldCount,
      leaving: this.#leaving ? "safe to pull" : undefined,
    };
  }
}
