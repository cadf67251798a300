/** How an inserted call server gets the state, row by row, while commits go on. */
import { loseThread, takeCopy } from "./commit-delivery.ts";
import { bit, type CallServer, callServerNames, type RackState } from "./rack-state.ts";
import { isAlive, isInService } from "./roster-view.ts";
import { lastOf, lastTermOf, runAfter } from "./run-of-commits.ts";
import { holds, type Setting } from "./setting.ts";
import { type Move, step } from "./step.ts";

function wants(card: CallServer): boolean {
  return card.health === "well" && (card.role === "blank" || card.role === "incomplete");
}

/** The head: commits up to the giver's last are in the copies, later ones are followed. */
function takeHead(setting: Setting, card: CallServer, giver: CallServer): void {
  loseThread(card);
  card.run = runAfter(lastOf(giver.run), lastTermOf(giver.run));
  card.term = Math.max(card.term, giver.term);
  card.consumed = giver.consumed;
  card.moved = giver.moved;
  const keptFrom = holds(setting, "marks") ? giver.consumed + 1 : 0;
  card.pending = card.heard & ~(bit(keptFrom) - 1);
  card.resynchronisation = {
    term: giver.term,
    takenAt: card.rows.slice(0, setting.copiedRows).map(() => -1),
    underWay: null,
  };
  for (let row = setting.copiedRows; row < card.rows.length; row++) card.rows[row] = giver.rows[row];
}

const giveHead: Move = function* (state, setting) {
  for (const [number, card] of state.callServers.entries()) {
    const giver = state.callServers[1 - number];
    if (!wants(card) || !isInService(giver) || card.resynchronisation?.term === giver.term) continue;
    const text = `${callServerNames[number]} is given the state from #${lastOf(giver.run)} on`;
    yield step(state, text, (next) => takeHead(setting, next.callServers[number], giver));
  }
};

/** A copy is taken now, and arrives whenever it does. */
const giveCopy: Move = function* (state) {
  for (const [number, card] of state.callServers.entries()) {
    const giver = state.callServers[1 - number];
    const { resynchronisation } = card;
    if (!resynchronisation || resynchronisation.underWay || !wants(card) || !isInService(giver)) continue;
    if (resynchronisation.term !== giver.term) continue;
    const row = resynchronisation.takenAt.indexOf(-1);
    if (row < 0) continue;
    const takenAt = lastOf(giver.run);
    yield step(state, `${callServerNames[1 - number]} copies row ${row} as of #${takenAt}`, (next) => {
      const taking = next.callServers[number].resynchronisation;
      if (taking) taking.underWay = { row, takenAt, value: giver.rows[row] };
    });
  }
};

const getCopy: Move = function* (state, setting) {
  for (const [number, card] of state.callServers.entries()) {
    const underWay = card.resynchronisation?.underWay;
    if (!underWay || !wants(card)) continue;
    yield step(state, `${callServerNames[number]} gets the copy of row ${underWay.row}`, (next) => {
      const taker = next.callServers[number];
      if (taker.resynchronisation) takeCopy(setting, taker, taker.resynchronisation);
    });
  }
};

const complete: Move = function* (state, setting) {
  for (const [number, card] of state.callServers.entries()) {
    const takenAt = card.resynchronisation?.takenAt;
    if (!takenAt || takenAt.includes(-1) || !wants(card)) continue;
    if (holds(setting, "complete-when-reached") && lastOf(card.run) < Math.max(...takenAt)) continue;
    if (holds(setting, "witnesses-reached") && !haveReached(state, setting, card.run.start)) continue;
    yield step(state, `${callServerNames[number]} has the state of #${lastOf(card.run)}: backup`, (next) => {
      Object.assign(next.callServers[number], { role: "backup", resynchronisation: null });
    });
  }
};

/** What the beats of the witnesses say that they have performed. */
function haveReached(state: RackState, setting: Setting, sequence: number): boolean {
  return state.witnesses.every(
    (witness) => !isAlive(state, setting, witness) || !witness.admitted || lastOf(witness.run) >= sequence,
  );
}

export const resynchronisationMoves: readonly Move[] = [giveHead, giveCopy, getCopy, complete];
