import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { encodeMessage } from "../../../firmware/isup/codec.ts";
import { messages } from "../../../firmware/isup/messages.ts";
import {
  acm,
  anm,
  blo,
  CallServerPair,
  con,
  cpg,
  gra,
  grs,
  iam,
  rel,
  rlc,
  rsc,
  sus,
  ubl,
  ucic,
} from "./call-server-pair.ts";
import { gatewayReply, newCall, run } from "./call-script.ts";
import { east, slots, west } from "./example-rack.ts";

/** The other ends do what they must until all is quiet, from whatever state. */
function tidy(pair: CallServerPair): void {
  for (let round = 0; round < 12; round++) {
    for (const { key, state, range } of pair.primary.server.rows("endpoint") as {
      key: number;
      state: string;
      range: number;
    }[]) {
      if (state === "wait-rlc" || state.startsWith("reset-")) pair.isup(key, rlc);
      else if (state === "group-reset-wait-gra" || state === "group-reset-unanswered") pair.isup(key, gra(range));
      else if (state !== "idle" && state !== "group-reset-member") pair.isup(key, rsc);
    }
    for (const { key, state } of pair.primary.server.rows("connection") as { key: number; state: string }[]) {
      if (state === "creating") pair.give({ kind: "created", call: key, ...gatewayReply });
      if (state === "modifying") pair.give({ kind: "done", call: key, verb: 2 });
      if (state === "deleting") pair.give({ kind: "done", call: key, verb: 3 });
    }
    pair.pass(0);
  }
  for (const circuit of [west, west + 1, east, east + 1]) pair.isup(circuit, ubl);
  pair.expectIdle();
  expect(pair.backup?.file ?? pair.primary.file).toEqual(pair.primary.file);
  const keys = pair.primary.file.map((each) => JSON.stringify((JSON.parse(each) as { key: unknown }).key));
  expect(new Set(keys).size).toBe(keys.length);
}

/** A pair with circuits in all the states of a call, and one that is quiet. */
function busyPair(): CallServerPair {
  const { trunkGroups } = new CallServerPair().configuration;
  const pair = CallServerPair.inService({
    trunkGroups,
    routes: [
      { prefix: "4", trunkGroups: ["east"], remove: 1, insert: "004900" },
      { prefix: "", trunkGroups: ["east", "south"] },
    ],
  });
  for (const [index, upTo] of [1, 2, 3, 6, 7].entries()) run(pair, newCall(west + index), 0, upTo);
  return pair;
}

const bodies: readonly (readonly [string, Uint8Array])[] = [
  ["IAM", iam("4711", 9)],
  ["ACM", acm],
  ["CPG", cpg],
  ["ANM", anm],
  ["CON", con],
  ["REL", rel()],
  ["RLC", rlc],
  ["GRS", grs(5)],
  ["GRA", gra(5)],
  ["SUS", sus],
  ["unknown", Uint8Array.of(0xe0, 0x01, 0x38, 0x01, 0x83, 0x00)],
];

