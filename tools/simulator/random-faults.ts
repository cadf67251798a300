/** What may befall a simulated rack at random: each fault strikes, lasts, and is put right again. */
import { recordClass } from "../../firmware/backplane/frame-identifier.ts";
import type { Entropy } from "../../hal/entropy.ts";
import type { FrameFate, FrameFateDecider } from "../../hal/simulated/can-frame-fate.ts";
import type { SimulatedCanPort } from "../../hal/simulated/can-port.ts";
import { canClassOf } from "../../hal/can-frame.ts";
import type { SimulatedRack } from "./simulated-rack.ts";

/** A rack at the mercy of chance. */
export interface Stage {
  readonly rack: SimulatedRack;
  readonly chance: Entropy;
  /** Slots by what they are at this moment. */
  readonly primary: number;
  readonly backup: number;
  readonly lim: number;
  readonly transporter: number;
  /** Decides on the frames of a plane until it is replaced. */
  decide(plane: number, decider: FrameFateDecider | undefined): void;
  /** Decides on the frames of a plane that the other decider leaves alone. */
  lose(plane: number, decider: FrameFateDecider | undefined): void;
  /** Lets time pass; invariants are looked at meanwhile. */
  run(millis: number): void;
  /** What happened, for the story. */
  tell(text: string): void;
  /** From here on calls may be lost: the only LIM or transporter is out. */
  excuse(): void;
}

/** A card that is silent for no longer than this is not found dead. */
const aliveMillis = 50;

/** Puts things right. The slots of cards that were out of the rack. */
type Fault = (stage: Stage) => readonly number[];

const planes = [0, 1] as const;
const otherPlane = { 0: 1, 1: 0 } as const;

function oneOf<T>(chance: Entropy, choices: readonly T[]): T {
  return choices[chance.integer(choices.length)];
}

/** Some of the ports of a plane, at least one; never that of `without`. */
function somePorts({ rack, chance }: Stage, plane: number, without: number): SimulatedCanPort[] {
  const others = rack.slots.filter((slot) => slot !== without && !rack.card(slot).pulled);
  const chosen = others.filter(() => chance.integer(2) === 0);
  return (chosen.length > 0 ? chosen : [oneOf(chance, others)]).map((slot) => rack.card(slot).ports[plane]);
}

/** Pulls a card at some frame on the bus, whoever sends it: right before, inside or right after. */
function pullAtFrame(stage: Stage, slot: number): void {
  const { rack, chance } = stage;
  const plane = oneOf(chance, planes);
  const moment = oneOf(chance, ["before", "inside", "after"] as const);
  let frames = 1 + chance.integer(chance.integer(2) === 0 ? 12 : 120);
  const own = chance.integer(2) === 0;
  const port = rack.card(slot).ports[plane];
  stage.tell(`slot ${slot} goes ${moment} frame ${frames}${own ? " of its own" : ""} on plane ${plane}`);
  stage.decide(plane, (_frame, sender) => {
    if ((own && sender !== port) || --frames > 0) return undefined;
    stage.decide(plane, undefined);
    rack.clock.at(rack.clock.nowMicros(), () => rack.pull(slot));
    return { kind: "severed", moment, port };
  });
  for (let waited = 0; waited < 1000 && !rack.card(slot).pulled; waited++) stage.run(1);
  if (!rack.card(slot).pulled) rack.pull(slot);
}

function insertLater(stage: Stage, slot: number): void {
  stage.run(1 + stage.chance.integer(oneOf(stage.chance, [5, 50, 300])));
  stage.tell(`slot ${slot} is inserted`);
  stage.rack.insert(slot);
}

function pull(of: (stage: Stage) => number): Fault {
  return (stage) => {
    const slot = of(stage);
    if (slot === stage.lim || slot === stage.transporter) stage.excuse();
    pullAtFrame(stage, slot);
    insertLater(stage, slot);
    return [slot];
  };
}

