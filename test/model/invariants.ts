/** What must hold in every state, a row each; and where a rack must be able to get, if nothing else happens to it. */
import { bit, type CallServer, callServerNames, partnerOf, type Performed, type RackState } from "./rack-state.ts";
import { hears, isComplete, isInService, speaks } from "./roster-view.ts";
import { commitAt, commitsFrom, lastOf, lastTermOf } from "./run-of-commits.ts";
import { type Setting, termMax } from "./setting.ts";
import { witnessName } from "./step.ts";

export const invariants = {
  "two primaries": twoPrimaries,
  "conflicting outputs": conflictingOutputs,
  "double output": doubleOutput,
  "input consumed twice": inputConsumedTwice,
  "void output": voidOutput,
  "tables differ": tablesDiffer,
  "tables run ahead": tablesRunAhead,
  "claims without end": claimsWithoutEnd,
  "leaver serves again": leaverServesAgain,
} as const satisfies Record<string, (state: RackState) => string | undefined>;

/** `standstill`: where the rack should be is not reached any more. */
export type Breakage = keyof typeof invariants | "standstill";

/** The invariant that is broken in a state, and how. */
export function judge(
  state: RackState,
): { readonly broken: keyof typeof invariants; readonly how: string } | undefined {
  for (const [name, look] of Object.entries(invariants)) {
    const how = look(state);
    if (how !== undefined) return { broken: name as keyof typeof invariants, how };
  }
  return undefined;
}

function twoPrimaries({ callServers: [a, b] }: RackState): string | undefined {
  const both = a.role === "primary" && b.role === "primary" && a.term === b.term;
  return both ? `A and B are primary of term ${a.term}` : undefined;
}

/** Pairs of outputs, each pair once. */
function* pairs(outputs: readonly Performed[]): Generator<readonly [Performed, Performed]> {
  for (const [place, one] of outputs.entries()) for (const other of outputs.slice(place + 1)) yield [one, other];
}

function conflictingOutputs({ performed }: RackState): string | undefined {
  for (const [one, other] of pairs(performed)) {
    if (one.sequence === other.sequence && one.input !== other.input) {
      return `#${one.sequence} was performed for input ${one.input} and for input ${other.input}`;
    }
  }
  return undefined;
}

/** Above the mark an output may go out twice: that is what the mark means. */
function isExcused(one: Performed, other: Performed): boolean {
  return [one, other].some(({ mark, sequence }) => mark !== null && sequence > mark);
}

function doubleOutput(state: RackState): string | undefined {
  for (const [one, other] of pairs(state.performed)) {
    if (one.share === other.share && one.input === other.input && !isExcused(one, other)) {
      return `the output of input ${one.input} for ${witnessName(state, one.share)} was performed twice (#${one.sequence}, #${other.sequence})`;
    }
  }
  return undefined;
}

/** The primary whose term is highest: the one that is followed, if any is. */
function topPrimary({ callServers }: RackState): CallServer | undefined {
  return callServers
    .filter((card) => card.role === "primary")
    .sort((one, other) => other.term - one.term)
    .at(0);
}

function inputConsumedTwice(state: RackState): string | undefined {
  for (const [one, other] of pairs(state.performed)) {
    if (one.input === other.input && one.sequence !== other.sequence) {
      return `input ${one.input} was performed at #${one.sequence} and at #${other.sequence}`;
    }
  }
  const seen = new Set<number>();
  for (const commit of topPrimary(state)?.run.commits ?? []) {
    if (commit.kind !== "input") continue;
    if (seen.has(commit.number)) return `input ${commit.number} is consumed twice`;
    seen.add(commit.number);
  }
  return undefined;
}

/** An output was performed under a commit that the group does not go on from. */
function voidOutput(state: RackState): string | undefined {
  const primary = topPrimary(state);
  if (!primary) return undefined;
  for (const { by, sequence, input, term } of state.performed) {
    // A primary that a later term has passed by, or that began after this, cannot know.
    if (term > primary.term || sequence <= primary.run.start) continue;
    const commit = commitAt(primary.run, sequence);
    if (commit?.kind !== "input" || commit.number !== input) {
      return `${witnessName(state, by)} performed #${sequence} (term ${term}, input ${input}), which the primary of term ${primary.term} does not know`;
    }
  }
  return undefined;
}

