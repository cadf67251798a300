/** What chaos does to a rack of processes: a row a fault, each put right again before it counts as over. */
import { setTimeout as pause } from "node:timers/promises";
import type { CardSlot } from "../rack/card-slot.ts";
import type { Rack } from "../rack/rack.ts";
import type { PlaneName, Target } from "../rack/schedule.ts";

/** A whole number from 0 to less than `below`. */
export type Chance = (below: number) => number;

export interface RackFault {
  readonly name: string;
  /** How often it is drawn, against the others. */
  readonly weight: number;
  /** Strikes, lasts and is put right; resolves then. */
  strike(rack: Rack, chance: Chance): Promise<void>;
}

/** How long a card is out, and how long one stands still. */
const outMillis = { min: 300, range: 1500 } as const;
const frozenMillis = { min: 20, range: 600 } as const;
const cutMillis = { min: 50, range: 3000 } as const;
/** Frames of commits after which a primary is unplugged, at most; where none comes in time it is pulled all the same. */
const commitFramesMax = 40;
const commitWithinMillis = 3000;
const planes: readonly PlaneName[] = ["A", "B"];

const draw = ({ min, range }: { readonly min: number; readonly range: number }, chance: Chance) => min + chance(range);

async function pullAndInsert(rack: Rack, slot: CardSlot | undefined, chance: Chance): Promise<void> {
  if (slot === undefined) return;
  await rack.pull(slot);
  await pause(draw(outMillis, chance));
  await rack.insert(slot);
}

const pull = (target: Target): RackFault["strike"] => {
  return async (rack, chance) => await pullAndInsert(rack, pick(rack, target, chance), chance);
};

const freeze = (target: Target): RackFault["strike"] => {
  return async (rack, chance) => {
    const slot = pick(rack, target, chance);
    if (slot === undefined) return;
    await rack.freeze(slot);
    await pause(draw(frozenMillis, chance));
    rack.thaw(slot);
  };
};

/** One of the cards that are meant, of whichever group. */
function pick(rack: Rack, target: Target, chance: Chance): CardSlot | undefined {
  const running = rack.slots.filter(({ isRunning, card }) => isRunning && card.kind === target);
  if (running.length > 0) return running[chance(running.length)];
  if (target !== "primary" && target !== "backup") return rack.find(target, "pull");
  const { groups } = rack;
  return rack.find({ role: target, group: groups[groups.length > 1 ? chance(groups.length) : 0] }, "pull");
}

async function pullAtCommit(rack: Rack, chance: Chance): Promise<void> {
  const primary = pick(rack, "primary", chance);
  if (primary === undefined) return;
  await rack.pullAtCommit(primary, 1 + chance(commitFramesMax));
  if (!(await rack.waitFor(() => primary.state === "pulled", commitWithinMillis))) await rack.pull(primary);
  await pause(draw(outMillis, chance));
  await rack.insert(primary);
}

async function cut(rack: Rack, chance: Chance): Promise<void> {
  const plane = planes[chance(planes.length)];
  await rack.perform({ action: "cut", plane });
  await pause(draw(cutMillis, chance));
  await rack.perform({ action: "mend", plane });
}

// biome-ignore format: one row a line
export const rackFaults: readonly RackFault[] = [
  { name: "pull the primary",                weight: 4, strike: pull("primary") },
  { name: "pull the primary at a commit",    weight: 4, strike: pullAtCommit },
  { name: "pull the backup",                 weight: 2, strike: pull("backup") },
  { name: "pull a LIM",                      weight: 2, strike: pull("lim") },
  { name: "pull a transporter",              weight: 2, strike: pull("transporter") },
  { name: "freeze the primary",              weight: 2, strike: freeze("primary") },
  { name: "freeze the backup",               weight: 1, strike: freeze("backup") },
  { name: "freeze a LIM",                    weight: 1, strike: freeze("lim") },
  { name: "freeze a transporter",            weight: 1, strike: freeze("transporter") },
  { name: "cut a plane",                     weight: 2, strike: cut },
];

export function drawFault(chance: Chance): RackFault {
  let left = chance(rackFaults.reduce((sum, { weight }) => sum + weight, 0));
  for (const fault of rackFaults) {
    left -= fault.weight;
    if (left < 0) return fault;
  }
  return rackFaults[0];
}

/** Whether every card does its part: of each group one primary and one backup, every LIM and transporter admitted. */
export function isWhole(rack: Rack): boolean {
  const roles = rack.slots.map((slot) => slot.role ?? "none");
  const count = (role: string) => roles.filter((each) => each === role).length;
  const groups = rack.groups.length;
  return count("primary") === groups && count("backup") === groups && count("witness") === roles.length - 2 * groups;
}
