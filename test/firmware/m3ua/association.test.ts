import { describe, expect, test } from "vitest";
import type { AssociationOptions } from "../../../firmware/m3ua/association-contract.ts";
import { AssociationPair, unit } from "./association-pair.ts";

const asp: AssociationOptions = { role: "asp", routingContext: 100, trafficMode: "override", aspIdentifier: 1 };
const sgp: AssociationOptions = { role: "sgp", routingContext: 100, trafficMode: "override", ownPointCodes: [4237] };
const client: AssociationOptions = { role: "ipsp-client", routingContext: 100 };
const server: AssociationOptions = { role: "ipsp-server", routingContext: 100 };

function up(a: AssociationOptions, b: AssociationOptions): AssociationPair {
  const pair = new AssociationPair(a, b);
  pair.connect();
  expect([pair.state("a"), pair.state("b")]).toEqual(["active", "active"]);
  pair.take();
  pair.takeReports("a");
  pair.takeReports("b");
  return pair;
}

function expectTransfer(pair: AssociationPair): void {
  for (const [from, to] of [
    ["a", "b"],
    ["b", "a"],
  ] as const) {
    pair.takeReports(to);
    pair.input(from, { kind: "transfer", protocolData: unit });
    pair.run(0);
    expect(pair.takeReports(to)).toMatchObject([{ kind: "received", protocolData: unit, routingContext: 100 }]);
  }
}

describe("coming up (RFC 4666 4.3.4, 5.1)", () => {
  test.each(["a", "b"] as const)("ASP and SGP, %s first", (first) => {
    const pair = new AssociationPair(asp, sgp);
    pair.connect(first);
    const messages = [
      "asp ASPUP",
      "sgp ASPUP-ACK",
      "sgp NTFY(as-inactive)",
      "asp ASPAC",
      "sgp ASPAC-ACK",
      "sgp NTFY(as-active)",
    ];
    expect(pair.take()).toEqual(messages);
    expect(pair.takeReports("a")).toEqual([
      { kind: "state", state: "inactive" },
      { kind: "notified", status: "as-inactive", aspIdentifier: undefined },
      { kind: "state", state: "active" },
      { kind: "notified", status: "as-active", aspIdentifier: undefined },
    ]);
    expect(pair.takeReports("b")).toEqual([
      { kind: "state", state: "inactive" },
      { kind: "state", state: "active" },
    ]);
    expectTransfer(pair);
  });

  test.each(["a", "b"] as const)("two IPSPs, single exchange, %s first", (first) => {
    const pair = new AssociationPair(client, server);
    pair.connect(first);
    expect(pair.take()).toEqual([
      "ipsp-client ASPUP",
      "ipsp-server ASPUP-ACK",
      "ipsp-client ASPAC",
      "ipsp-server ASPAC-ACK",
    ]);
    expectTransfer(pair);
  });

  test.each(["a", "b"] as const)("two IPSPs, double exchange, %s first", (first) => {
    const pair = new AssociationPair({ ...client, exchange: "double" }, { ...server, exchange: "double" });
    pair.connect(first);
    const sent = pair.take();
    for (const name of ["ASPUP", "ASPUP-ACK", "ASPAC", "ASPAC-ACK"]) {
      expect(sent).toContain(`ipsp-client ${name}`);
      expect(sent).toContain(`ipsp-server ${name}`);
    }
    expect(sent).toHaveLength(8);
    expectTransfer(pair);
  });

  test("the peer connects later than T(ack): ASPUP is repeated", () => {
    const pair = new AssociationPair(asp, sgp);
    pair.input("a", { kind: "connected" });
    pair.run(4500);
    expect(pair.take()).toEqual(["asp ASPUP", "asp ASPUP", "asp ASPUP"]);
    pair.input("b", { kind: "connected" });
    pair.run(2000);
    expect([pair.state("a"), pair.state("b")]).toEqual(["active", "active"]);
    expect(pair.takeReports("a").filter(({ kind }) => kind === "alarm")).toHaveLength(1);
  });
});

