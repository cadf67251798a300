import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Input } from "../../../firmware/interchange/input.ts";
import { LinkInterfaceModule } from "../../../firmware/lim/link-interface-module.ts";
import { Association } from "../../../firmware/m3ua/association.ts";
import { AssertionError } from "../../../firmware/result.ts";
import { exampleRack, slots } from "./example-rack.ts";
import { commitOf, LimBench, own } from "./lim-bench.ts";

/** CIC 5, then a message that no one looks into but for its type (IAM). */
const cic5 = [0x05, 0x00];
const iam = Uint8Array.of(
  0x01,
  0x00,
  0x60,
  0x00,
  0x0a,
  0x03,
  0x02,
  0x0a,
  0x08,
  0x83,
  0x90,
  0x21,
  0x43,
  0x65,
  0x87,
  0x09,
  0x0f,
  0x00,
);
const onCic = (cic: number, message: Uint8Array) => Uint8Array.of(cic & 0xff, cic >> 8, ...message);
const slot = slots.lim;

function connected(): LimBench {
  const bench = new LimBench();
  bench.connect(bench.west);
  bench.connect(bench.east);
  bench.takeInputs();
  return bench;
}

describe("associations", () => {
  it("are those whose lim is this slot: an IPSP server listens, an ASP connects", () => {
    expect(new LimBench().opened).toEqual([
      { kind: "stream-listen", stream: "m3ua west", address: "127.0.0.1", port: 2905 },
      { kind: "stream-connect", stream: "m3ua east", address: "127.0.0.1", port: 2906 },
    ]);
  });

  it("are not opened before the card takes part in the rack, and once only", () => {
    const lim = new LinkInterfaceModule(exampleRack(), slots.lim);
    const opened = (group: number, available: boolean) =>
      lim.step({ kind: "service", group, available }, 0, 0).filter(({ kind }) => kind !== "input");
    expect(lim.start()).toEqual([]);
    expect(opened(1, false)).toEqual([]);
    expect(opened(1, true)).toHaveLength(2);
    for (const group of [2, 1]) expect(opened(group, true)).toEqual([]);
  });

  it("are opened for exchanges that have circuits in the group that the card takes part in", () => {
    const lim = new LinkInterfaceModule(exampleRack(), slots.lim);
    const opened = (group: number) =>
      lim
        .step({ kind: "service", group, available: true }, 0, 0)
        .flatMap((action) => ("port" in action ? [action] : []));
    expect(opened(2)).toMatchObject([{ stream: "m3ua east" }]);
    expect(opened(1)).toMatchObject([{ stream: "m3ua west" }]);
  });

  it("become active with an IPSP and with a signalling gateway, and tell every group of the exchange once", () => {
    const bench = new LimBench();
    bench.connect(bench.west);
    expect(bench.west.association.state).toBe("active");
    expect(bench.takeInputs()).toEqual([{ group: 1, input: { kind: "destination", exchange: 0, available: 1 } }]);
    bench.connect(bench.east);
    expect(bench.east.association.state).toBe("active");
    expect(bench.takeInputs()).toEqual([
      { group: 2, input: { kind: "destination", exchange: 1, available: 1 } },
      { group: 1, input: { kind: "destination", exchange: 1, available: 1 } },
    ]);
  });

  it("that are lost make the destination unavailable, and available when they come back", () => {
    const bench = connected();
    bench.disconnect(bench.west);
    expect(bench.takeInputs()).toEqual([{ group: 1, input: { kind: "destination", exchange: 0, available: 0 } }]);
    bench.connect(bench.west);
    expect(bench.takeInputs()).toEqual([{ group: 1, input: { kind: "destination", exchange: 0, available: 1 } }]);
  });

  it("that are opened a second time begin anew", () => {
    const bench = connected();
    bench.connect(bench.west);
    expect(bench.lim.status().exchanges).toMatchObject({ west: { association: "active", available: true } });
  });

  it("beat, and are closed when nothing is heard", () => {
    const bench = connected();
    const actions = [];
    for (let i = 0; i < 20; i++) {
      const deadline = bench.lim.nextDeadline();
      if (deadline === undefined) break;
      bench.now = deadline;
      actions.push(...bench.lim.step({ kind: "deadline" }, bench.now, 0));
    }
    expect(actions.filter((action) => action.kind === "stream-close").map((action) => action.stream)).toEqual(
      expect.arrayContaining(["m3ua west", "m3ua east"]),
    );
    expect(bench.lim.status().exchanges).toMatchObject({ west: { association: "down", available: false } });
  });
});

