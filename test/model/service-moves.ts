/** What goes on while there is a primary: inputs, commits, their repair, newcomers, outputs that are moved. */
import {
  broadcastCommit,
  callServerHears,
  caughtUp,
  loseThread,
  omissions,
  type Receiver,
  standIn,
  witnessHears,
} from "./commit-delivery.ts";
import { bit, type CallServer, callServerNames, partnerOf, type RackState } from "./rack-state.ts";
import {
  hasHeard,
  hears,
  isAlive,
  isComplete,
  isInService,
  isRunning,
  keepsInputs,
  speaks,
  takesRecords,
} from "./roster-view.ts";
import { type Commit, commitAt, isHeld, lastOf, lastTermOf } from "./run-of-commits.ts";
import { holds, type Setting } from "./setting.ts";
import { missedText, type Move, type Step, step, witnessName } from "./step.ts";

/** Keeps an input that was heard; it is pending unless it is known to be consumed. */
function hearInput(setting: Setting, card: CallServer, input: number): void {
  card.heard |= bit(input);
  if (input > card.consumed || !holds(setting, "marks")) card.pending |= bit(input);
}

const broadcastInput: Move = function* (state, setting) {
  const sender = state.witnesses[0];
  if (!speaks(sender) || !sender.admitted || state.inputs >= setting.inputs) return;
  const input = state.inputs + 1;
  const receivers: Receiver[] = [];
  state.callServers.forEach((card, number) => {
    if (keepsInputs(card)) receivers.push({ kind: "call server", number });
  });
  for (const missedBy of omissions(receivers, state.left.omissions)) {
    yield step(state, `L1 broadcasts input ${input}${missedText(state, missedBy)}`, (next) => {
      next.inputs = input;
      next.left.omissions -= missedBy.length;
      for (const witness of next.witnesses)
        if (takesRecords(witness) || witness === next.witnesses[0]) witness.heard |= bit(input);
      for (const receiver of receivers) {
        if (!missedBy.includes(receiver)) hearInput(setting, next.callServers[receiver.number], input);
      }
    });
  }
};

/** The sender says an input again to a card that noticed the gap. */
const repairInput: Move = function* (state, setting) {
  const sender = state.witnesses[0];
  if (!speaks(sender) || !sender.admitted) return;
  for (const [number, card] of state.callServers.entries()) {
    if (!keepsInputs(card)) continue;
    for (let input = state.earlierInputs + 1; input <= state.inputs; input++) {
      const isConsumed = input <= card.consumed && holds(setting, "marks");
      if (hasHeard(card, input) || isConsumed) continue;
      yield step(state, `${callServerNames[number]} gets input ${input} by repair`, (next) => {
        hearInput(setting, next.callServers[number], input);
      });
    }
  }
};

/** The sender has died: a call server that holds its input says it. */
const handOnInput: Move = function* (state, setting) {
  const sender = state.witnesses[0];
  if (!holds(setting, "hand-on") || (isAlive(state, setting, sender) && sender.admitted)) return;
  for (const [number, card] of state.callServers.entries()) {
    const holder = state.callServers[1 - number];
    if (!keepsInputs(card) || !isComplete(holder) || !speaks(holder)) continue;
    for (let input = card.consumed + 1; input <= state.inputs; input++) {
      if (hasHeard(card, input) || (holder.pending & bit(input)) === 0) continue;
      yield step(state, `${callServerNames[1 - number]} hands on input ${input} of L1`, (next) => {
        hearInput(setting, next.callServers[number], input);
      });
    }
  }
};

/** The input whose turn it is at the primary. */
function nextInput(setting: Setting, card: CallServer): number | undefined {
  if (card.pending === 0) return undefined;
  const lowest = 31 - Math.clz32(card.pending & -card.pending);
  if (!holds(setting, "in-order") || !holds(setting, "marks")) return lowest;
  return lowest === card.consumed + 1 ? lowest : undefined;
}

