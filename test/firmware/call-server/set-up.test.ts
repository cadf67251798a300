import { describe, expect, it } from "vitest";
import { decodeMessage } from "../../../firmware/isup/codec.ts";
import {
  acm,
  blo,
  CallServerPair,
  grs,
  iam,
  line,
  rel,
  rlc,
  rsc,
  type Said,
  sus,
  ubl,
  ucic,
} from "./call-server-pair.ts";
import { newCall, outgoingOf, run } from "./call-script.ts";
import { east, slots, south, west } from "./example-rack.ts";
import { causes } from "./release-causes.ts";

function sentIam(said: readonly Said[]) {
  for (const each of said) {
    if (each.kind !== "isup" || each.type !== "IAM") continue;
    const decoded = decodeMessage(each.message);
    if (decoded.ok && decoded.value.type === "IAM") return decoded.value;
  }
  throw new Error("no IAM");
}

describe("routing", () => {
  it("the IAM goes on as it came, unknown parameters included (Q.784.1 1.6.2.1)", () => {
    const pair = CallServerPair.inService();
    const [sent] = pair.isup(west, iam("4711"));
    expect(sent).toMatchObject({ type: "IAM", circuit: east, message: iam("4711") });
  });

  it("the longest prefix counts; digits are removed and put before", () => {
    const pair = CallServerPair.inService();
    const { parameters, unknown } = sentIam(pair.isup(west, iam("49301")));
    expect(parameters.calledPartyNumber).toMatchObject({ digits: "0301", natureOfAddress: "national" });
    expect(parameters.callingPartyNumber).toMatchObject({ digits: "5550001" });
    expect(unknown).toMatchObject([{ code: 0xfe, octets: Uint8Array.of(0xab, 0xcd) }]);
  });

  it("the hop counter loses one; at the last hop the call is refused", () => {
    const pair = CallServerPair.inService();
    expect(sentIam(pair.isup(west, iam("4711", 10))).parameters.hopCounter).toMatchObject({ hopsLeft: 9 });
    expect(causes(pair.isup(west + 1, iam("4711", 1)))).toEqual([25]);
  });

  it.each([
    ["no route", "9", 3],
    ["no digits", "", 28],
  ])("%s", (_, digits, cause) => {
    const pair = CallServerPair.inService();
    const said = pair.isup(west, iam(digits));
    expect(line(said)).toBe(`REL ${west}`);
    expect(causes(said)).toEqual([cause]);
    pair.isup(west, rlc);
    pair.expectIdle();
    expect(pair.records()).toMatchObject([{ outgoingCircuit: null, cause, releasedBy: "exchange" }]);
  });

  it("overflows to the next trunk group, then cause 34", () => {
    const { trunkGroups } = new CallServerPair().configuration;
    const small = trunkGroups.map((group) => (group.name === "east" ? { ...group, lastCic: 3 } : group));
    const pair = CallServerPair.inService({ trunkGroups: small });
    const taken = [0, 1, 2, 3, 4].map((index) => outgoingOf(pair.isup(west + index, iam("4711"))));
    expect(taken.map((circuit) => (circuit < east + 3 ? "east" : "south"))).toEqual([
      "east",
      "east",
      "east",
      "south",
      "south",
    ]);
    expect(new Set(taken).size).toBe(5);
    expect(causes(pair.isup(west + 5, iam("4711")))).toEqual([34]);
  });

  it("a destination out of reach: routed elsewhere, or cause 27; calls in progress stay (Q.764 2.14)", () => {
    const pair = CallServerPair.inService();
    const call = newCall(west);
    run(pair, call, 0, 6);
    expect(line(pair.give({ kind: "destination", exchange: 1, available: 0 }))).toBe("");
    expect(outgoingOf(pair.isup(west + 1, iam("4711")))).toBe(south);
    expect(causes(pair.isup(west + 2, iam("4901")))).toEqual([27]);
    pair.give({ kind: "destination", exchange: 1, available: 1 });
    expect(outgoingOf(pair.isup(west + 3, iam("4901")))).toBe(east + 2);
    run(pair, call, 6);
  });

  it("a dead LIM counts as a destination out of reach, a dead transporter as a temporary failure", () => {
    const pair = CallServerPair.inService();
    run(pair, newCall(west), 0, 6);
    pair.tell(pair.primary, { kind: "card", slot: slots.otherLim, alive: false });
    expect(causes(pair.isup(west + 1, iam()))).toEqual([27]);
    pair.tell(pair.primary, { kind: "card", slot: slots.otherLim, alive: true });
    pair.tell(pair.primary, { kind: "card", slot: slots.transporter, alive: false });
    expect(causes(pair.isup(west + 2, iam()))).toEqual([41]);
    expect(pair.state(west)).toBe("incoming-answered");
  });
});

