import { describe, expect, it } from "vitest";
import { CallServerPair } from "./call-server-pair.ts";
import { newCall, run } from "./call-script.ts";
import { west } from "./example-rack.ts";

describe("the ladder of a call", () => {
  it("tells who said what, by call or by circuit, at the primary; the backup tells the commits", () => {
    const pair = CallServerPair.inService();
    const call = newCall(west);
    run(pair, call);
    const arrows = (rungs: readonly { from: string; to: string; text: string }[]) =>
      rungs.map(({ from, to, text }) => `${from} > ${to}: ${text}`);
    const rungs = arrows(pair.primary.server.ladder({ call: call.reference }));
    expect(rungs.slice(0, 5)).toEqual([
      "LIM 1 > call server 3: IAM west/1",
      "call server 3 > LIM 2: IAM east/1",
      "call server 3 > transporter 5: create",
      "transporter 5 > call server 3: created",
      "LIM 2 > call server 3: ACM east/1",
    ]);
    expect(rungs.at(-1)).toBe("transporter 5 > call server 3: done");
    expect(arrows(pair.primary.server.ladder({ circuits: [call.outgoing] }))).toEqual(rungs);
    expect(pair.primary.server.ladder({ circuits: [west + 7] })).toEqual([]);
    const commits = arrows(pair.backup?.server.ladder({ call: call.reference }) ?? []);
    expect(commits).toHaveLength(9);
    expect(commits[0]).toMatch(/^call server 3 > call server 4: commit \d+$/);
  });

  it("remembers only so many calls", () => {
    const pair = CallServerPair.inService();
    const first = newCall(west);
    run(pair, first);
    for (let index = 0; index < 256; index++) run(pair, newCall(west));
    expect(pair.primary.server.ladder({ call: first.reference })).toEqual([]);
  });
});

describe("status", () => {
  it("counts calls, circuits and causes", () => {
    const cold = new CallServerPair();
    expect(cold.primary.server.status()).toMatchObject({ role: "primary", circuitsInReset: 19 });
    const pair = CallServerPair.inService();
    run(pair, newCall(west), 0, 2);
    run(pair, newCall(west + 1), 0, 6);
    run(pair, newCall(west + 2));
    for (const server of [pair.primary.server, pair.backup?.server]) {
      expect(server?.status()).toMatchObject({
        callsInSetUp: 1,
        callsInConversation: 1,
        circuitsInReset: 0,
        attempts: 3,
        answered: 2,
        released: 1,
        releasedByCause: { 16: 1 },
        connections: 2,
      });
    }
    const { server } = pair.primary;
    expect(server.rows("endpoint")).toHaveLength(19);
    expect(server.rows("endpoint")[0]).toMatchObject({ name: "west/1", peer: "west", state: "incoming-wait-acm" });
    expect(server.rows("state")).toHaveLength(2);
    expect(server.rows("state")[0]).toMatchObject({ incomingName: "west/1", called: "4711", calling: "5550001" });
    expect(server.rows("connection")[1]).toMatchObject({
      state: "through",
      circuitName: "west/2",
      gatewayName: "gw",
      port: 4002,
    });
    expect(server.rows("exchange")).toMatchObject([{ name: "west", availability: "available" }, {}, {}]);
    expect(pair.primary.server.rows("no such table")).toEqual([]);
  });
});
