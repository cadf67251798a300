import { describe, expect, it } from "vitest";
import { encodeSignal } from "../../../tools/exchange/signal.ts";
import { milli, second, typeOf, Wire } from "./wire.ts";

/** Loses the first message of a type that comes from a side. */
function loseFirst(wire: Wire, type: string, side: "west" | "east"): void {
  let isLost = false;
  wire.transit = (octets, from) => {
    if (isLost || from !== side || typeOf(octets) !== type) return octets;
    isLost = true;
    return undefined;
  };
}

const oneCall = { scenario: "answer", ring: second, hold: 3 * second, voice: false } as const;

describe("calls between two exchanges", () => {
  it("offers rate x time calls in both directions, and all go as planned", () => {
    const wire = new Wire({ cics: [{ first: 1, last: 300 }] });
    wire.step("west", { kind: "generate", callsPerSecond: 20, duration: 10 * second });
    wire.step("east", { kind: "generate", callsPerSecond: 15, duration: 10 * second });
    wire.runUntilQuiet();
    const west = wire.west.statistics(wire.now);
    const east = wire.east.statistics(wire.now);
    expect(west).toMatchObject({
      offered: 200,
      attempts: 200,
      answered: 200,
      completed: 200,
      noCircuit: 0,
      unplanned: 0,
    });
    expect(east).toMatchObject({ offered: 150, attempts: 150, answered: 150, completed: 150 });
    expect([west.lost, east.lost]).toEqual([
      { setup: 0, stable: 0 },
      { setup: 0, stable: 0 },
    ]);
    expect(west.causes).toEqual({ 16: 200 });
    expect(west.incoming).toMatchObject({ received: 150, answered: 150, completed: 150, unplanned: 0, overdue: 0 });
    expect(west.received).toEqual({ ACM: 200, ANM: 200, RLC: 200, IAM: 150, REL: 150 });
    expect(west.dualSeizure).toEqual({ won: 0, lost: 0 });
    expect(west.circuitsLeaked).toBe(0);
    // One millisecond each way, and an ACM at once.
    expect(west.setupDelay).toEqual({ count: 200, p50Millis: 2, p99Millis: 2, maxMillis: 2 });
    expect(west.answerDelay.maxMillis).toBe(2);
    expect(west.releaseDelay.maxMillis).toBe(2);
    expect(west.longestServiceGapMillis).toBeLessThanOrEqual(2);
  });

  it("lists its calls, each with a calling number of its own", () => {
    const wire = new Wire();
    wire.step("west", { kind: "generate", callsPerSecond: 5, duration: 4 * second });
    wire.runUntilQuiet();
    const calls = wire.reports.west.flatMap((report) => (report.kind === "call" ? [report.call] : []));
    expect(new Set(calls.map((call) => call.calling)).size).toBe(20);
    for (const call of calls) {
      expect(call).toMatchObject({ scenario: "answer", cause: 16, releasedBy: "exchange", outcome: "completed" });
      expect(call.called).toMatch(/^2\d{11}$/);
      const held = (call.releasedMicros ?? 0) - (call.answeredMicros ?? 0);
      expect(held).toBeGreaterThanOrEqual(3 * second);
      expect(held).toBeLessThanOrEqual(6 * second);
    }
  });

  it("is the same again with the same seed", () => {
    const run = (seed: number): unknown => {
      const wire = new Wire({}, seed);
      wire.step("west", { kind: "generate", callsPerSecond: 5, duration: 4 * second });
      wire.runUntilQuiet();
      return wire.log;
    };
    expect(run(7)).toEqual(run(7));
    expect(run(7)).not.toEqual(run(8));
  });

  it("plays busy, no answer, abandoned and released by the called side as the shares say", () => {
    const shares = { busy: 0.2, "no-answer": 0.2, abandon: 0.2, "called-clears": 0.2 };
    const hold = { min: second, max: 2 * second };
    const wire = new Wire({
      cics: [{ first: 1, last: 300 }],
      mix: { ring: { min: second, max: 2 * second }, hold, shares },
    });
    wire.step("west", { kind: "generate", callsPerSecond: 20, duration: 20 * second });
    wire.runUntilQuiet();
    const { causes, answered, completed, lost, attempts } = wire.west.statistics(wire.now);
    expect(attempts).toBe(400);
    expect(completed).toBe(400);
    expect(lost).toEqual({ setup: 0, stable: 0 });
    for (const cause of ["17", "19"]) {
      expect(causes[cause]).toBeGreaterThan(50);
      expect(causes[cause]).toBeLessThan(110);
    }
    expect(answered).toBeGreaterThan(120);
    expect(answered).toBeLessThan(200);
    expect(wire.east.statistics(wire.now).incoming).toMatchObject({ received: 400, completed: 400, unplanned: 0 });
  });

  it("reads the plan of a called number that ends in ST", () => {
    const wire = new Wire();
    wire.inject("west", encodeSignal({ type: "IAM", cic: 2, called: "210000000000f", calling: "7" }));
    expect(wire.log.map(({ signal }) => [signal.type, signal.cause])).toEqual([["REL", 17]]);
  });

  it("says so when it has no circuit left", () => {
    const wire = new Wire({ cics: [{ first: 1, last: 10 }] });
    wire.step("west", { kind: "generate", callsPerSecond: 100, duration: second });
    wire.runUntilQuiet();
    expect(wire.west.statistics(wire.now)).toMatchObject({ offered: 100, attempts: 10, noCircuit: 90, completed: 10 });
  });
});

