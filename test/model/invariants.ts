/** What must hold in every state, a row each; and where a rack must be able to get, if nothing else happens to it. */
import { bit, type CallServer, callServerNames, partnerOf, type Performed, type RackState } from "./rack-state.ts";
import { hears, isComplete, speaks } from "./roster-view.ts";
import { commitAt, commitsFrom, lastOf, lastTermOf } from "./run-of-commits.ts";
import { type Setting, termMax } from "./setting.ts";
import { witnessName } from "./step.ts";

export const invariants = {
  "two primaries": twoPrimaries,
  "conflicting outputs": conflictingOutputs,
  "double output": doubleOutput,
  "late output": lateOutput,
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

/** Up to its mark and on until its death a card may have performed; what it stood before when it died it has no right to. */
function lateOutput(state: RackState): string | undefined {
  const late = state.performed.find((output) => output.late);
  return (
    late && `${witnessName(state, late.by)} performed #${late.sequence}, which had been moved while it stood still`
  );
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

/** Somebody serves, nothing waits, whoever is well has done its part, and a backup is level: or what of this is not so. */
export function whatIsMissing(state: RackState, setting: Setting): string | undefined {
  const inService = state.callServers.filter((card) => card.role === "primary" && speaks(card) && hears(card));
  const [primary] = inService;
  if (!primary || inService.length > 1 || primary.leaving) return "nobody is primary, or more than one";
  return inputLost(state, setting, primary) ?? outputLost(state, primary) ?? protectionLost(state, primary);
}

function isWellAndComplete(card: CallServer): boolean {
  return card.health === "well" && isComplete(card);
}

/** Nothing is pending at whoever is well; a LIM that is well has said all, and was admitted. */
function inputLost(state: RackState, setting: Setting, primary: CallServer): string | undefined {
  const sender = state.witnesses[0];
  if (state.callServers.some((card) => isWellAndComplete(card) && card.pending >= bit(primary.consumed + 1))) {
    return "an input is pending and not consumed";
  }
  if (sender.health !== "well") return undefined;
  if (!sender.admitted || state.inputs < setting.inputs) return "L1 does not take part";
  const consumed = new Set(state.performed.map(({ input }) => input));
  for (const commit of primary.run.commits) if (commit.kind === "input") consumed.add(commit.number);
  for (let input = state.earlierInputs + 1; input <= state.inputs; input++) {
    if (!consumed.has(input)) return `input ${input} is lost`;
  }
  return undefined;
}

function outputLost(state: RackState, primary: CallServer): string | undefined {
  const committed = new Map<number, number>();
  for (const { input, sequence } of state.performed) committed.set(input, sequence);
  for (const { sequence, commit } of commitsFrom(primary.run, 0)) {
    if (commit.kind === "input") committed.set(commit.number, sequence);
  }
  for (const [share, card] of state.witnesses.entries()) {
    const name = witnessName(state, share);
    if (card.health === "well" && (!card.admitted || card.dismissed)) return `${name} is not admitted`;
    if (card.health === "well" && card.away) return `${name} does not know what it has missed`;
    // Somebody must have been there to perform it.
    const partner = partnerOf(state, share);
    const present = [card, ...(partner === undefined ? [] : [state.witnesses[partner]])].filter(
      ({ health }) => health === "well",
    );
    for (const [input, sequence] of committed) {
      if (!present.some(({ run }) => run.start < sequence)) continue;
      const isDone = state.performed.some((done) => done.share === share && done.input === input);
      if (!isDone) return `the output of #${sequence} for ${name} is lost`;
    }
  }
  return undefined;
}

/** The group is protected, as far as call servers are well that do not leave. */
function protectionLost(state: RackState, primary: CallServer): string | undefined {
  for (const [number, card] of state.callServers.entries()) {
    if (card === primary || card.health !== "well" || card.leaving) continue;
    const isLevel = card.term === primary.term && lastOf(card.run) === lastOf(primary.run);
    if (card.role !== "backup" || !isLevel) return `${callServerNames[number]} is no backup`;
  }
  return undefined;
}
