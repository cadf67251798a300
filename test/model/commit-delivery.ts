/** What a commit does at the cards that hear it: as in call-server-member.ts and witness.ts of the firmware. */
import {
  bit,
  type CallServer,
  copyOf,
  partnerOf,
  type RackState,
  type Resynchronisation,
  type Witness,
} from "./rack-state.ts";
import { isComplete, takesRecords } from "./roster-view.ts";
import {
  append,
  type Commit,
  commitAt,
  commitsFrom,
  type Credulity,
  dropOlderTerms,
  type Held,
  hold,
  isAstray,
  lastOf,
  lastTermOf,
  nextOf,
  type Run,
  runAfter,
} from "./run-of-commits.ts";
import { holds, type Setting } from "./setting.ts";
import { rowAfter, touches } from "./tables.ts";

// --- call servers

/** What this card holds is not the group's: it begins anew. */
export function loseThread(card: CallServer): void {
  Object.assign(card, { role: "incomplete", run: runAfter(0, 0), rows: [0, 0], consumed: 0, moved: 0 });
  Object.assign(card, { pending: 0, claim: 0, grants: 0, resignation: false, resynchronisation: null });
}

/** Ends a claim. */
export function becomes(card: CallServer, role: "backup" | "resigned"): void {
  Object.assign(card, { role, claim: 0, grants: 0, resignation: false });
}

/** A primary, or a claimant, makes way. */
export function makeWay(setting: Setting, card: CallServer): void {
  if (holds(setting, "resigned-stays-complete")) becomes(card, "resigned");
  else loseThread(card);
}

/** A card that follows commits applies them from the head of a resynchronisation on. */
function follows(card: CallServer): boolean {
  return (isComplete(card) && card.role !== "primary") || card.resynchronisation !== null;
}

/** A commit comes from a primary of `senderTerm`: its own, or one it gives again. */
export function callServerHears(
  setting: Setting,
  card: CallServer,
  sequence: number,
  commit: Commit,
  senderTerm: number,
): void {
  if (senderTerm < card.term) return;
  if (card.role === "primary") {
    if (senderTerm === card.term) return;
    makeWay(setting, card);
  }
  card.term = senderTerm;
  const claimsHigher = card.role === "claimant" && card.claim > senderTerm;
  if (isComplete(card) && !claimsHigher) becomes(card, "backup");
  if (!follows(card)) return;
  const { run } = card;
  if (sequence <= lastOf(run)) {
    if (commit.kind !== "begin" || !holds(setting, "own-conflict")) return;
    // A run that reaches beyond a BEGIN without being of its term has taken another way.
    const term = commitAt(run, sequence)?.term ?? Math.min(lastTermOf(run), commit.term);
    if (term !== commit.term) loseThread(card);
    return;
  }
  if (commit.kind === "begin" && holds(setting, "drop-older-terms")) dropOlderTerms(run, sequence, commit.term);
  hold(run, sequence, commit);
  catchUp(setting, card);
}

function nextIn(setting: Setting, run: Run): Commit | undefined {
  return nextOf(run, credulity(setting));
}

function credulity(setting: Setting): Credulity {
  return { anyTerm: !holds(setting, "begin-before-term"), anyBase: !holds(setting, "begin-tells-base") };
}

/** Applies what has its turn. */
export function catchUp(setting: Setting, card: CallServer): void {
  for (let next = nextIn(setting, card.run); next; next = nextIn(setting, card.run)) apply(setting, card, next);
  if (isAstray(card.run, credulity(setting)) && holds(setting, "own-conflict")) loseThread(card);
}

/** Makes a commit the last of the run, and its changes the tables'. */
export function apply(setting: Setting, card: CallServer, commit: Commit): void {
  append(card.run, commit);
  switch (commit.kind) {
    case "begin":
      break;
    case "input":
      card.consumed = Math.max(card.consumed, commit.number);
      card.pending &= ~bit(commit.number);
      applyToRows(setting, card, lastOf(card.run), commit.number);
      break;
    case "admit":
      card.consumed = Math.max(card.consumed, commit.voids);
      card.moved &= ~bit(commit.witness);
      break;
    case "move":
      card.moved |= bit(commit.witness);
      break;
  }
  if (holds(setting, "marks")) card.pending &= ~(bit(card.consumed + 1) - 1);
}

function applyToRows(setting: Setting, card: CallServer, sequence: number, input: number): void {
  const { resynchronisation } = card;
  card.rows.forEach((value, row) => {
    if (isDueOn(setting, resynchronisation, row, sequence)) card.rows[row] = rowAfter(value, row, input);
  });
}