describe("a group that is behind", () => {
  const congestion = (bench: LimBench, group: number, level: 0 | 1 | 2) => {
    bench.reads.length = 0;
    bench.step({ kind: "congestion", group, level });
    return bench.reads;
  };
  const told = ({ actions }: LimBench["west"]) =>
    actions.splice(0).flatMap((action) => (action.kind === "destination" ? [action] : []));

  it("has its exchanges told that this node is congested (RFC 4666 3.4.4), and then held back", () => {
    const bench = connected();
    told(bench.west);
    expect(congestion(bench, 1, 1)).toEqual([["m3ua west", true]]);
    expect(told(bench.west)).toMatchObject([{ status: "congested", level: 1, pointCodes: [{ pointCode: own }] }]);
    expect(congestion(bench, 1, 2)).toEqual([["m3ua west", false]]);
    expect(told(bench.west)).toEqual([]);
    expect(congestion(bench, 1, 1)).toEqual([["m3ua west", true]]);
    expect(congestion(bench, 1, 0)).toEqual([["m3ua west", true]]);
    expect(told(bench.west)).toMatchObject([{ status: "congested", level: 0 }]);
  });

  it("does not have an exchange held back that has circuits in another, too, which keeps up", () => {
    const bench = connected();
    expect(congestion(bench, 2, 2)).toEqual([]);
    expect(congestion(bench, 1, 1)).toEqual([
      ["m3ua west", true],
      ["m3ua east", true],
    ]);
    expect(congestion(bench, 1, 2)).toEqual([
      ["m3ua west", false],
      ["m3ua east", false],
    ]);
    expect(congestion(bench, 2, 0)).toEqual([["m3ua east", true]]);
  });

  it("gets nothing more then of what such an exchange sends, and the other group all of it", () => {
    const bench = connected();
    congestion(bench, 2, 2);
    bench.takeInputs();
    bench.send(onCic(31, iam), {}, bench.east);
    bench.send(onCic(104, iam), {}, bench.east);
    expect(bench.takeInputs()).toEqual([{ group: 1, input: { kind: "isup", circuit: 69, message: iam } }]);
    expect(bench.disposed()).toMatchObject({ "group-congested": 1 });
    congestion(bench, 2, 1);
    bench.send(onCic(31, iam), {}, bench.east);
    expect(bench.takeInputs()).toHaveLength(1);
  });

  it("holds back an exchange that connects anew, too", () => {
    const bench = connected();
    congestion(bench, 1, 2);
    bench.disconnect(bench.west);
    bench.reads.length = 0;
    bench.connect(bench.west);
    expect(bench.reads).toEqual([["m3ua west", false]]);
  });
});

