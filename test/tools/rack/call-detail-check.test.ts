import { appendFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { linuxStorage } from "../../../hal/linux/storage.ts";
import { callingNumbers, checkCallDetails, joinCallDetails } from "../../../tools/rack/call-detail-check.ts";

it("every call once on every card: nothing to find", () => {
  const cards = [
    { slot: 2, callings: ["100", "101", "102"] },
    { slot: 3, callings: ["102", "100", "101"] },
  ];
  expect(checkCallDetails(["100", "101", "102"], cards)).toMatchObject({
    expected: 3,
    missing: 0,
    duplicated: 0,
    unexpected: 0,
  });
});

it("what is missing, too many or nobody's is counted on each card by itself", () => {
  const cards = [
    { slot: 2, callings: ["100", "100", "100", "102"] },
    { slot: 3, callings: ["100", "101", "102", "999", undefined] },
  ];
  const check = checkCallDetails(["100", "101", "102"], cards);
  expect(check).toMatchObject({ expected: 3, missing: 1, duplicated: 2, unexpected: 2 });
  expect(check.cards[0]).toMatchObject({ slot: 2, records: 4, missing: 1, duplicated: 2, examples: ["101", "100"] });
  expect(check.cards[1]).toMatchObject({ slot: 3, records: 5, missing: 0, unexpected: 2 });
});

it("of two groups each card has the calls of its own", () => {
  const check = joinCallDetails([
    checkCallDetails(["100", "102"], [{ slot: 2, callings: ["100", "102"] }]),
    checkCallDetails(["101"], [{ slot: 4, callings: ["101", "102"] }]),
  ]);
  expect(check).toMatchObject({ expected: 3, missing: 0, duplicated: 0, unexpected: 1 });
  expect(check.cards.map(({ slot }) => slot)).toEqual([2, 4]);
});

it("records are read from the card's storage; a line still being written is not one", () => {
  const folder = mkdtempSync(join(tmpdir(), "records-"));
  try {
    expect(callingNumbers(folder)).toEqual([]);
    linuxStorage(folder).append("cdr.jsonl", '{"calling":"100","called":"2"}\n{"calling":null}\nrubbish\n');
    appendFileSync(join(folder, "files", "cdr.jsonl"), '{"calling":"10');
    expect(callingNumbers(folder)).toEqual(["100", undefined, undefined]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
