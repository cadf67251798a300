import { describe, expect, test } from "vitest";
import type { Consumed } from "../../../firmware/backplane/commit.ts";
import { CommitLog, type HeldCommit, heldCommitsMax, historyCommits } from "../../../firmware/backplane/commit-log.ts";

const nothing = new Uint8Array(0);

function held(sequence: number, term = 1, consumed: Consumed = { kind: "internal" }): HeldCommit {
  const commit = { group: 1, term, sequence, consumed, refersToInput: false, timeMillis: 0, body: nothing };
  return { commit, octets: nothing, input: undefined };
}

function begin(sequence: number, term: number, afterTerm: number): HeldCommit {
  return held(sequence, term, { kind: "begin", cold: false, afterTerm });
}

/** Appends whatever has its turn. @returns the sequences and terms appended */
function drain(log: CommitLog): [sequence: number, term: number][] {
  const appended: [number, number][] = [];
  for (let next = log.next(); next; next = log.next()) {
    log.append(next);
    appended.push([next.commit.sequence, next.commit.term]);
  }
  return appended;
}

function logUpTo(last: number): CommitLog {
  const log = new CommitLog();
  log.append(begin(1, 1, 0));
  for (let sequence = 2; sequence <= last; sequence++) log.append(held(sequence));
  return log;
}

describe("whose turn it is", () => {
  test("commits that came out of order get their turn in order, each once", () => {
    const log = logUpTo(1);
    for (const sequence of [4, 2, 5, 3, 2]) log.hold(held(sequence));
    expect(drain(log)).toEqual([2, 3, 4, 5].map((sequence) => [sequence, 1]));
    expect([log.last, log.heldCount]).toEqual([5, 0]);
  });

  test("a gap holds back what is behind it", () => {
    const log = logUpTo(1);
    for (const sequence of [3, 4]) log.hold(held(sequence));
    expect(drain(log)).toEqual([]);
    expect([log.last, log.highest(), log.heldCount]).toEqual([1, 4, 2]);
    log.hold(held(2));
    expect(drain(log)).toHaveLength(3);
  });

  test("a commit that refers to its input waits for it", () => {
    const log = logUpTo(1);
    const { commit } = held(2);
    const refers = { ...commit, refersToInput: true };
    log.hold({ commit: refers, octets: nothing, input: undefined });
    expect(log.next()).toBeUndefined();
    log.hold({ commit: refers, octets: nothing, input: Uint8Array.of(1) });
    expect(log.next()?.input).toEqual(Uint8Array.of(1));
  });

  test("a commit of a term comes only after the BEGIN of that term", () => {
    const log = logUpTo(3);
    log.hold(held(4, 2));
    expect(drain(log)).toEqual([]);
    log.hold(held(5, 2));
    log.hold(begin(4, 3, 1));
    expect(drain(log)).toEqual([[4, 3]]);
    log.hold(held(5, 3));
    expect(drain(log)).toEqual([[5, 3]]);
    expect(log.lastTerm).toBe(3);
  });

  test("a BEGIN that was put after another commit than the own last shows that the run is not the group's", () => {
    const log = logUpTo(3);
    log.hold(begin(4, 3, 2));
    expect(drain(log)).toEqual([]);
    expect(log.isAstray()).toBe(true);
    expect(log.last).toBe(3);
  });

  test("what a primary of the same term or a later one has beyond this run of an earlier term shows the same", () => {
    const log = logUpTo(3);
    log.append(begin(4, 3, 1));
    const [beyond, within] = [held(6, 2).commit, held(4, 2).commit];
    expect([3, 5].map((senderTerm) => log.isContradictedBy(beyond, senderTerm))).toEqual([true, true]);
    // Who has been replaced says nothing of the group; and what is no later than the own end is judged by its BEGIN.
    expect([log.isContradictedBy(beyond, 2), log.isContradictedBy(within, 5)]).toEqual([false, false]);
    expect(log.isContradictedBy(held(5, 3).commit, 5)).toBe(false);
  });

  test("at equal sequence the higher term replaces, the lower does not", () => {
    const log = logUpTo(3);
    for (const term of [2, 4, 3]) log.hold(begin(4, term, 1));
    expect(log.held(4)?.commit.term).toBe(4);
  });

  test("a commit out of its turn is a broken invariant", () => {
    expect(() => logUpTo(3).append(held(5))).toThrow("commit 5 appended after 3");
  });
});