describe("a message from an exchange (duty 22a)", () => {
  it("for an equipped circuit is an input to the group of its trunk group", () => {
    const bench = connected();
    bench.send(Uint8Array.of(...cic5, ...iam));
    bench.send(onCic(31, iam), {}, bench.east);
    bench.send(onCic(104, iam), {}, bench.east);
    expect(bench.takeInputs()).toEqual([
      { group: 1, input: { kind: "isup", circuit: 4, message: iam } },
      { group: 2, input: { kind: "isup", circuit: 61, message: iam } },
      { group: 1, input: { kind: "isup", circuit: 69, message: iam } },
    ]);
    expect(bench.lim.status().received).toEqual({ IAM: 3 });
  });

  it("for an unequipped CIC goes to the group of the exchange's first trunk group (Q.764 2.12)", () => {
    const bench = connected();
    bench.send(onCic(4000, iam), {}, bench.east);
    expect(bench.takeInputs()).toEqual([
      { group: 2, input: { kind: "unequipped", exchange: 1, cic: 4000, message: iam } },
    ]);
    expect(bench.disposed()).toEqual({ unequipped: 1 });
  });

  const discarded = [
    ["another network", { networkIndicator: 0 }, "other-network"],
    ["another destination", { dpc: own + 1 }, "other-destination"],
    ["another origin", { opc: 101 }, "other-origin"],
    ["network management", { serviceIndicator: 0 }, "network-management"],
    ["a test that is none", { serviceIndicator: 1 }, "unknown-test"],
    ["SCCP", { serviceIndicator: 3 }, "user-part-unavailable"],
    ["a spare service indicator", { serviceIndicator: 15 }, "user-part-unavailable"],
  ] as const;
  it.each(discarded)("of %s is discarded and counted", (_, changes, counter) => {
    const bench = connected();
    bench.send(Uint8Array.of(...cic5, ...iam), changes);
    expect(bench.takeInputs()).toEqual([]);
    expect(bench.west.received).toEqual([]);
    expect(bench.disposed()).toEqual({ [counter]: 1 });
  });

  it.each([0, 1, 2])("of ISUP with only %d octets is discarded", (octets) => {
    const bench = connected();
    bench.send(new Uint8Array(octets));
    expect(bench.takeInputs()).toEqual([]);
    expect(bench.disposed()).toEqual({ truncated: 1 });
  });

  it("that tests the link is answered with the same pattern (Q.707 2.2)", () => {
    const bench = connected();
    bench.send(Uint8Array.of(0x11, 0x30, 1, 2, 3), { serviceIndicator: 1, sls: 9 });
    expect(bench.west.received).toEqual([
      {
        opc: own,
        dpc: 100,
        sls: 9,
        serviceIndicator: 1,
        networkIndicator: 2,
        messagePriority: 0,
        userData: Uint8Array.of(0x21, 0x30, 1, 2, 3),
      },
    ]);
    bench.send(Uint8Array.of(0x11, 0x40, 1, 2, 3), { serviceIndicator: 1 });
    expect(bench.disposed()).toEqual({ "link-test": 1, "unknown-test": 1 });
  });

  it("is understood however the stream is cut", () => {
    const bench = connected();
    const sent: number[] = [];
    const deliver = bench.step.bind(bench);
    bench.step = (event) => {
      if (event.kind === "stream-octets") sent.push(...event.octets);
      else deliver(event);
    };
    bench.send(Uint8Array.of(...cic5, ...iam));
    for (const octet of sent) deliver({ kind: "stream-octets", stream: "m3ua west", octets: Uint8Array.of(octet) });
    expect(bench.takeInputs()).toEqual([{ group: 1, input: { kind: "isup", circuit: 4, message: iam } }]);
  });

  it("keeps its octets when the buffer it came in is used again", () => {
    const bench = connected();
    const deliver = bench.step.bind(bench);
    bench.step = (event) => {
      deliver(event);
      if (event.kind === "stream-octets") event.octets.fill(0xaa);
    };
    bench.send(Uint8Array.of(...cic5, ...iam));
    expect(bench.takeInputs()[0].input).toEqual({ kind: "isup", circuit: 4, message: iam });
    expect(bench.lim.trace()[0].message).toEqual(iam);
  });
});

