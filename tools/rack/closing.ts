/** The end of an unattended run: calls end, circuits are checked, tables and records are compared, and a report comes out. */
import { setTimeout as pause } from "node:timers/promises";
import { type Micros, microsPerMilli } from "../../firmware/time.ts";
import { Circuits } from "../../firmware/configuration/circuits.ts";
import type { CallRecord } from "../exchange/circuit.ts";
import { DurationSamples } from "../measurement/duration-samples.ts";
import type { ProgramStatistics } from "../exchange/exchange-program.ts";
import { type CallDetailCheck, callingNumbers, checkCallDetails, joinCallDetails } from "./call-detail-check.ts";
import type { PlaneReading } from "./plane.ts";
import { planeLoad } from "./plane-load.ts";
import type { Rack } from "./rack.ts";
import type { PlaneFigures, RackReport, SwitchoverFigures } from "./report.ts";
import { monotonicMicros } from "../measurement/monotonic-micros.ts";
import type { Switchover } from "./switchovers.ts";

/** What was read when measuring began. */
export interface Beginning {
  readonly atMicros: Micros;
  /** Calls made before, to warm up: they must not be lost either, but say nothing of delays and bits. */
  readonly attempts: number;
  readonly planes: readonly PlaneReading[];
}

export interface ClosingLimits {
  /** The longest that a call takes when nothing goes wrong. */
  readonly longestCallMillis: number;
  /** Circuits a second that each exchange seizes in the final check. */
  readonly checkCallsPerSecond: number;
}

/** A call counts as lost 5 s after its ring time; then it has to be released. */
const overdueMillis = 15_000;
const backWithinMillis = 20_000;
const settleWithinMillis = 5000;
/** A check takes its circuits at their rate, and then until the last has been released. */
const checkToSpareMillis = 20_000;

/** Ends the calls and says what came of them. `tell` hears what is being done. */
export async function closeRun(
  rack: Rack,
  beginning: Beginning,
  limits: ClosingLimits,
  tell: (what: string) => void,
): Promise<RackReport> {
  const faults: string[] = [];
  const { exchanges } = rack.surroundings;
  await rack.surroundings.setRate(0);
  const generatedMicros = monotonicMicros() - beginning.atMicros;
  tell("waiting for the last calls to end");
  const quiet = await Promise.all(
    exchanges.map(({ exchange }) => exchange.quiet(limits.longestCallMillis + overdueMillis)),
  );
  exchanges.forEach(({ name }, index) => {
    if (!quiet[index]) faults.push(`calls at exchange ${name} were not over in time`);
  });
  await rack.measured();
  const planesAfter = await rack.readPlanes();
  const before = await rack.surroundings.statistics();
  const cardsNotBack = await cardsThatDidNotComeBack(rack);

  tell("every circuit is seized once, all at the same time");
  const checks = await Promise.all(
    exchanges.map(async ({ name, exchange }) => {
      const circuits = circuitsOf(rack, name);
      const patience = (1000 * circuits) / limits.checkCallsPerSecond + checkToSpareMillis;
      const check = await within(patience, exchange.check(limits.checkCallsPerSecond));
      if (check === undefined) faults.push(`the circuit check at exchange ${name} did not end in time`);
      return check ?? { circuits, answered: 0, released: 0, notIdle: [], failed: [] };
    }),
  );
  await Promise.all(exchanges.map(({ exchange }) => exchange.quiet(settleWithinMillis)));
  const connectionsLeaked = await connectionsLeft(rack);
  const statistics = await rack.surroundings.statistics();
  const callsByExchange = await Promise.all(exchanges.map(({ exchange }) => exchange.calls()));
  const calls = callsByExchange.flat();
  const isUndelivered = ({ outcome, calling }: CallRecord) =>
    (outcome === "lost-setup" || outcome === "lost-stable") && rack.undelivered.has(calling);
  const cdrs = await callDetails(rack, callsByExchange);
  const gateways = await Promise.all(rack.surroundings.gateways.map((gateway) => gateway.snapshot()));

  const sum = (readings: readonly ProgramStatistics[], of: (reading: ProgramStatistics) => number) =>
    readings.reduce((total, reading) => total + of(reading), 0);
  const attempts = sum(before, (reading) => reading.attempts);
  const counted = attempts - beginning.attempts;
  const planes = beginning.planes.map((first, index) => planeLoad(first, planesAfter[index]));
  const figures = planes.map((load): [string, PlaneFigures] => [
    load.plane,
    {
      loadPercent: rounded(load.loadPercent, 2),
      heartbeatPercent: rounded(load.heartbeatPercent, 2),
      bitsPerCall: counted === 0 ? 0 : Math.round(load.bits.calls / counted),
      resynchronisationBits: load.bits.resynchronisation,
    },
  ]);
  const all = rack.switchovers.all.filter(({ beginMicros }) => beginMicros >= beginning.atMicros);
  return {
    seconds: rounded(generatedMicros / 1_000_000, 3),
    callsAttempted: attempts,
    callsAnswered: sum(before, (reading) => reading.answered),
    callsReleasedNormally: sum(before, (reading) => reading.completed),
    callsLost: {
      setup: sum(statistics, ({ lost }) => lost.setup),
      stable: sum(statistics, ({ lost }) => lost.stable),
    },
    undelivered: { messages: rack.undelivered.messages, calls: calls.filter(isUndelivered).length },
    reasons: reasonsOf(statistics),
    callsInSetupAtPull: all.reduce((total, each) => total + each.callsInSetup, 0),
    circuitsLeaked: sum(before, (reading) => reading.circuitsLeaked),
    connectionsLeaked,
    cdrs,
    rtp: {
      sent: sum(statistics, ({ voice }) => voice.sent),
      lost: sum(statistics, ({ voice }) => voice.lost),
      hostDrops:
        sum(statistics, ({ voice }) => voice.hostDrops) +
        gateways.reduce((total, { hostDrops }) => total + hostDrops, 0),
      foreign: sum(statistics, ({ voice }) => voice.foreign),
    },
    switchovers: all.map(switchoverFigures),
    unpromptedSwitchovers: all.filter(({ cause }) => cause === "unprompted").length,
    secondFaults: rack.switchovers.secondFaults,
    planes: Object.fromEntries(figures),
    setupDelayMillis: setupDelay(calls.filter(({ startedMicros }) => startedMicros >= beginning.atMicros)),
    circuitCheck: Object.fromEntries(exchanges.map(({ name }, index) => [name, checks[index]])),
    cardsFailed: rack.cardsFailed,
    cardsNotBack,
    faults,
  };
}

