import { describe, expect, it } from "vitest";
import { acm, anm, CallServerPair, con, cpg, createReference, iam, line, rel, rlc } from "./call-server-pair.ts";
import { east, west } from "./example-rack.ts";

const gatewayReply = {
  identifier: 0xdeadbeef,
  secondIdentifier: 0x12345678,
  address: 0x7f000001,
  port: 4002,
  payloadType: 8,
};

describe("a transit call", () => {
  it("octets of the commits: the IAM's changes at most 14, the others' at most 8, the whole call at most 150", () => {
    const pair = CallServerPair.inService();
    const names: string[] = [];
    const expectSaid = (name: string, said: Parameters<typeof line>[0], wanted: string) => {
      names.push(name);
      expect(line(said), name).toBe(wanted);
    };
    const created = pair.isup(west, iam("4711", 10));
    const call = createReference(created);
    expectSaid("IAM", created, `IAM ${east}, create`);
    expectSaid("created", pair.give({ kind: "created", call, ...gatewayReply }), "");
    expectSaid("ACM", pair.isup(east, acm), `ACM ${west}`);
    expectSaid("CPG", pair.isup(east, cpg), `CPG ${west}`);
    expectSaid("ANM", pair.isup(east, anm), `ANM ${west}, modify`);
    expectSaid("modified", pair.give({ kind: "done", call, verb: 2 }), "");
    expectSaid("REL", pair.isup(west, rel()), `RLC ${west}, REL ${east}, delete`);
    expectSaid("RLC", pair.isup(east, rlc), "");
    expectSaid("deleted", pair.give({ kind: "done", call, verb: 3 }), "");
    pair.expectIdle();
    const table = pair.trace.map(({ outputOctets, changeOctets }, i) => ({
      commit: names[i],
      outputOctets,
      changeOctets,
    }));
    const total = table.reduce((sum, { outputOctets, changeOctets }) => sum + outputOctets + changeOctets, 0);
    console.table([...table, { commit: "whole call", outputOctets: total }]);
    expect(table[0].changeOctets).toBeLessThanOrEqual(14);
    for (const { changeOctets } of table.slice(1)) expect(changeOctets).toBeLessThanOrEqual(8);
    expect(total).toBeLessThanOrEqual(150);
  });

  it("CON answers without ACM (Q.784.1 2.3.3)", () => {
    const pair = CallServerPair.inService();
    const call = createReference(pair.isup(west, iam()));
    expect(line(pair.isup(east, con))).toBe(`CON ${west}`);
    expect(line(pair.give({ kind: "created", call, ...gatewayReply }))).toBe("modify");
  });
});
