/** What befalls cards, and how they come back. */
import {
  bit,
  blankCallServer,
  type CallServer,
  callServerNames,
  newcomer,
  type RackState,
  type Witness,
} from "./rack-state.ts";
import { isComplete, isInService } from "./roster-view.ts";
import { lastOf } from "./run-of-commits.ts";
import type { Setting } from "./setting.ts";
import { type Move, step, witnessName } from "./step.ts";

/** Everybody is well and knows everything: as good as before the first fault. */
export function isRecovered(state: RackState): boolean {
  const { callServers, witnesses } = state;
  if ([...callServers, ...witnesses].some(({ health }) => health !== "well")) return false;
  const primary = callServers.find((card) => card.role === "primary");
  const backup = callServers.find((card) => card.role === "backup");
  if (!primary || !backup || primary.leaving || primary.moved !== 0) return false;
  const last = lastOf(primary.run);
  const isLevel = ({ term, run }: CallServer | Witness) =>
    term === primary.term && lastOf(run) === last && run.held.length === 0;
  if (!isLevel(backup) || !witnesses.every((card) => card.admitted && !card.dismissed && !card.away && isLevel(card)))
    return false;
  return callServers.every((card) => heardAll(state, card));
}

function heardAll(state: RackState, card: CallServer): boolean {
  for (let input = card.consumed + 1; input <= state.inputs; input++) if ((card.heard & bit(input)) === 0) return false;
  return true;
}

function isTarget(setting: Setting, name: string): boolean {
  return setting.targets?.includes(name) ?? true;
}

const strike: Move = function* (state, setting) {
  const later = state.left.faults === 0;
  if (later && (state.left.laterFaults === 0 || !isRecovered(state))) return;
  const pay = (next: RackState) => {
    if (later) next.left.laterFaults--;
    else next.left.faults--;
  };
  for (const kind of setting.kinds) {
    for (const [number, { health }] of state.callServers.entries()) {
      const name = callServerNames[number];
      if (health !== "well" || !isTarget(setting, name)) continue;
      const change = (next: RackState) => {
        pay(next);
        if (kind === "pulled") next.callServers[number] = blankCallServer(kind);
        else next.callServers[number].health = kind;
      };
      yield step(state, `** ${name} is ${kind}`, change, "fault");
    }
    if (kind === "hard-of-hearing") continue;
    for (const [number, { health }] of state.witnesses.entries()) {
      const name = witnessName(state, number);
      if (health !== "well" || !isTarget(setting, name)) continue;
      const change = (next: RackState) => {
        pay(next);
        // A pulled witness keeps its run only to tell how far it had got.
        next.witnesses[number].health = kind;
      };
      yield step(state, `** ${name} is ${kind}`, change, "fault");
    }
  }
};

/**
 * A card that was pulled is inserted blank; any other is as it was. Being inserted takes longer than what the others do at once: a LIM
 * is back only when what it had broadcast is known to the primary.
 */
const mend: Move = function* (state, setting) {
  if (!setting.mends) return;
  for (const [number, { health }] of state.callServers.entries()) {
    if (health === "well") continue;
    const text = health === "pulled" ? "is inserted again" : "is well again";
    const change = (next: RackState) => {
      if (health === "pulled") next.callServers[number] = blankCallServer("well");
      else next.callServers[number].health = "well";
    };
    yield step(state, `${callServerNames[number]} ${text}`, change, "mend");
  }
  for (const [number, { health }] of state.witnesses.entries()) {
    if (health === "well" || (health === "pulled" && number === 0 && !isHandedOn(state))) continue;
    const text = health === "pulled" ? "is inserted again" : "is well again";
    const change = (next: RackState) => {
      const card = next.witnesses[number];
      if (health !== "pulled") Object.assign(card, { health: "well", away: card.away || health === "frozen" });
      else {
        next.witnesses[number] = newcomer(lastOf(state.witnesses[number].run));
        if (number === 0) next.earlierInputs = next.inputs;
        // What it granted before it knows nothing of.
        for (const card of next.callServers) card.grants &= ~bit(number);
      }
    };
    yield step(state, `${witnessName(state, number)} ${text}`, change, "mend");
  }
};

/** The primary has every input that a call server holds. */
function isHandedOn(state: RackState): boolean {
  const primary = state.callServers.find(isInService);
  if (!primary) return false;
  return state.callServers.every((card) => {
    const unknown = card.pending & ~primary.heard;
    return !isComplete(card) || unknown < bit(primary.consumed + 1);
  });
}

export const faultMoves: readonly Move[] = [strike, mend];
