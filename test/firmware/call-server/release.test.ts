import { describe, expect, it } from "vitest";
import { acm, anm, blo, CallServerPair, grs, iam, line, rel, rlc, rsc, type Said } from "./call-server-pair.ts";
import { gatewayReply, newCall, run, setUp } from "./call-script.ts";
import { east, west } from "./example-rack.ts";
import { causes } from "./release-causes.ts";

/** A call with its connection made, before ACM, after ACM, or answered. */
function callIn(pair: CallServerPair, phase: "set-up" | "alerting" | "answered") {
  const call = newCall(west);
  run(pair, call, 0, { "set-up": 2, alerting: 3, answered: 6 }[phase]);
  return call;
}

/** The other ends do what they must. */
function finish(pair: CallServerPair, said: readonly Said[]): void {
  for (const each of said) {
    if (each.kind === "isup" && (each.type === "REL" || each.type === "RSC")) pair.isup(each.circuit, rlc);
    if (each.kind === "instruct" && each.instruction.kind === "delete") {
      pair.give({ kind: "done", call: each.instruction.call, verb: 3 });
    }
  }
  pair.expectIdle();
}

describe("release (Q.764 2.2, 2.3)", () => {
  it.each(["set-up", "alerting", "answered"] as const)("by the calling party, %s (Q.784.1 3.1, 3.2, 3.3)", (phase) => {
    const pair = CallServerPair.inService();
    const { incoming, outgoing } = callIn(pair, phase);
    const said = pair.isup(incoming, rel(17));
    expect(line(said)).toBe(`RLC ${incoming}, REL ${outgoing}, delete`);
    expect(causes(said)).toEqual([17]);
    finish(pair, said);
    expect(pair.records()).toMatchObject([{ releasedBy: "calling", cause: 17, answered: phase === "answered" }]);
  });

  it.each(["set-up", "alerting", "answered"] as const)("by the called party, %s (Q.784.1 3.4, 4.1)", (phase) => {
    const pair = CallServerPair.inService();
    const { incoming, outgoing } = callIn(pair, phase);
    const said = pair.isup(outgoing, rel(21));
    expect(line(said)).toBe(`RLC ${outgoing}, REL ${incoming}, delete`);
    finish(pair, said);
    expect(pair.records()).toMatchObject([{ releasedBy: "called", cause: 21 }]);
  });

  it("collision of REL messages (Q.784.1 3.8)", () => {
    const pair = CallServerPair.inService();
    const { incoming, outgoing } = callIn(pair, "answered");
    const said = pair.isup(incoming, rel());
    expect(line(pair.isup(outgoing, rel()))).toBe(`RLC ${outgoing}`);
    expect(pair.state(outgoing)).toBe("wait-rlc");
    finish(pair, said);
    expect(pair.records()).toHaveLength(1);
  });

  it("the REL goes on octet by octet, unknown parameters included (Q.784.1 1.7.2.10)", () => {
    const pair = CallServerPair.inService();
    const { incoming } = callIn(pair, "answered");
    const message = Uint8Array.of(0x0c, 0x02, 0x04, 0x02, 0x84, 0x90, 0xf7, 0x01, 0x55, 0x00);
    const [, passedOn] = pair.isup(incoming, message);
    expect(passedOn).toMatchObject({ type: "REL", message });
  });
});

describe("timers of the call (Q.764 table A.1)", () => {
  it("T7 expires: the call is released (Q.784.1 5.2.1)", () => {
    const pair = CallServerPair.inService();
    const { incoming, outgoing } = callIn(pair, "set-up");
    expect(line(pair.pass(19_999_999))).toBe("");
    const said = pair.pass(1);
    expect(line(said)).toBe(`REL ${incoming}, delete, REL ${outgoing}`);
    expect(causes(said)).toEqual([102, 102]);
    finish(pair, said);
  });

  it("T9 expires: the call is released for want of an answer (Q.784.1 5.2.2)", () => {
    const pair = CallServerPair.inService();
    callIn(pair, "alerting");
    expect(line(pair.pass(179_999_999))).toBe("");
    const said = pair.pass(1);
    expect(causes(said)).toEqual([19, 19]);
    finish(pair, said);
  });

  it("the configuration says otherwise", () => {
    const pair = CallServerPair.inService({ timersMillis: { T7: 30_000 } });
    callIn(pair, "set-up");
    expect(line(pair.pass(29_999_999))).toBe("");
    expect(causes(pair.pass(1))).toEqual([102, 102]);
  });

  it("T1 repeats REL until T5 resets the circuit; T17 goes on (Q.784.1 5.2.3)", () => {
    const pair = CallServerPair.inService();
    const { incoming, outgoing, reference } = callIn(pair, "answered");
    const first = pair.isup(incoming, rel(16)).find((each) => each.kind === "isup" && each.type === "REL");
    pair.give({ kind: "done", call: reference, verb: 3 });
    const repeated = pair.pass(299_999_999);
    expect(repeated).toHaveLength(19);
    for (const each of repeated) expect(each).toEqual(first);
    // At 300 s both expire; the later one has nothing left to do.
    expect(line(pair.pass(1))).toMatch(/RSC 8$/);
    expect(pair.state(outgoing)).toBe("reset-unanswered");
    expect(pair.primary.logs.join()).toContain("east/1");
    expect(pair.primary.server.rows("state")).toEqual([]);
    expect(line(pair.pass(300_000_000))).toBe(`RSC ${outgoing}`);
    expect(line(pair.pass(300_000_000))).toBe(`RSC ${outgoing}`);
    pair.isup(outgoing, rlc);
    pair.expectIdle();
  });
});