test("BEGIN drops what older terms have at its sequence and above, and nothing else", () => {
  const log = logUpTo(3);
  for (const [sequence, term] of [
    [5, 1],
    [6, 1],
    [7, 1],
    [8, 2],
  ]) {
    log.hold(held(sequence, term));
  }
  log.dropOlderTerms(6, 2);
  expect([...log.waiting()].map(({ commit }) => commit.sequence)).toEqual([5, 8]);
});

test("when so much waits that no more is kept, the commit that closes the gap is", () => {
  const log = logUpTo(1);
  for (let sequence = 3; sequence < 3 + 2 * heldCommitsMax; sequence++) log.hold(held(sequence));
  expect(log.heldCount).toBe(heldCommitsMax);
  log.hold(held(2));
  expect(drain(log)).toHaveLength(heldCommitsMax + 1);
});

describe("history", () => {
  test("reaches back as far as it is said to, and gives no other commit in place of one that is gone", () => {
    const log = logUpTo(historyCommits + 100);
    expect(log.at(100)).toBeUndefined();
    expect(log.at(101)?.commit.sequence).toBe(101);
    expect(log.at(log.last)?.commit.sequence).toBe(log.last);
    expect(log.at(log.last + 1)).toBeUndefined();
    expect(log.at(0)).toBeUndefined();
  });

  test("gives a commit again with all that repair needs, and no input to one that had none", () => {
    const log = logUpTo(10);
    const [octets, input] = [Uint8Array.of(1, 2, 3), new Uint8Array(300).fill(9)];
    const commit = { ...held(11).commit, refersToInput: true };
    log.append({ commit, octets, input });
    expect(log.at(11)).toEqual({ commit: { sequence: 11, term: 1, refersToInput: true }, octets, input });
    expect(log.lackedBy(10, 1)).toEqual([log.at(11)]);
    for (let sequence = 12; sequence <= 11 + historyCommits; sequence++) log.append(held(sequence));
    expect(log.at(11)).toBeUndefined();
    expect(log.at(11 + historyCommits)).toEqual({
      commit: { sequence: 11 + historyCommits, term: 1, refersToInput: false },
      octets: nothing,
      input: undefined,
    });
  });

  test("is gone after a reset, and what waits too", () => {
    const log = logUpTo(10);
    log.hold(held(12));
    log.reset(500, 7);
    expect([log.last, log.lastTerm, log.highest(), log.heldCount]).toEqual([500, 7, 500, 0]);
    expect(log.at(10)).toBeUndefined();
    log.hold(held(501, 7));
    expect(drain(log)).toEqual([[501, 7]]);
  });
});

describe("what a claimant lacks", () => {
  const sequences = (log: CommitLog, last: number, term: number) =>
    log.lackedBy(last, term).map(({ commit }) => commit.sequence);

  test("is all above its last, what waits behind a gap too, in order", () => {
    const log = logUpTo(5);
    for (const sequence of [9, 7]) log.hold(held(sequence));
    expect(sequences(log, 3, 1)).toEqual([4, 5, 7, 9]);
    expect(sequences(log, 5, 1)).toEqual([7, 9]);
    expect(sequences(log, 9, 1)).toEqual([]);
  });

  test("is what has a higher term than its last, also at or below its sequence", () => {
    const log = logUpTo(5);
    log.append(begin(6, 4, 1));
    log.append(held(7, 4));
    expect(sequences(log, 8, 1)).toEqual([6, 7]);
    expect(sequences(log, 8, 4)).toEqual([]);
  });
});