describe("an exchange that sends every message to two LIMs", () => {
  const exchanges = (trafficMode: "broadcast") => {
    const [west, ...others] = exampleRack().exchanges;
    const associations = [slots.lim, slots.otherLim].map((lim) => ({ ...west.associations[0], lim }));
    return { exchanges: [{ ...west, trafficMode, associations }, ...others] };
  };
  /** This LIM is the first of two: what is on odd CICs is the other's to say. */
  function bothServing(): LimBench {
    const bench = new LimBench(exampleRack(exchanges("broadcast")));
    bench.connect(bench.west);
    bench.step({ kind: "card", slot: slots.otherLim, alive: true });
    consumedOf(bench, slots.otherLim, { kind: "destination", exchange: 0, available: 1 });
    bench.takeInputs();
    return bench;
  }
  function consumedOf(bench: LimBench, slot: number, said: Input): void {
    bench.step({ kind: "commit", commit: commitOf([], said, undefined, undefined, slot) });
  }
  const said = (cic: number, identifier: number) => ({
    group: 1,
    input: { kind: "isup", circuit: cic - 1, identifier, message: iam },
  });

  it("has its messages said by one of them", () => {
    const bench = bothServing();
    bench.send(onCic(4, iam), {}, bench.west, 0x1_0007);
    bench.send(onCic(5, iam), {}, bench.west, 0x1_0008);
    expect(bench.takeInputs()).toEqual([said(4, 7)]);
  });

  it("and when that is gone by the other, but for what a commit has consumed", () => {
    const bench = bothServing();
    bench.send(onCic(5, iam), {}, bench.west, 7);
    bench.send(onCic(7, iam), {}, bench.west, 8);
    consumedOf(bench, slots.otherLim, { kind: "isup", identifier: 7, circuit: 4, message: iam });
    expect(bench.takeInputs()).toEqual([]);
    bench.step({ kind: "card", slot: slots.otherLim, alive: false, performed: 0 });
    expect(bench.takeInputs()).toEqual([said(7, 8)]);
    bench.send(onCic(5, iam), {}, bench.west, 9);
    expect(bench.takeInputs()).toEqual([said(5, 9)]);
    expect(bench.disposed()).toMatchObject({ "said-for-another": 1 });
  });

  it("and by the other, too, when the first stays silent", () => {
    const bench = bothServing();
    bench.send(onCic(5, iam), {}, bench.west, 7);
    bench.now = bench.lim.nextDeadline() ?? 0;
    bench.step({ kind: "deadline" });
    expect(bench.takeInputs()).toEqual([said(5, 7)]);
  });

  it("is told of an unequipped CIC by one of them", () => {
    const bench = bothServing();
    bench.send(onCic(4000, iam), {}, bench.west, 7);
    bench.send(onCic(4001, iam), {}, bench.west, 8);
    const saidOf = (cic: number, identifier: number) => ({
      kind: "unequipped",
      identifier,
      exchange: 0,
      cic,
      message: iam,
    });
    expect(bench.takeInputs().map(({ input }) => input)).toEqual([saidOf(4000, 7)]);
    bench.step({ kind: "card", slot: slots.otherLim, alive: false, performed: 0 });
    expect(bench.takeInputs().map(({ input }) => input)).toEqual([saidOf(4001, 8)]);
  });

  it("and says a Correlation Id with the first message of each flow: they count on (RFC 4666 4.3.4.3)", () => {
    const bench = bothServing();
    bench.send(onCic(4, iam), { sls: 4 }, bench.west, 0xffff_ffff);
    bench.send(onCic(6, iam), { sls: 6 }, bench.west, 9);
    bench.send(onCic(4, iam), { sls: 4 });
    bench.send(onCic(6, iam), { sls: 6 });
    expect(bench.takeInputs()).toEqual([said(4, 65_535), said(6, 9), said(4, 0), said(6, 10)]);
  });

  it("but says no Correlation Id: is served by one, without a copy", () => {
    const bench = bothServing();
    bench.send(onCic(4, iam));
    bench.send(onCic(5, iam));
    bench.step({ kind: "card", slot: slots.otherLim, alive: false, performed: 0 });
    expect(bench.takeInputs()).toEqual([{ group: 1, input: { kind: "isup", circuit: 3, message: iam } }]);
    expect(bench.disposed()).toMatchObject({ "without-correlation-id": 2 });
  });

  it("is refused another traffic mode (RFC 4666 3.7.1)", () => {
    const bench = new LimBench(exampleRack(exchanges("broadcast")));
    const end = { ...bench.west, association: new Association({ role: "ipsp-client", trafficMode: "loadshare" }) };
    Object.assign(bench.west, end);
    bench.connect(bench.west);
    expect(bench.logs.join()).toContain("unsupported-traffic-mode");
  });
});