describe("what goes wrong is seen", () => {
  it("an ANM that never comes is a call lost in set-up, 5 s after its ring time", () => {
    const wire = new Wire();
    loseFirst(wire, "ANM", "east");
    wire.step("west", { kind: "call", plan: oneCall });
    wire.run(5990 * milli);
    expect(wire.west.statistics(wire.now).lost.setup).toBe(0);
    wire.run(20 * milli);
    const statistics = wire.west.statistics(wire.now);
    expect(statistics.lost).toEqual({ setup: 1, stable: 0 });
    expect(statistics.reasons).toEqual({ "no answer in time": 1 });
    expect(statistics.causes).toEqual({ 19: 1 });
  });

  it("an IAM that never arrives is a call lost in set-up", () => {
    const wire = new Wire();
    loseFirst(wire, "IAM", "west");
    wire.step("west", { kind: "call", plan: oneCall });
    wire.runUntilQuiet();
    const statistics = wire.west.statistics(wire.now);
    expect(statistics.lost).toEqual({ setup: 1, stable: 0 });
    expect(statistics.reasons).toEqual({ "no ACM in time": 1 });
    expect(statistics.longestServiceGapMillis).toBeGreaterThan(5000);
  });

  it("a call released before its answer is lost in set-up, with the cause", () => {
    const wire = new Wire();
    wire.step("west", { kind: "call", plan: oneCall });
    wire.run(500 * milli);
    wire.inject("west", encodeSignal({ type: "REL", cic: 1, cause: 42 }));
    expect(wire.west.statistics(wire.now)).toMatchObject({
      lost: { setup: 1, stable: 0 },
      causes: { 42: 1 },
      reasons: { "before answer: released with cause 42": 1 },
    });
  });

  it("a conversation released or reset unasked is a stable call lost", () => {
    const wire = new Wire();
    wire.step("west", { kind: "call", plan: oneCall });
    wire.step("west", { kind: "call", plan: oneCall });
    wire.run(2 * second);
    wire.inject("west", encodeSignal({ type: "REL", cic: 1, cause: 16 }));
    wire.inject("west", encodeSignal({ type: "RSC", cic: 3 }));
    const { lost, reasons } = wire.west.statistics(wire.now);
    expect(lost).toEqual({ setup: 0, stable: 2 });
    expect(reasons).toEqual({ "conversation: circuit reset": 1, "conversation: released with cause 16": 1 });
  });

  it("a REL that gets no RLC is repeated by T1, and the circuit reset after T5", () => {
    const wire = new Wire({ timers: { T1: second, T5: 3500 * milli, T16: second } });
    wire.transit = (octets, from) =>
      from === "east" && typeOf(octets) === "RLC" && wire.now < 11 * second ? undefined : octets;
    wire.step("west", { kind: "call", plan: { ...oneCall, hold: second } });
    wire.run(4 * second);
    expect(wire.west.statistics(wire.now)).toMatchObject({ completed: 1, circuitsNotIdle: [1] });
    wire.runUntilQuiet();
    const sent = wire.types("west");
    expect(sent.filter((type) => type === "REL")).toHaveLength(4);
    expect(sent.filter((type) => type === "RSC").length).toBeGreaterThan(1);
    expect(wire.east.statistics(wire.now).repeated).toEqual({ REL: 3 });
    expect(wire.west.statistics(wire.now).circuitsLeaked).toBe(0);
  });

  it("a REL that never arrives leaves the answering side's circuit seized and overdue", () => {
    const wire = new Wire({ timers: { T1: 100 * second } });
    loseFirst(wire, "REL", "west");
    wire.step("west", { kind: "call", plan: oneCall });
    wire.run(20 * second);
    expect(wire.east.statistics(wire.now)).toMatchObject({
      circuitsLeaked: 1,
      circuitsNotIdle: [1],
      incoming: { overdue: 1 },
    });
  });

  it("messages that come twice are counted by type and do no harm", () => {
    const wire = new Wire();
    const log: [string, Uint8Array][] = [];
    wire.transit = (octets, from) => {
      log.push([from, octets]);
      return octets;
    };
    wire.step("west", { kind: "call", plan: oneCall });
    const again = (type: string, to: "west" | "east"): void => {
      const [, octets] = log.find(([from, message]) => from !== to && typeOf(message) === type) ?? [];
      if (octets !== undefined) wire.inject(to, octets);
    };
    wire.run(100 * milli);
    again("IAM", "east");
    again("ACM", "west");
    wire.run(1900 * milli);
    again("IAM", "east");
    again("ANM", "west");
    wire.runUntilQuiet();
    again("RLC", "west");
    expect(wire.west.statistics(wire.now)).toMatchObject({
      completed: 1,
      repeated: { ACM: 1, ANM: 1, RLC: 1 },
      unexpected: {},
    });
    expect(wire.east.statistics(wire.now)).toMatchObject({
      repeated: { IAM: 2 },
      incoming: { received: 1, completed: 1 },
    });
  });
});

