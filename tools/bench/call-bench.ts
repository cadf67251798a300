/**
 * What a call costs: processor time of both processors of every card and of the hub, memory, and how both grow with the calls in
 * progress.
 *
 * The goal for replication can be read in two ways, and both are measured. What a primary spends because there is a backup: its commits
 * carry changes and digests, which nobody else reads (the outputs in them LIM and transporter must be told in any case, in one
 * record as well). Or all that would not be done without a backup, whoever does it: then the application of the backup counts.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import type { RackConfiguration } from "../../firmware/configuration/rack-schema.ts";
import type { Micros } from "../../firmware/time.ts";
import { readConfiguration } from "../configuration/read-configuration.ts";
import type { Bench, BenchResult } from "./bench.ts";
import { type Allocation, allocation } from "./allocation.ts";
import { type FrameAllocation, frameAllocation } from "./frame-allocation.ts";
import { type CallGrowth, callGrowth } from "./call-growth.ts";
import { type CardCosts, cardCosts, encodingCosts, processes, runs } from "./card-cost.ts";
import { writeCardRecording } from "./card-recording.ts";
import { hubFrameMicros } from "./hub-cost.ts";
import type { Quartiles } from "./median.ts";
import { type RackRecording, recordRack } from "./recorded-events.ts";

const primaryGoalMicros = 250;
/** Of what the primary may cost. */
const replicationGoalShare = 0.1;
/** How much more a call may cost with the most calls in progress than with the fewest. */
const growthGoal = 0.1;
const callsInProgress = [1000, 10_000, 100_000] as const;
const recordedCallsPerSecond = 100;
const recordedMillis = 20_000;
/** So that what is allocated in that time lies in the heap at once. */
const allocationMillis = 5000;

export interface CallCosts {
  readonly lim: CardCosts;
  readonly primary: CardCosts;
  readonly backup: CardCosts;
  readonly transporter: CardCosts;
  /** Parts of the primary's application: writing commits down, and what of that is for the backup alone. */
  readonly encoding: Micros;
  readonly changes: Micros;
  readonly digests: Micros;
  /** Of a frame, not of a call. */
  readonly hubFrame: Micros;
}