/** While copies are under way, a commit is applied to the rows whose copy has come and does not hold it already. */
function isDueOn(
  setting: Setting,
  resynchronisation: Resynchronisation | null,
  row: number,
  sequence: number,
): boolean {
  if (resynchronisation === null || !holds(setting, "commits-over-copy")) return true;
  const takenAt = resynchronisation.takenAt[row];
  if (takenAt === undefined) return true;
  return takenAt >= 0 && sequence > takenAt;
}

/** The copy of a row has come: what was committed after it was taken is applied over it. */
export function takeCopy(setting: Setting, card: CallServer, resynchronisation: Resynchronisation): void {
  const copy = resynchronisation.underWay;
  if (!copy) return;
  const { row, takenAt, value } = copy;
  resynchronisation.underWay = null;
  resynchronisation.takenAt[row] = takenAt;
  const inputs = [...commitsFrom(card.run, 0)].flatMap(({ sequence, commit }) =>
    commit.kind === "input" ? [{ sequence, number: commit.number }] : [],
  );
  if (!holds(setting, "commits-over-copy")) {
    if (!inputs.some(({ number }) => touches(number, row))) card.rows[row] = value;
    return;
  }
  card.rows[row] = value;
  for (const { sequence, number } of inputs) {
    if (isDueOn(setting, resynchronisation, row, sequence)) card.rows[row] = rowAfter(card.rows[row], row, number);
  }
}

// --- witnesses

/** What this card has performed is not what the group goes on from: it waits to be admitted again. */
export function beginAnew(card: Witness): void {
  card.admitted = false;
  card.standsIn = false;
  card.dismissed = false;
}

export function witnessHears(
  setting: Setting,
  state: RackState,
  number: number,
  sequence: number,
  commit: Commit,
  senderTerm: number,
): void {
  const card = state.witnesses[number];
  if (!card.admitted && !admits(setting, card, number, sequence, commit, senderTerm)) return;
  // The fence is the followed term itself: a granted one is higher than what the old primary sends.
  if (senderTerm < (holds(setting, "fence") ? card.term : card.begun)) return;
  if (senderTerm > card.term) {
    if (!holds(setting, "adopt")) return;
    Object.assign(card, { term: senderTerm, grantedTo: -1 });
    card.run.held = [];
  }
  const { run } = card;
  const begins = commit.kind === "begin" && commit.term > card.begun;
  if (begins && sequence <= lastOf(run)) beginAnew(card);
  if (sequence <= lastOf(run)) return;
  if (begins) {
    if (holds(setting, "drop-older-terms")) dropOlderTerms(run, sequence, commit.term);
    Object.assign(card, { begun: commit.term, base: sequence - 1 });
  }
  hold(run, sequence, commit);
  perform(setting, state, number);
}

/** The commit that admits this card begins its run; nothing before it is performed. */
function admits(
  setting: Setting,
  card: Witness,
  number: number,
  sequence: number,
  commit: Commit,
  senderTerm: number,
): boolean {
  if (senderTerm < card.term) return false;
  const admitted = commit.kind === "admit" && commit.witness === number;
  if (!admitted && holds(setting, "admission")) return false;
  Object.assign(card, {
    admitted: true,
    dismissed: false,
    term: senderTerm,
    grantedTo: -1,
    begun: commit.term,
    base: sequence,
  });
  card.run = runAfter(sequence - 1, commit.term);
  if (admitted) append(card.run, commit);
  return true;
}

/** Performs what it may: in order, under the followed term or confirmed by its BEGIN. */
function perform(setting: Setting, state: RackState, number: number, knowsAll = false): void {
  const card = state.witnesses[number];
  const { run } = card;
  if (!card.admitted || (card.away && !knowsAll && holds(setting, "catch-up-first"))) return;
  const taken: Held[] = [];
  for (let next = nextIn(setting, run); next; next = nextIn(setting, run)) {
    const followed = holds(setting, "fence") ? card.term : card.begun;
    const begun = card.begun === followed || !holds(setting, "begin");
    if (!begun || (next.term !== followed && lastOf(run) + 1 > card.base)) break;
    append(run, next);
    taken.push({ sequence: lastOf(run), commit: next });
  }
  // Whoever reads that its outputs were moved has performed nothing of what came before and was read with it.
  const moved = holds(setting, "moved-stops")
    ? taken.findLastIndex(({ commit }) => commit.kind === "move" && commit.witness === number)
    : -1;
  taken.forEach((held, place) => {
    performOne(setting, state, number, held, place <= moved);
  });
  if (isAstray(run, credulity(setting)) && holds(setting, "own-conflict")) beginAnew(card);
}