describe("dual seizure (Q.764 2.9.1.4)", () => {
  it("both calls are set up when both exchanges seize the same circuit", () => {
    const wire = new Wire({ cics: [{ first: 1, last: 2 }] });
    // Two each, on two circuits: each exchange must also take the one that the other controls, at the same time.
    wire.step("west", { kind: "call", plan: oneCall });
    wire.run(100 * milli);
    wire.inject("west", encodeSignal({ type: "BLO", cic: 1 }));
    wire.inject("east", encodeSignal({ type: "BLO", cic: 1 }));
    wire.runUntilQuiet();
    wire.inject("west", encodeSignal({ type: "UBL", cic: 1 }));
    wire.inject("east", encodeSignal({ type: "UBL", cic: 1 }));
    wire.inject("east", encodeSignal({ type: "BLO", cic: 2 }));
    // West controls circuit 1 and prefers it; east may only take 1 now.
    wire.step("east", { kind: "call", plan: oneCall });
    wire.step("west", { kind: "call", plan: oneCall });
    wire.inject("east", encodeSignal({ type: "UBL", cic: 2 }));
    wire.runUntilQuiet();
    expect(wire.west.statistics(wire.now)).toMatchObject({
      dualSeizure: { won: 1, lost: 0 },
      completed: 2,
      lost: { setup: 0 },
    });
    expect(wire.east.statistics(wire.now)).toMatchObject({
      dualSeizure: { won: 0, lost: 1 },
      completed: 1,
      attempts: 1,
    });
    expect(wire.west.statistics(wire.now).incoming).toMatchObject({ received: 1, answered: 1 });
  });

  it("the call that gives way is lost when no circuit is left for it", () => {
    const wire = new Wire({ cics: [{ first: 1, last: 1 }] });
    wire.step("west", { kind: "call", plan: oneCall });
    wire.step("east", { kind: "call", plan: oneCall });
    wire.runUntilQuiet();
    expect(wire.west.statistics(wire.now)).toMatchObject({ completed: 1 });
    expect(wire.east.statistics(wire.now)).toMatchObject({ lost: { setup: 1 }, incoming: { completed: 1 } });
  });
});