describe("outputs of a commit", () => {
  const consumed = { kind: "isup", circuit: 4, message: iam } as const;
  const label = { opc: own, serviceIndicator: 5, networkIndicator: 2, messagePriority: 0 };

  it("of this slot are performed in order, the others are not", () => {
    const bench = connected();
    const message = Uint8Array.of(0x06, 0x12, 0x00);
    const rlc = Uint8Array.of(0x10, 0x00);
    bench.commit(
      [
        { kind: "copy", slot, circuit: 32 },
        { kind: "message", slot: slots.otherLim, circuit: 33, message },
        { kind: "message", slot, circuit: 4, message },
        { kind: "splice", slot, circuit: 33, head: 1, tail: 2, middle: Uint8Array.of(9, 9) },
        { kind: "instruct", slot, instruction: { kind: "unequipped", exchange: 0, cic: 4015, message: rlc } },
      ],
      consumed,
    );
    expect(bench.west.received).toEqual([
      { ...label, dpc: 100, sls: 5, userData: onCic(5, message) },
      { ...label, dpc: 100, sls: 15, userData: onCic(4015, rlc) },
    ]);
    expect(bench.east.received).toEqual([
      { ...label, dpc: 200, sls: 2, userData: onCic(2, iam) },
      { ...label, dpc: 200, sls: 3, userData: onCic(3, Uint8Array.of(0x01, 9, 9, 0x0f, 0x00)) },
    ]);
    expect(bench.lim.status().sent).toEqual({ IAM: 2, ACM: 1, RLC: 1 });
  });

  it("splice any part of the consumed message", () => {
    fc.assert(
      fc.property(fc.nat(iam.length), fc.nat(iam.length), fc.uint8Array({ maxLength: 20 }), (one, other, middle) => {
        const [head, end] = [Math.min(one, other), Math.max(one, other)];
        const expected = Uint8Array.of(...iam.subarray(0, head), ...middle, ...iam.subarray(end));
        fc.pre(expected.length > 0);
        const bench = connected();
        bench.commit([{ kind: "splice", slot, circuit: 4, head, tail: iam.length - end, middle }], consumed);
        expect(bench.west.received.map((unit) => unit.userData)).toEqual([onCic(5, expected)]);
      }),
      { numRuns: 50 },
    );
  });

  it("for an association that is not active are dropped and counted", () => {
    const bench = new LimBench();
    bench.commit([{ kind: "message", slot, circuit: 4, message: Uint8Array.of(0x10, 0) }]);
    expect(bench.lim.status().unsent).toEqual({ "association-not-active": 1 });
    expect(bench.lim.status().sent).toEqual({});
    expect(bench.lim.trace()).toEqual([]);
  });

  it("for an exchange of another LIM are dropped and counted", () => {
    const bench = connected();
    const message = Uint8Array.of(0x10, 0);
    bench.commit([{ kind: "instruct", slot, instruction: { kind: "unequipped", exchange: 2, cic: 1, message } }]);
    expect(bench.lim.status()).toMatchObject({ unsent: { "association-elsewhere": 1 } });
  });

  it("that cannot be are our own error", () => {
    const bench = connected();
    const clear = { kind: "clear", circuit: 0, count: 1 } as const;
    expect(() => bench.commit([{ kind: "instruct", slot, instruction: clear }])).toThrow(AssertionError);
    expect(() => bench.commit([{ kind: "copy", slot, circuit: 4 }])).toThrow(AssertionError);
    const nothing = new Uint8Array(0);
    expect(() => bench.commit([{ kind: "message", slot, circuit: 4, message: nothing }])).toThrow(AssertionError);
    const middle = new Uint8Array(0);
    expect(() => bench.commit([{ kind: "splice", slot, circuit: 4, head: 10, tail: 9, middle }], consumed)).toThrow(
      AssertionError,
    );
  });

  it("are none in a BEGIN and an ADMIT", () => {
    const bench = connected();
    const empty = { group: 1, term: 1, sequence: 1, timeMillis: 0, body: new Uint8Array(0), input: new Uint8Array(0) };
    bench.step({ kind: "commit", commit: { ...empty, consumed: { kind: "begin", cold: true, afterTerm: 0 } } });
    bench.step({ kind: "commit", commit: { ...empty, consumed: { kind: "admit", slot, incarnation: 7 } } });
    expect(bench.takeInputs()).toEqual([]);
  });
});

