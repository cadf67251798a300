import { describe, expect, it } from "vitest";
import { type Input, input } from "../../../firmware/interchange/input.ts";
import { encode } from "../../../firmware/layout/layout.ts";
import { acm, anm, blo, CallServerPair, gra, grs, iam, line, rel, rlc, rsc, ubl, ucic } from "./call-server-pair.ts";
import { newCall, run } from "./call-script.ts";
import { east, single, slots, south, west } from "./example-rack.ts";

describe("cold start", () => {
  it("asks about the destinations, clears the gateway, and resets what belongs to a destination that is reached (Q.784.1 1.2.6)", () => {
    const pair = new CallServerPair();
    expect(line(pair.pass(0))).toBe("auditDestination, auditDestination, auditDestination, clear, clear, clear, clear");
    expect(line(pair.pass(1_000_000))).toBe("");
    pair.give({ kind: "destination", exchange: 2, available: 1 });
    const said = pair.pass(0);
    expect(line(said)).toBe(`GRS ${south}, RSC ${single}`);
    expect(said[0]).toMatchObject({ message: grs(1) });
    // Nobody said anything of the others: they are reset all the same, in the end.
    pair.give({ kind: "destination", exchange: 1, available: 0 });
    expect(line(pair.pass(1_000_000))).toBe(`GRS ${west}`);
    pair.isup(west, gra(7));
    pair.give({ kind: "destination", exchange: 1, available: 1 });
    expect(line(pair.pass(0))).toBe(`GRS ${east}`);
  });

  it("no call leaves on a circuit before its reset is acknowledged; an IAM on it is not answered", () => {
    const pair = new CallServerPair();
    pair.pass(3_000_000);
    expect(pair.primary.server.candidates(1)).toEqual([]);
    expect(line(pair.isup(west, iam()))).toBe("");
    expect(line(pair.isup(west, rel()))).toBe(`RLC ${west}`);
  });

  it("GRA says which circuits the other end has blocked (Q.764 2.9.3.2)", () => {
    const pair = new CallServerPair();
    pair.pass(3_000_000);
    pair.isup(east, gra(7, 0b0000_0101));
    expect(pair.primary.server.candidates(1)).toEqual([east + 4, east + 6, east + 1, east + 3, east + 5, east + 7]);
    expect(pair.primary.server.status()).toMatchObject({ circuitsRemotelyBlocked: 2 });
    pair.isup(east, ubl);
    expect(pair.primary.server.candidates(1)).toContain(east);
  });

  it("GRA with another range is disregarded", () => {
    const pair = new CallServerPair();
    pair.pass(3_000_000);
    pair.isup(east, gra(6));
    expect(pair.state(east)).toBe("group-reset-wait-gra");
    pair.isup(east, gra(7));
    expect(pair.state(east + 7)).toBe("idle");
  });

  it("T22 repeats GRS until T23 alerts maintenance, then T23 alone (Q.784.1 5.2.11)", () => {
    const pair = new CallServerPair();
    pair.pass(0);
    pair.give({ kind: "destination", exchange: 0, available: 1 });
    for (const exchange of [1, 2]) pair.give({ kind: "destination", exchange, available: 0 });
    pair.pass(0);
    const repeated = pair.pass(299_999_999);
    expect(repeated).toHaveLength(19);
    expect(repeated[18]).toMatchObject({ circuit: west, message: grs(7) });
    expect(pair.primary.logs).toEqual([]);
    pair.pass(1);
    expect(pair.state(west)).toBe("group-reset-unanswered");
    expect(pair.primary.logs).toHaveLength(1);
    expect(line(pair.pass(300_000_000))).toBe(`GRS ${west}`);
    pair.isup(west, gra(7));
    expect(pair.state(west)).toBe("idle");
    expect(pair.primary.server.runningTimers()).toEqual([]);
  });

  it("T16 repeats RSC until T17 alerts maintenance (Q.784.1 5.2.8)", () => {
    const pair = new CallServerPair();
    pair.pass(0);
    for (const exchange of [0, 1]) pair.give({ kind: "destination", exchange, available: 0 });
    pair.pass(2_000_000);
    pair.isup(south, gra(1));
    const repeated = pair.pass(299_999_000);
    expect(new Set(repeated.map((each) => line([each])))).toEqual(new Set([`RSC ${single}`]));
    pair.pass(1000);
    expect(pair.state(single)).toBe("reset-unanswered");
    expect(pair.primary.logs.join()).toContain("single/9");
    pair.isup(single, rlc);
    expect(pair.state(single)).toBe("idle");
  });

  it("a witness that is admitted is told what concerns it; a gateway with connections is not cleared", () => {
    const pair = CallServerPair.inService();
    const admit = (slot: number) => {
      const actions = pair.tell(pair.primary, { kind: "admit", slot, incarnation: 7 });
      expect(actions).toMatchObject([{ kind: "commit", consumed: { kind: "admit", slot, incarnation: 7 } }]);
      pair.distributeEmpty(actions);
      return line(pair.pass(0));
    };
    expect(admit(slots.otherLim)).toBe("auditDestination, auditDestination");
    run(pair, newCall(west), 0, 2);
    expect(admit(slots.transporter)).toBe("");
    expect(line(pair.isup(west + 1, iam()))).toMatch(/^IAM/);
  });

  it("a gateway whose transporter comes after the cold start is cleared once", () => {
    const pair = CallServerPair.inService();
    const admit = () =>
      pair.distributeEmpty(pair.tell(pair.primary, { kind: "admit", slot: slots.transporter, incarnation: 1 }));
    admit();
    expect(line(pair.pass(0))).toBe("clear, clear, clear, clear");
    admit();
    expect(line(pair.pass(0))).toBe("");
  });
});

