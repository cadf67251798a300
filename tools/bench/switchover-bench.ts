/** How long a takeover takes: the primary pulled again and again under load, in a rack of processes and in the simulator. */
import { setTimeout as pause } from "node:timers/promises";
import type { RackConfiguration } from "../../firmware/configuration/rack-schema.ts";
import { type Micros, microsPerMilli } from "../../firmware/time.ts";
import { seededEntropy } from "../../hal/simulated/entropy.ts";
import { readConfiguration } from "../configuration/read-configuration.ts";
import { DurationSamples, type DurationSummary } from "../measurement/duration-samples.ts";
import { type Beginning, closeRun } from "../rack/closing.ts";
import type { Rack, RackEvent } from "../rack/rack.ts";
import { judge } from "../rack/report.ts";
import { type Switchover, Switchovers } from "../rack/switchovers.ts";
import { SimulatedRack } from "../simulator/simulated-rack.ts";
import type { Bench, BenchResult } from "./bench.ts";
import { withRack } from "./bench-rack.ts";
import { bringIntoService, countCalls, endCalls, isProtected, offerCalls, waitFor } from "./simulated-load.ts";

const goalMedianMillis = 25;
const goalP99Millis = 50;
const callsPerSecond = 50;
const ring = { text: "1s-2s", maxMillis: 2000 };
const hold = { text: "1s-2s", maxMillis: 2000 };
const checkCallsPerSecond = 50;
const lookMillis = 5;
/** From one state that is as it should be to the next. */
const takeoverWithinMillis = 5000;
const backupWithinMillis = 20_000;
/** After the backup is there, the pull comes at any moment of so long. */
const momentMillis = 500;
/** When it goes no further. */
const eventsTold = 12;
const simulatedMix = { ringMicros: 100_000, holdMicros: 200_000 };

/** What one way of measuring has found. */
export interface PullSeries {
  readonly where: string;
  readonly switchovers: readonly Switchover[];
  /** The longest time between two beats of the primary, as its backup heard them until the pull; one a pull. */
  readonly gaps: readonly Micros[];
  /** What went wrong; empty when no call was lost. */
  readonly findings: readonly string[];
}

export const switchoverBench: Bench = {
  name: "switchover",
  about: "from the pull of the primary to the first message of the new one, again and again",
  run: async ({ config, pulls }, tell) => {
    tell(`simulator: ${pulls} pulls`);
    const simulated = simulatedPulls(readConfiguration(config).configuration, pulls);
    tell(`rack of processes: ${pulls} pulls`);
    return resultOf([await processPulls(config, pulls, tell), simulated], pulls);
  },
};

// --- a rack of processes

async function processPulls(config: string, pulls: number, tell: (text: string) => void): Promise<PullSeries> {
  const calls = { callsPerSecond, voiceCallsMax: 0, ring: ring.text, hold: hold.text };
  const events: RackEvent[] = [];
  const pullAgainAndAgain = async (rack: Rack, beginning: Beginning) => {
    const gaps: Micros[] = [];
    while (gaps.length < pulls && (await pullOnce(rack, gaps))) {
      if (gaps.length % 10 === 0) tell(`${gaps.length} pulls`);
    }
    if (gaps.length < pulls) for (const { severity, text } of events.slice(-eventsTold)) tell(`${severity}: ${text}`);
    await rack.waitFor(() => isProtectedRack(rack), backupWithinMillis);
    const beats = rack.slots.flatMap(({ communication }) => communication.cards ?? []);
    const priority = beats.every(({ realTime }) => realTime) ? "at real-time priority" : "without real-time priority";
    const limits = { longestCallMillis: ring.maxMillis + hold.maxMillis, checkCallsPerSecond };
    const { findings } = judge(await closeRun(rack, beginning, limits, () => undefined));
    const switchovers = rack.switchovers.all.filter(({ beginMicros }) => beginMicros >= beginning.atMicros);
    return { where: `processes, beats ${priority}`, switchovers, gaps, findings };
  };
  return await withRack(config, calls, pullAgainAndAgain, (event) => events.push(event));
}

/** A card that has just taken over may still be down as the backup that it was: then there is no primary. */
function isProtectedRack(rack: Rack): boolean {
  return rack.primary !== undefined && rack.backup !== undefined;
}

/** Waits for a backup, notes the gap of the primary's beats, and pulls it. False when something did not come in time. */
async function pullOnce(rack: Rack, gaps: Micros[]): Promise<boolean> {
  if (!(await rack.waitFor(() => isProtectedRack(rack), backupWithinMillis))) return false;
  await pause(Math.random() * momentMillis);
  gaps.push(primaryGap(rack));
  return await pullPrimary(rack);
}

/** Pulls the primary, and puts it back when another one has taken over. False when none has. */
async function pullPrimary(rack: Rack): Promise<boolean> {
  const slot = rack.primary;
  if (slot === undefined) return false;
  const before = rack.switchovers.all.length;
  await rack.pull(slot);
  for (let waited = 0; rack.switchovers.all.length === before; waited += lookMillis) {
    if (waited > takeoverWithinMillis) return false;
    await pause(lookMillis);
  }
  await rack.measured();
  // The host takes its time to clear away a process with much memory.
  await rack.waitFor(() => slot.pid === undefined, takeoverWithinMillis);
  await rack.insert(slot);
  return true;
}

