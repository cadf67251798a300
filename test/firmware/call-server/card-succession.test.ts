import { describe, expect, it } from "vitest";
import type { ApplicationAction } from "../../../firmware/card/application.ts";
import { repetitions } from "../../../firmware/call-server/message-repetition.ts";
import { acm, anm, CallServerPair, line, rel, rlc, type Said } from "./call-server-pair.ts";
import { gatewayReply, newCall, run, setUp } from "./call-script.ts";
import { exampleRack, redundantRack, slots, west } from "./example-rack.ts";

/** All ways in service: each LIM has said that it reaches every exchange. */
function redundantPair(overrides: Record<string, unknown> = redundantRack()): CallServerPair {
  const pair = CallServerPair.inService(overrides);
  for (const exchange of pair.configuration.exchanges.keys()) {
    pair.give({ kind: "destination", exchange, available: 1 }, slots.otherLim);
  }
  pair.said.length = 0;
  return pair;
}

/** The same with circuits for so many calls from west to east. */
function widePair(calls: number): CallServerPair {
  const trunkGroups = exampleRack()
    .trunkGroups.slice(0, 2)
    .map((group) => ({ ...group, lastCic: calls }));
  return redundantPair({ ...redundantRack(), trunkGroups, routes: [{ prefix: "4", trunkGroups: ["east"] }] });
}

/** Both call servers hear that the card is gone, the last commit that it performed being `performed`. */
function dies(pair: CallServerPair, slot: number, performed: number): readonly Said[] {
  pair.hear({ slot, alive: false, performed });
  return pair.pass(0);
}

/** The primary does some of what is to be done. */
function work(pair: CallServerPair): readonly Said[] {
  return pair.distribute(pair.tell(pair.primary, { kind: "deadline" }), new Uint8Array(0), () => "internal");
}

/** It is heard again, and has not restarted. */
function comesBack(pair: CallServerPair, slot: number): void {
  pair.hear({ slot, alive: true, incarnation: 7 });
  pair.pass(0);
}

const slotsOf = (said: readonly Said[]) => said.map(({ slot }) => slot);

