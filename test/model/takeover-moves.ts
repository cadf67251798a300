/** How a backup becomes primary: claim, grant, resign, begin, as in claim.ts, salvage.ts, witness.ts of the firmware. */
import { becomes, broadcastCommit, catchUp, loseThread, makeWay } from "./commit-delivery.ts";
import { bit, type CallServer, callServerNames, copyOf, type RackState, type Witness } from "./rack-state.ts";
import {
  everybodyIsHeardWithoutPrimary,
  hears,
  hearsHealthyPrimary,
  isAlive,
  isComplete,
  isRunning,
  speaks,
} from "./roster-view.ts";
import { commitAt, hold, lackedBy, lastOf, lastTermOf, type Run } from "./run-of-commits.ts";
import { holds, type Setting, termMax } from "./setting.ts";
import { missedText, type Move, type Step, step, witnessName } from "./step.ts";

// --- the end of a primary

/** Why a primary stops by itself. */
const stepDown: Move = function* (state, setting) {
  for (const [number, card] of state.callServers.entries()) {
    if (card.role !== "primary" || !isRunning(card)) continue;
    const name = callServerNames[number];
    if (card.health === "deaf" && holds(setting, "hears-nobody")) {
      yield step(state, `${name} hears nobody, steps down`, (next) => becomes(next.callServers[number], "resigned"));
    }
    if (card.health === "mute" && card.pending !== 0) {
      yield step(state, `${name} gets nothing out, steps down and forgets`, (next) =>
        loseThread(next.callServers[number]),
      );
    }
    const granted = state.witnesses.some((witness) => speaks(witness) && witness.term > card.term);
    if (hears(card) && granted) {
      const text = `${name} hears a grant of a higher term, makes way after #${lastOf(card.run)}`;
      yield step(state, text, (next) => makeWay(setting, next.callServers[number]));
    }
  }
};

const leave: Move = function* (state) {
  if (state.left.leaves === 0) return;
  for (const [number, card] of state.callServers.entries()) {
    if (card.role !== "primary" || card.health !== "well") continue;
    yield step(state, `${callServerNames[number]} says that it leaves`, (next) => {
      next.left.leaves--;
      next.callServers[number].leaving = true;
      becomes(next.callServers[number], "resigned");
    });
  }
};

// --- claim

/** The term to claim: higher than any heard, and by its parity this card's alone. */
function dueTerm(state: RackState, setting: Setting, number: number, hearsClaim: boolean): number {
  const card = state.callServers[number];
  const other = state.callServers[1 - number];
  const heard = [card.term];
  if (hears(card)) {
    heard.push(...state.witnesses.filter(speaks).map(({ term }) => term));
    if (speaks(other)) heard.push(other.term, hearsClaim ? other.claim : 0);
  }
  const term = Math.max(...heard) + 1;
  const isOwn = term % 2 === (number === 0 ? 1 : 0);
  return isOwn || !holds(setting, "unique-terms") ? term : term + 1;
}

function raise(card: CallServer, term: number): void {
  Object.assign(card, { role: "claimant", claim: term, grants: 0, resignation: false });
}

function mayClaim(state: RackState, setting: Setting, card: CallServer, other: CallServer): boolean {
  if (!isRunning(card)) return false;
  const isReplaceable = isAlive(state, setting, other) && isComplete(other);
  if (card.leaving && isReplaceable && holds(setting, "leaving-does-not-claim")) return false;
  if (!hears(card) && holds(setting, "hears-nobody")) return false;
  const incomplete = card.role === "incomplete" && card.resynchronisation !== null;
  if (incomplete && !holds(setting, "incomplete-does-not-claim")) return true;
  return card.role === "backup" || card.role === "resigned";
}

/** A claim stands as long as it is repeated. */
function isClaiming(setting: Setting, card: CallServer): boolean {
  return card.role === "claimant" && speaks(card) && (hears(card) || !holds(setting, "hears-nobody"));
}