/** A backup has heard its primary as primary only: it was put in afterwards. */
function primaryGap(rack: Rack): Micros {
  const heard = rack.backup?.communication.cards?.find(({ slot }) => slot === rack.primary?.number);
  return heard?.gapMeasuredMicros ?? 0;
}

// --- the simulator

export function simulatedPulls(configuration: RackConfiguration, pulls: number): PullSeries {
  const classic = { ...configuration, bus: { ...configuration.bus, frames: "classic" as const, bitRate: 1_000_000 } };
  const switchovers = new Switchovers();
  const rack: SimulatedRack = new SimulatedRack(classic, {
    mix: simulatedMix,
    watch: {
      milestone: ({ slot }, step, term) => switchovers.milestone(slot, step, term, rack.clock.nowMicros()),
    },
  });
  const chance = seededEntropy(1, "pulls");
  bringIntoService(rack);
  offerCalls(rack, callsPerSecond);
  for (let pull = 0; pull < pulls; pull++) {
    rack.run(chance.integer(momentMillis * microsPerMilli) / microsPerMilli);
    const [primary] = rack.primaries();
    const atMicros = rack.clock.nowMicros();
    switchovers.prompted({ cause: "pull", slot: primary, atMicros, callsInSetup: 0, isSecondFault: false });
    rack.pull(primary);
    waitFor(rack, takeoverWithinMillis, "takeover", () => switchovers.all.length > pull);
    noteFirstMessage(rack, switchovers.all[pull]);
    rack.insert(primary);
    waitFor(rack, backupWithinMillis, "backup", () => isProtected(rack));
  }
  endCalls(rack);
  const { lost } = countCalls(rack);
  const findings = lost === 0 ? [] : [`${lost} calls lost`];
  return { where: "simulator, classic CAN 1 Mbit/s", switchovers: switchovers.all, gaps: [], findings };
}

/** The first message of the new primary at an exchange. */
function noteFirstMessage(rack: SimulatedRack, switchover: Switchover): void {
  const { beginMicros, atMicros } = switchover;
  const exchanges = [...rack.exchanges.values()];
  for (const exchange of exchanges) exchange.step({ kind: "mark", after: beginMicros });
  const firsts = () =>
    exchanges.flatMap(({ reports }) =>
      reports.flatMap((report) =>
        report.kind === "marked" && report.first.afterMicros === beginMicros ? [report.first.atMicros] : [],
      ),
    );
  waitFor(rack, takeoverWithinMillis, "message of the new primary", () => firsts().length > 0);
  switchover.totalMillis = (Math.min(...firsts()) - atMicros) / microsPerMilli;
}

// --- what is said of it

export function resultOf(all: readonly PullSeries[], pulls: number): BenchResult {
  const rows = all.flatMap(({ where, switchovers, gaps }) => {
    const prompted = switchovers.filter(({ cause }) => cause === "pull");
    const micros = (of: (switchover: Switchover) => number | undefined) =>
      prompted.flatMap((switchover) => (of(switchover) ?? 0) * microsPerMilli);
    return [
      rowOf(`${where}: longest gap of the primary's beats`, gaps),
      rowOf(
        `${where}: detection`,
        micros(({ detectionMillis }) => detectionMillis),
      ),
      rowOf(
        `${where}: BEGIN`,
        micros(({ beginMillis }) => beginMillis),
      ),
      rowOf(
        `${where}: total`,
        micros(({ totalMillis, beginMillis }) => totalMillis ?? beginMillis),
      ),
    ].filter(({ summary }) => summary.count > 0);
  });
  const totals = rows.filter(({ name }) => name.endsWith(": total"));
  const isQuick = ({ summary }: Row) => summary.p50Millis <= goalMedianMillis && summary.p99Millis <= goalP99Millis;
  const reached = totals.length === all.length && totals.every(isQuick);
  const findings = all.flatMap(({ where, switchovers, findings: found }) => {
    const done = switchovers.filter(({ cause }) => cause === "pull").length;
    const few = done < pulls ? [`only ${done} of ${pulls} pulls were followed by a takeover`] : [];
    return [...few, ...found].map((finding) => `${where}: ${finding}`);
  });
  return {
    table: [
      ["milliseconds", "pulls", "p50", "p99", "max"],
      ...rows.map(({ name, summary: { count, p50Millis, p99Millis, maxMillis } }) => [
        name,
        String(count),
        ...[p50Millis, p99Millis, maxMillis].map((millis) => millis.toFixed(1)),
      ]),
    ],
    remarks: [
      ...totals.map((row) => {
        const goal = `goal: median within ${goalMedianMillis} ms, p99 within ${goalP99Millis} ms`;
        return `${row.name} (${goal}): ${isQuick(row) ? "reached" : "not reached"}.`;
      }),
      `${callsPerSecond} calls a second. BEGIN: from the kill until the new primary is primary. Total: to its first message at an exchange or a gateway.`,
      findings.length === 0 ? "No call was lost." : `${findings.join("; ")}.`,
    ],
    figures: rows.map(({ name, summary }) => ({ name, ...summary })),
    reachesFloor: reached && findings.length === 0,
  };
}

interface Row {
  readonly name: string;
  readonly summary: DurationSummary;
}

function rowOf(name: string, durations: readonly Micros[]): Row {
  const samples = new DurationSamples();
  for (const duration of durations) samples.add(duration);
  return { name, summary: samples.summary() };
}