describe("two LIMs", () => {
  it("share the circuits of an exchange, and the messages of a circuit go one way", () => {
    const pair = redundantPair();
    const ways = [0, 1, 2, 3].map((circuit) => {
      const [first] = pair.isup(west + circuit, rel());
      return first.slot;
    });
    expect(new Set(ways)).toEqual(new Set([slots.lim, slots.otherLim]));
    expect(ways[0]).toBe(ways[2]);
    expect(ways[1]).toBe(ways[3]);
  });

  it("an association that is down is not used, and used again when it is up", () => {
    const pair = redundantPair();
    const wayOf = () => slotsOf(pair.isup(west, rel()))[0];
    const usual = wayOf();
    pair.give({ kind: "destination", exchange: 0, available: 0 }, usual);
    expect(wayOf()).not.toBe(usual);
    pair.give({ kind: "destination", exchange: 0, available: 1 }, usual);
    expect(wayOf()).toBe(usual);
  });

  it("one dies: what it had not sent goes out by the other, what it had does not", () => {
    const pair = redundantPair();
    const call = setUp(pair, west);
    pair.give({ kind: "created", call: call.reference, ...gatewayReply });
    const [, alerting] = [pair.isup(call.outgoing, acm), pair.said.at(-1)];
    const performed = pair.sequence;
    const [answer] = pair.isup(call.outgoing, anm).filter(({ kind }) => kind === "isup");
    expect(alerting?.kind).toBe("isup");
    const said = dies(pair, answer.slot, performed);
    expect(line(said)).toBe(`ANM ${west}`);
    expect(slotsOf(said)).toEqual([answer.slot === slots.lim ? slots.otherLim : slots.lim]);
    pair.compare();
  });

  it("an IAM that may have been sent: the circuit is reset, and the call goes over another one by the other LIM", () => {
    const pair = redundantPair();
    const { outgoing } = setUp(pair, west);
    const way = pair.said.find((each) => each.kind === "isup" && each.type === "IAM")?.slot ?? 0;
    const said = dies(pair, way, pair.sequence - 1);
    // In this order: the called party would be found busy with what the first one began.
    expect(line(said)).toMatch(new RegExp(`^RSC ${outgoing}, delete, IAM \\d+, create$`));
    const other = way === slots.lim ? slots.otherLim : slots.lim;
    expect(said.filter(({ kind }) => kind === "isup").map(({ slot }) => slot)).toEqual([other, other]);
  });

  it("a REL whose RLC has come is not said again, even when nobody knows whether it was sent", () => {
    const pair = redundantPair();
    const call = newCall(west);
    const before = pair.sequence;
    run(pair, call);
    for (const slot of [slots.lim, slots.otherLim]) {
      const said = dies(pair, slot, before).filter((each) => each.kind === "isup" && each.type !== "RLC");
      expect(line(said)).toBe("");
    }
  });

  it("a call that was answered and is over before it is missed: all that the calling side has not heard of it", () => {
    const pair = redundantPair();
    const call = newCall(west);
    run(pair, call, 0, 2);
    const performed = pair.sequence;
    const heard = [acm, anm, rel()].flatMap((message) => pair.isup(call.outgoing, message));
    const toWest = (each: Said) => each.kind === "isup" && each.circuit === west;
    const way = heard.find(toWest)?.slot ?? 0;
    expect(line(dies(pair, way, performed).filter(toWest))).toBe(`ACM ${west}, ANM ${west}, REL ${west}`);
    pair.isup(west, rlc);
    pair.compare();
  });

  it("both ends have released: the RLC is said again as well as the REL, though the other end's is still to come", () => {
    const pair = redundantPair();
    const call = newCall(west);
    run(pair, call, 0, 6);
    const performed = pair.sequence;
    const toWest = (each: Said) => each.kind === "isup" && each.circuit === west;
    const heard = [pair.isup(call.outgoing, rel()), pair.isup(west, rel())].flat().filter(toWest);
    expect(line(heard)).toBe(`REL ${west}, RLC ${west}`);
    expect(line(dies(pair, heard[0].slot, performed).filter(toWest))).toBe(`REL ${west}, RLC ${west}`);
    pair.isup(west, rlc);
    pair.compare();
  });

  it("a UCIC is said by the other one", () => {
    const pair = redundantPair();
    const performed = pair.sequence;
    pair.give({ kind: "unequipped", exchange: 0, cic: 4000, message: Uint8Array.of(0x0c) }, slots.lim);
    expect(dies(pair, slots.lim, performed)).toMatchObject([
      { slot: slots.otherLim, instruction: { kind: "unequipped", exchange: 0, cic: 4000 } },
    ]);
    pair.compare();
  });

  it("the primary goes before it has moved anything: the backup does it", () => {
    const pair = redundantPair();
    const call = newCall(west);
    run(pair, call, 0, 4);
    const performed = pair.sequence;
    const answered = pair.isup(call.outgoing, anm).find((each) => each.kind === "isup")?.slot ?? 0;
    pair.hear({ slot: answered, alive: false, performed });
    pair.takeOver();
    expect(line(pair.pass(0))).toBe(`ANM ${west}`);
  });

  it("the primary goes after it has moved everything: the backup moves nothing again", () => {
    const pair = redundantPair();
    const call = newCall(west);
    run(pair, call, 0, 4);
    const performed = pair.sequence;
    const answered = pair.isup(call.outgoing, anm).find((each) => each.kind === "isup")?.slot ?? 0;
    expect(line(dies(pair, answered, performed))).toBe(`ANM ${west}`);
    pair.takeOver();
    expect(line(pair.pass(0))).toBe("");
  });

  it("one that stood still for a while and came back as it was dies as any other, later on", () => {
    const pair = redundantPair();
    const wayOf = () => slotsOf(pair.isup(west, rel()))[0];
    const usual = wayOf();
    dies(pair, usual, pair.sequence);
    comesBack(pair, usual);
    pair.give({ kind: "destination", exchange: 0, available: 1 }, usual);
    expect(wayOf()).toBe(usual);
    const call = newCall(west);
    run(pair, call, 0, 4);
    const performed = pair.sequence;
    const [answer] = pair.isup(call.outgoing, anm).filter(({ kind }) => kind === "isup");
    const said = dies(pair, answer.slot, answer.slot === usual ? performed : pair.sequence);
    expect(line(said)).toBe(answer.slot === usual ? `ANM ${call.incoming}` : "");
    if (answer.slot !== usual) dies(pair, usual, pair.sequence);
    // What it had said of its associations is void: the next one in its slot says it anew.
    comesBack(pair, usual);
    expect(wayOf()).not.toBe(usual);
  });

  it("every row of the repetitions says in which states it holds, and why", () => {
    console.table(
      repetitions.map(({ types, states, remedy, because }) => [types.join(" "), states.join(" "), remedy, because]),
    );
    for (const { types, states, because } of repetitions) {
      expect(types.length).toBeGreaterThan(0);
      expect(states.length).toBeGreaterThan(0);
      expect(because).toMatch(/^2\.\d/);
    }
  });
});