function tablesDiffer(state: RackState): string | undefined {
  const primary = topPrimary(state);
  const number = state.callServers.findIndex((card) => card !== primary && card.role === "backup");
  const backup = state.callServers[number];
  if (!primary || !backup || backup.term !== primary.term || lastTermOf(backup.run) !== primary.term) return undefined;
  for (const { sequence, commit } of commitsFrom(backup.run, primary.run.start + 1)) {
    const own = commitAt(primary.run, sequence);
    if (own && JSON.stringify(own) !== JSON.stringify(commit)) {
      return `#${sequence} is another commit at ${callServerNames[number]} than at the primary`;
    }
  }
  if (lastOf(backup.run) !== lastOf(primary.run)) return undefined;
  const same = backup.consumed === primary.consumed && backup.rows.join() === primary.rows.join();
  return same ? undefined : `at #${lastOf(backup.run)} the tables of ${callServerNames[number]} are not the primary's`;
}

/** Rows that hold what the card's commits do not reach yet would be wrong if the primary died now. */
function tablesRunAhead({ callServers }: RackState): string | undefined {
  const number = callServers.findIndex(
    (card) => isComplete(card) && card.rows.some((row) => row >= bit(card.consumed + 1)),
  );
  if (number < 0) return undefined;
  return `the tables of ${callServerNames[number]} hold more than its commits up to #${lastOf(callServers[number].run)}`;
}

function claimsWithoutEnd({ callServers }: RackState): string | undefined {
  const highest = Math.max(...callServers.map(({ claim }) => claim));
  return highest >= termMax ? `nobody has begun, and term ${highest} is claimed` : undefined;
}

/** Whoever sees a card leave pulls it. */
function leaverServesAgain({ callServers }: RackState): string | undefined {
  const number = callServers.findIndex(({ leaving, role }) => leaving && role === "primary");
  return number < 0 ? undefined : `${callServerNames[number]} has left, and is primary again`;
}

// --- where a rack must be able to get

/** Somebody serves, nothing waits, and whoever is well has done its part. */
export function isInOrder(state: RackState, setting: Setting): boolean {
  if (isBeyondPromise(state)) return true;
  const primary = topPrimary(state);
  if (!primary || !speaks(primary) || !hears(primary) || primary.leaving) return false;
  const rival = state.callServers.some(
    (card) => card !== primary && card.role === "primary" && speaks(card) && hears(card),
  );
  if (rival || !inputsAreConsumed(state, setting, primary) || !outputsArePerformed(state, primary)) return false;
  return state.callServers.every((card) => card === primary || card.health !== "well" || isLevel(card, primary));
}

/** The group is protected by this card, unless it leaves. */
function isLevel(card: CallServer, primary: CallServer): boolean {
  const level = card.term === primary.term && lastOf(card.run) === lastOf(primary.run) && card.role === "backup";
  return level || card.leaving;
}

/** Of the two that have the state one is leaving and the other has failed. */
function isBeyondPromise({ callServers }: RackState): boolean {
  return callServers.some((card, number) => card.leaving && !isWellAndComplete(callServers[1 - number]));
}

function isWellAndComplete(card: CallServer): boolean {
  return card.health === "well" && isComplete(card);
}

/** Nothing is pending at whoever is well; a LIM that is well has said all, and was admitted. */
function inputsAreConsumed(state: RackState, setting: Setting, primary: CallServer): boolean {
  const sender = state.witnesses[0];
  const pending = state.callServers
    .filter((card) => isInService(card) || isWellAndComplete(card))
    .reduce((all, card) => all | card.pending, 0);
  if (pending >= bit(primary.consumed + 1)) return false;
  if (sender.health !== "well") return true;
  if (!sender.admitted || state.inputs < setting.inputs) return false;
  const consumed = new Set(state.performed.map(({ input }) => input));
  for (const commit of primary.run.commits) if (commit.kind === "input") consumed.add(commit.number);
  for (let input = state.earlierInputs + 1; input <= state.inputs; input++) if (!consumed.has(input)) return false;
  return true;
}

function outputsArePerformed(state: RackState, primary: CallServer): boolean {
  return state.witnesses.every((card, share) => {
    const partner = partnerOf(state, share);
    const standIn = partner === undefined ? undefined : state.witnesses[partner];
    if (card.health === "well" && !card.admitted) return false;
    // Somebody must have been there to perform it.
    const present = [card, standIn].filter((witness) => witness?.health === "well");
    const starts = present.map((witness) => witness?.run.start ?? 0);
    return [...commitsFrom(primary.run, Math.min(...starts) + 1)].every(
      ({ commit }) =>
        commit.kind !== "input" || state.performed.some((done) => done.share === share && done.input === commit.number),
    );
  });
}