const claim: Move = function* (state, setting) {
  for (const [number, card] of state.callServers.entries()) {
    const other = state.callServers[1 - number];
    if (!mayClaim(state, setting, card, other)) continue;
    const otherClaims = hears(card) && isClaiming(setting, other);
    const defers = holds(setting, "defer");
    const otherGoesFirst = hears(card) && isAlive(state, setting, other) && other.role === "backup" && !other.leaving;
    if (defers && card.role === "resigned" && otherGoesFirst) continue;
    // Two cards may claim at the same time: the second has not heard the first yet.
    const missesClaim = defers && otherClaims ? 1 : 0;
    if (missesClaim > state.left.omissions) continue;
    const suspicions = hearsHealthyPrimary(state, setting, card, other) ? 1 : 0;
    if (suspicions > state.left.falseSuspicions) continue;
    const term = dueTerm(state, setting, number, missesClaim === 0);
    if (term > termMax) continue;
    const why = suspicions ? `misses ${callServerNames[1 - number]}'s beats, ` : missesClaim ? "at the same time " : "";
    const text = `${callServerNames[number]} ${why}claims term ${term} after #${lastOf(card.run)}`;
    yield step(state, text, (next) => {
      next.left.omissions -= missesClaim;
      next.left.falseSuspicions -= suspicions;
      raise(next.callServers[number], term);
      if (holds(setting, "leaving-does-not-claim")) next.callServers[number].leaving = false;
    });
  }
};

/** What becomes of a claim that is not granted. */
const reconsider: Move = function* (state, setting) {
  for (const [number, card] of state.callServers.entries()) {
    if (card.role !== "claimant" || !isRunning(card) || !hears(card)) continue;
    const other = state.callServers[1 - number];
    const name = callServerNames[number];
    const yields = isClaiming(setting, other) && other.claim > card.claim;
    if (yields && holds(setting, "defer")) {
      yield step(state, `${name} hears the higher claim, yields`, (next) =>
        becomes(next.callServers[number], "resigned"),
      );
      continue;
    }
    const followed = state.witnesses.some((witness) => speaks(witness) && witness.term >= card.claim);
    if (hearsHealthyPrimary(state, setting, card, other) && !followed) {
      const text = `${name} hears ${callServerNames[1 - number]} again, withdraws`;
      yield step(state, text, (next) => becomes(next.callServers[number], "backup"));
      continue;
    }
    const outbid = state.witnesses.some((witness) => speaks(witness) && witness.term > card.claim);
    const term = dueTerm(state, setting, number, true);
    if (outbid && holds(setting, "repeat-claim") && term <= termMax) {
      yield step(state, `${name} is outbid, claims term ${term}`, (next) => raise(next.callServers[number], term));
    }
  }
};

// --- answers

/** A witness judges a claim. */
const grant: Move = function* (state, setting) {
  for (const [number, claimant] of state.callServers.entries()) {
    if (!isClaiming(setting, claimant)) continue;
    for (const [judge, witness] of state.witnesses.entries()) {
      if (!mayGrant(state, setting, witness, claimant)) continue;
      const incumbent = state.callServers[1 - number];
      const names = [witnessName(state, judge), callServerNames[1 - number]];
      const suspicions = hearsHealthyPrimary(state, setting, witness, incumbent) ? 1 : 0;
      if (suspicions && !holds(setting, "repeat-claim") && witness.refused !== claimant.claim) {
        yield step(state, `${names[0]} hears ${names[1]}, refuses`, (next) => {
          next.witnesses[judge].refused = claimant.claim;
        });
      }
      if (suspicions > state.left.falseSuspicions) continue;
      const why = suspicions ? ` misses ${names[1]}'s beats,` : "";
      yield step(state, `${names[0]}${why} grants term ${claimant.claim} to ${callServerNames[number]}`, (next) => {
        next.left.falseSuspicions -= suspicions;
        Object.assign(next.witnesses[judge], { term: claimant.claim, grantedTo: number });
      });
    }
  }
};

function mayGrant(state: RackState, setting: Setting, witness: Witness, claimant: CallServer): boolean {
  if (!isRunning(witness) || !hears(witness) || claimant.claim <= witness.term) return false;
  if (witness.refused === claimant.claim) return false;
  return witness.admitted || (holds(setting, "newcomer-fallback") && everybodyIsHeardWithoutPrimary(state));
}

/** Takes over what an answer gives. */
function takeSalvage(setting: Setting, claimant: CallServer, given: Run): void {
  const { run } = claimant;
  const lastTerm = holds(setting, "claim-tells-term") ? lastTermOf(run) : Number.POSITIVE_INFINITY;
  for (const { sequence, commit } of lackedBy(given, lastOf(run), lastTerm)) {
    if (sequence > lastOf(run)) hold(run, sequence, commit);
    else if ((commitAt(run, sequence)?.term ?? commit.term) < commit.term && holds(setting, "own-conflict")) {
      loseThread(claimant);
      return;
    }
  }
  catchUp(setting, claimant);
}

