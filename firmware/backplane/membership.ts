/** What the members of a group (call servers, and LIMs and transporters as witnesses) share. */
import type { ApplicationAction, ApplicationEvent } from "../card/application.ts";
import type { Micros } from "../time.ts";
import type { RecordClass } from "./frame-identifier.ts";
import type { Role } from "./heartbeat.ts";
import type { GroupRoster, RosterEntry } from "./group-roster.ts";
import type { HeartbeatTiming } from "./roster.ts";

/** Who belongs to a group, as configured. */
export interface GroupPlan {
  readonly group: number;
  /** Slots of its call servers, in ascending order. */
  readonly callServers: readonly number[];
  /** Slots of all LIMs and transporters of the rack: the witnesses of every group. */
  readonly witnesses: readonly number[];
}

/** What a member is and what it can do to the world: records out, events to its own application. */
export interface MemberContext {
  readonly slot: number;
  /** Changes when the card begins anew in the group. */
  readonly incarnation: number;
  /** Another incarnation: to everybody else in the group this card has restarted. */
  renew(): void;
  readonly plan: GroupPlan;
  /** How many groups the card has a part in: they share what it may have on the bus. */
  readonly groupsOfCard: number;
  readonly timing: HeartbeatTiming;
  readonly roster: GroupRoster;
  /** Whether this card is fit to be primary: its application answers, it hears the others and is heard. */
  isFit(): boolean;
  /** Whether nothing that this card says gets on any plane. */
  isMute(): boolean;
  /** Frames have come that are not taken in yet: what seems to be missing may be among them. */
  isBehind(): boolean;
  /** Sends a record on both planes. */
  send(recordClass: RecordClass, record: Uint8Array): void;
  /** Frames of a class that are not on the bus yet, on the plane where they are fewer. */
  backlog(recordClass: RecordClass): number;
  toApplication(event: ApplicationEvent): void;
  /** How many commits of the group the application has performed since its start, modulo 2^31. */
  commitsPerformed(): number;
  /** Commits of the group before this sequence are void, also those that the application has been handed and not performed. */
  voidBefore(sequence: number): void;
  /** UTC in milliseconds. */
  wallMillis(): number;
  log(severity: "info" | "warning" | "alarm", text: string): void;
  /** A step of a switchover, for those who measure. */
  milestone(step: Milestone, term: number): void;
  /** The record at hand cannot be read, or is not for its sender to say. */
  nonsense(): void;
  /** Rules of the protocol that a test has switched off, to show that it fails without them. Empty outside the simulator. */
  readonly withoutRules: ReadonlySet<ProtocolRule>;
}

export type Milestone =
  /** A card was found dead; `term` is its slot. */
  | "death"
  | "claim"
  | "begin"
  | "resign"
  /** A call server was told to leave, and begins to. */
  | "leave"
  /** This card was told to leave, and has: it is safe to pull. */
  | "left"
  /** A call server holds the group's state: the group is protected. */
  | "complete";

/** The rules whose absence the negative controls demonstrate; each is looked up where it is kept. */
export type ProtocolRule =
  /** Whoever answers a claim first gives the commits that the claimant lacks. */
  | "salvage"
  /** What is missing is asked for. */
  | "repair"
  /** The primary repairs commits of whatever term. */
  | "repair-of-earlier-terms"
  /** A term begins with a BEGIN. */
  | "begin"
  /** A BEGIN follows the commit that it was put after, and no other. */
  | "begin-tells-base"
  /** From its grant to the BEGIN a witness performs nothing. */
  | "hold-until-begin"
  /** A term is granted once. */
  | "one-grant-a-term"
  /** No two call servers can claim the same term. */
  | "unique-terms"
  /** A card follows no primary of a term below its own. */
  | "no-stale-terms"
  /** A witness that has just started does not count. */
  | "newcomers-abstain"
  /** A witness performs a commit once. */
  | "perform-once"
  /** A commit is whole only with the input that it refers to. */
  | "whole-commits"
  /** A new primary works off the inputs that its predecessor left. */
  | "pending-inputs"
  /** A new primary goes on with its predecessor's timers. */
  | "timers-at-takeover"
  /** Only a call server that holds the group's state claims. */
  | "claim-when-complete"
  /** Who is given the state is told which inputs are consumed. */
  | "marks-in-snapshot"
  /** The columns that a later commit did not touch are those of the snapshot. */
  | "row-copies"
  /** The inputs of a card that has restarted begin anew. */
  | "incarnations"
  /** A silence is judged when the own mail has been read. */
  | "second-look"
  /** A witness that has been dismissed performs nothing until it is admitted again. */
  | "dismissal"
  /** A witness that was away performs nothing until it knows what it has missed. */
  | "catch-up-first";

/** A card's part in one group. */
export interface Member {
  /** A whole record, first copy. */
  record(recordClass: RecordClass, slot: number, record: Uint8Array, now: Micros): void;
  /** A card came, restarted or died, or its beat said something new. */
  card(entry: RosterEntry, change: "came" | "restarted" | "died" | "beat", now: Micros): void;
  application(action: ApplicationAction, now: Micros): void;
  /** The application has handled everything sent to it before the last `backup` event. */
  drained(now: Micros): void;
  /** Own inputs up to this number went out on at least one plane. */
  inputTransmitted(number: number): void;
  /** Own commits up to this sequence went out on at least one plane. */
  transmitted(sequence: number, now: Micros): void;
  /** Is to leave on purpose: says so and makes way, as soon as the group is served without this card. */
  leave(now: Micros): void;
  /** Is to stay after all, if it has not begun to leave: one that waits for a backup. */
  stay(): void;
  /** This card has not run, or has heard nobody, for so long that the others may have found it dead. */
  wasAway(now: Micros): void;
  /** Does not know yet what it has missed: its application is to do nothing meanwhile. */
  readonly isCatchingUp: boolean;
  tick(now: Micros): void;
  nextDeadline(): Micros | undefined;
  role(): Role;
  term(): number;
  /** What the beat tells in turn besides identity and configuration. Of a witness: the last commit that it has performed. */
  lastCommit(): number;
  lastInput(): number;
  /** The record that names the input which the application was working on; `number` is its low bits. */
  deathNote(slot: number, number: number): Uint8Array | undefined;
  /** Number of the last input that this call server heard of a witness. */
  receivedFrom(slot: number): number;
  /** The call servers that this witness finds deaf, a bit for each in the order of the plan. */
  deaf(): number;
  /** Sequence of the last commit this card proposed or followed. */
  lastProposed(): number;
  /** Has left, or is making way. */
  readonly leaving: boolean;
  /** Has left: nothing is lost with this card any more. */
  readonly hasLeft: boolean;
  status(): Readonly<Record<string, unknown>>;
}
