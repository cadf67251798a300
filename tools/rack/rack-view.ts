/** The rack as a person would look at it, at one moment: plain data for the screen and for lines of text. */
import type { RackAlarm } from "../../firmware/alarms/rack-alarms.ts";
import { type Micros, microsPerMilli } from "../../firmware/time.ts";
import type { CardSlot, SlotState } from "./card-slot.ts";
import { planeLoad } from "./plane-load.ts";
import type { Rack, RackEvent } from "./rack.ts";
import { monotonicMicros } from "../measurement/monotonic-micros.ts";
import type { Surroundings } from "./surroundings.ts";
import type { SwitchoverCause } from "./switchovers.ts";

export type Light = "off" | "green" | "amber" | "red" | "blue";

export interface SlotView {
  readonly number: number;
  readonly kind: "lim" | "call-server" | "transporter";
  readonly state: SlotState;
  readonly role: string | undefined;
  /** What is wrong with it, or that it leaves: more to the point than its role. */
  readonly condition?: string | undefined;
  /** Of a call server where there are several groups. */
  readonly group?: number | undefined;
  /** In the order of the groups that it has a part in. */
  readonly terms: readonly number[];
  /** Of the only one. */
  readonly commit: number | undefined;
  readonly lights: {
    readonly power: Light;
    readonly active: Light;
    readonly alarm: Light;
    readonly bus: Light;
    readonly link: Light;
  };
}

export interface PlaneView {
  readonly plane: string;
  readonly loadPercent: number;
  readonly cut: boolean;
}

export interface TrafficView {
  readonly callsPerSecond: number;
  readonly settingUp: number;
  readonly conversing: number;
  readonly made: number;
  readonly answered: number;
  readonly lostInSetup: number;
  readonly lostInConversation: number;
  readonly packetsSent: number;
  readonly packetsLost: number;
}

export interface SwitchoverView {
  readonly cause: SwitchoverCause;
  readonly from: number;
  readonly to: number;
  readonly totalMillis: number | undefined;
  readonly detectionMillis: number | undefined;
  readonly callsInSetup: number;
  readonly lostSince: number;
}

export interface RackView {
  readonly name: string;
  readonly pointCode: string;
  readonly upMicros: Micros;
  readonly isStarting: boolean;
  /** "protected", or what is missing. */
  readonly protection: { readonly isProtected: boolean; readonly text: string; readonly notRedundant: string };
  readonly slots: readonly SlotView[];
  readonly planes: readonly PlaneView[];
  /** That stand, the worst first. */
  readonly alarms: readonly RackAlarm[];
  /** Undefined without exchanges. */
  readonly traffic: TrafficView | undefined;
  /** The longest silence of the primary that does not count as death, as the backup has it. */
  readonly detection: { readonly limitMillis: number; readonly realTime: boolean } | undefined;
  readonly switchover: SwitchoverView | undefined;
  readonly switchovers: number;
  readonly events: readonly (RackEvent & { readonly sinceMicros: Micros })[];
}

export function viewOf(rack: Rack, startedMicros: Micros, events: readonly RackEvent[]): RackView {
  const { configuration } = rack.options;
  const switchover = rack.switchovers.all.at(-1);
  return {
    name: configuration.name,
    pointCode: pointCodeText(configuration.pointCode),
    upMicros: monotonicMicros() - startedMicros,
    isStarting: !rack.isUp,
    protection: protectionOf(rack),
    slots: rack.slots.map((slot) => slotView(rack, slot)),
    planes: rack.readings.map((reading, index) => ({
      plane: reading.plane,
      loadPercent: planeLoad(rack.readingsBefore[index] ?? reading, reading).loadPercent,
      cut: reading.cut,
    })),
    alarms: rack.alarms(),
    traffic: rack.surroundings.exchanges.length === 0 ? undefined : trafficOf(rack),
    detection: detectionOf(rack),
    switchover: switchover && {
      ...switchover,
      ...timesOf(switchover),
      lostSince: rack.surroundings.callsLost - switchover.lostBefore,
    },
    switchovers: rack.switchovers.all.length,
    events: events.map((event) => ({ ...event, sinceMicros: event.atMicros - startedMicros })),
  };
}

function timesOf({ totalMillis, detectionMillis }: { totalMillis?: number; detectionMillis?: number }) {
  return { totalMillis, detectionMillis };
}

const kinds = [
  { kind: "lim", name: "LIM" },
  { kind: "transporter", name: "transporter" },
] as const;

