/**
 * What a card raises an alarm for: a row a condition, looked at with every status of the card's two processors.
 *
 * An object has the same name on every card that sees it, so the same name and the same object are one alarm of the rack, however many
 * cards tell it (rack-alarms.ts).
 */
import { type CardSight, groupsSeen, othersOf } from "./card-sight.ts";
import type { ProbableCause } from "./probable-cause.ts";
import type { Severity } from "./severity.ts";

export interface Finding {
  /** As in `slot 3`, `plane A`, `group 1`, `gateway gw1`. */
  readonly object: string;
  readonly text: string;
}

export interface AlarmCondition {
  readonly name: string;
  readonly severity: Severity;
  /** What it becomes when it has lasted for so long. */
  readonly worse?: { readonly severity: Severity; readonly afterMillis: number };
  readonly cause: ProbableCause;
  /** It has to be there for so long without a break before it is an alarm... */
  readonly onMillis: number;
  /** ...and to be gone for so long before that is over: what comes and goes is one alarm. */
  readonly offMillis: number;
  /** Clause, duty, or what it means for the calls. */
  readonly why: string;
  /** @param before what the card saw the last time, for what is told by a count that grows */
  find(sight: CardSight, before: CardSight | undefined): readonly Finding[];
}

/** Alarms about what happens rather than lasts, told by whoever sees it; over when it has not happened again for `offMillis`. */
export type AlarmEvent = Omit<AlarmCondition, "find" | "onMillis" | "worse">;

const minute = 60_000;

