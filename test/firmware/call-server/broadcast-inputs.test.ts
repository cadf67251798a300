import { describe, expect, it } from "vitest";
import { acm, CallServerPair, iam, line, rel } from "./call-server-pair.ts";
import { newCall, run } from "./call-script.ts";
import { slots, west } from "./example-rack.ts";

const { lim, otherLim } = slots;

describe("two LIMs say the same message", () => {
  it("and the first counts", () => {
    const pair = CallServerPair.inService();
    const { incoming } = newCall(west);
    const said = { kind: "isup", identifier: 7, circuit: incoming, message: iam() } as const;
    expect(line(pair.give(said, otherLim))).toContain("IAM");
    expect(line(pair.give(said, lim))).toBe("");
    expect(pair.primary.server.status()).toMatchObject({ attempts: 1, inputsDouble: 1, messagesUnexpected: 0 });
  });

  it("and the first counts, also for a CIC that no trunk group has: it is answered once", () => {
    const pair = CallServerPair.inService();
    const said = { kind: "unequipped", identifier: 7, exchange: 0, cic: 4000, message: iam() } as const;
    expect(pair.give(said, otherLim)).toMatchObject([{ instruction: { kind: "unequipped", cic: 4000 } }]);
    expect(pair.give(said, lim)).toEqual([]);
    expect(pair.primary.server.status()).toMatchObject({ inputsDouble: 1, messagesUnequipped: 1 });
  });

  it("also when the primary went between the one and the other", () => {
    const pair = CallServerPair.inService();
    const { incoming } = newCall(west);
    const said = { kind: "isup", identifier: 7, circuit: incoming, message: iam() } as const;
    pair.give(said, otherLim);
    pair.takeOver();
    expect(line(pair.give(said, lim))).toBe("");
    expect(pair.primary.server.status()).toMatchObject({ inputsDouble: 1 });
  });

  it("what an exchange says twice itself has two identifiers", () => {
    const pair = CallServerPair.inService();
    const call = newCall(west);
    run(pair, call, 0, 2);
    for (const identifier of [8, 9]) pair.give({ kind: "isup", identifier, circuit: call.outgoing, message: acm });
    expect(pair.primary.server.status()).toMatchObject({ inputsDouble: 0 });
  });

  it("an exchange that was out of reach numbers its messages anew", () => {
    const pair = CallServerPair.inService();
    const { incoming } = newCall(west);
    pair.give({ kind: "destination", exchange: 0, available: 1 });
    pair.give({ kind: "isup", identifier: 7, circuit: incoming, message: iam() });
    for (const available of [0, 1]) pair.give({ kind: "destination", exchange: 0, available });
    const said = pair.give({ kind: "isup", identifier: 7, circuit: incoming, message: rel() }, otherLim);
    expect(line(said)).toContain(`RLC ${incoming}`);
  });
});