describe("trunk groups", () => {
  const seize = (pair: CallServerPair, incoming: number) => {
    const call = newCall(incoming);
    run(pair, call, 0, 2);
    return call;
  };
  const withSelection = (selection: string, direction = "outgoing") => {
    const { trunkGroups } = new CallServerPair().configuration;
    const changed = trunkGroups.map((group) => (group.name === "east" ? { ...group, selection, direction } : group));
    return CallServerPair.inService({ trunkGroups: changed });
  };

  it.each([
    ["lowest", [0, 0, 1, 0]],
    ["cyclic", [0, 1, 2, 3]],
    ["least-recently-used", [0, 1, 2, 3]],
    ["most-recently-used", [7, 7, 6, 7]],
  ])("selection %s", (selection, wanted) => {
    const pair = withSelection(selection);
    const first = seize(pair, west);
    run(pair, first, 2);
    const second = seize(pair, west + 1);
    const third = seize(pair, west + 2);
    run(pair, second, 2);
    const fourth = seize(pair, west + 3);
    expect([first, second, third, fourth].map(({ outgoing }) => outgoing - east)).toEqual(wanted);
  });

  it("on both-way circuits those that this node controls come first (Q.764 2.9.1.3; Q.784.1 2.1.1)", () => {
    const pair = CallServerPair.inService();
    // Our point code is lower than east's: odd CICs are ours. CIC 1 is circuit 8.
    expect(pair.primary.server.candidates(1)).toEqual([8, 10, 12, 14, 9, 11, 13, 15]);
    expect(pair.primary.server.candidates(0)).toEqual([1, 3, 5, 7, 0, 2, 4, 6]);
  });

  it("an incoming group is never seized, an outgoing one accepts no call", () => {
    const incoming = withSelection("lowest", "incoming");
    expect(causes(incoming.isup(west, iam("49")))).toEqual([34]);
    const outgoing = withSelection("lowest", "outgoing");
    expect(causes(outgoing.isup(east, iam("5")))).toEqual([44]);
    // There the node has the right of way, whatever the CIC.
    const seized = outgoingOf(outgoing.isup(west, iam("49")));
    expect(seized).toBe(east + 1);
    expect(line(outgoing.isup(seized, iam("5")))).toBe("");
    expect(outgoing.state(seized)).toBe("outgoing-wait-acm");
  });
});

describe("dual seizure (Q.764 2.9.1.4)", () => {
  it("on a circuit that this node controls: the other end's IAM is disregarded (Q.784.1 6.3.1)", () => {
    const pair = CallServerPair.inService();
    const call = newCall(west);
    run(pair, call, 0, 2);
    expect(call.outgoing).toBe(east);
    expect(line(pair.isup(east, iam("5")))).toBe("");
    run(pair, call, 2);
    pair.expectIdle();
    expect(pair.records()).toHaveLength(1);
  });

  it("on one that the other end controls: the call goes to another circuit, the other end's call is set up (Q.784.1 6.2.1)", () => {
    const pair = CallServerPair.inService();
    // The circuits that this node controls are taken.
    const others = [0, 1, 2, 3].map((index) => newCall(west + index));
    for (const other of others) run(pair, other, 0, 2);
    const call = newCall(west + 4);
    run(pair, call, 0, 2);
    expect(call.outgoing).toBe(east + 1);
    const said = pair.isup(east + 1, iam("5001"));
    expect(line(said)).toBe(`delete, IAM ${east + 3}, create, IAM ${west + 5}, create`);
    const references = said.flatMap((each) =>
      each.kind === "instruct" && each.instruction.kind === "create" ? [each.instruction.call] : [],
    );
    pair.give({ kind: "done", call: call.reference, verb: 3 });
    Object.assign(call, { outgoing: east + 3, reference: references[0] });
    const theirs = { incoming: east + 1, outgoing: west + 5, reference: references[1] };
    for (const each of [call, theirs]) run(pair, each, 1);
    for (const other of others) run(pair, other, 2);
    pair.expectIdle();
    expect(pair.records()).toHaveLength(6);
  });

  it("with no other circuit left: the call is released with cause 34", () => {
    const pair = CallServerPair.inService();
    for (let index = 0; index < 7; index++) pair.isup(west + index, iam("49"));
    const call = pair.isup(south, iam("49"));
    expect(outgoingOf(call)).toBe(east + 7);
    const said = pair.isup(east + 7, iam("5"));
    expect(causes(said)).toEqual([34]);
    expect(pair.state(east + 7)).toBe("incoming-wait-acm");
  });
});

