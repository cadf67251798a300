/** What a call costs on a plane, bit by bit, and how many calls a second a plane carries: from the bit-exact simulated bus. */
import { recordClassNames } from "../../firmware/backplane/frame-identifier.ts";
import type { RackConfiguration } from "../../firmware/configuration/rack-schema.ts";
import { type CanBitRates, canBitsMicros } from "../../hal/can-bits.ts";
import { readConfiguration } from "../configuration/read-configuration.ts";
import { SimulatedRack } from "../simulator/simulated-rack.ts";
import type { Bench, BenchResult } from "./bench.ts";
import { type RecordCost, RecordMonitor } from "./record-monitor.ts";
import { bringIntoService, countCalls, endCalls, offerCalls, withSixCards } from "./simulated-load.ts";

/** How full a plane may be: the rest is for repair, for an inserted card, and for bursts. */
const ratedLoad = 0.7;
const microsPerSecond = 1_000_000;
const secondsPerHour = 3600;
const mix = { ringMicros: 100_000, holdMicros: 200_000 };

interface BusGoal {
  readonly name: string;
  readonly frames: RackConfiguration["bus"]["frames"];
  readonly rates: CanBitRates;
  readonly callsPerSecond: number;
  readonly bitsPerCall?: number;
}

const goals: readonly BusGoal[] = [
  {
    name: "classic CAN 1 Mbit/s",
    frames: "classic",
    rates: { bitRate: 1_000_000, dataBitRate: 1_000_000 },
    callsPerSecond: 110,
    bitsPerCall: 5600,
  },
  {
    name: "CAN FD 1/5 Mbit/s",
    frames: "fd",
    rates: { bitRate: 1_000_000, dataBitRate: 5_000_000 },
    callsPerSecond: 500,
  },
];
/** The goal's rate is offered for as long. */
const loadMillis = 4000;

export interface BusFigures extends BusGoal {
  readonly calls: number;
  readonly callsLost: number;
  /** Of records other than heartbeats, what they cost a call; classes in their order, the first to come first. */
  readonly perCall: readonly RecordCost[];
  readonly bits: number;
  readonly micros: number;
  /** Part of the plane that six cards' heartbeats take. */
  readonly heartbeatShare: number;
  /** Calls a second at which the plane has its rated load. */
  readonly carried: number;
}

export const busBench: Bench = {
  name: "bus",
  about: "bits of a call on a plane, by record, and the calls a second that a plane carries",
  run: async ({ config }, tell) => {
    const { configuration } = readConfiguration(config);
    const all = goals.map((goal) => {
      tell(`${goal.name}: ${goal.callsPerSecond} calls a second for ${loadMillis / 1000} s of its time`);
      return measure(withSixCards(configuration), goal);
    });
    return resultOf(all);
  },
};

/** Plane A of a rack while calls are made at the goal's rate, up to the end of the last call. */
function measure(configuration: RackConfiguration, goal: BusGoal): BusFigures {
  const { frames, rates, callsPerSecond } = goal;
  const rack = new SimulatedRack({ ...configuration, bus: { ...configuration.bus, frames, ...rates } }, { mix });
  bringIntoService(rack);
  const monitor = new RecordMonitor(frames === "fd" ? 64 : 8);
  const nothing = () => {};
  rack.buses[0].attach("monitor").listen({
    frames: (batch) => {
      for (const frame of batch) monitor.frame(frame);
    },
    transmitted: nothing,
    writable: nothing,
    state: nothing,
  });
  const before = rack.clock.nowMicros();
  offerCalls(rack, callsPerSecond);
  rack.run(loadMillis);
  endCalls(rack);
  const { attempted, lost } = countCalls(rack);
  return figuresOf(goal, monitor.costs(), attempted, lost, rack.clock.nowMicros() - before);
}

/** `micros`: how long the costs were counted. */
export function figuresOf(
  goal: BusGoal,
  costs: readonly RecordCost[],
  calls: number,
  callsLost: number,
  micros: number,
): BusFigures {
  const isBeat = ({ recordClass }: RecordCost) => recordClass === "heartbeat";
  const perCall = costs
    .filter((cost) => !isBeat(cost))
    .map((cost) => divided(cost, calls))
    .sort((one, other) => placeOf(one) - placeOf(other));
  const microsOf = (some: readonly RecordCost[]) => some.reduce((sum, cost) => sum + microsOn(goal, cost), 0);
  const heartbeatShare = microsOf(costs.filter(isBeat)) / micros;
  const microsPerCall = microsOf(perCall);
  return {
    ...goal,
    calls,
    callsLost,
    perCall,
    bits: perCall.reduce((sum, cost) => sum + bitsOf(cost), 0),
    micros: microsPerCall,
    heartbeatShare,
    carried: ((ratedLoad - heartbeatShare) * microsPerSecond) / microsPerCall,
  };
}