/** An error in the last two bits of a commit frame at some receivers, and its sender is gone before it can repeat it. */
function lastTwoBits(stage: Stage): readonly number[] {
  const { rack, chance, primary } = stage;
  const plane = oneOf(chance, planes);
  let frames = 1 + chance.integer(60);
  const { ports } = rack.card(primary);
  const omitted = somePorts(stage, plane, primary);
  stage.tell(
    `last two bits of frame ${frames} of slot ${primary} on plane ${plane} at ${omitted.map(({ name }) => name)}`,
  );
  stage.decide(plane, (frame, sender) => {
    if (sender !== ports[plane] || canClassOf(frame.id) === recordClass.heartbeat || --frames > 0) return undefined;
    stage.decide(plane, undefined);
    rack.buses[otherPlane[plane]].sever(ports[otherPlane[plane]]);
    rack.clock.at(rack.clock.nowMicros() + 300, () => rack.pull(primary));
    return { kind: "rejected-at", ports: omitted, senderSevered: true };
  });
  for (let waited = 0; waited < 1000 && !rack.card(primary).pulled; waited++) stage.run(1);
  if (!rack.card(primary).pulled) rack.pull(primary);
  stage.decide(plane, undefined);
  insertLater(stage, primary);
  return [primary];
}

/** A card stands still and goes on as if nothing had been. */
function freeze(stage: Stage): readonly number[] {
  const { rack, chance } = stage;
  const slot = oneOf(chance, [stage.primary, stage.primary, stage.backup, stage.lim, stage.transporter]);
  const longestMillis = oneOf(chance, [10, 40, 150, 600]);
  // What piles up in front of a LIM must find circuits when it goes on.
  const millis = 1 + chance.integer(slot === stage.lim ? Math.min(longestMillis, 150) : longestMillis);
  stage.tell(`slot ${slot} stands still for ${millis} ms`);
  if (slot === stage.transporter && millis > aliveMillis) stage.excuse();
  rack.card(slot).freeze();
  stage.run(millis);
  rack.card(slot).thaw();
  return [];
}

function cut(stage: Stage): readonly number[] {
  const { rack, chance } = stage;
  const plane = oneOf(chance, planes);
  const millis = 1 + chance.integer(oneOf(chance, [5, 50, 500]));
  stage.tell(`plane ${plane} is cut for ${millis} ms`);
  rack.buses[plane].cut();
  stage.run(millis);
  rack.buses[plane].mend();
  return [];
}

/** From now on frames are lost at some receivers, on one plane or both; heartbeats may be spared. @returns what ends it */
function loseFrames(stage: Stage, share: number): () => void {
  const { chance, rack } = stage;
  const affected = oneOf(chance, [[0], [1], [0, 1]] as const);
  const beatsToo = chance.integer(2) === 0;
  stage.tell(`one frame in ${share} is lost at some on plane ${affected}${beatsToo ? "" : ", beats are not"}`);
  for (const plane of affected) {
    stage.lose(plane, (frame, sender): FrameFate | undefined => {
      if (chance.integer(share) > 0 || (!beatsToo && canClassOf(frame.id) === recordClass.heartbeat)) return undefined;
      const without = rack.slots.find((slot) => rack.card(slot).ports[plane] === sender) ?? 0;
      return { kind: "lost-at", ports: somePorts(stage, plane, without) };
    });
  }
  return () => {
    for (const plane of affected) stage.lose(plane, undefined);
  };
}

function omissions(stage: Stage): readonly number[] {
  const end = loseFrames(stage, oneOf(stage.chance, [50, 10, 4]));
  stage.run(5 + stage.chance.integer(100));
  end();
  return [];
}

/** A fault while frames are lost: the takeover itself meets gaps. */
function inNoise(fault: Fault): Fault {
  return (stage) => {
    const end = loseFrames(stage, oneOf(stage.chance, [100, 30, 10]));
    const pulled = fault(stage);
    end();
    return pulled;
  };
}

