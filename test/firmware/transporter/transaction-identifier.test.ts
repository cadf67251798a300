import { expect, it } from "vitest";
import {
  callTransactionId,
  clearTransactionId,
  commandsPerInstruction,
  outputsPerCommit,
  probeTransactionId,
} from "../../../firmware/transporter/transaction-identifier.ts";

const inRange = (id: number) => Number.isInteger(id) && id >= 1 && id <= 999_999_999;

it("numbers are 1 to 999,999,999 for every group, term and sequence", () => {
  for (let group = 1; group <= 15; group++) {
    for (const sequence of [0, 1, 48_827, 48_828, 2 ** 32, Number.MAX_SAFE_INTEGER >> 8]) {
      for (const term of [1, 2, 1000, 2 ** 30]) {
        const place = { group, term, sequence, index: outputsPerCommit - 1 };
        expect(inRange(callTransactionId(place, commandsPerInstruction - 1))).toBe(true);
        expect(inRange(clearTransactionId(place, 1_000_000))).toBe(true);
      }
    }
  }
  for (const count of [0, 1, 9_999_998, 9_999_999, 1e12]) expect(inRange(probeTransactionId(count, 63))).toBe(true);
});

it("commands of 1000 commits in a row, of two groups, have numbers of their own", () => {
  const seen = new Set<number>();
  let all = 0;
  for (const group of [1, 2]) {
    for (let sequence = 65_000; sequence < 66_000; sequence++) {
      for (const index of [0, 1, 2, outputsPerCommit - 1]) {
        const place = { group, term: 3, sequence, index };
        for (let command = 0; command < commandsPerInstruction; command++) {
          seen.add(callTransactionId(place, command));
          all++;
        }
      }
    }
    for (let circuit = 0; circuit < 5000; circuit++) {
      seen.add(clearTransactionId({ group, term: 3, sequence: 65_001, index: 0 }, circuit));
      all++;
    }
  }
  for (const slot of [4, 5]) for (let count = 0; count < 1000; count++) seen.add(probeTransactionId(count, slot));
  expect(seen.size).toBe(all + 2000);
});

it("the numbers of a cold start are not those of the commits just before it", () => {
  const before = new Set<number>();
  for (let sequence = 0; sequence < 900; sequence++) {
    before.add(callTransactionId({ group: 1, term: 4, sequence, index: 0 }, 0));
  }
  for (let sequence = 0; sequence < 900; sequence++) {
    expect(before.has(callTransactionId({ group: 1, term: 5, sequence, index: 0 }, 0))).toBe(false);
  }
});