/** The steps that put a commit of the primary on the bus. */
function* commits(state: RackState, setting: Setting, primary: number, commit: Commit, what: string): Generator<Step> {
  const sequence = lastOf(state.callServers[primary].run) + 1;
  for (const { missedBy, next } of broadcastCommit(setting, state, primary, commit)) {
    const missed = missedText(state, missedBy);
    yield { text: `${callServerNames[primary]} commits #${sequence}: ${what}${missed}`, next, kind: "own" };
  }
}

const consumeInput: Move = function* (state, setting) {
  for (const [number, card] of state.callServers.entries()) {
    if (card.role !== "primary" || !isRunning(card)) continue;
    const input = nextInput(setting, card);
    if (input === undefined) continue;
    if (speaks(card)) {
      yield* commits(state, setting, number, { kind: "input", term: card.term, number: input }, `input ${input}`);
    }
  }
};

/** A card that asked is given the first commit that it lacks. */
const repairCommit: Move = function* (state, setting) {
  if (!holds(setting, "repair")) return;
  for (const [number, giver] of state.callServers.entries()) {
    if (!isInService(giver)) continue;
    const name = callServerNames[number];
    for (const [other, card] of state.callServers.entries()) {
      const follows = isComplete(card) || card.resynchronisation !== null;
      if (other === number || !follows || card.role === "primary" || card.term > giver.term) continue;
      const given = firstLacked(giver, card);
      if (!given || !speaks(card) || !takesRecords(card)) continue;
      yield step(state, `${callServerNames[other]} gets #${given.sequence} again from ${name}`, (next) => {
        callServerHears(setting, next.callServers[other], given.sequence, given.commit, giver.term);
      });
    }
    for (const [other, card] of state.witnesses.entries()) {
      if (!card.admitted || !speaks(card) || !takesRecords(card) || card.term > giver.term) continue;
      const given = firstLacked(giver, card);
      if (!given) continue;
      yield step(state, `${witnessName(state, other)} gets #${given.sequence} again from ${name}`, (next) => {
        witnessHears(setting, next, other, given.sequence, given.commit, giver.term);
      });
    }
  }
};

/** A primary's beats tell its term and its last commit: a run that reaches as far and lacks the BEGIN of that term is another. */
const hearOtherRun: Move = function* (state, setting) {
  if (!holds(setting, "beats-tell-run")) return;
  for (const [number, primary] of state.callServers.entries()) {
    const card = state.callServers[1 - number];
    if (primary.role !== "primary" || !speaks(primary) || !isRunning(card) || !hears(card)) continue;
    if (!isComplete(card) || card.role === "primary" || primary.term < card.term) continue;
    if (primary.term <= lastTermOf(card.run) || lastOf(primary.run) > lastOf(card.run)) continue;
    const text = `${callServerNames[1 - number]} hears that ${callServerNames[number]} has another #${lastOf(primary.run)}`;
    yield step(state, text, (next) => loseThread(next.callServers[1 - number]));
  }
};

/** The first commit above a card's run that it does not hold, where the giver has it. */
function firstLacked({ run: given }: CallServer, { run }: Pick<CallServer, "run">) {
  for (let sequence = lastOf(run) + 1; sequence <= lastOf(given); sequence++) {
    const commit = commitAt(given, sequence);
    if (commit && !isHeld(run, sequence)) return { sequence, commit };
  }
  return undefined;
}

/** A LIM or transporter that started takes part from this commit on. What it had broadcast before is consumed first. */
const admitNewcomer: Move = function* (state, setting) {
  for (const [number, card] of state.callServers.entries()) {
    if (!isInService(card) || nextInput(setting, card) !== undefined) continue;
    for (const [witness, { admitted, health }] of state.witnesses.entries()) {
      const wasMoved = (card.moved & bit(witness)) !== 0 && holds(setting, "admitted-again");
      if ((admitted && !wasMoved) || health !== "well" || isMovedFirst(state, setting, card, witness)) continue;
      const voids = witness === 0 ? state.earlierInputs : 0;
      const commit: Commit = { kind: "admit", term: card.term, witness, voids };
      yield* commits(state, setting, number, commit, `${witnessName(state, witness)} is admitted`);
    }
  }
};

