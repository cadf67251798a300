/** Where a random scenario plays: a rack at the mercy of chance, and what a fault may do with it. */
import type { Entropy } from "../../hal/entropy.ts";
import type { FrameFateDecider } from "../../hal/simulated/can-frame-fate.ts";
import type { SimulatedCanPort } from "../../hal/simulated/can-port.ts";
import type { SimulatedRack } from "./simulated-rack.ts";

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
  /** The same for less than a millisecond, or fractions. */
  runMicros(micros: number): void;
  /** So many calls from each exchange at the same moment. */
  burst(calls: number): void;
  /** What happened, for the story. */
  tell(text: string): void;
  /** A card has missed so much, or was not heard for so long: what has to be made up for may take as long. */
  absent(millis: number): void;
  /** From here on calls may be lost: the only LIM or transporter is out. */
  excuse(): void;
}

/** A fault: strikes, lasts, and puts things right again. */
export type Strike = (stage: Stage) => void;

export const planes = [0, 1] as const;

export function oneOf<T>(chance: Entropy, choices: readonly T[]): T {
  return choices[chance.integer(choices.length)];
}

/** Some of the ports of a plane, at least one; never that of `without`. */
export function somePorts({ rack, chance }: Stage, plane: number, without: number): SimulatedCanPort[] {
  const others = rack.slots.filter((slot) => slot !== without && !rack.card(slot).pulled);
  const chosen = others.filter(() => chance.integer(2) === 0);
  return (chosen.length > 0 ? chosen : [oneOf(chance, others)]).map((slot) => rack.card(slot).ports[plane]);
}

/** Whose port it is. */
export function slotOfPort(rack: SimulatedRack, port: SimulatedCanPort): number {
  return rack.slots.find((slot) => rack.card(slot).ports.includes(port)) ?? 0;
}