describe("dismissal", () => {
  const said = (actions: readonly ApplicationAction[]) =>
    actions.flatMap((action) => (action.kind === "commit" ? [action.consumed] : []));

  it("a card whose work another can do is dismissed before anything of it is moved, and admitted when it is heard again", () => {
    const pair = redundantPair();
    for (const slot of [slots.lim, slots.transporter]) {
      expect(said(pair.hear({ slot, alive: false, performed: pair.sequence }))).toEqual([{ kind: "dismiss", slot }]);
      expect(said(pair.hear({ slot, alive: false, performed: pair.sequence }))).toEqual([]);
      pair.pass(0);
      pair.compare();
      // It has restarted: it is admitted as a newcomer, and nothing is given to it until then.
      expect(said(pair.hear({ slot, alive: true }))).toEqual([]);
      const back = pair.hear({ slot, alive: true, incarnation: 9 });
      expect(said(back)).toEqual([{ kind: "admit", slot, incarnation: 9 }]);
      pair.pass(0);
      pair.compare();
    }
  });

  it("the last one that can do the work is not dismissed", () => {
    const pair = redundantPair();
    pair.hear({ slot: slots.lim, alive: false, performed: pair.sequence });
    expect(said(pair.hear({ slot: slots.otherLim, alive: false, performed: pair.sequence }))).toEqual([]);
    expect(said(CallServerPair.inService().hear({ slot: slots.lim, alive: false, performed: 5 }))).toEqual([]);
  });

  it("a new primary says what its predecessor has not said of cards", () => {
    const pair = redundantPair();
    const { backup } = pair;
    if (backup) pair.tell(backup, { kind: "card", slot: slots.otherLim, alive: false, performed: 5 });
    pair.takeOver();
    expect(pair.primary.server.rows("card")).toMatchObject([{ key: slots.otherLim, dismissed: true }]);
  });
});

