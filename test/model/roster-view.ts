/** What a card knows of the others by their beats. Beats are not modelled one by one: what they would tell is looked up. */
import { bit, type CallServer, type Health, type RackState, type Witness } from "./rack-state.ts";
import { holds, type Setting } from "./setting.ts";

type Card = CallServer | Witness;

const acts: ReadonlySet<Health> = new Set(["well", "deaf", "mute", "hard-of-hearing"]);
const transmits: ReadonlySet<Health> = new Set(["well", "deaf", "hard-of-hearing"]);
const hearsBeats: ReadonlySet<Health> = new Set(["well", "mute", "hard-of-hearing"]);
const hearsRecords: ReadonlySet<Health> = new Set(["well", "mute"]);

export function isRunning(card: Card): boolean {
  return acts.has(card.health);
}

/** What it says gets onto the bus. */
export function speaks(card: Card): boolean {
  return transmits.has(card.health);
}

/** Hears beats, claims, grants and resignations. */
export function hears(card: Card): boolean {
  return hearsBeats.has(card.health);
}

/** Hears inputs, commits and what repairs them. */
export function takesRecords(card: Card): boolean {
  return hearsRecords.has(card.health);
}

export function isComplete(card: CallServer): boolean {
  return card.role !== "blank" && card.role !== "incomplete";
}

/**
 * A majority of the witnesses has heard an input that the card's beat does not acknowledge, beat after beat. Only a card that is hard
 * of hearing stays behind for so long.
 */
function isFlagged(state: RackState, setting: Setting, card: Card): boolean {
  if (!holds(setting, "flag") || hearsRecords.has(card.health)) return false;
  const flags = state.witnesses.filter((witness, number) => {
    if (witness === card || !takesRecords(witness) || !speaks(witness)) return false;
    const unacknowledged = (witness.heard & ~card.heard) !== 0;
    return unacknowledged && (number === 0 || holds(setting, "flag-others"));
  });
  return flags.length > state.witnesses.length / 2;
}

/** Whether the others take a card to be alive. */
export function isAlive(state: RackState, setting: Setting, card: Card): boolean {
  if (!speaks(card)) return false;
  if (card.health === "deaf" && holds(setting, "deaf-says-so")) return false;
  return !isFlagged(state, setting, card);
}

/** Whether `by` hears `other` as a primary that nothing is said against. */
export function hearsHealthyPrimary(state: RackState, setting: Setting, by: Card, other: CallServer): boolean {
  return hears(by) && other.role === "primary" && !other.leaving && isAlive(state, setting, other);
}

/** Nobody can be following somebody who is not heard. */
export function everybodyIsHeardWithoutPrimary(state: RackState): boolean {
  return state.witnesses.every(speaks) && state.callServers.every((card) => speaks(card) && card.role !== "primary");
}

/** The primary that acts on what it hears. */
export function isInService(card: CallServer): boolean {
  return card.role === "primary" && card.health === "well";
}

/** Where the repair of inputs takes part: a card that keeps them. */
export function keepsInputs(card: CallServer): boolean {
  return takesRecords(card) && (isComplete(card) || card.resynchronisation !== null);
}

export function hasHeard(card: Card, input: number): boolean {
  return (card.heard & bit(input)) !== 0;
}
