/** One scenario in a rack of its own, undisturbed or with one disturbance at one frame. */
import { role } from "../../../firmware/backplane/heartbeat.ts";
import type { ProtocolRule } from "../../../firmware/backplane/membership.ts";
import type { CallServer } from "../../../firmware/call-server/call-server.ts";
import type { ScriptedPart } from "../../../tools/simulator/simulated-exchange.ts";
import { SimulatedRack } from "../../../tools/simulator/simulated-rack.ts";
import { smallRack } from "../one-call.ts";
import type { Disturbance } from "./disturbances.ts";
import { callServers, callsOf, circuitsLeft, type Outcome, OutcomeSince } from "../outcome.ts";
import type { Part, Scenario } from "./scenario.ts";

export interface ScenarioRun {
  readonly outcome: Outcome;
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

export function runScenario(scenario: Scenario, strike?: Strike, options: RunOptions = {}): ScenarioRun {
  const rack = protectedRack(scenario, options);
  play(rack, scenario.before ?? [], () => true);
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
  const parts = play(rack, scenario.parts, () => rack.clock.nowMicros() >= rightAgainMicros && isAtRest(rack));
  const transmissionsToTheEnd = transmissions;
  rack.run(settleMillis);

  const results = parts.map(({ result }, number) => ({ ...scenario.parts[number], result }));
  return {
    outcome: since.outcome(),
    failures: results.flatMap(({ at, cics, result }) =>
      result?.passed ? [] : [`${at} ${cics}: ${result?.failure ?? "not over"}`],
    ),
    transmissions: transmissionsToTheEnd,
    calmTransmissions,
    struck: rightAgainMicros > 0,
    story: [
      ...rack.log,
      ...results.flatMap(({ at, cics, result }) => (result?.transcript ?? []).map((line) => `${at} ${cics}: ${line}`)),
    ],
  };
}

/** Both call servers hold the state, the circuits are reset, nothing has happened yet. */
function protectedRack({ timersMillis }: Scenario, options: RunOptions): SimulatedRack {
  const configuration = { ...smallRack, timersMillis: { ...smallRack.timersMillis, ...timersMillis } };
  const rack = new SimulatedRack(configuration, { ...options, skewMicros });
  play(rack, [], () => isAtRest(rack) && callServers(rack).every((server) => circuitsLeft(server).length === 0));
  return rack;
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

/** One primary, every other call server its backup and not behind, every witness admitted, and no call left. */
function isAtRest(rack: SimulatedRack): boolean {
  const living = rack.slots.map((slot) => rack.card(slot)).filter((card) => !card.pulled);
  const inRole = (wanted: number) => living.filter((card) => card.memberOf().role() === wanted);
  const [first, ...others] = inRole(role.primary);
  const inService = 1 + inRole(role.backup).length + inRole(role.witness).length;
  if (first === undefined || others.length > 0 || inService !== living.length) return false;
  const { appliedSequence } = first.application as CallServer;
  if (callServers(rack).some((server) => server.appliedSequence !== appliedSequence)) return false;
  return callsOf(first.application as CallServer).length === 0;
}