describe("acknowledgements that are lost, late or double (T(ack), RFC 4666 4.3.4)", () => {
  const names = ["ASPUP", "ASPUP-ACK", "ASPAC", "ASPAC-ACK"];

  test.each(names)("%s is lost once: repeated after T(ack)", (lost) => {
    const pair = new AssociationPair(asp, sgp);
    let left = 1;
    pair.copies = (_, name) => (name === lost && left-- > 0 ? 0 : 1);
    pair.connect();
    pair.run(1999);
    expect(pair.state("a")).not.toBe("active");
    pair.run(1);
    expectTransfer(pair);
    expect(pair.transcript.filter((line) => line.includes("ERR"))).toEqual([]);
  });

  test.each(names)("%s comes twice: no harm", (doubled) => {
    const pair = new AssociationPair(asp, sgp);
    pair.copies = (_, name) => (name === doubled ? 2 : 1);
    pair.connect();
    expectTransfer(pair);
    expect(pair.transcript.filter((line) => line.includes("ERR"))).toEqual([]);
  });

  test.each(names)("%s is later than T(ack): both repetitions are answered, and the end is active", (late) => {
    const pair = new AssociationPair(asp, sgp);
    pair.delayMillis = (_, name) => (name === late ? 4500 : 0);
    pair.connect();
    pair.run(30_000);
    expectTransfer(pair);
  });

  test("ASPUP arrives when the peer is active: acknowledged, refused, and active again (4.3.4.1)", () => {
    const pair = up(asp, sgp);
    pair.inject("b", { name: "ASPUP", aspIdentifier: 1 });
    pair.run(0);
    expect(pair.take()).toEqual([
      "sgp ASPUP-ACK",
      "sgp ERR(unexpected-message)",
      "sgp NTFY(as-pending)",
      "asp ERR(unexpected-message)",
      "asp ASPAC",
      "sgp ASPAC-ACK",
      "sgp NTFY(as-active)",
    ]);
    expectTransfer(pair);
  });

  test.each(["ASPDN-ACK", "ASPIA-ACK", "ASPUP-ACK"] as const)(
    "%s that was not asked for: back to the state before (4.3.4)",
    (name) => {
      const pair = up(asp, sgp);
      pair.inject("a", { name });
      expect(pair.state("a")).not.toBe("active");
      pair.run(0);
      expectTransfer(pair);
    },
  );
});

describe("DATA (RFC 4666 4.3.1, 3.8.1)", () => {
  test("is not sent before the association is active", () => {
    const pair = new AssociationPair(asp, sgp);
    expect(pair.input("a", { kind: "transfer", protocolData: unit })).toEqual([
      { kind: "refused", protocolData: unit },
    ]);
    pair.input("a", { kind: "connected" });
    expect(pair.input("a", { kind: "transfer", protocolData: unit })).toEqual([
      { kind: "refused", protocolData: unit },
    ]);
  });

  test("that comes early is discarded by an ASP, and answered with ERR by an SGP and an IPSP", () => {
    for (const [a, b, answers] of [
      [sgp, asp, []],
      [asp, sgp, ["sgp ERR(unexpected-message)"]],
      [client, server, ["ipsp-server ERR(unexpected-message)"]],
    ] as const) {
      const pair = new AssociationPair(a, b);
      pair.input("b", { kind: "connected" });
      pair.take();
      pair.inject("b", { name: "DATA", routingContext: [100], protocolData: unit });
      expect(pair.take()).toEqual(answers);
      expect(pair.takeReports("b").filter(({ kind }) => kind === "received")).toEqual([]);
    }
  });

  test("goes by its SLS to a stream other than 0 (1.4.7)", () => {
    const pair = up(asp, sgp);
    pair.input("a", { kind: "connected", streams: 4 });
    pair.inject("a", { name: "ASPUP-ACK" });
    pair.inject("a", { name: "ASPAC-ACK", routingContext: [100] });
    const streams = [0, 1, 2, 3].map((sls) => {
      const [action] = pair.input("a", { kind: "transfer", protocolData: { ...unit, sls } });
      return action.kind === "send" ? action.stream : undefined;
    });
    expect(streams).toEqual([1, 2, 3, 1]);
  });

  test("passes without a routing context, where there is one AS only", () => {
    const pair = up({ role: "asp" }, { role: "sgp" });
    pair.input("a", { kind: "transfer", protocolData: unit });
    pair.run(0);
    expect(pair.takeReports("b")).toMatchObject([{ kind: "received", protocolData: unit, routingContext: undefined }]);
  });
});