describe("automatic repeat attempt (Q.764 2.8.1)", () => {
  const attempt = (message: Uint8Array) => {
    const pair = CallServerPair.inService();
    const call = newCall(west);
    run(pair, call, 0, 2);
    const said = pair.isup(call.outgoing, message);
    return { pair, call, said };
  };

  it.each([
    ["BLO (Q.784.1 6.2.2)", blo, `BLA ${east}, REL ${east}, delete, IAM ${east + 2}, create`, "wait-rlc"],
    ["RSC (Q.784.1 6.2.3)", rsc, `RLC ${east}, delete, IAM ${east + 2}, create`, "idle"],
    ["GRS", grs(1), `GRA ${east}, delete, IAM ${east + 2}, create`, "idle"],
    ["UCIC (Q.764 2.12)", ucic, `delete, IAM ${east + 2}, create`, "unequipped"],
    [
      "ANM out of turn (Q.784.1 6.2.5)",
      Uint8Array.of(0x09, 0x00),
      `RSC ${east}, delete, IAM ${east + 2}, create`,
      "reset-wait-rlc",
    ],
  ])("%s before the first backward message", (_, message, wanted, state) => {
    const { pair, call, said } = attempt(message);
    expect(line(said)).toBe(wanted);
    expect(pair.state(east)).toBe(state);
    const again = said.flatMap((each) =>
      each.kind === "instruct" && each.instruction.kind === "create" ? [each.instruction.call] : [],
    );
    pair.give({ kind: "done", call: call.reference, verb: 3 });
    if (state !== "idle" && state !== "unequipped") pair.isup(east, rlc);
    run(pair, { incoming: west, outgoing: east + 2, reference: again[0] }, 1);
    if (state === "unequipped") pair.isup(east, rsc);
    pair.expectIdle();
    expect(pair.records()).toMatchObject([{ outgoingCircuit: "east/3", answered: true }]);
  });

  it("a group reset over all circuits: each call goes on once, on a circuit that is not reset again", () => {
    const pair = CallServerPair.inService();
    for (const incoming of [west, west + 1]) run(pair, newCall(incoming), 0, 2);
    const said = pair.isup(east, grs(7));
    expect(line(said)).toBe(`GRA ${east}, delete, IAM ${east + 4}, create, delete, IAM ${east + 6}, create`);
    for (const circuit of [east + 4, east + 6]) expect(pair.state(circuit)).toBe("outgoing-wait-acm");
    expect(pair.primary.server.rows("state")).toHaveLength(2);
  });

  it("the replies of the old connection and the new one are not mixed up", () => {
    const pair = CallServerPair.inService();
    const old = newCall(west);
    run(pair, old, 0, 1);
    const said = pair.isup(old.outgoing, rsc);
    expect(line(said)).toBe(`RLC ${east}, delete, IAM ${east + 2}, create`);
    const late = pair.give({
      kind: "created",
      call: old.reference,
      identifier: 1,
      secondIdentifier: 2,
      address: 0,
      port: 0,
      payloadType: 0,
    });
    expect(line(late)).toBe("");
    expect(pair.primary.server.rows("connection")).toMatchObject([
      { key: old.reference, state: "deleting", identifier: 1 },
      { state: "creating", identifier: 0 },
    ]);
  });

  it("is given up after some circuits", () => {
    const pair = CallServerPair.inService();
    const call = newCall(west);
    run(pair, call, 0, 2);
    let said: readonly Said[] = [];
    let circuit = call.outgoing;
    for (let i = 0; i < 5; i++) {
      said = pair.isup(circuit, ucic);
      if (i < 4) circuit = outgoingOf(said);
    }
    expect(causes(said)).toEqual([34]);
  });

  it("after ACM it is too late: BLO is acknowledged, RSC releases", () => {
    const pair = CallServerPair.inService();
    const call = newCall(west);
    run(pair, call, 0, 3);
    expect(line(pair.isup(east, blo))).toBe(`BLA ${east}`);
    expect(line(pair.isup(east, rsc))).toBe(`RLC ${east}, REL ${west}, delete`);
  });
});