/** The claimant gets a grant with all commits that it counts. */
const gatherGrant: Move = function* (state, setting) {
  for (const [number, claimant] of state.callServers.entries()) {
    if (claimant.role !== "claimant" || !isRunning(claimant) || !hears(claimant)) continue;
    for (const [other, witness] of state.witnesses.entries()) {
      const isGrant = witness.term === claimant.claim && witness.grantedTo === number;
      if (!speaks(witness) || !isGrant || (claimant.grants & bit(other)) !== 0) continue;
      yield step(state, `${callServerNames[number]} gets the grant of ${witnessName(state, other)}`, (next) => {
        const card = next.callServers[number];
        card.grants |= bit(other);
        if (holds(setting, "salvage")) takeSalvage(setting, card, witness.run);
      });
    }
  }
};

/** Who hears a claim and is complete, but not primary, makes way and gives what the claimant lacks. */
const gatherResignation: Move = function* (state, setting) {
  for (const [number, claimant] of state.callServers.entries()) {
    const other = state.callServers[1 - number];
    if (claimant.role !== "claimant" || claimant.resignation || !speaks(claimant) || !hears(claimant)) continue;
    if (!isComplete(other) || other.role === "primary" || !speaks(other) || !hears(other)) continue;
    if (claimant.claim <= other.term || (other.role === "claimant" && other.claim > claimant.claim)) continue;
    const text = `${callServerNames[number]} gets the resignation of ${callServerNames[1 - number]}`;
    yield step(state, text, (next) => {
      const card = next.callServers[number];
      becomes(next.callServers[1 - number], "resigned");
      card.resignation = true;
      if (holds(setting, "salvage")) takeSalvage(setting, card, other.run);
    });
  }
};

// --- begin

/** What the claimant has to overlook to begin now; undefined: nothing helps. */
function suspicionsToBegin(state: RackState, setting: Setting, number: number): number | undefined {
  const card = state.callServers[number];
  const other = state.callServers[1 - number];
  const fallback = holds(setting, "newcomer-fallback") && everybodyIsHeardWithoutPrimary(state);
  let witnessVotes = 0;
  let suspicions = 0;
  for (const [place, witness] of state.witnesses.entries()) {
    const answered = (card.grants & bit(place)) !== 0;
    if (answered && (witness.admitted || fallback)) witnessVotes++;
    else if (isAlive(state, setting, witness) && witness.admitted && holds(setting, "all-alive")) suspicions++;
  }
  const mustAnswer = isAlive(state, setting, other) && isComplete(other) && !card.resignation;
  if (mustAnswer && holds(setting, "wait-for-resignation")) return undefined;
  const votes = witnessVotes + 1 + (card.resignation ? 1 : 0);
  const everybody = state.witnesses.length + state.callServers.length;
  const majority = holds(setting, "call-servers-vote")
    ? votes > everybody / 2
    : witnessVotes > state.witnesses.length / 2;
  return majority || !holds(setting, "majority") ? suspicions : undefined;
}

const begin: Move = function* (state, setting) {
  for (const [number, card] of state.callServers.entries()) {
    if (card.role !== "claimant" || !isRunning(card) || !hears(card) || !speaks(card)) continue;
    const suspicions = suspicionsToBegin(state, setting, number);
    if (suspicions === undefined || suspicions > state.left.falseSuspicions) continue;
    const next = copyOf(state);
    const primary = next.callServers[number];
    next.left.falseSuspicions -= suspicions;
    Object.assign(primary, { role: "primary", term: card.claim, claim: 0, grants: 0, resignation: false });
    primary.run.held = [];
    if (!holds(setting, "pending-inputs")) primary.pending = 0;
    yield* beginTerm(next, setting, number, suspicions ? " (misses the beats of those that did not answer)" : "");
  }
};

function* beginTerm(state: RackState, setting: Setting, number: number, overlooks: string): Generator<Step> {
  const { term, run } = state.callServers[number];
  const text = `${callServerNames[number]} is primary of term ${term}${overlooks}`;
  if (!holds(setting, "begin")) {
    yield { text, next: state, kind: "own" };
    return;
  }
  for (const { missedBy, next } of broadcastCommit(setting, state, number, {
    kind: "begin",
    term,
    afterTerm: lastTermOf(run),
  })) {
    yield { text: `${text}: BEGIN #${lastOf(run) + 1}${missedText(state, missedBy)}`, next, kind: "own" };
  }
}

export const takeoverMoves: readonly Move[] = [
  stepDown,
  leave,
  claim,
  reconsider,
  grant,
  gatherGrant,
  gatherResignation,
  begin,
];