describe("reset by the other end (Q.764 2.9.3)", () => {
  it("RSC on an idle circuit (Q.784.1 1.2.1)", () => {
    const pair = CallServerPair.inService();
    expect(line(pair.isup(west, rsc))).toBe(`RLC ${west}`);
    pair.expectIdle();
  });

  it("RSC on a remotely blocked circuit lifts the blocking (Q.784.1 1.2.4)", () => {
    const pair = CallServerPair.inService();
    pair.isup(west, blo);
    expect(line(pair.isup(west, rsc))).toBe(`RLC ${west}`);
    expect(pair.primary.server.candidates(0)).toContain(west);
  });

  it("GRS of idle circuits, and of blocked ones (Q.784.1 1.2.5a, 1.2.7)", () => {
    const pair = CallServerPair.inService();
    pair.isup(west + 1, blo);
    const said = pair.isup(west, grs(7));
    expect(said).toMatchObject([{ type: "GRA", circuit: west, message: gra(7, 0) }]);
    expect(pair.primary.server.candidates(0)).toContain(west + 1);
  });

  it.each([0, 32])("GRS with range %i is discarded (Q.784.1 1.2.5b, 1.2.5c)", (range) => {
    const pair = CallServerPair.inService();
    expect(line(pair.isup(west, grs(range)))).toBe("");
    expect(pair.primary.server.status()).toMatchObject({ messagesMalformed: 1 });
  });

  it("GRS over both circuits of one call", () => {
    const { trunkGroups, routes } = new CallServerPair().configuration;
    const pair = CallServerPair.inService({ trunkGroups, routes: [...routes, { prefix: "7", trunkGroups: ["west"] }] });
    const call = newCall(west);
    const said = pair.isup(west, iam("7"));
    call.outgoing = said.flatMap((each) => (each.kind === "isup" ? [each.circuit] : []))[0];
    const [create] = said.flatMap((each) => (each.kind === "instruct" ? [each.instruction] : []));
    expect(create).toMatchObject({ kind: "create", circuit: west, otherCircuit: call.outgoing });
    pair.isup(call.outgoing, acm);
    pair.isup(call.outgoing, anm);
    pair.isup(west, grs(7));
    const reference = create.kind === "create" ? create.call : 0;
    pair.give({
      kind: "created",
      call: reference,
      identifier: 1,
      secondIdentifier: 2,
      address: 3,
      port: 4,
      payloadType: 5,
    });
    pair.give({ kind: "done", call: reference, verb: 3 });
    pair.expectIdle();
    expect(pair.records()).toHaveLength(1);
  });
});