/** Frames are destroyed by error frames, and repeated. */
function errors(stage: Stage): readonly number[] {
  const { chance } = stage;
  const plane = oneOf(chance, planes);
  const share = oneOf(chance, [2, 5, 20]);
  const millis = 5 + chance.integer(100);
  stage.tell(`one frame in ${share} is destroyed on plane ${plane} for ${millis} ms`);
  stage.decide(plane, () => (chance.integer(share) === 0 ? { kind: "error" } : undefined));
  stage.run(millis);
  stage.decide(plane, undefined);
  return [];
}

/** A card says that it leaves, and is taken out. */
function leave(stage: Stage): readonly number[] {
  const { rack, chance } = stage;
  const slot = oneOf(chance, [stage.primary, stage.primary, stage.backup]);
  const millis = chance.integer(oneOf(chance, [3, 100]));
  stage.tell(`slot ${slot} leaves, and is out ${millis} ms later`);
  rack.card(slot).leave();
  stage.run(millis);
  rack.pull(slot);
  insertLater(stage, slot);
  return [slot];
}

/** The application of a card stands still, and goes on as if nothing had been. */
function hang(stage: Stage): readonly number[] {
  const { rack, chance } = stage;
  const slot = oneOf(chance, [stage.primary, stage.primary, stage.backup, stage.lim, stage.transporter]);
  const millis = 1 + chance.integer(oneOf(chance, [40, 160, 300, 900]));
  stage.tell(`the application of slot ${slot} stands still for ${millis} ms`);
  if ((slot === stage.lim || slot === stage.transporter) && millis > aliveMillis) stage.excuse();
  rack.card(slot).hang();
  stage.run(millis);
  rack.card(slot).resume();
  return [];
}

/** A call server does not hear, or is not heard, on one plane or on both. */
function impair(how: "deaf" | "mute"): Fault {
  return (stage) => {
    const { rack, chance } = stage;
    const slot = oneOf(chance, [stage.primary, stage.primary, stage.backup]);
    const affected = oneOf(chance, [[0], [1], [0, 1], [0, 1]] as const);
    const millis = 1 + chance.integer(oneOf(chance, [20, 100, 300]));
    stage.tell(`slot ${slot} is ${how} on plane ${affected} for ${millis} ms`);
    const set = (is: boolean) => {
      for (const plane of affected) {
        const port = rack.card(slot).ports[plane];
        if (how === "deaf") rack.buses[plane].setDeaf(port, is);
        else rack.buses[plane].setMute(port, is);
      }
    };
    set(true);
    stage.run(millis);
    set(false);
    return [];
  };
}

/** The card that is given the state is pulled again meanwhile. */
function pullWhileTaking(stage: Stage): readonly number[] {
  const { rack, chance, backup } = stage;
  rack.pull(backup);
  const outMillis = 1 + chance.integer(oneOf(chance, [20, 200]));
  stage.run(outMillis);
  rack.insert(backup);
  const takingMillis = chance.integer(oneOf(chance, [10, 60, 200]));
  stage.run(takingMillis);
  rack.pull(backup);
  const againMillis = chance.integer(oneOf(chance, [4, 30, 200]));
  stage.run(againMillis);
  rack.insert(backup);
  stage.tell(`slot ${backup} is pulled for ${outMillis} ms, and after ${takingMillis} ms for ${againMillis} ms more`);
  return [backup];
}

export const faults = {
  "pull primary": pull((stage) => stage.primary),
  "pull backup": pull((stage) => stage.backup),
  "pull LIM": pull((stage) => stage.lim),
  "pull transporter": pull((stage) => stage.transporter),
  "last two bits": lastTwoBits,
  freeze,
  cut,
  omissions,
  errors,
  leave,
  hang,
  deaf: impair("deaf"),
  mute: impair("mute"),
  "pull while taking": pullWhileTaking,
  "pull primary in noise": inNoise(pull((stage) => stage.primary)),
  "freeze in noise": inNoise(freeze),
  "leave in noise": inNoise(leave),
  "hang in noise": inNoise(hang),
  "deaf in noise": inNoise(impair("deaf")),
} as const satisfies Record<string, Fault>;

export type FaultName = keyof typeof faults;
export const faultNames = Object.keys(faults) as FaultName[];
