import { expect, test } from "vitest";
import { ClaimAnswer } from "../../../firmware/backplane/claim-answer.ts";
import { encodeCommit } from "../../../firmware/backplane/commit.ts";
import { recordClass } from "../../../firmware/backplane/frame-identifier.ts";
import { GroupView } from "../../../firmware/backplane/group-view.ts";
import { repairRecord } from "../../../firmware/backplane/repair-records.ts";
import { takeoverRecord } from "../../../firmware/backplane/takeover-records.ts";
import { decode } from "../../../firmware/layout/layout.ts";
import { plainCommit, quietMember } from "./quiet-member.ts";

const claimant = 2;
/** Frames of one of the commits below. */
const framesARecord = 4;

/** A witness that holds commits 1 to `last` of term 1, and what it says to a claimant. The bus takes what it says when told. */
function witnessOf(last: number) {
  const said: string[] = [];
  let onTheWay = 0;
  const context = quietMember({
    slot: 4,
    send: (kind, octets) => {
      const repaired = kind === recordClass.repair ? decode(repairRecord, octets) : undefined;
      if (repaired?.ok && repaired.value.kind === "salvage") {
        const { sequence, after, term } = repaired.value;
        onTheWay += framesARecord;
        said.push(`${sequence} after ${after} in ${term}`);
      }
      const settled = kind === recordClass.takeover ? decode(takeoverRecord, octets) : undefined;
      if (settled?.ok && settled.value.kind === "grant") {
        const { salvaged, after, term } = settled.value;
        said.push(`grant of ${term}: ${salvaged} after ${after}`);
      }
    },
    backlog: () => onTheWay,
  });
  const view = new GroupView(context, true);
  view.reset(0, 1);
  for (let sequence = 1; sequence <= last; sequence++) {
    const commit = plainCommit({ sequence, consumed: { kind: "internal" }, timeMillis: 0, body: new Uint8Array(9) });
    view.append({ commit, octets: encodeCommit(commit), input: undefined }, 0);
  }
  const answer = new ClaimAnswer(context, view);
  return {
    answer,
    claim(lastSequence: number, now: number, term = 2) {
      const record = { group: 1, term, lastTerm: 1, lastSequence, cold: 0, settled: [] };
      answer.give("grant", claimant, { kind: "claim", ...record }, now);
    },
    /** What it has said since it was asked last; `taken`: all of it is on the bus. */
    said(taken: boolean): string[] {
      if (taken) onTheWay = 0;
      return said.splice(0);
    },
  };
}

test("a claimant that lacks nothing gets a grant at once, and again as long as it repeats its claim", () => {
  const witness = witnessOf(20);
  witness.claim(20, 0);
  witness.claim(20, 5_000);
  expect(witness.said(true)).toEqual(["grant of 2: 0 after 20", "grant of 2: 0 after 20"]);
  expect(witness.answer.nextDeadline()).toBeUndefined();
});

test("what the claimant lacks goes out as the bus takes it, the grant behind the last of it", () => {
  const witness = witnessOf(20);
  witness.claim(14, 0);
  expect(witness.said(false)).toEqual([15, 16, 17, 18].map((sequence) => `${sequence} after 14 in 2`));
  witness.answer.feed(1_000);
  expect(witness.said(true)).toEqual([]);
  expect(witness.answer.nextDeadline()).toBeLessThan(1_000);
  witness.claim(14, 5_000);
  expect(witness.said(true)).toEqual(["19 after 14 in 2", "20 after 14 in 2", "grant of 2: 6 after 14"]);
});

test("what others have given meanwhile is left out", () => {
  const witness = witnessOf(100);
  witness.claim(10, 0);
  expect(witness.said(false)).toHaveLength(4);
  // Another card's answer has gone first: the claimant has almost all by now, and then what was on the way goes out.
  witness.claim(98, 30_000);
  expect(witness.said(true)).toEqual([]);
  witness.answer.feed(31_000);
  expect(witness.said(true)).toEqual(["99 after 98 in 2", "100 after 98 in 2", "grant of 2: 2 after 98"]);
});

test("the answer to a claim that was given up for another is not gone on with", () => {
  const witness = witnessOf(100);
  witness.claim(10, 0);
  witness.said(true);
  witness.claim(10, 5_000, 4);
  expect(witness.said(true)[0]).toBe("11 after 10 in 4");
});

test("a claimant that is not heard any more is given nothing", () => {
  const witness = witnessOf(100);
  witness.claim(10, 0);
  witness.said(true);
  witness.answer.feed(50_000);
  expect(witness.said(true)).toEqual([]);
  expect(witness.answer.nextDeadline()).toBeUndefined();
});
