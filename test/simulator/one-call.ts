/** One complete call with ringing through the simulated rack, and what may be done to the primary meanwhile. */
import type { ProtocolRule } from "../../firmware/backplane/membership.ts";
import type { RackConfiguration } from "../../firmware/configuration/rack-schema.ts";
import type { CanFrame } from "../../hal/can-frame.ts";
import { copyOfFrame } from "../../hal/can-frame-pool.ts";
import { readConfiguration } from "../../tools/configuration/read-configuration.ts";
import { SimulatedRack } from "../../tools/simulator/simulated-rack.ts";
import { difference, type Outcome, OutcomeSince } from "./outcome.ts";

/** A board's rack with so many circuits to each exchange, on classic CAN, where a record takes the most frames. */
export function smallRackOf(circuits: number, board = "boards/simulated/rack.yaml"): RackConfiguration {
  const { configuration } = readConfiguration(board);
  return {
    ...configuration,
    bus: { ...configuration.bus, frames: "classic" },
    trunkGroups: configuration.trunkGroups.map((group) => ({ ...group, lastCic: circuits })),
  };
}

/** With a handful of them. */
export const smallRack = smallRackOf(4);
/** The same with two of each card, and exchanges that send every message to both LIMs. */
export const redundantRack = smallRackOf(4, "boards/simulated/redundant.yaml");

const startMillis = 200;
const callMillis = 120;
/** Long enough for a takeover and for what it has to catch up with. */
const settleMillis = 150;
const mix = { ringMicros: 20_000, holdMicros: 20_000 };

export interface OneCall {
  readonly rack: SimulatedRack;
  readonly outcome: Outcome;
  /** Transmissions on plane A from the IAM on, with their senders. */
  readonly transmissions: readonly { readonly frame: CanFrame; readonly sender: string }[];
}

export type Disturbance = (rack: SimulatedRack) => void;

/** Starts a rack, disturbs it as told, makes one call and waits until all is over. */
export function oneCall(
  options: { withoutRules?: readonly ProtocolRule[]; skewMicros?: number },
  disturb: Disturbance = () => {},
): OneCall {
  const rack = new SimulatedRack(smallRack, { ...options, mix });
  rack.run(startMillis);
  const transmissions: { frame: CanFrame; sender: string }[] = [];
  const since = new OutcomeSince(rack);
  rack.buses[0].decideFate = (frame, sender) => {
    transmissions.push({ frame: copyOfFrame(frame), sender: sender.name });
    return undefined;
  };
  disturb(rack);
  rack.exchange("west").step({ kind: "call" });
  rack.run(callMillis);
  rack.buses[0].decideFate = undefined;
  rack.run(settleMillis);
  return { rack, outcome: since.outcome(), transmissions };
}

/** How the primary goes, at the transmission with the given number on plane A (counted from the IAM on). */
export type Going = (rack: SimulatedRack, transmission: number) => void;

/** The primary's card in the demonstration after a cold start. */
export const primarySlot = 2;

/** Pulled right before, inside or right after a frame, whoever sends it; both planes at the same moment. */
export function pulled(moment: "before" | "inside" | "after"): Going {
  return (rack, transmission) => {
    let count = 0;
    const [planeA] = rack.card(primarySlot).ports;
    rack.buses[0].decideFate = () => {
      if (count++ !== transmission) return undefined;
      rack.clock.at(rack.clock.nowMicros(), () => rack.pull(primarySlot));
      return { kind: "severed", moment, port: planeA };
    };
  };
}

/** An error in the last two bits of the primary's frame at some receivers, and no second copy: it was pulled (Rufino et al. 1998). */
export function lastTwoBits(rejectedAt: readonly number[]): Going {
  return (rack, transmission) => {
    let count = 0;
    const [planeA, planeB] = rack.card(primarySlot).ports;
    rack.buses[0].decideFate = (_frame, sender) => {
      if (count++ !== transmission || sender !== planeA) return undefined;
      rack.buses[1].sever(planeB);
      rack.clock.at(rack.clock.nowMicros() + 300, () => rack.pull(primarySlot));
      return { kind: "rejected-at", ports: rejectedAt.map((slot) => rack.card(slot).ports[0]), senderSevered: true };
    };
  };
}

/** Every non-empty subset of the other cards. */
export const receivers: readonly (readonly number[])[] = [[1], [3], [4], [1, 3], [1, 4], [3, 4], [1, 3, 4]];

export interface Sweep {
  readonly runs: number;
  readonly failures: readonly string[];
}

/** Every way of going at every transmission of one call. */
export function sweep(
  options: { withoutRules?: readonly ProtocolRule[]; skewMicros?: number },
  goings: readonly (readonly [string, Going])[],
  failuresMax = Number.POSITIVE_INFINITY,
): Sweep {
  const undisturbed = oneCall({ ...options, withoutRules: [] });
  const failures: string[] = [];
  let runs = 0;
  for (const [name, going] of goings) {
    for (let transmission = 0; transmission < undisturbed.transmissions.length; transmission++) {
      // The last-two-bits case is the primary's own frames' alone.
      if (name.startsWith("last") && undisturbed.transmissions[transmission].sender !== `slot ${primarySlot}`) continue;
      const { outcome } = oneCall(options, (rack) => going(rack, transmission));
      runs++;
      const what = difference(undisturbed.outcome, outcome);
      if (what) failures.push(`${name} transmission ${transmission}: ${what}`);
      if (failures.length >= failuresMax) return { runs, failures };
    }
  }
  return { runs, failures };
}