function protectionOf(rack: Rack): RackView["protection"] {
  if (!rack.isUp) return { isProtected: false, text: "starting", notRedundant: "" };
  const wanting = rack.groups.flatMap((group) => {
    if (rack.primaryOf(group) === undefined) return [{ group, what: "no primary: no calls" }];
    return rack.backupOf(group) === undefined ? [{ group, what: "unprotected: no backup" }] : [];
  });
  const isProtected = wanting.length === 0;
  const unprotected = wanting.map(({ group, what }) => (rack.groups.length > 1 ? `group ${group} ${what}` : what));
  const running = (kind: string) => rack.slots.filter((slot) => slot.card.kind === kind && slot.isRunning).length;
  const outs = kinds.filter(({ kind }) => running(kind) === 0);
  const singles = kinds.filter(({ kind }) => running(kind) === 1);
  const out = outs.map(({ name }) => `${name} is out: calls in conversation stay, new ones are refused`);
  const single =
    singles.length > 0 ? [`not redundant: only one ${singles.map(({ name }) => name).join(", only one ")}`] : [];
  return {
    isProtected,
    text: isProtected ? "protected" : unprotected.join(", "),
    notRedundant: [...out, ...single].join("; "),
  };
}

function slotView(rack: Rack, slot: CardSlot): SlotView {
  const { term, commit, groups } = slot.communication;
  const { role } = slot;
  const isOneOfSeveral = rack.groups.length > 1;
  const terms = groups?.map((each) => each.term) ?? (term === undefined ? [] : [term]);
  return {
    number: slot.number,
    kind: slot.card.kind,
    state: slot.state,
    role,
    condition: slot.condition,
    ...(isOneOfSeveral && slot.group !== undefined ? { group: slot.group } : {}),
    terms,
    commit: terms.length > 1 ? undefined : commit,
    lights: {
      power: slot.pid === undefined ? "off" : "green",
      active: activeLight(slot.state, role),
      alarm: slot.state === "failed" || slot.state === "frozen" ? "red" : "off",
      bus: slot.pid === undefined ? "off" : busLight(rack, slot),
      link: linkLight(slot),
    },
  };
}

function activeLight(state: SlotState, role: string | undefined): Light {
  if (state !== "running") return "off";
  if (role === "primary" || role === "witness") return "green";
  return role === "backup" ? "amber" : "off";
}

function busLight(rack: Rack, slot: CardSlot): Light {
  const attached = rack.readings.filter(({ cut, slots }) => !cut && slots.includes(slot.number)).length;
  return attached === rack.readings.length ? "green" : attached > 0 ? "amber" : "red";
}

/** Of what a card has to do with the world: all of it, some, or none. */
function linkLight({ application }: CardSlot): Light {
  const links = [
    ...Object.values(application.exchanges ?? {}).map(({ available }) => available),
    ...Object.values(application.gateways ?? {}).map(({ state }) => state === "reachable"),
  ];
  if (links.length === 0) return "off";
  const up = links.filter((isUp) => isUp).length;
  return up === links.length ? "green" : up > 0 ? "amber" : "red";
}

function trafficOf(rack: Rack): TrafficView {
  const sum = (of: (reading: Surroundings["traffic"][number]) => number) =>
    rack.surroundings.traffic.reduce((total, reading) => total + of(reading), 0);
  return {
    callsPerSecond: rack.surroundings.callsPerSecond,
    settingUp: sum(({ now }) => now.settingUp),
    conversing: sum(({ now }) => now.conversing),
    made: sum(({ attempts }) => attempts),
    answered: sum(({ answered }) => answered),
    lostInSetup: sum(({ lost }) => lost.setup),
    lostInConversation: sum(({ lost }) => lost.stable),
    packetsSent: sum(({ voice }) => voice.sent),
    packetsLost: sum(({ voice }) => voice.lost),
  };
}

function detectionOf(rack: Rack): RackView["detection"] {
  const primary = rack.primary;
  const heard = rack.backup?.communication.cards?.find(({ slot }) => slot === primary?.number);
  if (heard === undefined) return undefined;
  const realTime = heard.realTime && rack.backup?.communication.realTime === true;
  return { limitMillis: heard.limitMicros / microsPerMilli, realTime };
}

function pointCodeText(pointCode: number): string {
  return `${pointCode >> 11}-${(pointCode >> 3) & 0xff}-${pointCode & 7}`;
}