describe("the gateway", () => {
  it.each([
    ["create", 1, "set-up", 47],
    ["modify", 2, "answered", 41],
  ] as const)("refuses to %s: both sides are released with the cause given", (_, verb, phase, cause) => {
    const pair = CallServerPair.inService();
    const call = newCall(west);
    run(pair, call, 0, phase === "set-up" ? 1 : 5);
    const said = pair.give({ kind: "refused", call: call.reference, verb, cause, code: 500 });
    expect(line(said.filter((each) => each.kind === "isup"))).toBe(`REL ${call.incoming}, REL ${call.outgoing}`);
    expect(causes(said)).toEqual([cause, cause]);
    finish(pair, said);
    expect(pair.records()).toMatchObject([{ releasedBy: "exchange", cause }]);
  });

  it("replies after the answer: the connection is made both ways then", () => {
    const pair = CallServerPair.inService();
    const call = setUp(pair, west);
    pair.isup(call.outgoing, acm);
    expect(line(pair.isup(call.outgoing, anm))).toBe(`ANM ${west}`);
    const said = pair.give({ kind: "created", call: call.reference, ...gatewayReply });
    const { identifier, secondIdentifier } = gatewayReply;
    expect(said).toMatchObject([{ instruction: { kind: "modify", mode: 2, identifier, secondIdentifier } }]);
  });

  it("replies after the release: the removal is ordered at once, for the call", () => {
    const pair = CallServerPair.inService();
    const call = setUp(pair, west);
    const said = pair.isup(west, rel());
    expect(line(said)).toBe(`RLC ${west}, REL ${call.outgoing}, delete`);
    const { reference, outgoing } = call;
    const order = { kind: "delete", call: reference, circuit: west, otherCircuit: outgoing, identifier: 0 };
    expect(said.at(-1)).toMatchObject({ instruction: { ...order, secondIdentifier: 0 } });
    pair.isup(outgoing, rlc);
    expect(line(pair.give({ kind: "created", call: reference, ...gatewayReply }))).toBe("");
    // Until it is removed no call may leave on its circuits.
    expect(pair.primary.server.candidates(1)).not.toContain(outgoing);
    pair.give({ kind: "done", call: reference, verb: 3 });
    expect(pair.primary.server.candidates(1)).toContain(outgoing);
    pair.expectIdle();
  });

  it.each([0, 1, 2, 3, 4, 5, 6, 7, 8])(
    "is still at work when the call is over and its circuit seized anew; the primary pulled after %i of 8 events",
    (pulledAfter) => {
      const pair = CallServerPair.inService();
      const [call, next] = [newCall(west), newCall(west)];
      const events = [
        () => run(pair, call, 0, 1),
        () => pair.isup(west, rel()),
        () => run(pair, next, 0, 1),
        () => pair.isup(call.outgoing, rlc),
        () => pair.give({ kind: "created", call: call.reference, ...gatewayReply }),
        () => pair.give({ kind: "done", call: call.reference, verb: 3 }),
        () => run(pair, next, 1, 6),
        () => run(pair, next, 6),
      ];
      for (const [number, event] of events.entries()) {
        if (number === pulledAfter) pair.takeOver();
        event();
      }
      if (pulledAfter === events.length) pair.takeOver();
      pair.expectIdle();
      const told = pair.said.flatMap((each) =>
        each.kind === "instruct" && "call" in each.instruction ? [[each.instruction.kind, each.instruction.call]] : [],
      );
      const [first, second] = [call.reference, next.reference];
      expect(told).toEqual([
        ["create", first],
        ["delete", first],
        ["create", second],
        ["modify", second],
        ["delete", second],
      ]);
      expect(pair.primary.server.status().inputsStray ?? 0).toBe(0);
    },
  );

  it("loses an endpoint of a connection that it is still making: the call is released, and the removal ordered at once", () => {
    const pair = CallServerPair.inService();
    const { incoming, outgoing } = setUp(pair, west);
    const said = pair.give({ kind: "endpoint", circuit: outgoing, event: 0 });
    expect(line(said)).toBe(`delete, REL ${incoming}, REL ${outgoing}`);
    expect(causes(said)).toEqual([41, 41]);
    finish(pair, said);
  });

  it("refuses to create what was released already", () => {
    const pair = CallServerPair.inService();
    const call = setUp(pair, west);
    const said = pair.isup(west, rel());
    pair.isup(call.outgoing, rlc);
    expect(line(pair.give({ kind: "refused", call: call.reference, verb: 1, cause: 41, code: 0 }))).toBe("");
    pair.give({ kind: "done", call: call.reference, verb: 3 });
    expect(said.filter(({ kind }) => kind === "instruct")).toHaveLength(1);
    pair.expectIdle();
  });

  it("never replies: the call is released with cause 41, and the removal is repeated and given up", () => {
    const pair = CallServerPair.inService();
    const call = setUp(pair, west);
    const said = pair.pass(10_000_000);
    expect(line(said)).toBe(`delete, REL ${call.incoming}, REL ${call.outgoing}`);
    expect(causes(said)).toEqual([41, 41]);
    pair.isup(call.incoming, rlc);
    pair.isup(call.outgoing, rlc);
    expect(line(pair.pass(60_000_000))).toBe("delete, delete, delete");
    expect(pair.primary.logs.join()).toContain("does not remove");
    pair.expectIdle();
  });

  it("replies to the create when its time was up: the removal that was ordered then comes after it", () => {
    const pair = CallServerPair.inService();
    const call = setUp(pair, west);
    const said = pair.pass(10_000_000);
    expect(line(pair.give({ kind: "created", call: call.reference, ...gatewayReply }))).toBe("");
    // Should that not be answered it is ordered again, by name.
    const [again] = pair.pass(10_000_000).filter(({ kind }) => kind === "instruct");
    expect(again).toMatchObject({ instruction: { kind: "delete", identifier: gatewayReply.identifier } });
    finish(pair, said);
  });

  it("restarts: its calls are released, new ones are refused meanwhile", () => {
    const pair = CallServerPair.inService();
    const calls = [0, 1, 2, 3, 4].map((index) => newCall(west + index));
    for (const [index, call] of calls.entries()) run(pair, call, 0, 1 + index);
    pair.give({ kind: "gateway", gateway: 0, event: 0 });
    expect(causes(pair.isup(west + 7, iam()))).toEqual([41]);
    const said = pair.pass(0);
    expect(causes(said)).toHaveLength(10);
    pair.isup(west + 7, rlc);
    finish(pair, said);
    expect(pair.records()).toHaveLength(6);
    run(pair, newCall(west));
    pair.expectIdle();
  });

  it("restarts, and the primary is pulled before the calls are released", () => {
    const pair = CallServerPair.inService();
    run(pair, newCall(west), 0, 6);
    pair.give({ kind: "gateway", gateway: 0, event: 0 });
    pair.takeOver();
    finish(pair, pair.pass(0));
  });

  it("is out of reach: calls stay, new ones are refused; then in reach again", () => {
    const pair = CallServerPair.inService();
    run(pair, newCall(west), 0, 6);
    expect(line(pair.give({ kind: "gateway", gateway: 0, event: 1 }))).toBe("");
    expect(causes(pair.isup(west + 1, iam()))).toEqual([41]);
    pair.isup(west + 1, rlc);
    pair.give({ kind: "gateway", gateway: 0, event: 2 });
    expect(line(pair.isup(west + 1, iam()))).toMatch(/^IAM/);
  });

  it("loses an endpoint: that call is released", () => {
    const pair = CallServerPair.inService();
    const { incoming, outgoing } = callIn(pair, "answered");
    const said = pair.give({ kind: "endpoint", circuit: outgoing, event: 0 });
    expect(line(said)).toBe(`delete, REL ${incoming}, REL ${outgoing}`);
    finish(pair, said);
  });
});

