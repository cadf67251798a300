import { describe, expect, test } from "vitest";
import type { DeliveredCommit } from "../../../firmware/card/application.ts";
import { vouchNote } from "../../../firmware/card/link-notes.ts";
import { voidWord, vouchWord, WorkGate } from "../../../firmware/card/work-gate.ts";

const group = 3;

function gateWith(notes: Readonly<Record<number, number>>): WorkGate {
  return new WorkGate((place) => notes[place] ?? 0);
}

describe("what the communication processor has handed over may be done", () => {
  test("where nobody vouches for anything, as on a call server", () => {
    expect(gateWith({}).isOpen(123_456_789)).toBe(true);
  });

  test("until the time that it vouches for, and not while it vouches for nothing", () => {
    const gate = gateWith({ [vouchNote]: vouchWord(5_000_000) });
    expect([4_990_000, 5_000_999, 5_001_000, 9_000_000].map((now) => gate.isOpen(now))).toEqual([
      true,
      true,
      false,
      false,
    ]);
    expect(gateWith({ [vouchNote]: vouchWord(undefined) }).isOpen(0)).toBe(false);
  });

  test("the time goes on at 0 beyond 2^31 - 1 milliseconds", () => {
    const turn = 2 ** 31 * 1000;
    const gate = gateWith({ [vouchNote]: vouchWord(turn + 40_000) });
    expect([turn - 1_000, turn + 40_000, turn + 41_000].map((now) => gate.isOpen(now))).toEqual([true, true, false]);
  });
});

describe("of what came before a dismissal only what it consumed is left", () => {
  const commit = (sequence: number): DeliveredCommit => ({
    ...{ group, term: 1, sequence, consumed: { kind: "input", slot: 1, number: 4 }, timeMillis: 0 },
    ...{ body: Uint8Array.of(1), input: Uint8Array.of(2) },
  });
  const isVoid = (gate: WorkGate, sequence: number) => {
    const passed = gate.passed(commit(sequence));
    expect(passed).toEqual({ ...commit(sequence), body: passed.body });
    return passed.body.length === 0;
  };

  test("and no commit is void where none has been dismissed", () => {
    expect(isVoid(gateWith({}), 5)).toBe(false);
  });

  test("also where the sequence goes on at 0 in the note", () => {
    for (const dismissed of [100, 2 ** 31 + 2]) {
      const gate = gateWith({ [group]: voidWord(dismissed) });
      expect([-5, -1, 0, 1].map((off) => isVoid(gate, dismissed + off))).toEqual([true, true, false, false]);
    }
  });
});