function circuitsOf(rack: Rack, exchange: string): number {
  const groups = rack.options.configuration.trunkGroups.filter((group) => group.exchange === exchange);
  return groups.reduce((sum, { firstCic, lastCic }) => sum + lastCic - firstCic + 1, 0);
}

/** Undefined when it takes longer. */
async function within<T>(millis: number, result: Promise<T>): Promise<T | undefined> {
  return await Promise.race([result, pause(millis, undefined)]);
}

/** Cards in their slots that do not do their part again: a call server that is neither primary nor backup, a witness not admitted. */
async function cardsThatDidNotComeBack(rack: Rack): Promise<string[]> {
  const isBack = (role: string | undefined) => role === "primary" || role === "backup" || role === "witness";
  const present = rack.slots.filter((slot) => slot.state === "running" || slot.state === "starting");
  await rack.waitFor(() => present.every((slot) => isBack(slot.role)), backWithinMillis);
  return present.filter((slot) => !isBack(slot.role)).map((slot) => `the card in slot ${slot.number}`);
}

async function connectionsLeft(rack: Rack): Promise<number> {
  const count = async () => {
    const snapshots = await Promise.all(rack.surroundings.gateways.map((gateway) => gateway.snapshot()));
    return snapshots.reduce((total, { connections }) => total + connections.length, 0);
  };
  return await settled(count);
}

/**
 * Records of every call server that is there at the end; the last ones may still be on their way to the file. A call is the business
 * of the group that keeps its circuit.
 */
async function callDetails(rack: Rack, callsByExchange: readonly (readonly CallRecord[])[]): Promise<CallDetailCheck> {
  const { configuration } = rack.options;
  const circuits = new Circuits(configuration);
  const groupOf = (exchange: string, cic: number) => {
    const number = configuration.exchanges.findIndex(({ name }) => name === exchange);
    const circuit = circuits.find(number, cic);
    return circuit === undefined ? undefined : circuits.group(circuit).group;
  };
  const calls = rack.surroundings.exchanges.flatMap(({ name }, index) =>
    callsByExchange[index].map(({ calling, cic }) => ({ calling, group: groupOf(name, cic) })),
  );
  const groups = rack.groups.map((group) => ({
    calling: calls.flatMap((call) => (call.group === group ? [call.calling] : [])),
    present: rack.slots.filter((slot) => slot.group === group && slot.isRunning),
  }));
  const compare = () =>
    joinCallDetails(
      groups.map(({ calling, present }) =>
        checkCallDetails(
          calling,
          present.map(({ number, storage }) => ({ slot: number, callings: callingNumbers(storage) })),
        ),
      ),
    );
  let check = compare();
  await settled(async () => {
    check = compare();
    return check.missing;
  });
  return check;
}

/** The count when it has become 0, or when it has had its time. */
async function settled(count: () => Promise<number>): Promise<number> {
  const end = monotonicMicros() + settleWithinMillis * microsPerMilli;
  for (;;) {
    const left = await count();
    if (left === 0 || monotonicMicros() > end) return left;
    await pause(200);
  }
}

function switchoverFigures(switchover: Switchover): SwitchoverFigures {
  const { cause, group, from, to, callsInSetup, detectionMillis, totalMillis, longestServiceGapMillis } = switchover;
  const millis = (value: number | undefined) => (value === undefined ? null : rounded(value, 3));
  return {
    cause,
    group,
    from,
    to,
    detectionMillis: millis(detectionMillis),
    totalMillis: millis(totalMillis),
    longestServiceGapMillis: millis(longestServiceGapMillis),
    callsInSetup,
  };
}

/** IAM sent to ACM received, over the calls of all exchanges but those of the circuit check. */
function setupDelay(calls: readonly CallRecord[]): RackReport["setupDelayMillis"] {
  const samples = new DurationSamples();
  for (const { purpose, startedMicros, alertedMicros } of calls) {
    if (purpose !== "check" && alertedMicros !== undefined) samples.add(alertedMicros - startedMicros);
  }
  const { p50Millis, p99Millis, maxMillis } = samples.summary();
  return { p50: p50Millis, p99: p99Millis, max: maxMillis };
}

function reasonsOf(statistics: readonly ProgramStatistics[]): Record<string, number> {
  const reasons: Record<string, number> = {};
  for (const reading of statistics) {
    for (const [reason, count] of Object.entries(reading.reasons)) reasons[reason] = (reasons[reason] ?? 0) + count;
  }
  return reasons;
}

function rounded(value: number, places: number): number {
  return Math.round(value * 10 ** places) / 10 ** places;
}