describe("circuit supervision", () => {
  it("answers BLO, UBL, RSC, GRS, CGB, CGU, CQM and UPT", () => {
    const wire = new Wire({ cics: [{ first: 1, last: 40 }] });
    const status = Uint8Array.of(0b101);
    wire.inject("west", encodeSignal({ type: "BLO", cic: 5 }));
    wire.inject("west", encodeSignal({ type: "UBL", cic: 5 }));
    wire.inject("west", encodeSignal({ type: "RSC", cic: 6 }));
    wire.inject("west", encodeSignal({ type: "GRS", cic: 1, range: 31 }));
    wire.inject("west", encodeSignal({ type: "CGB", cic: 1, range: 2, status, hardware: false }));
    wire.inject("west", encodeSignal({ type: "CQM", cic: 1, range: 2 }));
    wire.inject("west", encodeSignal({ type: "CGU", cic: 1, range: 2, status, hardware: false }));
    wire.inject("west", encodeSignal({ type: "UPT", cic: 1 }));
    expect(wire.types("west")).toEqual(["BLA", "UBA", "RLC", "GRA", "CGBA", "CQR", "CGUA", "UPA"]);
    const acknowledgement = wire.log.find((entry) => entry.signal.type === "CGBA");
    expect(acknowledgement?.signal).toMatchObject({ cic: 1, range: 2, status, hardware: false });
  });

  it("seizes no circuit that the node has blocked", () => {
    const wire = new Wire({ cics: [{ first: 1, last: 4 }] });
    wire.inject(
      "west",
      encodeSignal({ type: "CGB", cic: 1, range: 3, status: Uint8Array.of(0b1101), hardware: false }),
    );
    wire.step("west", { kind: "call", plan: oneCall });
    wire.step("west", { kind: "call", plan: oneCall });
    expect(wire.log.filter((entry) => entry.signal.type === "IAM").map((entry) => entry.signal.cic)).toEqual([2]);
    expect(wire.west.statistics(wire.now).noCircuit).toBe(1);
  });

  it("a group reset and a blocking for hardware failure take the calls down", () => {
    const wire = new Wire();
    for (let i = 0; i < 3; i++) wire.step("west", { kind: "call", plan: oneCall });
    wire.run(2 * second);
    wire.inject("west", encodeSignal({ type: "GRS", cic: 1, range: 1 }));
    wire.inject("west", encodeSignal({ type: "CGB", cic: 3, range: 1, status: Uint8Array.of(1), hardware: true }));
    expect(wire.west.statistics(wire.now)).toMatchObject({ lost: { stable: 2 }, circuitsNotIdle: [5] });
  });

  it("answers a message for a circuit that it has not with UCIC, and takes UCIC for its own call as lost", () => {
    const wire = new Wire();
    wire.inject("west", encodeSignal({ type: "IAM", cic: 999, called: "1", calling: "2" }));
    wire.inject("west", encodeSignal({ type: "UCIC", cic: 999 }));
    expect(wire.types("west")).toEqual(["UCIC"]);
    wire.transit = () => undefined;
    wire.step("west", { kind: "call", plan: oneCall });
    wire.inject("west", encodeSignal({ type: "UCIC", cic: 1 }));
    wire.step("west", { kind: "call", plan: oneCall });
    expect(wire.west.statistics(wire.now).lost.setup).toBe(1);
    expect(wire.log.filter((entry) => entry.signal.type === "IAM").map((entry) => entry.signal.cic)).toEqual([1, 3]);
  });

  it("resets all its circuits in groups on command", () => {
    const wire = new Wire({ cics: [{ first: 1, last: 65 }] });
    for (let i = 0; i < 3; i++) wire.step("east", { kind: "call", plan: oneCall });
    wire.run(2 * second);
    wire.step("west", { kind: "reset" });
    wire.run(100 * milli);
    expect(wire.types("west").filter((type) => type === "GRS" || type === "RSC")).toEqual(["GRS", "GRS", "RSC"]);
    expect(wire.west.statistics(wire.now)).toMatchObject({ circuitsLeaked: 0, incoming: { unplanned: 3 } });
    expect(wire.east.statistics(wire.now)).toMatchObject({ circuitsLeaked: 0, lost: { stable: 3 } });
  });
});

