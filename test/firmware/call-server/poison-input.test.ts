import { describe, expect, it } from "vitest";
import { type Input, input } from "../../../firmware/interchange/input.ts";
import { encode } from "../../../firmware/layout/layout.ts";
import { anm, CallServerPair, iam, line, rlc, type Said } from "./call-server-pair.ts";
import { newCall, run } from "./call-script.ts";
import { slots, west } from "./example-rack.ts";
import { causes } from "./release-causes.ts";

/** An input that the primary before this one died of. */
function poison(pair: CallServerPair, payload: Uint8Array): readonly Said[] {
  const event = { kind: "poison", slot: slots.lim, number: 99, payload, waiting: 0 } as const;
  return pair.distribute(pair.tell(pair.primary, event), payload, () => "poison");
}

function finish(pair: CallServerPair, said: readonly Said[]): void {
  for (const each of said) {
    if (each.kind === "isup") pair.isup(each.circuit, rlc);
    else if (each.instruction.kind === "delete") pair.give({ kind: "done", call: each.instruction.call, verb: 3 });
  }
  pair.expectIdle();
}

/** Q.850. */
const temporaryFailure = 41;

describe("a poison input is consumed unread", () => {
  it("on a circuit without a call: the circuit is reset (Q.764 2.9.3.1)", () => {
    const pair = CallServerPair.inService();
    const { incoming } = newCall(west);
    const said = poison(pair, encode(input, { kind: "isup", circuit: incoming, message: iam() }));
    expect(line(said)).toBe(`RSC ${incoming}`);
    finish(pair, said);
    expect(pair.primary.logs).toEqual([expect.stringContaining("input 99 of slot")]);
  });

  it.each(["incoming", "outgoing"] as const)("on the %s circuit of a call: the call is released", (side) => {
    const pair = CallServerPair.inService();
    const call = newCall(west);
    run(pair, call, 0, 3);
    const said = poison(pair, encode(input, { kind: "isup", circuit: call[side], message: anm }));
    expect(line(said)).toBe(`REL ${call.incoming}, REL ${call.outgoing}, delete`);
    expect(causes(said)).toEqual([temporaryFailure, temporaryFailure]);
    finish(pair, said);
  });

  it("about a connection: its call is released", () => {
    const pair = CallServerPair.inService();
    const call = newCall(west);
    run(pair, call, 0, 6);
    const [reference] = pair.said.flatMap((each) =>
      each.kind === "instruct" && each.instruction.kind === "create" ? [each.instruction.call] : [],
    );
    const said = poison(pair, encode(input, { kind: "done", call: reference, verb: 2 }));
    expect(line(said)).toBe(`REL ${call.incoming}, REL ${call.outgoing}, delete`);
    finish(pair, said);
  });

  it.each<[string, Uint8Array]>([
    ["a destination", encode(input, { kind: "destination", exchange: 0, available: 0 } satisfies Input)],
    ["a circuit that there is not", encode(input, { kind: "isup", circuit: 60_000, message: iam() })],
    ["nothing that could be read", Uint8Array.of(0xff, 0xff)],
    ["nothing at all", new Uint8Array(0)],
  ])("about %s: nothing is done, and it is kept all the same", (_, payload) => {
    const pair = CallServerPair.inService();
    expect(poison(pair, payload)).toEqual([]);
    pair.expectIdle();
    const kept = pair.primary.file.map((text) => JSON.parse(text));
    expect(kept).toMatchObject([{ slot: slots.lim, number: 99, octets: Buffer.from(payload).toString("hex") }]);
  });
});
