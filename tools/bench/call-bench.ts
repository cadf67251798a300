/** What a call costs: processor time of every card's application and of the hub, memory, and how both grow with the calls in progress. */
import { cpus } from "node:os";
import type { Application } from "../../firmware/card/application.ts";
import { CallServer } from "../../firmware/call-server/call-server.ts";
import type { RackConfiguration } from "../../firmware/configuration/rack-schema.ts";
import { LinkInterfaceModule } from "../../firmware/lim/link-interface-module.ts";
import type { Micros } from "../../firmware/time.ts";
import { Transporter } from "../../firmware/transporter/transporter.ts";
import { readConfiguration } from "../configuration/read-configuration.ts";
import type { Bench, BenchResult } from "./bench.ts";
import { type CallGrowth, callGrowth } from "./call-growth.ts";
import { encodingMicros } from "./commit-encoding.ts";
import { hubFrameMicros } from "./hub-cost.ts";
import { median } from "./median.ts";
import { type RackRecording, type Recording, recordRack, replay } from "./recorded-events.ts";

const primaryGoalMicros = 250;
/** Of what the primary may cost. */
const replicationGoalShare = 0.1;
/** How much more a call may cost with the most calls in progress than with the fewest. */
const growthGoal = 0.1;
const callsInProgress = [1000, 10_000, 100_000] as const;
const recordedCallsPerSecond = 100;
const recordedMillis = 20_000;
/** The first ones are for the machine to compile what is used often. */
const warmUpRuns = 3;
const runs = 7;

/** Microseconds of one processor a call; of the hub a frame. */
export interface CallCosts {
  readonly lim: Micros;
  readonly primary: Micros;
  /** Part of the primary's: writing commits down. */
  readonly encoding: Micros;
  readonly backup: Micros;
  readonly transporter: Micros;
  readonly hubFrame: Micros;
}

export const callBench: Bench = {
  name: "call",
  about: "processor time and memory of a call, and how they grow with the calls in progress",
  run: async ({ config }, tell) => {
    const { configuration } = readConfiguration(config);
    tell(`${(recordedCallsPerSecond * recordedMillis) / 1000} calls are recorded`);
    const recording = recordRack(configuration, recordedCallsPerSecond, recordedMillis);
    tell("the recorded events are lived through again");
    const costs = applicationCosts(configuration, recording);
    tell("frames go through a hub");
    const hubFrame = await hubFrameMicros(configuration);
    tell(`a call server with up to ${Math.max(...callsInProgress).toLocaleString("en")} calls in progress`);
    return resultOf({ ...costs, hubFrame }, callGrowth(config, callsInProgress), recording);
  },
};

function applicationCosts(configuration: RackConfiguration, recording: RackRecording): Omit<CallCosts, "hubFrame"> {
  const { bySlot, calls, primarySlot, backupSlot } = recording;
  const slotOf = (kind: string) => configuration.cards.find((card) => card.kind === kind)?.slot ?? 0;
  const eventsOf = (slot: number): Recording => bySlot.get(slot) ?? { events: [], callsFrom: 0 };
  const costOf = (slot: number, make: () => Application) => ofManyRuns(() => replay(make(), eventsOf(slot))) / calls;
  const lim = slotOf("lim");
  const transporter = slotOf("transporter");
  return {
    lim: costOf(lim, () => new LinkInterfaceModule(configuration, lim)),
    primary: costOf(primarySlot, () => new CallServer(configuration, primarySlot)),
    encoding: ofManyRuns(() => encodingMicros(configuration, eventsOf(backupSlot))) / calls,
    backup: costOf(backupSlot, () => new CallServer(configuration, backupSlot)),
    transporter: costOf(transporter, () => new Transporter(configuration, transporter)),
  };
}

function ofManyRuns(run: () => number): number {
  for (let warmUp = 0; warmUp < warmUpRuns; warmUp++) run();
  return median(Array.from({ length: runs }, run));
}

// --- what is said of it

interface Figure {
  readonly name: string;
  readonly text: string;
  readonly goal?: string;
  readonly reached?: boolean;
}

export function resultOf(
  costs: CallCosts,
  growth: readonly CallGrowth[],
  { calls, callsLost }: Pick<RackRecording, "calls" | "callsLost">,
): BenchResult {
  const figures = [...costFigures(costs), ...growthFigures(growth)];
  const missed = figures.filter(({ reached }) => reached === false);
  return {
    table: [
      ["a call", "measured", "goal", ""],
      ...figures.map(({ name, text, goal = "", reached }) => [
        name,
        text,
        goal,
        reached === undefined ? "" : reached ? "reached" : "not reached",
      ]),
    ],
    remarks: [
      `Microseconds of one processor (${cpus()[0]?.model.trim() ?? "unknown"}), median of ${runs} runs of ${calls} recorded calls, ${callsLost} lost.`,
      "Replication: the backup, and what the primary spends on encoding commits.",
      missed.length === 0 ? "Every goal is reached." : `Not reached: ${missed.map(({ name }) => name).join(", ")}.`,
    ],
    figures: { ...costs, growth, calls, callsLost },
    reachesFloor: missed.length === 0 && callsLost === 0,
  };
}

function costFigures({ lim, primary, encoding, backup, transporter, hubFrame }: CallCosts): Figure[] {
  const replicationGoal = replicationGoalShare * primaryGoalMicros;
  return [
    { name: "LIM", text: micros(lim) },
    { name: "call server as primary", text: micros(primary), ...atMost(primary, primaryGoalMicros) },
    { name: "of it encoding commits", text: micros(encoding) },
    { name: "call server as backup", text: micros(backup) },
    { name: "replication", text: micros(backup + encoding), ...atMost(backup + encoding, replicationGoal) },
    { name: "transporter", text: micros(transporter) },
    { name: "hub, a frame", text: micros(hubFrame) },
  ];
}

function growthFigures(growth: readonly CallGrowth[]): Figure[] {
  const [fewest] = growth;
  return growth.flatMap((each) => {
    const { callsInProgress: count, memoryOctets, primaryMicros, backupMicros } = each;
    const calls = `with ${count.toLocaleString("en")} calls in progress`;
    const goal = (value: number, least: number) => (each === fewest ? {} : flat(value, least));
    return [
      { name: `memory ${calls}`, text: `${memoryOctets.toFixed(0)} octets` },
      { name: `primary ${calls}`, text: micros(primaryMicros), ...goal(primaryMicros, fewest.primaryMicros) },
      { name: `backup ${calls}`, text: micros(backupMicros), ...goal(backupMicros, fewest.backupMicros) },
    ];
  });
}

function micros(value: Micros): string {
  return `${value.toFixed(1)} µs`;
}

function atMost(value: Micros, goal: Micros): Pick<Figure, "goal" | "reached"> {
  return { goal: `at most ${goal} µs`, reached: value <= goal };
}

function flat(value: number, least: number): Pick<Figure, "goal" | "reached"> {
  const percent = Math.round(100 * (value / least - 1));
  const goal = `${percent >= 0 ? "+" : ""}${percent} %, within ${100 * growthGoal} %`;
  return { goal, reached: value <= least * (1 + growthGoal) };
}
