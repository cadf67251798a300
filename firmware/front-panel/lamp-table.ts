/** What each LED of a card shows. */
import type { Lamp } from "../../hal/front-panel.ts";
import type { ApplicationStatus, CommunicationStatus } from "../card/card-status.ts";
import type { EjectorState } from "./ejector.ts";
import type { LampPattern } from "./lamp-pattern.ts";

/** What is known of the card. */
export interface CardSight {
  /** Undefined where it says nothing of itself, or not for a while. */
  readonly communication: CommunicationStatus | undefined;
  readonly application: ApplicationStatus | undefined;
  /** Whether other cards were heard of late, on planes A and B. */
  readonly heard: readonly [boolean, boolean];
  readonly ejector: EjectorState;
}

type Condition = (card: CardSight) => boolean;
type Row = readonly [what: string, holds: Condition, shows: LampPattern];

const saysNothing: Condition = ({ communication }) => communication === undefined;
const hasLeft: Condition = ({ communication }) => communication?.leaving === "safe to pull";
const waitsForBackup: Condition = ({ communication }) => communication?.leaving === "waits for a backup";
const isOut: Condition = ({ communication }) => communication?.outOfService !== undefined;
const hangs: Condition = ({ communication }) => communication?.hung === true;
const isCutOff: Condition = ({ communication }) => communication?.deaf === true || communication?.mute === true;
const forgetsBlocking: Condition = ({ application }) =>
  application?.blockingStates !== undefined && !["stored", "waiting"].includes(application.blockingStates);
const ejectorIs =
  (...states: readonly EjectorState[]): Condition =>
  ({ ejector }) =>
    states.includes(ejector);

/** In one of its groups at least. */
const is =
  (...roles: readonly string[]): Condition =>
  ({ communication }) =>
    rolesOf(communication).some((role) => roles.includes(role));

const links = ({ application }: CardSight): readonly boolean[] => [
  ...Object.values(application?.exchanges ?? {}).map(({ available }) => available),
  ...Object.values(application?.gateways ?? {}).map(({ state }) => state === "reachable"),
];

const otherwise: Condition = () => true;

/** The first row that holds is shown. */
export const lampTable: Readonly<Record<Lamp, readonly Row[]>> = {
  active: [
    ["is not in service", (card) => saysNothing(card) || hasLeft(card) || isOut(card), "off"],
    ["does the work", is("primary", "witness"), "on"],
    ["takes over", is("claimant"), "fast blink"],
    ["does not", otherwise, "off"],
  ],
  standby: [
    ["is not in service", (card) => saysNothing(card) || hasLeft(card) || isOut(card), "off"],
    ["could take over", is("backup", "resigned"), "on"],
    ["is not admitted, or has not the state yet", is("newcomer", "blank", "incomplete"), "slow blink"],
    ["does the work itself", otherwise, "off"],
  ],
  alarm: [
    ["its communication processor says nothing", (card) => saysNothing(card) && card.application !== undefined, "on"],
    ["takes no part", isOut, "on"],
    ["its application hangs", hangs, "on"],
    ["is deaf or mute", isCutOff, "on"],
    ["is to leave, and nobody can take its place", waitsForBackup, "double flash"],
    ["hears nobody on one plane", (card) => !saysNothing(card) && !card.heard.every(Boolean), "slow blink"],
    ["a link is down", (card) => links(card).includes(false), "slow blink"],
    ["what is blocked is not on its disk", forgetsBlocking, "slow blink"],
    ["all is well", otherwise, "off"],
  ],
  busA: [
    ["others are heard", ({ heard }) => heard[0], "on"],
    ["nobody is", otherwise, "off"],
  ],
  busB: [
    ["others are heard", ({ heard }) => heard[1], "on"],
    ["nobody is", otherwise, "off"],
  ],
  link: [
    ["has none, or none is up", (card) => !links(card).includes(true), "off"],
    ["some are down", (card) => links(card).includes(false), "slow blink"],
    ["all are up", otherwise, "on"],
  ],
  safeToPull: [
    ["is on its way out", ejectorIs("draining"), "short blink"],
    ["is out", ejectorIs("safe"), "on"],
    ["is on its way in", ejectorIs("recalled", "returning", "restarting"), "long blink"],
    ["starts", saysNothing, "long blink"],
    ["is in service", otherwise, "off"],
  ],
};

export function lampPattern(lamp: Lamp, card: CardSight): LampPattern {
  const [, , shows] = lampTable[lamp].find(([, holds]) => holds(card)) ?? [];
  return shows ?? "off";
}

function rolesOf(communication: CommunicationStatus | undefined): readonly string[] {
  if (communication?.groups !== undefined) return communication.groups.map(({ role }) => role);
  return communication?.role === undefined ? [] : [communication.role];
}
