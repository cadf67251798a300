/** What may happen to the rack in the middle of a call: a row a disturbance. Each strikes once at every frame on plane A. */
import type { RackConfiguration } from "../../../firmware/configuration/rack-schema.ts";
import type { FrameFate } from "../../../hal/simulated/can-frame-fate.ts";
import type { SimulatedRack } from "../../../tools/simulator/simulated-rack.ts";

export interface Disturbance {
  readonly name: string;
  /** A frame on plane A is about to begin. @returns what becomes of it */
  readonly strike: (rack: SimulatedRack) => FrameFate | undefined;
  /** How long it lasts: then what can be put right is right. */
  readonly millis: number;
  /** Why the design promises nothing of it as the rack is; left out, it is run. */
  readonly notRun?: string;
}

type Slot = (rack: SimulatedRack) => number;
type Moment = "before" | "inside" | "after";

const moments = ["before", "inside", "after"] as const;
/** Longer than it takes to find a primary dead. */
const frozenMillis = 60;
/** In the middle of what follows the pull. */
const outMillis = 30;

const primary: Slot = (rack) => rack.primaries()[0] ?? 0;
const backup: Slot = (rack) => rack.slotsOf("call-server").find((slot) => slot !== primary(rack)) ?? 0;

/** @param putBackMillis later; left out, it stays out */
function pulled(name: string, of: Slot, moment: Moment, putBackMillis?: number): Disturbance {
  return {
    name: `${name} pulled ${moment}`,
    millis: putBackMillis ?? 0,
    strike: (rack) => {
      const slot = of(rack);
      const [port] = rack.card(slot).ports;
      const now = rack.clock.nowMicros();
      rack.clock.at(now, () => rack.pull(slot));
      if (putBackMillis !== undefined) rack.clock.at(now + putBackMillis * 1000, () => rack.insert(slot));
      return { kind: "severed", moment, port };
    },
  };
}

function frozen(name: string, of: Slot): Disturbance {
  return {
    name: `${name} frozen`,
    millis: frozenMillis,
    strike: (rack) => {
      const card = rack.card(of(rack));
      const now = rack.clock.nowMicros();
      rack.clock.at(now, () => card.freeze());
      rack.clock.at(now + frozenMillis * 1000, () => card.thaw());
      return undefined;
    },
  };
}

const planeCut: Disturbance = {
  name: "plane A cut",
  millis: 0,
  strike: (rack) => {
    rack.clock.at(rack.clock.nowMicros(), () => rack.buses[0].cut());
    return undefined;
  },
};

/** The controllers of both planes take nothing in, or get nothing out, from here on. */
function cutOff(name: string, of: Slot, how: "setDeaf" | "setMute"): Disturbance {
  return {
    name,
    millis: 0,
    strike: (rack) => {
      const { ports } = rack.card(of(rack));
      rack.buses.forEach((bus, plane) => {
        bus[how](ports[plane], true);
      });
      return undefined;
    },
    notRun: "a primary that is deaf or mute while it runs is not found out yet",
  };
}

/** A pull of each card of a kind. */
function eachPulled(configuration: RackConfiguration, kind: "lim" | "transporter"): readonly Disturbance[] {
  const cards = configuration.cards.filter((card) => card.kind === kind);
  return cards.map(({ slot }): Disturbance => {
    const row = pulled(`${kind} ${slot}`, () => slot, "inside");
    return cards.length > 1 ? row : { ...row, notRun: "the only one of its kind: calls in set-up go with it" };
  });
}

export function disturbancesOf(configuration: RackConfiguration): readonly Disturbance[] {
  return [
    ...moments.map((moment) => pulled("primary", primary, moment)),
    pulled("backup", backup, "inside", outMillis),
    frozen("primary", primary),
    planeCut,
    cutOff("primary deaf", primary, "setDeaf"),
    cutOff("primary mute", primary, "setMute"),
    ...eachPulled(configuration, "lim"),
    ...eachPulled(configuration, "transporter"),
  ];
}