/** A card that stood still has what the primary has. */
const catchUpWitness: Move = function* (state, setting) {
  for (const [number, card] of state.witnesses.entries()) {
    if (!card.away || card.health !== "well") continue;
    const primary = state.callServers.find((each) => isInService(each) && each.term >= card.term);
    if (!primary || (card.admitted && firstLacked(primary, card))) continue;
    yield step(state, `${witnessName(state, number)} knows what it has missed`, (next) =>
      caughtUp(setting, next, number),
    );
  }
};

/** A LIM that restarted has left outputs to its partner, if there is one: they are moved before it takes part again. */
function isMovedFirst(state: RackState, setting: Setting, primary: CallServer, witness: number): boolean {
  if (!holds(setting, "move") || !holds(setting, "move-by-commit")) return false;
  return (primary.moved & bit(witness)) === 0 && deathOf(state, setting, witness) !== undefined;
}

/** The mark is what the beats of the dead told last: they may be one commit behind. */
const moveOutputs: Move = function* (state, setting) {
  if (!holds(setting, "move") || !holds(setting, "move-by-commit")) return;
  for (const [number, card] of state.callServers.entries()) {
    if (!isInService(card)) continue;
    for (const witness of state.witnesses.keys()) {
      const death = deathOf(state, setting, witness);
      const partner = partnerOf(state, witness) ?? witness;
      if (!death || (card.moved & (bit(witness) | bit(partner))) !== 0) continue;
      for (const mark of death.marks) {
        const text = `${death.text}outputs of ${witnessName(state, witness)} above #${mark} are moved`;
        const commit: Commit = { kind: "move", term: card.term, witness, mark };
        for (const moved of commits(state, setting, number, commit, text)) {
          moved.next.left.falseSuspicions -= death.suspicions;
          yield moved;
        }
      }
    }
  }
};

/** A LIM that is found dead while its partner takes part, rightly or not. */
function deathOf(state: RackState, setting: Setting, witness: number) {
  const partner = partnerOf(state, witness);
  const card = state.witnesses[witness];
  if (partner === undefined || !state.witnesses[partner].admitted || !isAlive(state, setting, state.witnesses[partner]))
    return undefined;
  const alive = card.admitted && isAlive(state, setting, card);
  if (alive && state.left.falseSuspicions === 0) return undefined;
  const last = lastOf(card.run);
  const marks = last > 1 ? [last, last - 1] : [last];
  return { marks, suspicions: alive ? 1 : 0, text: alive ? "(misses its beats) " : "" };
}

/** Only where a LIM may decide for itself: it stands in for its partner as soon as it misses the partner's beats. */
const standInUnasked: Move = function* (state, setting) {
  if (holds(setting, "move-by-commit")) return;
  for (const [number, card] of state.witnesses.entries()) {
    const partner = partnerOf(state, number);
    if (partner === undefined || !card.admitted || !takesRecords(card) || card.standsIn) continue;
    const death = deathOf(state, setting, partner);
    if (!death) continue;
    const text = `${witnessName(state, number)} ${death.text}performs the outputs of ${witnessName(state, partner)}`;
    yield step(state, text, (next) => {
      next.left.falseSuspicions -= death.suspicions;
      standIn(setting, next, number, partner, death.marks[0]);
    });
  }
};

export const serviceMoves: readonly Move[] = [
  broadcastInput,
  repairInput,
  handOnInput,
  consumeInput,
  repairCommit,
  hearOtherRun,
  admitNewcomer,
  catchUpWitness,
  moveOutputs,
  standInUnasked,
];
