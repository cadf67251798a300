import { describe, expect, it } from "vitest";
import { queueInputs } from "../../../firmware/call-server/congestion.ts";
import { readParameter } from "../../../firmware/isup/codec.ts";
import { CallServerPair, iam, line, type Said } from "./call-server-pair.ts";
import { newCall, run } from "./call-script.ts";
import { west } from "./example-rack.ts";
import { causes } from "./release-causes.ts";

const millis = 1000;

function levelOf(said: readonly Said[]): number | undefined {
  const [rel] = said;
  if (rel?.kind !== "isup") return undefined;
  const read = readParameter(rel.message, "automaticCongestionLevel");
  return read.ok ? read.value?.level : undefined;
}

describe("congestion of the call server (Q.764 2.11.1, Q.784.1 8.1.2)", () => {
  it("a queue that does not end: new calls are refused with cause 42 and the level, calls in progress go on", () => {
    const pair = CallServerPair.inService();
    const call = newCall(west);
    run(pair, call, 0, 3);
    pair.waiting = queueInputs;
    const refusals: unknown[] = [];
    for (const [circuit, after] of [
      [1, 0],
      [2, 499],
      [3, 1],
      [4, 1499],
      [5, 1],
    ] as const) {
      pair.pass(after * millis);
      const said = pair.isup(west + circuit, iam("4711"));
      refusals.push(line(said).startsWith("REL") ? [causes(said), levelOf(said)] : "carried");
    }
    expect(refusals).toEqual(["carried", "carried", [[42], 1], [[42], 1], [[42], 2]]);
    const before = pair.said.length;
    run(pair, call, 3);
    expect(line(pair.said.slice(before))).toMatch(/^CPG 0, ANM 0, modify, RLC 0, REL \d+, delete$/);
    expect(pair.primary.server.status()).toMatchObject({ callsRefusedByCongestion: 3, congestionLevel: 2 });
  });

  it("it is over with the queue", () => {
    const pair = CallServerPair.inService();
    pair.waiting = queueInputs;
    pair.isup(west, iam("4711"));
    pair.pass(3000 * millis);
    expect(line(pair.isup(west + 1, iam("4711")))).toMatch(/^REL/);
    pair.waiting = queueInputs - 1;
    expect(line(pair.isup(west + 2, iam("4711")))).toMatch(/^IAM/);
  });

  it("what piles up while a backup takes over refuses nobody", () => {
    const pair = CallServerPair.inService();
    pair.waiting = 4 * queueInputs;
    for (let circuit = 0; circuit < 8; circuit++) {
      expect(line(pair.isup(west + circuit, iam("4711")))).toMatch(/^IAM/);
      pair.pass(50 * millis);
    }
  });
});