/** The card knows all that was said while it stood still. */
export function caughtUp(setting: Setting, state: RackState, number: number): void {
  const card = state.witnesses[number];
  // What it performs now it performs as one that was away.
  perform(setting, state, number, true);
  card.away = false;
}

function performOne(setting: Setting, state: RackState, number: number, held: Held, isVoid: boolean): void {
  const { sequence, commit } = held;
  const card = state.witnesses[number];
  const partner = partnerOf(state, number);
  switch (commit.kind) {
    case "begin":
      break;
    case "input": {
      if (isVoid || card.dismissed) break;
      const { term, number: input } = commit;
      const late = card.away && state.callServers.some(({ role, moved }) => role === "primary" && moved & bit(number));
      state.performed.push({ by: number, share: number, sequence, term, input, mark: null, late });
      if (card.standsIn && partner !== undefined) performShare(state, number, partner, sequence, commit, null);
      break;
    }
    case "admit":
      if (commit.witness === partner) card.standsIn = false;
      if (commit.witness === number) card.dismissed = false;
      break;
    case "move":
      if (commit.witness === number && holds(setting, "moved-stops")) card.dismissed = true;
      if (commit.witness === partner) standIn(setting, state, number, partner, commit.mark);
      break;
  }
}

/** From here on this LIM performs its partner's outputs, and those above the mark that it holds. */
export function standIn(setting: Setting, state: RackState, number: number, partner: number, mark: number): void {
  const card = state.witnesses[number];
  card.standsIn = true;
  for (const { sequence, commit } of commitsFrom(card.run, holds(setting, "move-from-mark") ? mark + 1 : 0)) {
    performShare(state, number, partner, sequence, commit, mark);
  }
  if (holds(setting, "moved-stops")) takeBack(state, number, mark);
}

/** Of its own outputs this LIM performs those that the partner had inherited and may not have performed. */
function takeBack(state: RackState, number: number, mark: number): void {
  let since: number | undefined;
  for (const { sequence, commit } of commitsFrom(state.witnesses[number].run, 0)) {
    if (commit.kind === "move" && commit.witness === number) {
      since = sequence;
      if (sequence > mark) performFrom(state, number, commit.mark + 1, sequence);
    }
    if (commit.kind === "admit" && commit.witness === number) since = undefined;
    if (since !== undefined && sequence > mark) performShare(state, number, number, sequence, commit, sequence - 1);
  }
}

function performFrom(state: RackState, number: number, from: number, to: number): void {
  for (const { sequence, commit } of commitsFrom(state.witnesses[number].run, from)) {
    if (sequence < to) performShare(state, number, number, sequence, commit, sequence - 1);
  }
}

function performShare(
  state: RackState,
  by: number,
  share: number,
  sequence: number,
  commit: Commit,
  mark: number | null,
): void {
  if (commit.kind !== "input") return;
  state.performed.push({ by, share, sequence, term: commit.term, input: commit.number, mark, late: false });
}

// --- the bus

/** A card that may miss a record. */
export type Receiver = { readonly kind: "call server" | "witness"; readonly number: number };

/** All choices of receivers that miss a record, at most so many. */
export function omissions(receivers: readonly Receiver[], most: number): readonly (readonly Receiver[])[] {
  let choices: (readonly Receiver[])[] = [[]];
  for (const receiver of receivers) {
    const more = choices.filter((choice) => choice.length < most).map((choice) => [...choice, receiver]);
    choices = [...choices, ...more];
  }
  return choices;
}

/** The primary puts a commit at the end of its run and on the bus: a state for every choice of those that miss it. */
export function* broadcastCommit(
  setting: Setting,
  state: RackState,
  primary: number,
  commit: Commit,
): Generator<{ readonly missedBy: readonly Receiver[]; readonly next: RackState }> {
  const receivers: Receiver[] = [];
  state.callServers.forEach((card, number) => {
    if (number !== primary && takesRecords(card)) receivers.push({ kind: "call server", number });
  });
  state.witnesses.forEach((card, number) => {
    if (takesRecords(card)) receivers.push({ kind: "witness", number });
  });
  for (const missedBy of omissions(receivers, state.left.omissions)) {
    const next = copyOf(state);
    next.left.omissions -= missedBy.length;
    const card = next.callServers[primary];
    apply(setting, card, commit);
    const sequence = lastOf(card.run);
    for (const receiver of receivers) {
      if (missedBy.includes(receiver)) continue;
      if (receiver.kind === "witness") witnessHears(setting, next, receiver.number, sequence, commit, card.term);
      else callServerHears(setting, next.callServers[receiver.number], sequence, commit, card.term);
    }
    yield { missedBy, next };
  }
}