// biome-ignore format: a condition a row
export const conditions: readonly AlarmCondition[] = [
  // --- the planes, as this card's ports have them
  { name: "plane-lost", severity: "major", cause: "communicationsSubsystemFailure", onMillis: 200, offMillis: 2000,
    why: "records go over one plane alone: the next fault is the last",
    find: planes(["bus-off", "disconnected"], (state) => state === "bus-off" ? "its controller has taken itself off the bus" : "the interface is gone") },
  { name: "plane-cut", severity: "major", cause: "transmitFailure", onMillis: 500, offMillis: 2000,
    why: "error-passive: cut, or nobody else acknowledges",
    find: planes(["passive"], () => "nothing gets out on it: it is cut, or nobody acknowledges") },
  { name: "receive-drops", severity: "minor", cause: "receiveFailure", onMillis: 0, offMillis: 10_000,
    why: "what is missed on one plane comes over the other; on both it is repaired, which takes time",
    find: receiveDrops },
  // --- cards
  { name: "card-missing", severity: "major", cause: "lossOfSignal", onMillis: 1000, offMillis: 1000,
    why: "a card of rack.yaml does not beat",
    find: (sight) => othersOf(sight).flatMap(({ slot, heard }) => heard?.alive === true ? [] : [{ object: slotName(slot), text: "does not beat: pulled, dead or cut off" }]) },
  { name: "card-hung", severity: "critical", cause: "softwareError", onMillis: 0, offMillis: 2000,
    why: "design 3: a hung application is a failure like a pulled card",
    find: cards("hung", "the application hangs") },
  { name: "card-deaf", severity: "critical", cause: "receiveFailure", onMillis: 200, offMillis: 2000,
    why: "it beats and hears nobody: as primary it would wait for ever",
    find: cards("deaf", "does not hear what others hear") },
  { name: "card-mute", severity: "critical", cause: "transmitFailure", onMillis: 0, offMillis: 2000,
    why: "it hears and nobody hears it: the others find it dead",
    find: ({ slot, communication }) => communication.mute === true ? [{ object: slotName(slot), text: "nothing of what it says gets on any plane" }] : [] },
  { name: "card-babbles", severity: "major", cause: "equipmentMalfunction", onMillis: 0, offMillis: 2000,
    why: "it is not listened to on that plane",
    find: (sight) => othersOf(sight).flatMap(({ slot, heard }) => heard?.babblesOn ? [{ object: slotName(slot), text: `beats without end on plane ${heard.babblesOn}: not listened to there` }] : []) },
  { name: "configuration-differs", severity: "major", cause: "configurationOrCustomizationError", onMillis: 500, offMillis: 2000,
    why: "it takes no part: gets no state, is not admitted",
    find: (sight) => othersOf(sight).flatMap(({ slot, heard }) => heard?.objection === undefined ? [] : [{ object: slotName(slot), text: heard.objection }]) },
  { name: "out-of-service", severity: "major", cause: "configurationOrCustomizationError", onMillis: 500, offMillis: 2000,
    why: "this card is kept out, or keeps itself out",
    find: ({ slot, communication: { outOfService } }) => outOfService === undefined ? [] : [{ object: slotName(slot), text: `kept out of service: ${outOfService}` }] },
  { name: "no-real-time", severity: "warning", cause: "performanceDegraded", onMillis: 0, offMillis: 0,
    why: "without SCHED_FIFO three misses prove nothing: the detection limit follows the measured gaps",
    find: noRealTime },
  // --- groups of call servers
  { name: "no-primary", severity: "critical", cause: "underlyingResourceUnavailable", onMillis: 1000, offMillis: 1000,
    why: "duty 23: a switch takes less than a second; a group without a primary carries no call",
    find: (sight) => groupsSeen(sight).flatMap(({ group, hasPrimary }) => hasPrimary ? [] : [{ object: groupName(group), text: "has no primary: no calls" }]) },
  { name: "no-backup", severity: "minor", worse: { severity: "major", afterMillis: minute }, cause: "underlyingResourceUnavailable", onMillis: 1000, offMillis: 1000,
    why: "duty 22c: unprotected; an inserted card is complete after a second per thousand calls",
    find: (sight) => groupsSeen(sight).flatMap(({ group, hasPrimary, hasBackup }) => hasPrimary && !hasBackup ? [{ object: groupName(group), text: "is unprotected: has no backup" }] : []) },
  { name: "congestion", severity: "minor", cause: "congestion", onMillis: 0, offMillis: 5000,
    why: "Q.764 2.11: new calls are refused with cause 42",
    find: ofPrimary(({ congestionLevel = 0 }) => congestionLevel > 0, ({ congestionLevel }) => `congestion level ${congestionLevel}: new calls are refused`) },
  { name: "input-poisoned", severity: "major", cause: "softwareError", onMillis: 0, offMillis: 10 * minute,
    why: "a message has ended a primary and is discarded: see poison.jsonl",
    find: grows("inputsPoisoned", "a message that its last primary died of was discarded") },
  { name: "clock-jump", severity: "warning", cause: "timingProblem", onMillis: 0, offMillis: 10 * minute,
    why: "call detail records follow the clock from here on",
    find: grows("clockCorrections", "the clock of its primary was set: call detail records follow it") },
  // --- circuits
  { name: "circuits-blocked", severity: "warning", cause: "underlyingResourceUnavailable", onMillis: 1000, offMillis: 1000,
    why: "Q.764 2.8.2: out of service for maintenance",
    find: ofPrimary(({ circuitsLocallyBlocked = 0 }) => circuitsLocallyBlocked > 0, ({ circuitsLocallyBlocked }) => `${circuitsLocallyBlocked} circuits are blocked from here`) },
  { name: "circuits-in-reset", severity: "minor", cause: "communicationsSubsystemFailure", onMillis: minute, offMillis: 5000,
    why: "Q.764 2.9.3: T17 is running, the other end does not acknowledge",
    find: ofPrimary(({ circuitsInReset = 0 }) => circuitsInReset > 0, ({ circuitsInReset }) => `${circuitsInReset} circuits wait for their reset to be acknowledged`) },
  { name: "circuit-procedure", severity: "minor", cause: "communicationsSubsystemFailure", onMillis: 0, offMillis: 5 * minute,
    why: "Q.764: maintenance is to be alerted; which circuit is in the log",
    find: grows("circuitAlarms", "the other end of a circuit does not answer: see the log") },
  { name: "blocking-not-stored", severity: "minor", cause: "storageCapacityProblem", onMillis: 0, offMillis: 2000,
    why: "after a power failure what is blocked would be forgotten",
    find: blockingNotStored },
  // --- the world outside
  { name: "association-down", severity: "major", cause: "communicationsSubsystemFailure", onMillis: 1000, offMillis: 2000,
    why: "RFC 4666 4.3: the exchange is not reached over this LIM",
    find: ({ slot, application: { exchanges = {} } }) => Object.entries(exchanges).flatMap(([name, { available }]) => available ? [] : [{ object: `association ${name} at slot ${slot}`, text: "is down" }]) },
  { name: "gateway-down", severity: "major", cause: "communicationsSubsystemFailure", onMillis: 0, offMillis: 2000,
    why: "RFC 3435 4.3: Max2 repetitions without an answer: disconnected",
    find: ({ application: { gateways = {} } }) => Object.entries(gateways).flatMap(([name, { state }]) => state === "unreachable" ? [{ object: `gateway ${name}`, text: "does not answer" }] : []) },
];