export const callBench: Bench = {
  name: "call",
  about: "processor time and memory of a call, and how they grow with the calls in progress",
  run: async ({ config }, tell) => {
    const { configuration } = readConfiguration(config);
    const folder = mkdtempSync(join(tmpdir(), "call-bench-"));
    try {
      tell(`${(recordedCallsPerSecond * recordedMillis) / 1000} calls are recorded`);
      const long = recorded(configuration, recordedMillis, folder, "long");
      tell("the recorded events are lived through again");
      const costs = costsOf(config, configuration, long);
      tell("allocations are counted");
      const short = recorded(configuration, allocationMillis, folder, "short");
      const allocated = configuration.cards.map(({ slot }) =>
        allocation({ config, slot, recording: short.fileOf(slot) }),
      );
      const frameAllocated = frameAllocation(short.fileOf(short.rack.backupSlot));
      tell("frames go through a hub");
      const hubFrame = await hubFrameMicros(configuration);
      tell(`a call server with up to ${Math.max(...callsInProgress).toLocaleString("en")} calls in progress`);
      const growth = await callGrowth(config, callsInProgress);
      return resultOf({ ...costs, hubFrame }, growth, long.rack, { allocated, frameAllocated });
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

/** A rack that was recorded, and where what happened to each card is written down. */
interface Recorded {
  readonly rack: Pick<RackRecording, "calls" | "callsLost" | "primarySlot" | "backupSlot">;
  fileOf(slot: number): string;
}

function recorded(configuration: RackConfiguration, millis: number, folder: string, name: string): Recorded {
  const rack = recordRack(configuration, recordedCallsPerSecond, millis);
  const fileOf = (slot: number) => join(folder, `${name}-${slot}`);
  for (const { slot } of configuration.cards) writeCardRecording(fileOf(slot), rack, slot);
  const { calls, callsLost, primarySlot, backupSlot } = rack;
  return { rack: { calls, callsLost, primarySlot, backupSlot }, fileOf };
}

function costsOf(
  config: string,
  configuration: RackConfiguration,
  { rack: { primarySlot, backupSlot }, fileOf }: Recorded,
): Omit<CallCosts, "hubFrame"> {
  const slotOf = (kind: string) => configuration.cards.find((card) => card.kind === kind)?.slot ?? 0;
  const of = (slot: number) => ({ config, slot, recording: fileOf(slot) });
  const { bodies, changes, digests } = encodingCosts(of(backupSlot));
  return {
    lim: cardCosts(of(slotOf("lim"))),
    primary: cardCosts(of(primarySlot)),
    backup: cardCosts(of(backupSlot)),
    transporter: cardCosts(of(slotOf("transporter"))),
    encoding: bodies,
    changes,
    digests,
  };
}

// --- what is said of it

interface Figure {
  readonly name: string;
  readonly text: string;
  readonly goal?: string;
  readonly reached?: boolean;
}

export interface Allocations {
  /** By card. */
  readonly allocated: readonly Allocation[];
  readonly frameAllocated: FrameAllocation;
}

export function resultOf(
  costs: CallCosts,
  growth: readonly CallGrowth[],
  { calls, callsLost }: Pick<RackRecording, "calls" | "callsLost">,
  { allocated, frameAllocated }: Allocations,
): BenchResult {
  const figures = [
    ...costFigures(costs),
    ...allocated.flatMap(allocationFigures),
    ...frameAllocationFigures(frameAllocated),
    ...growthFigures(growth),
  ];
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
      `Microseconds of one processor (${cpus()[0]?.model.trim() ?? "unknown"}), median of ${processes} processes, each of ${runs} runs of ${calls} recorded calls, ${callsLost} lost.`,
      "Replication at the primary: encoding the changes and digests that only the backup reads. With the backup: encoding commits, outputs and all, and the application of the backup.",
      "In brackets: half of all portions of calls cost between these.",
      missed.length === 0 ? "Every goal is reached." : `Not reached: ${missed.map(({ name }) => name).join(", ")}.`,
    ],
    figures: { ...costs, growth, allocated, frameAllocated, calls, callsLost },
    reachesFloor: missed.length === 0 && callsLost === 0,
  };
}

function costFigures({ lim, primary, encoding, changes, digests, backup, transporter, hubFrame }: CallCosts): Figure[] {
  const replicationGoal = replicationGoalShare * primaryGoalMicros;
  const both = primary.application + primary.communication;
  const atPrimary = changes + digests;
  const withBackup = backup.application + encoding;
  return [
    ...cardFigures("LIM", lim),
    ...cardFigures("primary", primary),
    { name: "primary, both processors", text: micros(both), ...atMost(both, primaryGoalMicros) },
    { name: "of it encoding commits", text: micros(encoding) },
    ...cardFigures("backup", backup),
    { name: "replication at the primary", text: micros(atPrimary), ...atMost(atPrimary, replicationGoal) },
    { name: "replication with the backup", text: micros(withBackup), ...atMost(withBackup, replicationGoal) },
    ...cardFigures("transporter", transporter),
    { name: "hub, a frame", text: micros(hubFrame) },
  ];
}

function cardFigures(card: string, { application, communication }: CardCosts): Figure[] {
  return [
    { name: `${card}, application`, text: micros(application) },
    { name: `${card}, communication processor`, text: micros(communication) },
  ];
}

function allocationFigures({ slot, applicationCall, communicationFrame }: Allocation): Figure[] {
  return [
    { name: `allocated in slot ${slot}, application`, text: octets(applicationCall) },
    { name: `allocated in slot ${slot}, a frame heard, with its record`, text: octets(communicationFrame) },
  ];
}

function frameAllocationFigures({ sent, heard, beat }: FrameAllocation): Figure[] {
  return [
    { name: "allocated for a frame sent on both planes", text: octets(sent) },
    { name: "allocated for a frame heard", text: octets(heard) },
    { name: "allocated for a beat heard", text: octets(beat) },
  ];
}

function growthFigures(growth: readonly CallGrowth[]): Figure[] {
  const [fewest] = growth;
  return growth.flatMap((each) => {
    const { callsInProgress: count, memoryOctets, primaryMicros, primarySpread, backupMicros, backupSpread } = each;
    const calls = `with ${count.toLocaleString("en")} calls in progress`;
    const goal = (value: number, least: number) => (each === fewest ? {} : flat(value, least));
    return [
      { name: `memory ${calls}`, text: octets(memoryOctets) },
      {
        name: `primary ${calls}`,
        text: micros(primaryMicros) + spread(primarySpread),
        ...goal(primaryMicros, fewest.primaryMicros),
      },
      {
        name: `backup ${calls}`,
        text: micros(backupMicros) + spread(backupSpread),
        ...goal(backupMicros, fewest.backupMicros),
      },
    ];
  });
}

function spread(quartiles: Quartiles | undefined): string {
  return quartiles === undefined ? "" : ` (${quartiles.lower.toFixed(1)} to ${quartiles.upper.toFixed(1)})`;
}

function octets(value: number): string {
  return `${value.toFixed(0)} octets`;
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