function divided(cost: RecordCost, by: number): RecordCost {
  const { records, octets, frames, nominalBits, dataBits } = cost;
  return {
    ...cost,
    records: records / by,
    octets: octets / by,
    frames: frames / by,
    nominalBits: nominalBits / by,
    dataBits: dataBits / by,
  };
}

function placeOf({ recordClass }: RecordCost): number {
  return recordClassNames.indexOf(recordClass);
}

function bitsOf({ nominalBits, dataBits }: RecordCost): number {
  return nominalBits + dataBits;
}

function microsOn({ rates }: BusGoal, { nominalBits, dataBits }: RecordCost): number {
  return canBitsMicros({ nominal: nominalBits, data: dataBits }, rates);
}

// --- what is said of it

function resultOf(all: readonly BusFigures[]): BenchResult {
  const verdicts = all.map((figures) => verdictOf(figures));
  return {
    table: tableOf(all),
    remarks: verdicts.flatMap(({ remarks }) => remarks),
    figures: all,
    reachesFloor: verdicts.every(({ reached }) => reached),
  };
}

/** A record a row, and what it costs on every bus; then the sums of the classes, and of it all. */
export function tableOf(all: readonly BusFigures[]): string[][] {
  const heading = ["a call", "records", ...all.flatMap(({ frames }) => ["octets", `${frames} frames`, "bits", "µs"])];
  const names = [...new Set(all.flatMap(({ perCall }) => perCall.map(nameOf)))];
  const rows = names.map((name) => rowOf(name, all, (cost) => nameOf(cost) === name));
  const classes = recordClassNames.filter((each) =>
    all.some(({ perCall }) => perCall.some((cost) => cost.recordClass === each)),
  );
  const sums = classes.map((each) => rowOf(`all: ${each}`, all, (cost) => cost.recordClass === each));
  return [heading, ...rows, ...sums, rowOf("all", all, () => true)];
}

function nameOf({ recordClass, about }: RecordCost): string {
  return `${recordClass} ${about}`;
}

function rowOf(name: string, all: readonly BusFigures[], isIn: (cost: RecordCost) => boolean): string[] {
  const sums = all.map((figures) => {
    const chosen = figures.perCall.filter(isIn);
    const sum = (of: (cost: RecordCost) => number) => chosen.reduce((total, cost) => total + of(cost), 0);
    return {
      records: sum(({ records }) => records),
      octets: sum(({ octets }) => octets),
      frames: sum(({ frames }) => frames),
      bits: sum(bitsOf),
      micros: sum((cost) => microsOn(figures, cost)),
    };
  });
  const cells = sums.flatMap(({ octets, frames, bits, micros }) => [
    octets.toFixed(1),
    frames.toFixed(1),
    bits.toFixed(0),
    micros.toFixed(0),
  ]);
  return [name, Math.max(...sums.map(({ records }) => records)).toFixed(2), ...cells];
}

/** Each figure beside its goal. */
export function verdictOf(figures: BusFigures): { readonly remarks: readonly string[]; readonly reached: boolean } {
  const { name, calls, callsLost, callsPerSecond, bits, bitsPerCall, carried, heartbeatShare } = figures;
  const verdict = (reached: boolean) => (reached ? "reached" : "not reached");
  const fewBits = bitsPerCall === undefined || bits <= bitsPerCall;
  const manyCalls = carried >= callsPerSecond;
  const bitsGoal = bitsPerCall === undefined ? "" : ` (goal at most ${bitsPerCall}: ${verdict(fewBits)})`;
  const anHour = (1000 * Math.round((carried * secondsPerHour) / 1000)).toLocaleString("en");
  const beats = `${(100 * heartbeatShare).toFixed(1)} % of it six cards' heartbeats`;
  return {
    remarks: [
      `${name}: ${calls} calls at ${callsPerSecond} a second, ${callsLost} lost; ${bits.toFixed(0)} bits a call${bitsGoal}.`,
      `${name} carries ${carried.toFixed(0)} calls a second, ${anHour} an hour, ` +
        `at ${100 * ratedLoad} % load, ${beats} (goal ${callsPerSecond}: ${verdict(manyCalls)}).`,
    ],
    reached: fewBits && manyCalls && callsLost === 0,
  };
}