describe("going down and coming back", () => {
  test("by our own wish: first inactive, then down, and up again (4.3.4.2, 4.3.4.4)", () => {
    const pair = up(asp, sgp);
    pair.input("a", { kind: "target", state: "down" });
    pair.run(0);
    expect(pair.take()).toEqual(["asp ASPIA", "sgp ASPIA-ACK", "sgp NTFY(as-pending)", "asp ASPDN", "sgp ASPDN-ACK"]);
    expect([pair.state("a"), pair.state("b")]).toEqual(["down", "down"]);
    pair.input("a", { kind: "target", state: "active" });
    pair.run(0);
    expectTransfer(pair);
  });

  test("by the wish of the other side: refused until it is allowed again (3.8.1)", () => {
    const pair = up(asp, sgp);
    pair.input("b", { kind: "target", state: "down" });
    pair.run(3000);
    expect(pair.take()).toEqual([
      "sgp ASPDN-ACK",
      "asp ASPUP",
      "sgp ERR(refused-management-blocking)",
      "asp ASPUP",
      "sgp ERR(refused-management-blocking)",
    ]);
    pair.input("b", { kind: "target", state: "inactive" });
    pair.run(2000);
    expect([pair.state("a"), pair.state("b")]).toEqual(["inactive", "inactive"]);
    pair.input("b", { kind: "target", state: "active" });
    pair.run(2000);
    expectTransfer(pair);
  });

  test("the wish changes while an acknowledgement is outstanding", () => {
    const pair = new AssociationPair(asp, sgp);
    pair.input("a", { kind: "connected" });
    pair.input("a", { kind: "target", state: "down" });
    pair.input("a", { kind: "target", state: "inactive" });
    pair.input("b", { kind: "connected" });
    pair.run(10_000);
    expect([pair.state("a"), pair.state("b")]).toEqual(["inactive", "inactive"]);
  });

  test("the connection is lost: down, no timer runs, and everything starts again", () => {
    const pair = up(asp, sgp);
    pair.input("b", { kind: "octets", octets: Uint8Array.of(1, 0, 1) });
    pair.disconnect();
    expect(pair.takeReports("a")).toEqual([{ kind: "state", state: "down" }]);
    expect(pair.takeReports("b")).toEqual([{ kind: "state", state: "down" }]);
    pair.run(10_000);
    expect(pair.take()).toEqual([]);
    pair.connect();
    expectTransfer(pair);
  });

  test("the connection begins anew without having been seen to end", () => {
    const pair = up(client, server);
    pair.connect();
    expect(pair.takeReports("a").slice(0, 1)).toEqual([{ kind: "state", state: "down" }]);
    expectTransfer(pair);
  });

  test("a length that cannot be closes the association", () => {
    const pair = up(asp, sgp);
    const actions = pair.input("a", { kind: "octets", octets: Uint8Array.of(1, 0, 3, 3, 0xff, 0, 0, 8) });
    expect(actions).toEqual([
      { kind: "state", state: "down" },
      { kind: "close", reason: expect.any(String) },
    ]);
    expect(pair.inject("a", { name: "BEAT" })).toEqual([]);
  });
});

describe("BEAT (RFC 4666 4.3.4.6)", () => {
  const beating = { ...asp, heartbeatMillis: 500 };

  test("goes out at the interval and is answered with the same data", () => {
    const pair = up(beating, sgp);
    pair.run(1600);
    expect(pair.take()).toEqual(["asp BEAT", "sgp BEAT-ACK", "asp BEAT", "sgp BEAT-ACK", "asp BEAT", "sgp BEAT-ACK"]);
    const answer = pair.octets.at(-1) ?? new Uint8Array(0);
    expect([...answer]).toEqual([1, 0, 3, 6, 0, 0, 0, 16, 0, 9, 0, 8, 0, 0, 0, 3]);
  });

  test("nothing heard for twice the interval: closed", () => {
    const pair = up(beating, sgp);
    pair.copies = () => 0;
    pair.run(999);
    expect(pair.state("a")).toBe("active");
    pair.run(1);
    expect(pair.takeReports("a")).toEqual([
      { kind: "state", state: "down" },
      { kind: "close", reason: expect.any(String) },
    ]);
    pair.run(10_000);
    expect(pair.take()).toEqual(["asp BEAT (lost)"]);
  });

  test("any message says that the peer is there", () => {
    const pair = up(beating, sgp);
    pair.copies = (from) => (from === "a" ? 0 : 1);
    for (let i = 0; i < 10; i++) {
      pair.run(400);
      pair.input("b", { kind: "transfer", protocolData: unit });
    }
    expect(pair.state("a")).toBe("active");
  });
});