describe("hostile ISUP", () => {
  it.each(bodies)("%s: every truncation and every corrupted octet, in every state of a circuit", (_, message) => {
    const pair = busyPair();
    const variants: Uint8Array[] = [];
    for (let length = 0; length < message.length; length++) variants.push(message.slice(0, length));
    for (let at = 0; at < message.length; at++) {
      for (const value of [0x00, 0x01, 0x7f, 0x80, 0xff, message[at] ^ 0x01, message[at] ^ 0x80, message[at] + 1]) {
        const variant = message.slice();
        variant[at] = value;
        variants.push(variant);
      }
    }
    const circuits = [west, west + 1, west + 2, west + 3, west + 4, west + 5, east, east + 2, east + 4];
    for (const [index, variant] of variants.entries()) {
      pair.isup(circuits[index % circuits.length], variant);
      if (index % 40 === 39) pair.pass(1_000_000);
    }
    tidy(pair);
  });

  it("a message of every type that Q.763 has, on circuits in every state", () => {
    const pair = busyPair();
    for (const { code } of messages) {
      for (const circuit of [west, west + 2, west + 3, west + 5, east, east + 4]) {
        pair.isup(circuit, Uint8Array.of(code, 0x00, 0x00));
        pair.isup(circuit, Uint8Array.of(code, 0x01, 0x02, 0x03, 0x00));
      }
    }
    tidy(pair);
  });

  it("a called number that is as long as it can be", () => {
    const pair = busyPair();
    const digits = "4".repeat(200);
    const said = pair.isup(west + 5, iam(digits));
    expect(said[0]).toMatchObject({ type: "REL" });
    expect(pair.isup(west + 6, new Uint8Array(400).fill(1))).toEqual([]);
    tidy(pair);
  });

  it("spare octets in a called number that the route changes", () => {
    const pair = busyPair();
    const message = iam("4711");
    for (let octet = 0; octet < 256; octet++) {
      for (const at of [9, 10, 11, 12]) {
        const variant = message.slice();
        variant[at] = octet;
        pair.isup(west + 5, variant);
        pair.isup(west + 5, rsc);
      }
    }
    tidy(pair);
  });

  it("random octets as messages", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(18), fc.uint8Array({ maxLength: 40 })), { maxLength: 60 }), (inputs) => {
        const pair = busyPair();
        for (const [circuit, octets] of inputs) pair.isup(circuit, octets);
        tidy(pair);
      }),
      { numRuns: 30 },
    );
  });

  it("random octets as inputs", () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 20 }), { maxLength: 100 }), (inputs) => {
        const pair = busyPair();
        for (const payload of inputs) pair.consume(slots.lim, payload);
        pair.pass(0);
        tidy(pair);
      }),
      { numRuns: 30 },
    );
  });
});

describe("random interleavings", () => {
  const message = fc.constantFrom(
    ...[iam("4711"), iam("5"), iam("9"), acm, cpg, anm, con, rel(), rlc, rsc, grs(3), gra(7), blo, ubl, ucic, sus],
    encodeMessage({
      type: "CFN",
      parameters: { causeIndicators: { codingStandard: "itu-t", location: "user", cause: 97 } },
      unknown: [],
    }),
  );
  const circuit = fc.constantFrom(west, west + 1, west + 2, east, east + 1, east + 2);
  const act = fc.oneof(
    { weight: 12, arbitrary: fc.record({ kind: fc.constant("message" as const), circuit, message }) },
    {
      weight: 5,
      arbitrary: fc.record({
        kind: fc.constant("gateway" as const),
        reply: fc.constantFrom("yes", "no"),
        which: fc.nat(7),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({ kind: fc.constant("time" as const), millis: fc.constantFrom(1, 10_000, 16_000, 300_000) }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant("gateway-event" as const), event: fc.nat(2) }) },
    {
      weight: 1,
      arbitrary: fc.record({ kind: fc.constant("destination" as const), exchange: fc.nat(2), available: fc.nat(1) }),
    },
    { weight: 1, arbitrary: fc.constant({ kind: "take-over" as const }) },
  );

  it("never throw, keep both cards equal, and leave nothing behind (seed 20)", () => {
    fc.assert(
      fc.property(fc.array(act, { minLength: 20, maxLength: 120 }), (acts) => {
        const pair = CallServerPair.inService();
        for (const each of acts) {
          if (each.kind === "message") pair.isup(each.circuit, each.message);
          else if (each.kind === "time") pair.pass(each.millis * 1000);
          else if (each.kind === "gateway-event") pair.give({ kind: "gateway", gateway: 0, event: each.event });
          else if (each.kind === "destination")
            pair.give({ kind: "destination", exchange: each.exchange, available: each.available });
          else if (each.kind === "take-over") {
            pair.takeOver();
            pair.insert();
          } else reply(pair, each.reply === "yes", each.which);
        }
        pair.give({ kind: "gateway", gateway: 0, event: 2 });
        tidy(pair);
      }),
      { numRuns: 300, seed: 20 },
    );
  });

  function reply(pair: CallServerPair, yes: boolean, which: number): void {
    const rows = pair.primary.server.rows("connection") as { key: number; state: string }[];
    const row = rows[which % Math.max(1, rows.length)];
    if (row === undefined) return;
    const verb = { creating: 1, modifying: 2, deleting: 3 }[row.state] ?? 3;
    if (!yes) pair.give({ kind: "refused", call: row.key, verb, cause: 41, code: 500 });
    else if (verb === 1) pair.give({ kind: "created", call: row.key, ...gatewayReply });
    else pair.give({ kind: "done", call: row.key, verb });
  }
});
