/**
 * What a call costs: processor time of both processors of every card and of the hub, memory, and how both grow with the calls in
 * progress.
 *
 * The goal for replication can be read in two ways, and both are measured. What a primary spends because there is a backup: its commits
 * carry changes and digests, which nobody else reads (the outputs in them LIM and transporter must be told in any case, in one
 * record as well). Or all that would not be done without a backup, whoever does it: then the application of the backup counts.
 */
import { cpus } from "node:os";
import type { Application } from "../../firmware/card/application.ts";
import { CallServer } from "../../firmware/call-server/call-server.ts";
import type { RackConfiguration } from "../../firmware/configuration/rack-schema.ts";
import { LinkInterfaceModule } from "../../firmware/lim/link-interface-module.ts";
import type { Micros } from "../../firmware/time.ts";
import { Transporter } from "../../firmware/transporter/transporter.ts";
import { readConfiguration } from "../configuration/read-configuration.ts";
import type { Bench, BenchResult } from "./bench.ts";
import { type Allocation, allocations } from "./allocation.ts";
import { type CallGrowth, callGrowth } from "./call-growth.ts";
import { commitEncoding } from "./commit-encoding.ts";
import { hubFrameMicros } from "./hub-cost.ts";
import { median, type Quartiles } from "./median.ts";
import { CommunicationReplay } from "./recorded-communication.ts";
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

/** Microseconds of one processor a call. */
export interface CardCosts {
  readonly application: Micros;
  /** The logic alone: not what the host needs for ports and links. */
  readonly communication: Micros;
}

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
    tell(`${(recordedCallsPerSecond * recordedMillis) / 1000} calls are recorded`);
    const recording = recordRack(configuration, recordedCallsPerSecond, recordedMillis);
    tell("the recorded events are lived through again");
    const costs = cardCosts(configuration, recording);
    tell("frames go through a hub");
    const hubFrame = await hubFrameMicros(configuration);
    tell("allocations are counted");
    const allocated = allocations(config);
    tell(`a call server with up to ${Math.max(...callsInProgress).toLocaleString("en")} calls in progress`);
    return resultOf({ ...costs, hubFrame }, callGrowth(config, callsInProgress), recording, allocated);
  },
};

function cardCosts(configuration: RackConfiguration, recording: RackRecording): Omit<CallCosts, "hubFrame"> {
  const { bySlot, communication, calls, primarySlot, backupSlot } = recording;
  const slotOf = (kind: string) => configuration.cards.find((card) => card.kind === kind)?.slot ?? 0;
  const eventsOf = (slot: number): Recording => bySlot.get(slot) ?? { events: [], callsFrom: 0 };
  const costsOf = (slot: number, make: () => Application): CardCosts => {
    const heard = communication.get(slot);
    return {
      application: ofManyRuns(() => replay(make(), eventsOf(slot))) / calls,
      communication: heard === undefined ? 0 : ofManyRuns(() => new CommunicationReplay(heard).carryAllCalls()) / calls,
    };
  };
  const encodings = Array.from({ length: warmUpRuns + runs }, () =>
    commitEncoding(configuration, eventsOf(backupSlot)),
  ).slice(warmUpRuns);
  const lim = slotOf("lim");
  const transporter = slotOf("transporter");
  return {
    lim: costsOf(lim, () => new LinkInterfaceModule(configuration, lim)),
    primary: costsOf(primarySlot, () => new CallServer(configuration, primarySlot)),
    backup: costsOf(backupSlot, () => new CallServer(configuration, backupSlot)),
    transporter: costsOf(transporter, () => new Transporter(configuration, transporter)),
    encoding: median(encodings.map(({ bodies }) => bodies)) / calls,
    changes: median(encodings.map(({ changes }) => changes)) / calls,
    digests: median(encodings.map(({ digests }) => digests)) / calls,
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
  allocated: readonly Allocation[] = [],
): BenchResult {
  const figures = [...costFigures(costs), ...allocated.flatMap(allocationFigures), ...growthFigures(growth)];
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
      "Replication at the primary: encoding the changes and digests that only the backup reads. With the backup: encoding commits, outputs and all, and the application of the backup.",
      "In brackets: half of all portions of calls cost between these.",
      missed.length === 0 ? "Every goal is reached." : `Not reached: ${missed.map(({ name }) => name).join(", ")}.`,
    ],
    figures: { ...costs, growth, allocated, calls, callsLost },
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
    { name: `allocated in slot ${slot}, a frame heard`, text: octets(communicationFrame) },
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