describe("what a rack asks of an exchange", () => {
  it("the final check seizes every circuit at the same time, from both sides", () => {
    const wire = new Wire({ cics: [{ first: 1, last: 60 }] });
    wire.step("west", { kind: "check" });
    wire.step("east", { kind: "check" });
    wire.run(1500 * milli);
    expect(wire.west.statistics(wire.now).now).toMatchObject({ conversing: 30, incomingAnswered: 30 });
    wire.runUntilQuiet();
    for (const side of ["west", "east"] as const) {
      const results = wire.reports[side].flatMap((report) => (report.kind === "checked" ? [report.result] : []));
      expect(results).toEqual([{ circuits: 30, answered: 30, released: 30, notIdle: [], failed: [] }]);
      expect(wire.exchange(side).statistics(wire.now)).toMatchObject({ attempts: 0, answered: 0, circuitsLeaked: 0 });
    }
  });

  it("the final check names circuits that are taken and circuits that do not answer", () => {
    const wire = new Wire({ cics: [{ first: 1, last: 10 }], timers: { T1: 100 * second } });
    wire.step("west", { kind: "call", plan: { ...oneCall, hold: 60 * second } });
    wire.run(2 * second);
    loseFirst(wire, "IAM", "west");
    wire.step("west", { kind: "check" });
    wire.run(10 * second);
    expect(wire.reports.west.at(-1)).toEqual({
      kind: "checked",
      result: { circuits: 5, answered: 3, released: 3, notIdle: [1], failed: [{ cic: 3, reason: "no ACM in time" }] },
    });
  });

  it("reports the first message after a mark, also when it is asked late", () => {
    const wire = new Wire();
    wire.step("west", { kind: "call", plan: oneCall });
    wire.run(100 * milli);
    const after = wire.now;
    wire.step("west", { kind: "mark", after });
    expect(wire.reports.west).toEqual([]);
    wire.run(2 * second);
    wire.step("west", { kind: "mark", after: second });
    wire.step("west", { kind: "mark", after: second + 2 * milli });
    // Call at 1 s, IAM and ACM 1 ms under way each; ring time 1 s, ANM 1 ms under way.
    const [acmAt, anmAt] = [second + 2 * milli, 2 * second + 2 * milli];
    expect(wire.reports.west).toEqual([
      { kind: "marked", first: { afterMicros: after, atMicros: anmAt, type: "ANM", beforeMicros: acmAt } },
      { kind: "marked", first: { afterMicros: second, atMicros: acmAt, type: "ACM" } },
      { kind: "marked", first: { afterMicros: acmAt, atMicros: anmAt, type: "ANM", beforeMicros: acmAt } },
    ]);
  });

  it("stops making calls when told, and is quiet when the last is over", () => {
    const wire = new Wire();
    wire.step("west", { kind: "generate", callsPerSecond: 10 });
    wire.run(2 * second);
    wire.step("west", { kind: "generate", callsPerSecond: 0 });
    expect(wire.west.isQuiet).toBe(false);
    wire.runUntilQuiet();
    expect(wire.west.statistics(wire.now)).toMatchObject({ offered: 21, completed: 21 });
  });
});

describe("hostile octets", () => {
  it("every truncation and every corruption of one octet of an IAM is taken without an exception", () => {
    const iam = encodeSignal({ type: "IAM", cic: 1, called: "2000100000300", calling: "7100000001" });
    const wire = new Wire();
    for (let length = 0; length < iam.length; length++) wire.inject("west", iam.slice(0, length));
    for (let at = 0; at < iam.length; at++) {
      for (let value = 0; value < 256; value += 3) {
        const octets = iam.slice();
        octets[at] = value;
        wire.inject("west", octets);
      }
    }
    expect(Object.keys(wire.west.statistics(wire.now).undecodable)).toContain("truncated");
  });
});
