/** What may happen to the rack in the middle of a call: a row a disturbance. Each strikes once at every frame on plane A. */
import type { RackConfiguration } from "../../../firmware/configuration/rack-schema.ts";
import type { FrameFate } from "../../../hal/simulated/can-frame-fate.ts";
import type { SimulatedRack } from "../../../tools/simulator/simulated-rack.ts";
import { redundantRack, smallRack } from "../one-call.ts";
import { type DeviationName, deviations } from "./deviations.ts";

export interface Disturbance {
  readonly name: string;
  readonly configuration: RackConfiguration;
  /** What is so from the beginning of the scenario on. */
  readonly begin?: (rack: SimulatedRack) => void;
  /** A frame on plane A is about to begin. @returns what becomes of it */
  readonly strike: (rack: SimulatedRack) => FrameFate | undefined;
  /** How long it lasts: then what can be put right is right. */
  readonly millis: number;
  /** Strikes only in the calm of scenarios that have one: nothing is promised to calls in set-up. */
  readonly calm?: true;
  /** What may be otherwise than undisturbed; left out, nothing. */
  readonly mayDeviate?: readonly DeviationName[];
}

/** A disturbance, whichever the rack. */
type Kind = Omit<Disturbance, "configuration">;

type Slot = (rack: SimulatedRack) => number;
type Moment = "before" | "inside" | "after";

const moments = ["before", "inside", "after"] as const;
/** Longer than it takes to find a primary dead. */
const frozenMillis = 60;
/** In the middle of what follows the pull. */
const outMillis = 30;
/** Longer than it may take to find out that a card is deaf. */
const deafMillis = 300;
/** Longer than it takes to miss a primary that says nothing. */
const muteMillis = 60;
/** Longer than it takes to find a LIM or a transporter dead, and to move what it had to do to the other one. */
const replacedMillis = 100;
/** From the announcement to the pull. */
const leavingMillis = 3;

const primary: Slot = (rack) => rack.primaries()[0] ?? 0;
const backup: Slot = (rack) => rack.slotsOf("call-server").find((slot) => slot !== primary(rack)) ?? 0;

/** Pulled at both planes when a frame on plane A begins, is on the wire or is over; `putBackMillis` later it is put back. */
function pulled(name: string, of: Slot, moment: Moment, putBackMillis?: number): Kind {
  return {
    name: `${name} pulled ${moment}${putBackMillis === undefined ? "" : ", put back"}`,
    millis: putBackMillis ?? 0,
    strike: (rack) => {
      const slot = of(rack);
      const [port] = rack.card(slot).ports;
      later(rack, 0, () => rack.pull(slot));
      if (putBackMillis !== undefined) later(rack, putBackMillis, () => rack.insert(slot));
      return { kind: "severed", moment, port };
    },
  };
}

function frozen(name: string, of: Slot): Kind {
  return {
    name: `${name} frozen`,
    millis: frozenMillis,
    strike: (rack) => {
      const card = rack.card(of(rack));
      later(rack, 0, () => card.freeze());
      later(rack, frozenMillis, () => card.thaw());
      return undefined;
    },
  };
}

const primaryLeaves: Kind = {
  name: "primary leaves",
  millis: leavingMillis,
  strike: (rack) => {
    const slot = primary(rack);
    later(rack, 0, () => rack.card(slot).leave());
    later(rack, leavingMillis, () => rack.pull(slot));
    return undefined;
  },
};

const planeCut: Kind = {
  name: "plane A cut",
  millis: 0,
  strike: (rack) => {
    later(rack, 0, () => rack.buses[0].cut());
    return undefined;
  },
};

/** The controllers of both planes take nothing in, or get nothing out, for a while; what was queued goes out afterwards. */
function cutOff(name: string, of: Slot, how: "setDeaf" | "setMute", millis: number): Kind {
  return {
    name,
    millis,
    strike: (rack) => {
      const { ports } = rack.card(of(rack));
      const set = (on: boolean) => {
        rack.buses.forEach((bus, plane) => {
          bus[how](ports[plane], on);
        });
      };
      later(rack, 0, () => set(true));
      later(rack, millis, () => set(false));
      return undefined;
    },
  };
}

/** Each card of a kind that is there once, put back in the calm of a conversation: calls in set-up would go with it. */
function eachMissed({ cards }: RackConfiguration): readonly Kind[] {
  const single = cards.filter(({ kind }) => kind !== "call-server");
  return single.map(({ kind, slot }) => ({
    ...pulled(`${kind} ${slot}`, () => slot, "inside", outMillis),
    calm: true,
  }));
}

/** Each of two LIMs and of two transporters, for good: the other one goes on. */
function eachReplaced({ cards }: RackConfiguration): readonly Kind[] {
  const double = cards.filter(({ kind }) => kind !== "call-server");
  return double.map(({ kind, slot }) => {
    const row = { ...pulled(`${kind} ${slot} of two`, () => slot, "inside"), millis: replacedMillis };
    return {
      ...row,
      mayDeviate: deviations.filter(({ of }) => of === kind || of === "either").map(({ name }) => name),
    };
  });
}

function later(rack: SimulatedRack, millis: number, work: () => void): void {
  rack.clock.at(rack.clock.nowMicros() + millis * 1000, work);
}

const anyRack: readonly Kind[] = [
  ...moments.map((moment) => pulled("primary", primary, moment)),
  {
    ...pulled("primary", primary, "inside"),
    name: "primary pulled, plane B cut",
    begin: (rack) => rack.buses[1].cut(),
  },
  primaryLeaves,
  frozen("primary", primary),
  pulled("backup", backup, "inside", outMillis),
  frozen("backup", backup),
  planeCut,
  cutOff("primary mute", primary, "setMute", muteMillis),
  cutOff("primary deaf", primary, "setDeaf", deafMillis),
];

export const disturbances: readonly Disturbance[] = [
  ...[...anyRack, ...eachMissed(smallRack)].map((kind) => ({ ...kind, configuration: smallRack })),
  ...eachReplaced(redundantRack).map((kind) => ({ ...kind, configuration: redundantRack })),
];
