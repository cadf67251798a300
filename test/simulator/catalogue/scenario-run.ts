/** One scenario in a rack of its own, undisturbed or with one disturbance at one frame; and what came of it, for everybody. */
import { role } from "../../../firmware/backplane/heartbeat.ts";
import type { ProtocolRule } from "../../../firmware/backplane/membership.ts";
import type { CallServer } from "../../../firmware/call-server/call-server.ts";
import type { ReadableRow } from "../../../firmware/call-server/table-view.ts";
import { messageTypeOf } from "../../../firmware/isup/codec.ts";
import { decodeCic } from "../../../firmware/mtp3/circuit-identification-code.ts";
import { assert } from "../../../firmware/result.ts";
import type { ScriptedPart, SeenMessage } from "../../../tools/simulator/simulated-exchange.ts";
import { SimulatedRack } from "../../../tools/simulator/simulated-rack.ts";
import { smallRack } from "../one-call.ts";
import type { Disturbance } from "./disturbances.ts";
import type { Part, Scenario } from "./scenario.ts";

/** What must be the same whatever happens to the rack. */
export interface Outcome {
  /** Each part, and the step at which it failed, if it did. */
  readonly parts: readonly string[];
  /** By exchange and circuit: all messages in both directions, octet by octet. */
  readonly messages: Readonly<Record<string, readonly string[]>>;
  /** By endpoint: what the gateway carried out. */
  readonly commands: Readonly<Record<string, readonly string[]>>;
  readonly refused: readonly string[];
  /** Endpoints that are still connected. */
  readonly connected: readonly string[];
  /** Of each call server that lives, when they differ: what is left in its tables. One entry when all is well. */
  readonly callsLeft: readonly string[];
  /** The same: circuits that are not idle or may not be used. */
  readonly circuitsLeft: readonly string[];
  /** The same: all its call detail records. */
  readonly records: readonly string[];
  readonly primaries: number;
}

export interface ScenarioRun {
  readonly outcome: Outcome;
  /** Transmissions on plane A from the first message to the moment when all was over. */
  readonly transmissions: number;
  /** What a person needs to see why. */
  readonly story: readonly string[];
}

export interface RunOptions {
  readonly withoutRules?: readonly ProtocolRule[];
}

/** A scenario that has not come to its end by then never will. */
const limitMillis = 3000;
/** What a late message has to show itself. */
const settleMillis = 10;
/** Plane B lags, so that a card goes with one copy of a record out and the other not. */
const skewMicros = 130;

/** With a disturbance: it strikes at the transmission on plane A with this number, counted from 0. */
export function runScenario(
  scenario: Scenario,
  strike?: { readonly disturbance: Disturbance; readonly transmission: number },
  options: RunOptions = {},
): ScenarioRun {
  const timersMillis = { ...smallRack.timersMillis, ...scenario.timersMillis };
  const rack = new SimulatedRack({ ...smallRack, timersMillis }, { ...options, skewMicros });
  // Both call servers hold the state, the circuits are reset, nothing has happened yet.
  play(rack, [], () => isAtRest(rack) && callServers(rack).every((server) => circuitsLeft(server).length === 0));
  play(rack, scenario.before ?? [], () => true);
  const seenBefore = new Map([...rack.exchanges].map(([name, { seen }]) => [name, seen.length]));
  const [gateway] = rack.gateways.values();
  assert(gateway !== undefined, "the rack has a gateway");
  const executedBefore = gateway.executed.length;
  gateway.suffer(scenario.gateway ?? []);

  let transmissions = 0;
  let rightAgainMicros = strike === undefined ? 0 : Number.POSITIVE_INFINITY;
  rack.buses[0].decideFate = () => {
    if (transmissions++ !== strike?.transmission) return undefined;
    rightAgainMicros = rack.clock.nowMicros() + strike.disturbance.millis * 1000;
    rack.log.push(`${(rack.clock.nowMicros() / 1000).toFixed(3)} ${strike.disturbance.name}`);
    return strike.disturbance.strike(rack);
  };
  const parts = play(rack, scenario.parts, () => rack.clock.nowMicros() >= rightAgainMicros && isAtRest(rack));
  const transmissionsToTheEnd = transmissions;
  rack.run(settleMillis);

  const living = livingCallServers(rack);
  const servers = callServers(rack);
  const outcome: Outcome = {
    parts: parts.map(({ result }, number) => `${scenario.parts[number].at}: ${result?.failure ?? "as it should be"}`),
    messages: byCircuit([...rack.exchanges].map(([name, { seen }]) => [name, seen.slice(seenBefore.get(name))])),
    commands: byEndpoint(gateway.executed.slice(executedBefore)),
    refused: gateway.refused,
    connected: gateway.connected,
    callsLeft: distinct(servers.map((server) => callRows(server).map((row) => JSON.stringify(row)))),
    circuitsLeft: distinct(servers.map(circuitsLeft)),
    records: distinct(living.map((slot) => (rack.files.get(`${slot}/cdr.jsonl`) ?? []).map(recordText).sort())),
    primaries: rack.primaries().length,
  };
  const transcripts = parts.flatMap(({ result }, number) => {
    const { at, cics } = scenario.parts[number];
    return (result?.transcript ?? []).map((line) => `${at} ${cics}: ${line}`);
  });
  return { outcome, transmissions: transmissionsToTheEnd, story: [...rack.log, ...transcripts] };
}

