/** Reset of circuits at an operator's command (Q.764 2.9.3.1). */
import { describe, expect, it } from "vitest";
import { type CallServerPair as Pair, CallServerPair, iam, line, rlc } from "./call-server-pair.ts";
import { east, west } from "./example-rack.ts";

const reset = (pair: Pair, firstCic: number, lastCic = firstCic) =>
  line(pair.operate({ verb: "reset", exchange: "east", firstCic, lastCic }));
const stateOf = (pair: Pair, circuit: number) =>
  pair.primary.server.rows("endpoint").find(({ key }) => key === circuit)?.state;

describe("an operator resets circuits", () => {
  it("RSC goes out, and the circuit is used again when it is answered", () => {
    const pair = CallServerPair.inService();
    expect(reset(pair, 3)).toBe(`RSC ${east + 2}`);
    expect(stateOf(pair, east + 2)).toBe("reset-wait-rlc");
    expect(pair.primary.server.candidates(1)).not.toContain(east + 2);
    pair.isup(east + 2, rlc);
    expect(stateOf(pair, east + 2)).toBe("idle");
    expect(pair.primary.server.candidates(1)).toContain(east + 2);
  });

  it("each of several is told for itself, and one whose reset is on already is left alone", () => {
    const pair = CallServerPair.inService();
    reset(pair, 4);
    expect(reset(pair, 3, 5)).toBe(`RSC ${east + 2}, RSC ${east + 4}`);
    expect(reset(pair, 3, 5)).toBe("");
  });

  it("a circuit with a call is left alone", () => {
    const pair = CallServerPair.inService();
    pair.isup(west, iam());
    const busy = pair.primary.server.rows("endpoint").find(({ key, call }) => Number(key) >= east && call !== 0);
    expect(busy).toBeDefined();
    expect(reset(pair, Number(busy?.key) - east + 1)).toBe("");
    expect(stateOf(pair, Number(busy?.key))).toBe("outgoing-wait-acm");
  });
});

describe("tables a page at a time", () => {
  it("rows come in the order of their keys, each once, whatever the pages", () => {
    const { server } = CallServerPair.inService().primary;
    for (const table of ["endpoint", "circuit"]) {
      const all = server.page({ table, after: -1, most: 1000 });
      const pieces: unknown[] = [];
      for (let after = -1; ; ) {
        const page = server.page({ table, after, most: 3 });
        expect(page.length).toBeLessThanOrEqual(3);
        if (page.length === 0) break;
        pieces.push(...page);
        after = page[page.length - 1].key;
      }
      expect(pieces).toEqual(all);
      const keys = all.map(({ key }) => key);
      expect(keys).toEqual([...new Set(keys)].sort((one, other) => one - other));
    }
    expect(server.page({ table: "endpoint", after: -1, most: 1000 })).toEqual(server.rows("endpoint"));
    expect(server.page({ table: "circuit", after: -1, most: 1000 })).toHaveLength(19);
    expect(server.page({ table: "constructor", after: -1, most: 10 })).toEqual([]);
  });
});