describe("two transporters", () => {
  it("one controls the gateway; when it dies the other is told so, and repeats what is outstanding under its first place", () => {
    const pair = redundantPair();
    const { reference } = setUp(pair, west);
    const { sequence } = pair;
    expect(pair.said.find(({ kind }) => kind === "instruct")?.slot).toBe(slots.transporter);
    const said = dies(pair, slots.transporter, sequence);
    expect(said).toMatchObject([
      { slot: slots.otherTransporter, instruction: { kind: "control", gateway: 0 } },
      {
        slot: slots.otherTransporter,
        instruction: { kind: "again", sequence, instruction: { kind: "create", call: reference } },
      },
    ]);
    pair.give({ kind: "created", call: reference, ...gatewayReply }, slots.otherTransporter);
    comesBack(pair, slots.transporter);
    pair.isup(west, rel());
    expect(pair.said.findLast(({ kind }) => kind === "instruct")).toMatchObject({
      slot: slots.otherTransporter,
      instruction: { kind: "delete" },
    });
    pair.compare();
  });

  it("a connection that is removed before the gateway has answered: it is asked to make it, and to remove it, in this order", () => {
    const pair = redundantPair();
    const { reference: call } = setUp(pair, west);
    const made = pair.sequence;
    pair.isup(west, rel());
    const removed = pair.sequence;
    const next = setUp(pair, west);
    expect(dies(pair, slots.transporter, 0)).toMatchObject([
      { instruction: { kind: "control" } },
      { instruction: { kind: "again", sequence: made, instruction: { kind: "create", call } } },
      { instruction: { kind: "again", sequence: removed, instruction: { kind: "delete", call } } },
      { instruction: { kind: "again", instruction: { kind: "create", call: next.reference } } },
    ]);
    pair.give({ kind: "created", call, ...gatewayReply }, slots.otherTransporter);
    comesBack(pair, slots.transporter);
    // It is known to be made, or not to be made any more.
    expect(dies(pair, slots.otherTransporter, pair.sequence)).toMatchObject([
      { instruction: { kind: "control" } },
      { instruction: { kind: "again", sequence: removed, instruction: { kind: "delete", call } } },
      { instruction: { kind: "again", instruction: { kind: "create", call: next.reference } } },
    ]);
    pair.compare();
  });

  it("a connection whose removal was said again and again is not made once more: the gateway may have forgotten the transaction", () => {
    const pair = redundantPair();
    const { reference: call, outgoing } = setUp(pair, west);
    pair.isup(west, rel());
    pair.isup(outgoing, rlc);
    pair.pass(10_000_000);
    const said = dies(pair, slots.transporter, 0);
    expect(said.flatMap((each) => (each.kind === "instruct" ? [each.instruction] : []))).toMatchObject([
      { kind: "control" },
      { kind: "again", sequence: pair.sequence - 2, instruction: { kind: "delete", call } },
    ]);
  });

  it("a call ends while so many instructions are moved that its own have to wait: what is made for it is removed after that", () => {
    const pair = widePair(130);
    const calls = Array.from({ length: 130 }, (_, place) => setUp(pair, west + place));
    const { incoming, reference: call } = calls[calls.length - 1];
    pair.hear({ slot: slots.transporter, alive: false, performed: pair.sequence });
    work(pair);
    const order = { slot: slots.otherTransporter, instruction: { kind: "delete", call } };
    expect(pair.isup(incoming, rel()).at(-1)).toMatchObject(order);
    expect(work(pair).slice(-2)).toMatchObject([
      { instruction: { kind: "again", instruction: { kind: "create", call } } },
      order,
    ]);
    pair.compare();
  });

  it("more is outstanding than one commit moves, and all of it was sent: each is repeated once", () => {
    const pair = widePair(40);
    const calls = Array.from({ length: 40 }, (_, place) => setUp(pair, west + place).reference);
    pair.hear({ slot: slots.transporter, alive: false, performed: pair.sequence });
    const said = [work(pair), work(pair)].flat();
    const repeated = said.flatMap((each) =>
      each.kind === "instruct" && each.instruction.kind === "again" ? [each.instruction.instruction] : [],
    );
    expect(repeated.map((each) => ("call" in each ? each.call : 0))).toEqual(calls);
    pair.compare();
  });

  it("what the gateway has answered is not repeated", () => {
    const pair = redundantPair();
    const call = newCall(west);
    run(pair, call, 0, 3);
    expect(line(dies(pair, slots.transporter, 0))).toBe("control");
  });

  it("the second one dies too, with what it had inherited: the first, back again, gets it under the first place", () => {
    const pair = redundantPair();
    const { reference } = setUp(pair, west);
    const { sequence } = pair;
    dies(pair, slots.transporter, sequence);
    comesBack(pair, slots.transporter);
    expect(dies(pair, slots.otherTransporter, pair.sequence)).toMatchObject([
      { slot: slots.transporter, instruction: { kind: "control" } },
      { slot: slots.transporter, instruction: { kind: "again", sequence, instruction: { call: reference } } },
    ]);
    pair.isup(west, rel());
    pair.isup(west, rlc);
  });
});