/** Plays parts until all are over and what else is waited for has come; or until it is no use waiting. */
function play(rack: SimulatedRack, parts: readonly Part[], alsoOver: () => boolean): readonly ScriptedPart[] {
  const playing = parts.map(({ at, cics, steps }) =>
    rack.exchange(at).play({ name: at, ignore: [], steps: [...steps] }, cics),
  );
  for (let passed = 0; passed < limitMillis; passed++) {
    if (playing.every(({ result }) => result !== undefined) && alsoOver()) break;
    rack.run(1);
  }
  return playing;
}

function livingCallServers(rack: SimulatedRack): readonly number[] {
  return rack.slotsOf("call-server").filter((slot) => !rack.card(slot).pulled);
}

function callServers(rack: SimulatedRack): readonly CallServer[] {
  return livingCallServers(rack).map((slot) => rack.card(slot).application as CallServer);
}

/** One primary, every other call server its backup, and no call left. */
function isAtRest(rack: SimulatedRack): boolean {
  const living = livingCallServers(rack).map((slot) => rack.card(slot));
  const inRole = (wanted: number) => living.filter((card) => card.communication.member.role() === wanted);
  const primaries = inRole(role.primary);
  if (primaries.length !== 1 || primaries.length + inRole(role.backup).length !== living.length) return false;
  return callRows(primaries[0].application as CallServer).length === 0;
}

function callRows(server: CallServer): readonly ReadableRow[] {
  return [...server.rows("state"), ...server.rows("connection")];
}

function byCircuit(seen: readonly (readonly [string, readonly SeenMessage[]])[]): Record<string, readonly string[]> {
  const all: Record<string, string[]> = {};
  for (const [name, messages] of seen) {
    for (const { direction, octets } of messages) {
      const cic = decodeCic(octets);
      const message = octets.subarray(2);
      const key = `${name}/${cic.ok ? cic.value : "?"}`;
      all[key] ??= [];
      all[key].push(`${direction} ${messageTypeOf(message) ?? "unknown"} ${Buffer.from(message).toString("hex")}`);
    }
  }
  return sorted(all);
}

function byEndpoint(executed: readonly string[]): Record<string, readonly string[]> {
  const all: Record<string, string[]> = {};
  for (const command of executed) {
    const [, endpoint = ""] = command.split(" ");
    all[endpoint] ??= [];
    all[endpoint].push(command);
  }
  return sorted(all);
}

function sorted<T>(all: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(Object.entries(all).sort(([one], [other]) => (one < other ? -1 : 1)));
}

function circuitsLeft(server: CallServer): string[] {
  return server.rows("endpoint").flatMap(({ name, state, remotelyBlocked, locallyBlocked, call }) => {
    const blocked = remotelyBlocked === true || locallyBlocked === true;
    if (state === "idle" && !blocked && call === 0) return [];
    return [`${String(name)} ${String(state)}${blocked ? " blocked" : ""}${call === 0 ? "" : " in a call"}`];
  });
}

/** A record without what depends on when the call was. */
function recordText(line: string): string {
  const { answered, cause, ...rest } = JSON.parse(line) as Record<string, unknown>;
  const { calling, called, incomingCircuit, outgoingCircuit, releasedBy } = rest;
  const how = `${answered === true ? "answered" : "unanswered"} ${String(cause)}`;
  return `${how} ${[calling, called, incomingCircuit, outgoingCircuit, releasedBy].map(String).join(" ")}`;
}

/** The lists, those that are the same as one before left out. */
function distinct(lists: readonly (readonly string[])[]): string[] {
  return [...new Set(lists.map((list) => list.join("; ")))];
}

/** What differs from the undisturbed outcome, in a sentence; `undefined` when nothing does. */
export function difference(undisturbed: Outcome, outcome: Outcome): string | undefined {
  for (const key of Object.keys(undisturbed) as (keyof Outcome)[]) {
    const expected = JSON.stringify(undisturbed[key]);
    const found = JSON.stringify(outcome[key]);
    if (expected !== found) return `${key}: ${found} instead of ${expected}`;
  }
  return undefined;
}