describe("destinations", () => {
  it("are told again to a group that has a primary again", () => {
    const bench = connected();
    bench.disconnect(bench.west);
    bench.takeInputs();
    bench.step({ kind: "service", group: 1, available: false });
    expect(bench.takeInputs()).toEqual([]);
    bench.step({ kind: "service", group: 1, available: true });
    expect(bench.takeInputs()).toEqual([
      { group: 1, input: { kind: "destination", exchange: 0, available: 0 } },
      { group: 1, input: { kind: "destination", exchange: 1, available: 1 } },
    ]);
    bench.step({ kind: "service", group: 2, available: true });
    expect(bench.takeInputs()).toEqual([{ group: 2, input: { kind: "destination", exchange: 1, available: 1 } }]);
  });

  it("follow DUNA and DAVA of the signalling gateway, told once", () => {
    const bench = connected();
    const states = (status: "available" | "unavailable", pointCode = 200) => {
      bench.far(bench.east, { kind: "destination", pointCode, status });
      return bench.takeInputs().map(({ group, input }) => [group, "available" in input ? input.available : undefined]);
    };
    expect(states("unavailable", 201)).toEqual([]);
    expect(states("unavailable")).toEqual([
      [2, 0],
      [1, 0],
    ]);
    expect(bench.lim.status().exchanges).toMatchObject({ east: { association: "active", available: false } });
    expect(states("available")).toEqual([
      [2, 1],
      [1, 1],
    ]);
  });

  it("that are congested stay available", () => {
    const bench = connected();
    bench.far(bench.east, { kind: "destination", pointCode: 200, status: "congested", level: 2 });
    expect(bench.takeInputs()).toEqual([]);
    expect(bench.disposed()).toEqual({ "destination-congested": 1 });
  });

  it("that are congested do not become available by that", () => {
    const bench = connected();
    bench.far(bench.east, { kind: "destination", pointCode: 200, status: "unavailable" });
    bench.takeInputs();
    bench.far(bench.east, { kind: "destination", pointCode: 200, status: "congested", level: 1 });
    expect(bench.disposed()).toMatchObject({ "destination-congested": 1 });
    expect(bench.takeInputs()).toEqual([]);
    expect(bench.lim.status().exchanges).toMatchObject({ east: { available: false } });
  });

  it("that were cut off are available after the association comes up again, unless it says so anew", () => {
    const bench = connected();
    const available = () => {
      bench.disconnect(bench.east);
      bench.connect(bench.east);
      return (bench.lim.status().exchanges as Record<string, { available: boolean }>).east.available;
    };
    bench.far(bench.east, { kind: "destination", pointCode: 200, status: "unavailable" });
    expect(available()).toBe(false);
    bench.disconnect(bench.east);
    bench.far(bench.east, { kind: "destination", pointCode: 200, status: "available" });
    expect(available()).toBe(true);
  });

  it("are audited at the signalling gateway (DAUD), and its answer is told even if nothing has changed", () => {
    const bench = connected();
    bench.commit([{ kind: "instruct", slot, instruction: { kind: "auditDestination", exchange: 1 } }]);
    expect(bench.east.actions).toContainEqual({ kind: "audited", pointCodes: [{ mask: 0, pointCode: 200 }] });
    expect(bench.takeInputs().map(({ group }) => group)).toEqual([2, 1]);
  });

  it("are answered for from what is known where there is nobody to ask", () => {
    const bench = connected();
    bench.commit([{ kind: "instruct", slot, instruction: { kind: "auditDestination", exchange: 0 } }]);
    expect(bench.takeInputs()).toEqual([{ group: 1, input: { kind: "destination", exchange: 0, available: 1 } }]);
  });
});