// biome-ignore format: an event a row
export const events = [
  { name: "login-failures", severity: "minor", cause: "authenticationFailure", offMillis: 10 * minute,
    why: "X.736: somebody tries passwords at a console" },
  { name: "upgrade-failed", severity: "major", cause: "versionMismatch", offMillis: 60 * minute,
    why: "the card runs on with what it ran before" },
] as const satisfies readonly AlarmEvent[];

export type AlarmEventName = (typeof events)[number]["name"];

function slotName(slot: number): string {
  return `slot ${slot}`;
}

function groupName(group: number): string {
  return `group ${group}`;
}

function planeName(index: number): string {
  return `plane ${"AB"[index]}`;
}

type PlaneState = NonNullable<CardSight["communication"]["planeStates"]>[number];

function planes(states: readonly PlaneState[], text: (state: PlaneState) => string): AlarmCondition["find"] {
  return ({ communication: { planeStates = [] } }) =>
    planeStates.flatMap((state, index) =>
      states.includes(state) ? [{ object: planeName(index), text: text(state) }] : [],
    );
}

/** By plane and card: what one card misses the others have. */
function receiveDrops(sight: CardSight, before: CardSight | undefined): readonly Finding[] {
  return (sight.communication.planes ?? []).flatMap(({ dropped = 0 }, index) => {
    const droppedBefore = before?.communication.planes?.[index]?.dropped ?? 0;
    if (dropped <= droppedBefore) return [];
    return [{ object: `${planeName(index)} at ${slotName(sight.slot)}`, text: `${dropped} frames were missed so far` }];
  });
}

/** What a card says of itself, and others of it. */
function cards(what: "hung" | "deaf", text: string): AlarmCondition["find"] {
  return (sight) => [
    ...(sight.communication[what] === true ? [{ object: slotName(sight.slot), text }] : []),
    ...othersOf(sight).flatMap(({ slot, heard }) =>
      heard?.alive === true && heard[what] === true ? [{ object: slotName(slot), text }] : [],
    ),
  ];
}

function noRealTime({ slot, communication: { realTime, cards: heard = [] } }: CardSight): readonly Finding[] {
  if (realTime !== false) return [];
  const limitMillis = Math.max(0, ...heard.filter(({ alive }) => alive).map(({ limitMicros }) => limitMicros / 1000));
  const limit = limitMillis === 0 ? "" : `, up to ${limitMillis.toFixed(0)} ms`;
  return [{ object: slotName(slot), text: `no real-time priority: the detection limit follows the gaps${limit}` }];
}

type Status = CardSight["application"];

/** Of a group that this card is primary of: its backup has the same in its tables. */
function ofPrimary(isSo: (status: Status) => boolean, text: (status: Status) => string): AlarmCondition["find"] {
  return (sight) => {
    const group = ownGroup(sight);
    const isPrimary = group !== undefined && sight.communication.role === "primary";
    return isPrimary && isSo(sight.application) ? [{ object: group, text: text(sight.application) }] : [];
  };
}

/** A count that has grown. What a card has counted before anybody looked counts, too. */
function grows(count: "inputsPoisoned" | "clockCorrections" | "circuitAlarms", text: string): AlarmCondition["find"] {
  return (sight, before) => {
    const group = ownGroup(sight);
    const hasGrown = (sight.application[count] ?? 0) > (before?.application[count] ?? 0);
    return group !== undefined && hasGrown ? [{ object: group, text }] : [];
  };
}

/** Of a call server. */
function ownGroup({ slot, cards: all }: CardSight): string | undefined {
  const own = all.find((card) => card.slot === slot);
  return own?.kind === "call-server" ? groupName(own.group) : undefined;
}

function blockingNotStored({ slot, application: { blockingStates } }: CardSight): readonly Finding[] {
  if (blockingStates === undefined || blockingStates === "stored" || blockingStates === "waiting") return [];
  return [
    { object: `disk of ${slotName(slot)}`, text: `blocking states are not stored: the disk is ${blockingStates}` },
  ];
}
