import fc from "fast-check";
import { expect, test } from "vitest";
import { CallDetailLog } from "../../../firmware/call-server/call-detail-log.ts";
import type { CallDetailRecord } from "../../../firmware/call-server/call-detail-record.ts";

const since = "2000-01-01T00:00:00.065Z";

/** The record of a call that was released by this commit; the same call has the same record on every card. */
function record(sequence: number, calling = `${sequence}`): CallDetailRecord {
  const line = JSON.stringify({ key: { group: 1, sequence, index: 0 }, since, calling });
  return { sequence, since, line };
}

const linesOf = (records: readonly CallDetailRecord[]): string[] => records.map(({ line }) => line);

/** What is in the file of a card with these records when the primary has told it what to drop and to add. */
function fileAfterCatchUp(theirs: readonly CallDetailRecord[], primary: readonly CallDetailRecord[]): string[] {
  const log = new CallDetailLog(linesOf(theirs));
  const catchUp = new CallDetailLog(linesOf(primary)).catchUp(log.holding(), since);
  let file = linesOf(theirs);
  for (const action of log.takeOver(catchUp)) {
    if (action.kind === "truncate") file = file.slice(0, action.lines);
    else if (action.kind === "append") file = [...file, action.line];
  }
  expect(log.fileLines).toBe(file.length);
  return file;
}

test("a card gets what it lacks", () => {
  const all = [3, 5, 8, 9].map((sequence) => record(sequence));
  for (let held = 0; held <= all.length; held++) {
    expect(fileAfterCatchUp(all.slice(0, held), all)).toEqual(linesOf(all));
  }
});

test("records of a term that came to nothing are dropped", () => {
  const [common, own] = [record(3), record(5, "void")];
  const group = [common, record(6), record(8)];
  expect(fileAfterCatchUp([common, own], group)).toEqual(linesOf(group));
});

test("two terms that have parted may have a record in common by chance: what is before it counts", () => {
  const before = [record(47), record(71), record(77)];
  const theirs = [...before, record(81, "a"), record(85, "b"), record(87), record(90), record(123)];
  const group = [...before, record(80, "a"), record(83, "b"), record(87), record(90), record(123), record(157)];
  expect(fileAfterCatchUp(theirs, group)).toEqual(linesOf(group));
});

test("nor does one count that has another number of records before it", () => {
  const theirs = [record(10), record(30)];
  const group = [record(10), record(20), record(30)];
  expect(fileAfterCatchUp(theirs, group)).toEqual(linesOf(group));
});

test("nor one before which one of them has none", () => {
  const [first, second] = [record(1, "a"), record(31)];
  expect(fileAfterCatchUp([second], [first, second])).toEqual(linesOf([first, second]));
  expect(fileAfterCatchUp([first, second], [second])).toEqual(linesOf([second]));
});

test("lines for records that found no room on a full disk are no records: those come from the group, and none is double", () => {
  const group = [1, 2, 3, 4, 5].map((sequence) => record(sequence));
  const [one, two, three, , five] = linesOf(group);
  const lost = '{"lost":true}';
  const stored = [one, two, lost, three, lost, five];
  const log = new CallDetailLog(stored);
  const catchUp = new CallDetailLog(linesOf([...group.slice(0, 2), record(9), ...group.slice(2)])).catchUp(
    log.holding(),
    since,
  );
  const actions = log.takeOver(catchUp);
  expect(actions[0]).toEqual({ kind: "truncate", file: "cdr.jsonl", lines: 3 });
  expect(actions.slice(1).map((action) => action.kind === "append" && action.line)).toEqual([
    ...[record(9).line, three, linesOf(group)[3], five],
  ]);
});

test("however the histories differ after they have parted, the file is the group's", () => {
  const parted = fc.uniqueArray(fc.tuple(fc.integer({ min: 1, max: 60 }), fc.constantFrom("a", "b")), {
    selector: ([sequence]) => sequence,
    maxLength: 40,
  });
  const history = (from: number, each: readonly (readonly [number, string])[]) =>
    [...each].sort(([one], [other]) => one - other).map(([sequence, caller]) => record(from + sequence, caller));
  fc.assert(
    fc.property(fc.nat(150), parted, parted, (common, theirs, group) => {
      const before = Array.from({ length: common }, (_, index) => record(index + 1));
      const all = [...before, ...history(common, group)];
      expect(fileAfterCatchUp([...before, ...history(common, theirs)], all)).toEqual(linesOf(all));
    }),
  );
});