describe("hostile octets", () => {
  it("are reported so many times a second, and counted beyond that", () => {
    const bench = connected();
    bench.logs.splice(0);
    const unknownClass = Uint8Array.of(1, 0, 0x55, 1, 0, 0, 0, 8);
    const send = (times: number) => {
      for (let i = 0; i < times; i++) bench.step({ kind: "stream-octets", stream: "m3ua west", octets: unknownClass });
    };
    send(50);
    expect(bench.logs).toHaveLength(10);
    expect(bench.lim.status().alarmsSuppressed).toBe(40);
    bench.now += 1_000_000;
    send(1);
    expect(bench.logs).toHaveLength(11);
  });

  it("never throw, and fill neither the log nor the memory", () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 40 }), (pieces) => {
        const bench = connected();
        for (const octets of pieces) {
          bench.step({ kind: "stream-octets", stream: "m3ua west", octets });
          bench.step({ kind: "stream-opened", stream: "m3ua west" });
        }
        expect(bench.logs.filter((text) => !/ is (down|inactive|active)$/.test(text)).length).toBeLessThanOrEqual(10);
      }),
      { numRuns: 200 },
    );
  });

  it("in place of any single octet of a DATA message never throw", () => {
    const octets: Uint8Array[] = [];
    const listening = connected();
    const deliver = listening.step.bind(listening);
    listening.step = (event) => {
      if (event.kind === "stream-octets") octets.push(event.octets.slice());
      deliver(event);
    };
    listening.send(Uint8Array.of(...cic5, ...iam));
    expect(octets).toHaveLength(1);
    const bench = connected();
    for (let at = 0; at < octets[0].length; at++) {
      for (let value = 0; value < 256; value += 5) {
        const corrupt = octets[0].slice();
        corrupt[at] ^= value;
        bench.step({ kind: "stream-octets", stream: "m3ua west", octets: corrupt });
        bench.step({ kind: "stream-closed", stream: "m3ua west", reason: "test" });
        bench.connect(bench.west);
      }
    }
    expect(bench.lim.trace().length).toBeLessThanOrEqual(2000);
  });
});

it("the trace holds what was sent and received, the oldest first", () => {
  const bench = connected();
  bench.send(Uint8Array.of(...cic5, ...iam));
  bench.now += 1500;
  bench.commit([{ kind: "message", slot, circuit: 4, message: Uint8Array.of(0xfd, 0) }]);
  const [received, sent] = bench.lim.trace();
  expect(received).toMatchObject({
    direction: "received",
    exchange: "west",
    cic: 5,
    circuit: 4,
    type: "IAM",
    message: iam,
  });
  expect(sent).toMatchObject({ direction: "sent", exchange: "west", cic: 5, circuit: 4, type: "0xfd" });
  expect(sent.atMicros - received.atMicros).toBe(1500);
});

it("the ladder has the messages of the circuits that are asked for", () => {
  const bench = connected();
  bench.send(Uint8Array.of(...cic5, ...iam));
  bench.send(onCic(6, iam));
  bench.commit([{ kind: "message", slot, circuit: 4, message: Uint8Array.of(0x06, 0x12, 0x00) }]);
  expect(bench.lim.ladder({ circuits: [4, 31] })).toEqual([
    { atMicros: bench.now, from: "west", to: "LIM 1", text: "IAM west/5" },
    { atMicros: bench.now, from: "LIM 1", to: "west", text: "ACM west/5" },
  ]);
  expect(bench.lim.ladder({ call: 1 })).toEqual([]);
});