describe("destinations (RFC 4666 4.5)", () => {
  const at = (pointCode: number) => [{ mask: 0, pointCode }];

  test("a change is told to an active ASP", () => {
    const pair = up(asp, sgp);
    pair.input("b", { kind: "destination", pointCode: 300, status: "unavailable" });
    pair.input("b", { kind: "destination", pointCode: 300, status: "unavailable" });
    pair.input("b", { kind: "destination", pointCode: 300, status: "restricted" });
    pair.input("b", { kind: "destination", pointCode: 300, status: "available" });
    pair.input("b", { kind: "destination", pointCode: 300, status: "congested", level: 2 });
    pair.input("b", { kind: "destination", pointCode: 300, status: "available" });
    pair.input("b", { kind: "user-part-unavailable", pointCode: 300, user: 5, cause: "unequipped" });
    pair.run(0);
    expect(pair.take()).toEqual(["DUNA", "DRST", "DAVA", "SCON", "SCON", "DUPU"].map((name) => `sgp ${name}`));
    expect(pair.takeReports("a")).toEqual([
      { kind: "destination", pointCodes: at(300), status: "unavailable" },
      { kind: "destination", pointCodes: at(300), status: "restricted" },
      { kind: "destination", pointCodes: at(300), status: "available" },
      { kind: "destination", pointCodes: at(300), status: "congested", level: 2 },
      { kind: "destination", pointCodes: at(300), status: "congested", level: 0 },
      { kind: "user-part-unavailable", pointCodes: at(300), user: 5, cause: 1 },
    ]);
  });

  test("who becomes active is told what is not available", () => {
    const pair = new AssociationPair(asp, sgp);
    pair.input("b", { kind: "destination", pointCode: 300, status: "unavailable" });
    pair.input("b", { kind: "destination", pointCode: 301, status: "unavailable" });
    pair.input("b", { kind: "destination", pointCode: 302, status: "available" });
    pair.connect();
    expect(pair.reports.a.filter(({ kind }) => kind === "destination")).toEqual([
      { kind: "destination", pointCodes: [...at(300), ...at(301)], status: "unavailable" },
    ]);
  });

  test("DAUD is answered by who owns the state, congestion first, and what is not known with ERR", () => {
    const pair = up(asp, sgp);
    pair.input("b", { kind: "destination", pointCode: 300, status: "unavailable" });
    pair.input("b", { kind: "destination", pointCode: 301, status: "congested", level: 1 });
    pair.run(0);
    pair.take();
    pair.takeReports("a");
    const asked = [...at(4237), { mask: 3, pointCode: 296 }, ...at(999)];
    pair.input("a", { kind: "audit", pointCodes: asked });
    pair.run(0);
    expect(pair.take()).toEqual([
      "asp DAUD",
      "sgp SCON",
      "sgp DAVA",
      "sgp DUNA",
      "sgp ERR(destination-status-unknown)",
    ]);
    expect(pair.takeReports("a")).toMatchObject([
      { kind: "destination", pointCodes: at(301), status: "congested", level: 1 },
      { kind: "destination", pointCodes: [...at(4237), ...at(301)], status: "available" },
      { kind: "destination", pointCodes: at(300), status: "unavailable" },
      { kind: "alarm" },
    ]);
    expect(pair.takeReports("b")).toContainEqual({ kind: "audited", pointCodes: asked });
  });

  test("an IPSP answers for its own point code", () => {
    const pair = up({ ...client, ownPointCodes: [1] }, { ...server, ownPointCodes: [2] });
    pair.input("b", { kind: "audit", pointCodes: at(1) });
    pair.run(0);
    expect(pair.takeReports("b")).toMatchObject([{ kind: "destination", pointCodes: at(1), status: "available" }]);
  });

  test("an ASP says that it is congested, and nothing else (3.4.4)", () => {
    const pair = up(asp, sgp);
    pair.input("a", { kind: "destination", pointCode: 1, status: "unavailable" });
    pair.input("a", { kind: "destination", pointCode: 1, status: "congested", level: 1 });
    pair.run(0);
    expect(pair.take()).toEqual(["asp SCON"]);
  });
});

describe("override (RFC 4666 4.3.4.3, 5.2)", () => {
  const shared = { ...sgp, sharedApplicationServer: true };

  test("an ASP that was overridden stands by, and takes over when the AS is pending", () => {
    const pair = up(asp, shared);
    pair.input("b", { kind: "overridden" });
    pair.run(10_000);
    expect(pair.take()).toEqual(["sgp NTFY(alternate-asp-active)"]);
    expect([pair.state("a"), pair.state("b")]).toEqual(["inactive", "inactive"]);
    pair.input("b", { kind: "notify", status: "as-pending" });
    pair.run(0);
    expectTransfer(pair);
  });

  test("an ASP that is to stay inactive does not take over", () => {
    const pair = up(asp, shared);
    pair.input("b", { kind: "overridden" });
    pair.run(0);
    pair.input("a", { kind: "target", state: "inactive" });
    pair.input("b", { kind: "notify", status: "as-pending" });
    pair.run(0);
    expect(pair.take()).toEqual(["sgp NTFY(alternate-asp-active)", "sgp NTFY(as-pending)"]);
  });

  test("the owner takes the traffic back", () => {
    const pair = up(asp, shared);
    pair.input("b", { kind: "overridden" });
    pair.run(0);
    pair.input("a", { kind: "target", state: "active" });
    pair.run(0);
    expectTransfer(pair);
  });
});
