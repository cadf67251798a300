/** One scenario in a rack of its own, undisturbed or with one disturbance at one frame. */
import { role } from "../../../firmware/backplane/heartbeat.ts";
import type { ProtocolRule } from "../../../firmware/backplane/membership.ts";
import type { CallServer } from "../../../firmware/call-server/call-server.ts";
import type { RackConfiguration } from "../../../firmware/configuration/rack-schema.ts";
import { SimulatedRack } from "../../../tools/simulator/simulated-rack.ts";
import { callServers, callsOf, circuitsLeft, type Outcome, OutcomeSince } from "../outcome.ts";
import type { DeviationName } from "./deviations.ts";
import type { Disturbance } from "./disturbances.ts";
import { type FollowedCall, FollowedCalls } from "./followed-calls.ts";
import type { Part, Scenario } from "./scenario.ts";

export interface ScenarioRun {
  readonly outcome: Outcome;
  readonly mayDeviate: readonly DeviationName[];
  /** What the exchanges found otherwise that may be, as often as it was. */
  readonly deviations: readonly DeviationName[];
  /** By call, as the scenario has them: what its exchange said and heard. */
  readonly calls: readonly CallSeen[];
  /** The steps at which parts failed. */
  readonly failures: readonly string[];
  /** Transmissions on plane A from the first message to the moment when all was over, */
  readonly transmissions: number;
  /** and those of them that began while the exchanges were to say nothing. */
  readonly calmTransmissions: number;
  /** Whether the disturbance had its frame. */
  readonly struck: boolean;
  /** What a person needs to see why. */
  readonly story: readonly string[];
}

/** A call as its exchange has it. */
export interface CallSeen {
  /** Name of the circuit that it was on in the end. */
  readonly circuit: string;
  /** Messages without their CIC, second copies and attempts that were reset left out. */
  readonly messages: readonly string[];
}

export interface Strike {
  readonly disturbance: Disturbance;
  /** The transmission on plane A with this number, counted from 0. */
  readonly transmission: number;
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

export function runScenario(
  scenario: Scenario,
  configuration: RackConfiguration,
  strike?: Strike,
  options: RunOptions = {},
): ScenarioRun {
  const rack = protectedRack(scenario, configuration, options);
  const mayDeviate = strike?.disturbance.mayDeviate ?? [];
  const exchanges = new Map([...rack.exchanges.keys()].map((name) => [name, new FollowedCalls(mayDeviate)]));
  play(rack, exchanges, scenario.before ?? [], () => true);
  for (const gateway of rack.gateways.values()) gateway.suffer(scenario.gateway ?? []);
  strike?.disturbance.begin?.(rack);
  const since = new OutcomeSince(rack);
  const calmUntilMicros = rack.clock.nowMicros() + (scenario.calmMillis ?? 0) * 1000;

  let transmissions = 0;
  let calmTransmissions = 0;
  let rightAgainMicros = 0;
  rack.buses[0].decideFate = () => {
    const now = rack.clock.nowMicros();
    if (now < calmUntilMicros) calmTransmissions++;
    if (transmissions++ !== strike?.transmission) return undefined;
    rightAgainMicros = now + strike.disturbance.millis * 1000;
    rack.log.push(`${(now / 1000).toFixed(3)} ${strike.disturbance.name}`);
    return strike.disturbance.strike(rack);
  };
  const calls = play(
    rack,
    exchanges,
    scenario.parts,
    () => rack.clock.nowMicros() >= rightAgainMicros && isAtRest(rack),
  );
  const transmissionsToTheEnd = transmissions;
  rack.run(settleMillis);

  return {
    outcome: since.outcome(),
    mayDeviate,
    deviations: [...exchanges.values()].flatMap(({ deviations }) => deviations),
    calls: calls.map(({ part, circuit, record }) => ({ circuit: `${part.at}/${circuit}`, messages: record })),
    failures: calls.flatMap(({ part: { at, cics }, result }) =>
      result?.passed ? [] : [`${at} ${cics}: ${result?.failure ?? "not over"}`],
    ),
    transmissions: transmissionsToTheEnd,
    calmTransmissions,
    struck: rightAgainMicros > 0,
    story: [
      ...rack.log,
      ...calls.flatMap(({ part: { at, cics }, result }) =>
        (result?.transcript ?? []).map((line) => `${at} ${cics}: ${line}`),
      ),
    ],
  };
}

/** Both call servers hold the state, the circuits are reset, nothing has happened yet. */
function protectedRack(
  { timersMillis, circuits }: Scenario,
  configuration: RackConfiguration,
  options: RunOptions,
): SimulatedRack {
  const fitting = {
    ...configuration,
    trunkGroups: configuration.trunkGroups.map((group) => ({ ...group, lastCic: circuits ?? group.lastCic })),
    timersMillis: { ...configuration.timersMillis, ...timersMillis },
  };
  const rack = new SimulatedRack(fitting, { ...options, skewMicros });
  play(
    rack,
    new Map(),
    [],
    () => isAtRest(rack) && callServers(rack).every((server) => circuitsLeft(server).length === 0),
  );
  return rack;
}

/**
 * Plays parts until all are over and what else is waited for has come; or until it is no use waiting.
 * @returns the calls in the order of the parts
 */
function play(
  rack: SimulatedRack,
  exchanges: ReadonlyMap<string, FollowedCalls>,
  parts: readonly Part[],
  alsoOver: () => boolean,
): readonly FollowedCall[] {
  const all = [...exchanges].flatMap(([name, exchange]) => {
    const added = exchange.add(parts.filter(({ at }) => at === name));
    rack.exchange(name).standIn(exchange);
    return added;
  });
  const calls = parts.flatMap((part) => all.filter((call) => call.part === part));
  for (let passed = 0; passed < limitMillis; passed++) {
    if (calls.every(({ result }) => result !== undefined) && alsoOver()) break;
    rack.run(1);
  }
  return calls;
}

/** One primary, every other call server its backup and not behind, every witness admitted, and no call left. */
function isAtRest(rack: SimulatedRack): boolean {
  const primaries: CallServer[] = [];
  for (const card of rack.cards) {
    if (card.pulled) continue;
    const its = card.memberOf().role();
    if (its === role.primary) primaries.push(card.application as CallServer);
    else if (its !== role.backup && its !== role.witness) return false;
  }
  const [first, ...others] = primaries;
  if (first === undefined || others.length > 0 || callsOf(first).length > 0) return false;
  return callServers(rack).every(({ appliedSequence }) => appliedSequence === first.appliedSequence);
}