describe("blocking by the other end (Q.764 2.8.2)", () => {
  it("BLO is acknowledged and obeyed, UBL too (Q.784.1 1.3.2.1)", () => {
    const pair = CallServerPair.inService();
    for (const circuit of [0, 2, 4, 6].map((index) => east + index)) {
      expect(line(pair.isup(circuit, blo))).toBe(`BLA ${circuit}`);
    }
    expect(line(pair.isup(west, iam("49")))).toMatch(`IAM ${east + 1}`);
    expect(line(pair.isup(east, blo))).toBe(`BLA ${east}`);
    expect(line(pair.isup(east, ubl))).toBe(`UBA ${east}`);
    expect(line(pair.isup(east, ubl))).toBe(`UBA ${east}`);
    expect(line(pair.isup(west + 1, iam("49")))).toMatch(`IAM ${east}`);
  });
});

describe("unreasonable messages (Q.764 2.9.5.1; Q.784.1 1.5.1)", () => {
  it.each([
    ["REL", rel(), "RLC", "idle"],
    ["RLC", rlc, "", "idle"],
    ["ACM", acm, "RSC", "reset-wait-rlc"],
    ["ANM", anm, "RSC", "reset-wait-rlc"],
    ["GRA", gra(7), "", "idle"],
    ["UCIC", ucic, "", "idle"],
    ["BLA", Uint8Array.of(0x15), "", "idle"],
    ["UBA", Uint8Array.of(0x16), "", "idle"],
    ["CFN", Uint8Array.of(0x2f, 0x02, 0x00, 0x02, 0x83, 0xe1), "", "idle"],
  ])("%s on an idle circuit", (_, message, answer, state) => {
    const pair = CallServerPair.inService();
    expect(line(pair.isup(west, message))).toBe(answer === "" ? "" : `${answer} ${west}`);
    expect(pair.state(west)).toBe(state);
  });
});

describe("unequipped circuits (Q.764 2.12; Q.784.1 1.1)", () => {
  it("UCIC for a CIC that no trunk group has, but not in answer to an answer", () => {
    const pair = CallServerPair.inService();
    const said = pair.give({ kind: "unequipped", exchange: 1, cic: 99, message: iam() });
    expect(said).toMatchObject([{ slot: slots.otherLim, instruction: { exchange: 1, cic: 99, message: ucic } }]);
    for (const message of [ucic, rlc, Uint8Array.of(0x15)]) {
      expect(pair.give({ kind: "unequipped", exchange: 1, cic: 99, message })).toEqual([]);
    }
    expect(pair.give({ kind: "unequipped", exchange: 200, cic: 99, message: iam() })).toEqual([]);
  });
});

describe("inputs that make no sense", () => {
  it.each<Input>([
    { kind: "isup", circuit: 9999, message: iam() },
    { kind: "created", call: 77, identifier: 0, secondIdentifier: 0, address: 0, port: 0, payloadType: 0 },
    { kind: "done", call: 77, verb: 3 },
    { kind: "refused", call: 77, verb: 1, cause: 0, code: 0 },
    { kind: "gateway", gateway: 200, event: 0 },
    { kind: "endpoint", circuit: 9999, event: 0 },
    { kind: "destination", exchange: 200, available: 1 },
  ])("$kind: consumed and counted", (said) => {
    const pair = CallServerPair.inService();
    expect(pair.give(said)).toEqual([]);
    expect(pair.primary.server.status()).toMatchObject({ inputsStray: 1 });
  });

  it("octets that are no input at all", () => {
    const pair = CallServerPair.inService();
    for (const payload of [[], [0xff], [0x20, 0x01], encode(input, { kind: "done", call: 1, verb: 2 }).slice(0, 3)]) {
      expect(pair.consume(slots.lim, Uint8Array.from(payload))).toEqual([]);
    }
    expect(pair.primary.server.status()).toMatchObject({ inputsMalformed: 4 });
  });
});