describe("messages without a procedure of their own", () => {
  it("are passed on in a call and counted", () => {
    const pair = CallServerPair.inService();
    const call = newCall(west);
    run(pair, call, 0, 6);
    expect(pair.isup(call.outgoing, sus)).toMatchObject([{ circuit: west, message: sus }]);
    expect(pair.isup(west, sus)).toMatchObject([{ circuit: call.outgoing, message: sus }]);
    expect(pair.primary.server.status().messagesPassedOnWithoutProcedure).toBe(2);
  });

  it("ACM twice, IAM in a call: discarded (Q.784.1 1.5.3)", () => {
    const pair = CallServerPair.inService();
    const call = newCall(west);
    run(pair, call, 0, 3);
    expect(line(pair.isup(call.outgoing, acm))).toBe("");
    expect(line(pair.isup(call.incoming, iam()))).toBe("");
    expect(line(pair.isup(call.outgoing, iam()))).toBe("");
    run(pair, call, 3);
    pair.expectIdle();
  });

  it.each([
    ["without compatibility information: discarded, CFN (Q.784.1 1.7.1.7)", [0x00], "CFN"],
    ["transit interpretation: passed on (Q.784.1 1.7.1.6)", [0x01, 0x38, 0x01, 0x80, 0x00], "passed"],
    ["pass on (Q.784.1 1.7.1.3)", [0x01, 0x38, 0x01, 0x81, 0x00], "passed"],
    ["release call (Q.784.1 1.7.1.1)", [0x01, 0x38, 0x01, 0x83, 0x00], "released"],
    ["discard silently (Q.784.1 1.7.1.2)", [0x01, 0x38, 0x01, 0x89, 0x00], ""],
    ["discard and notify", [0x01, 0x38, 0x01, 0x8d, 0x00], "CFN"],
  ])("unknown type, %s", (_, rest, outcome) => {
    const pair = CallServerPair.inService();
    const call = newCall(west);
    run(pair, call, 0, 6);
    const message = Uint8Array.of(0xe0, ...rest);
    const said = pair.isup(call.outgoing, message);
    if (outcome === "passed") expect(said).toMatchObject([{ circuit: west, message }]);
    else if (outcome === "CFN") {
      expect(said).toMatchObject([{ type: "CFN", circuit: call.outgoing }]);
      expect(said).toMatchObject([{ message: Uint8Array.of(0x2f, 0x02, 0x00, 0x03, 0x83, 0x80 | 97, 0xe0) }]);
    } else if (outcome === "released") expect(causes(said)).toEqual([97, 97]);
    else expect(said).toEqual([]);
    expect(pair.primary.server.status().messagesUnknown).toBe(1);
  });

  it("unknown type outside a call: discarded", () => {
    const pair = CallServerPair.inService();
    expect(line(pair.isup(west, Uint8Array.of(0xe0, 0x00)))).toBe("");
  });
});

describe("a remotely blocked circuit", () => {
  it("comes back into use when an IAM arrives on it (Q.784.1 1.3.2.4)", () => {
    const pair = CallServerPair.inService();
    expect(line(pair.isup(west, blo))).toBe(`BLA ${west}`);
    expect(pair.primary.server.candidates(0)).not.toContain(west);
    const said = pair.isup(west, iam());
    expect(line(said)).toMatch(/^IAM/);
    pair.isup(west, rel());
    expect(line(pair.isup(west, ubl))).toBe(`UBA ${west}`);
  });
});