describe("other ends of a call", () => {
  it.each([
    ["incoming", "RSC"],
    ["outgoing", "RSC"],
    ["incoming", "GRS"],
    ["outgoing", "GRS"],
  ] as const)("%s circuit reset by %s during a call (Q.784.1 5.3.1, 5.3.2)", (side, type) => {
    const pair = CallServerPair.inService();
    const call = callIn(pair, "answered");
    const [circuit, other] = side === "incoming" ? [call.incoming, call.outgoing] : [call.outgoing, call.incoming];
    const said = pair.isup(circuit, type === "RSC" ? rsc : grs(1));
    const answer = type === "RSC" ? "RLC" : "GRA";
    expect(line(said).split(", ").sort()).toEqual([`REL ${other}`, `${answer} ${circuit}`, "delete"].sort());
    finish(pair, said);
  });

  it("BLO during a call: the call stays, the circuit is not taken again (Q.784.1 2.3.6)", () => {
    const pair = CallServerPair.inService();
    const call = callIn(pair, "answered");
    expect(line(pair.isup(call.outgoing, blo))).toBe(`BLA ${call.outgoing}`);
    run(pair, call, 6);
    expect(pair.state(call.outgoing)).toBe("idle");
    expect(pair.primary.server.candidates(1)).not.toContain(call.outgoing);
  });

  it("RLC on a busy circuit for which no REL was sent (Q.764 2.9.5.1 c)", () => {
    const pair = CallServerPair.inService();
    const { incoming, outgoing } = callIn(pair, "answered");
    const said = pair.isup(outgoing, rlc);
    expect(line(said)).toBe(`REL ${incoming}, delete, REL ${outgoing}`);
    finish(pair, said);
    expect(east).toBe(outgoing);
  });
});
